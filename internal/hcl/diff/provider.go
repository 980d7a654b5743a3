package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Provider is what a change of the provider's own configuration does to an
// instance whose configuration (config) stays as it is. before and after are
// the resolved provider configurations: objects of attribute values and, per
// block type, a tuple of objects; null where there is none.
//
// Action is plan.None, plan.Update, plan.Replace, or plan.Orphan: the object
// is looked for in another place, not found there and created anew, while the
// real one stays. Planned is not set.
func Provider(t *plan.TypeFacts, before, after, config cty.Value) Result {
	if t == nil {
		return elsewhere(before, after, locationNames)
	}
	switch t.ProviderName() {
	case "aws":
		return awsProvider(t, before, after, config)
	case "google":
		return googleProvider(t, before, after)
	case "azurerm":
		return elsewhere(before, after, []string{"subscription_id", "tenant_id", "environment"})
	case "kubernetes":
		return elsewhere(before, after, []string{"host", "config_path", "config_paths", "config_context", "config_context_cluster"})
	case "random", "null", "time", "tls", "local", "archive", "terraform":
		return unaffected()
	}
	return elsewhere(before, after, locationNames)
}

// locationNames are what providers call the place that they work in.
var locationNames = []string{
	"account", "account_id", "address", "api_url", "base_url", "endpoint", "host", "organization", "org", "owner",
	"project", "project_id", "region", "server", "site", "subscription_id", "tenant", "tenant_id", "url", "workspace",
}

func unaffected() Result { return Result{Action: plan.None, Certain: true} }

// elsewhere: objects are looked for by attributes that may name another place.
func elsewhere(before, after cty.Value, names []string) Result {
	for _, name := range names {
		if providerVerdict(before, after, name) != equal.Same {
			return Result{Action: plan.Orphan, Why: "the provider's " + name + " changes, so the provider may look for the object in another place"}
		}
	}
	return unaffected()
}

func providerAttr(provider cty.Value, name string) cty.Value {
	un, _ := provider.Unmark()
	if un == cty.NilVal || un.IsKnown() && un.IsNull() || !un.IsKnown() || !un.Type().IsObjectType() || !un.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return un.GetAttr(name)
}

func providerVerdict(before, after cty.Value, name string) equal.Verdict {
	return equal.Loosely(providerAttr(before, name), providerAttr(after, name))
}

// awsProvider: before 6.0 a resource is where the provider points, so another
// region loses it (hashicorp/terraform-provider-aws issue 32810); from 6.0 the
// region is an attribute that forces replacement
// (docs guides/enhanced-region-support). Default tags change in place.
func awsProvider(t *plan.TypeFacts, before, after, config cty.Value) Result {
	if r := awsAccount(before, after); r.Action != plan.None {
		return r
	}
	regional := t.Attributes["region"] != nil && t.Attributes["region"].Optional && t.Attributes["region"].Computed
	v := providerVerdict(before, after, "region")
	switch {
	case v == equal.Same:
	case regional && configured(config, "region"):
	case regional:
		r := Result{Action: plan.Replace, Paths: []plan.Path{{"region"}}, Certain: v == equal.Differs}
		if v == equal.Maybe {
			r.Why = "the provider's region may or may not change"
		}
		return r
	case Major(t.Version) < 6 && !awsGlobal(t.Type):
		r := Result{Action: plan.Orphan, Certain: v == equal.Differs}
		if v == equal.Maybe {
			r.Why = "the provider's region may or may not change"
		}
		return r
	}
	if t.Attributes["tags_all"] != nil && equal.Loosely(allTags(before, config), allTags(after, config)) != equal.Same {
		return Result{Action: plan.Update, Certain: true}
	}
	return unaffected()
}

// allTags are the default tags under the object's own: what both have is the
// object's.
func allTags(provider, config cty.Value) cty.Value {
	all := map[string]cty.Value{}
	for _, block := range elements(providerAttr(provider, "default_tags")) {
		maps.Copy(all, entriesOf(providerAttr(block, "tags")))
	}
	maps.Copy(all, entriesOf(providerAttr(config, "tags")))
	return cty.ObjectVal(all)
}

// awsAccount: the role that is assumed and the accounts that are allowed say
// which account it is; another profile or key may be of another one.
func awsAccount(before, after cty.Value) Result {
	for _, name := range []string{"profile", "access_key", "assume_role_with_web_identity"} {
		if providerVerdict(before, after, name) != equal.Same {
			return Result{Action: plan.Orphan, Why: "the provider's " + name + " changes, and may belong to another account"}
		}
	}
	old, new := roleAccount(before), roleAccount(after)
	allowed := providerVerdict(before, after, "allowed_account_ids") != equal.Same
	switch {
	case old == new && !allowed, old != "" && old == new:
		return unaffected()
	}
	return Result{Action: plan.Orphan, Why: "the provider may work in another account"}
}

// roleAccount is the account in the ARN of the role that is assumed, the whole
// block where there is no ARN to read.
func roleAccount(provider cty.Value) string {
	roles := elements(providerAttr(provider, "assume_role"))
	if len(roles) == 0 {
		return ""
	}
	last := roles[len(roles)-1] // roles are assumed one after the other
	text, ok := equal.Text(providerAttr(last, "role_arn"))
	if parts := strings.Split(text, ":"); ok && len(parts) > 4 {
		return parts[4]
	}
	return equal.Canonical(last)
}

// awsGlobal are the services that have one place only.
func awsGlobal(resourceType string) bool {
	prefixes := []string{
		"aws_iam_", "aws_route53_", "aws_cloudfront_", "aws_organizations_", "aws_globalaccelerator_", "aws_budgets_",
		"aws_ce_", "aws_account_", "aws_shield_", "aws_waf_", "aws_route53domains_",
	}
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(resourceType, p) }) &&
		!strings.HasPrefix(resourceType, "aws_route53_resolver_")
}

func configured(config cty.Value, name string) bool {
	v := providerAttr(config, name)
	return !v.IsNull()
}

// googleProvider: an object keeps the place that it was made in (see Placed);
// the provider's labels are the objects' as well.
func googleProvider(t *plan.TypeFacts, before, after cty.Value) Result {
	if r := elsewhere(before, after, []string{"universe_domain"}); r.Action != plan.None {
		return r
	}
	labels := t.Attributes["effective_labels"]
	switch v := providerVerdict(before, after, "default_labels"); {
	case labels == nil || v == equal.Same:
		return unaffected()
	case labels.Force == plan.ForceAlways:
		return Result{
			Action: plan.Replace, Paths: []plan.Path{{"effective_labels"}}, Certain: v == equal.Differs,
			Why: "the provider's labels may or may not change",
		}
	}
	return Result{Action: plan.Update, Certain: true}
}
