package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// awsRegion: a region that the schema lets change is one of the type's own.
func awsRegion(_ change, h hit) decision { return byForce(h) }

func noMore(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return replacesIf(new <= old)
}

func mappings(c change, _ hit) decision {
	kind, known := c.becomes("load_balancer_type")
	prior, planned := c.prior["subnet_mapping"], c.planned["subnet_mapping"]
	if !known || !prior.IsKnown() || !planned.IsKnown() {
		return open
	}
	olds, news := mappingTexts(prior), mappingTexts(planned)
	switch {
	case len(news) == len(olds):
		return replacesIf(equal.Missing(olds, news) > 0)
	case len(news) > len(olds):
		return replacesIf(equal.Missing(olds, news) > 0)
	}
	return replacesIf(kind == "network" || equal.Missing(news, olds) > 0)
}

func mappingTexts(v cty.Value) []string {
	var out []string
	for _, e := range elements(v) {
		attrs := map[string]cty.Value{}
		for name, a := range entriesOf(e) {
			if name != "outpost_id" && !equal.IsZero(a) { // computed, and not in the hash
				attrs[name] = a
			}
		}
		out = append(out, equal.Canonical(cty.ObjectVal(attrs)))
	}
	return out
}

func oldRedisOnly(c change, h hit) decision {
	if strings.HasPrefix(c.typ.Version, "5.") || strings.HasPrefix(c.typ.Version, "4.") {
		return replaces
	}
	engine, okEngine := c.becomes("engine")
	version, okVersion := c.becomes("engine_version")
	switch {
	case !okEngine || !okVersion || version == "":
		return open
	case engine == "valkey":
		return inPlace
	}
	return replacesIf(versionLess(version, "7.0.5"))
}

func capacityProviders(c change, h hit) decision {
	if text, ok := c.becomes("force_new_deployment"); !ok {
		return open
	} else if text != "true" {
		return replaces
	}
	// The whole set counts: what changed may be one of its elements.
	old, okOld := occurrences(orNull(c.prior[h.path[0].(string)], schema.Shape{}))
	new, okNew := occurrences(orNull(c.config[h.path[0].(string)], schema.Shape{}))
	if !okOld || !okNew {
		return open
	}
	return replacesIf(old == 0 || new == 0)
}

func searchVersion(c change, h hit) decision {
	old, new, ok := h.texts()
	switch {
	case !ok:
		return open
	case versionLess(new, old) && engineName(old) == engineName(new):
		return replaces
	case engineName(old) == engineName(new) && majorStep(old, new) <= 1:
		return inPlace
	}
	return open // the service lists the versions it upgrades to
}

func engineName(version string) string {
	name, _, _ := strings.Cut(version, "_")
	return name
}

func majorStep(old, new string) int64 {
	a, b := versionParts(old), versionParts(new)
	if len(a) == 0 || len(b) == 0 {
		return 99
	}
	return b[0].Int64() - a[0].Int64()
}

func searchEncryption(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	if old == "true" && new != "true" {
		return replaces
	}
	version, known := c.becomes("engine_version")
	if v, ok := c.becomes("elasticsearch_version"); version == "" {
		version, known = v, ok
	}
	switch {
	case !known || version == "":
		return open
	case strings.HasPrefix(version, "OpenSearch"):
		return inPlace
	}
	return replacesIf(versionLess(strings.TrimPrefix(version, "Elasticsearch_"), "6.7"))
}

func lustreCapacity(c change, h hit) decision {
	if d := byTexts(h, func(old, new string) bool { return lowered(nil, old, new) }); d != inPlace {
		return d
	}
	deployment, ok := c.becomes("deployment_type")
	if !ok {
		return open
	}
	return replacesIf(deployment == "" || deployment == "SCRATCH_1")
}

func otherArchitecture(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok || old == "" || new == "" {
		return open
	}
	a, b := architecture(old), architecture(new)
	if a == "" || b == "" {
		return open
	}
	return replacesIf(a != b)
}

func architecture(instanceType string) string {
	family, _, ok := strings.Cut(instanceType, ".")
	if !ok {
		return ""
	}
	if strings.HasPrefix(family, "mac") {
		if family == "mac1" {
			return "x86_64_mac"
		}
		return "arm64_mac"
	}
	digits := strings.IndexAny(family, "0123456789")
	if digits < 0 {
		return ""
	}
	options := strings.TrimLeft(family[digits:], "0123456789")
	if family == "a1" || strings.Contains(options, "g") {
		return "arm64"
	}
	return "x86_64"
}

func allGo(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	olds, oldOpen := elementTexts(h.old)
	news, newOpen := elementTexts(h.new)
	switch {
	case len(olds)+oldOpen == 0, equal.Missing(olds, news) < len(olds):
		return inPlace
	case oldOpen == 0 && newOpen == 0, equal.Length(equal.Unmarked(h.new)) == 0:
		return replaces
	}
	_, oldIDs := value.KnowWithin(h.old)
	_, newIDs := value.KnowWithin(h.new)
	if was := strings.Split(oldIDs, "\x00"); oldOpen > 0 && equal.Missing(was, strings.Split(newIDs, "\x00")) < len(was) {
		return inPlace
	}
	return open
}

func otherFirst(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	olds, news := elements(h.old), elements(h.new)
	if !h.old.IsKnown() || !h.new.IsKnown() || len(olds) == 0 || len(news) == 0 {
		return open
	}
	switch equal.Values(schema.Shape{Holds: schema.Single}, true, olds[0], news[0]) {
	case equal.Same:
		return inPlace
	case equal.Maybe:
		return open
	}
	return replaces
}

func otherTemplateVersion(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok || !forms.IsDigits(old) || new != "" && !forms.IsDigits(new) {
		return open
	}
	return replacesIf(old != new)
}

func issuedNames(c change, h hit) decision {
	if h.force == plan.ForceAlways || c.unset("private_key") && c.unset("private_key_wo") && c.unset("certificate_body") {
		return replaces
	}
	return open
}

func batchNetwork(c change, h hit) decision {
	kind, ok := c.becomes("compute_resources.type")
	if ok && strings.HasPrefix(strings.ToUpper(kind), "FARGATE") {
		return inPlace
	}
	return batchFixed(c, h)
}

func batchFixed(c change, h hit) decision {
	if h.force != plan.ForceIf {
		return byForce(h)
	}
	strategy, ok := c.becomes("compute_resources.allocation_strategy")
	before, okBefore := c.was("compute_resources.allocation_strategy")
	role, okRole := c.becomes("service_role")
	if c.unset("service_role") {
		role, okRole = "", true // the service-linked role, unless one was named before
	}
	if !ok || !okBefore || !okRole {
		return open
	}
	updatable := batchStrategies[strategy] && batchStrategies[before] && (role == "" || strings.Contains(role, "AWSServiceRoleForBatch"))
	return replacesIf(!updatable)
}

var batchStrategies = map[string]bool{
	"BEST_FIT_PROGRESSIVE": true, "SPOT_CAPACITY_OPTIMIZED": true, "SPOT_PRICE_CAPACITY_OPTIMIZED": true,
}

func byForce(h hit) decision {
	if h.force == plan.ForceNever {
		return inPlace
	}
	return replaces
}
