package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// recomputed says which computed attributes an update in place makes unknown.
// The SDK keeps computed attributes unless the provider says otherwise; the
// framework makes those unknown that it is not told to keep, so that for types
// that are not listed they may change.
type recomputed struct {
	attrs []string
	// changed are the attributes of which one must change; none means any.
	changed []string
	// except are attributes whose change does not count.
	except []string
	// only, if set, is asked as well.
	only   func(change) (bool, bool)
	source string
}

func recomputedOf(t *plan.TypeFacts) []recomputed {
	if providerName(t) == "aws" {
		return awsRecomputed(t)
	}
	switch t.Type {
	case "google_storage_bucket_object":
		return []recomputed{{attrs: []string{"md5hash", "crc32c", "generation"}, changed: []string{"content", "source", "source_md5hash", "detect_md5hash"}, source: "google storage/resource_storage_bucket_object.go resourceStorageBucketObjectCustomizeDiff"}}
	case "google_endpoints_service":
		return []recomputed{{attrs: []string{"config_id"}, changed: []string{"openapi_config", "grpc_config", "protoc_output_base64"}, source: "google servicemanagement/resource_endpoints_service.go"}}
	case "google_logging_project_sink":
		return []recomputed{{attrs: []string{"writer_identity"}, changed: []string{"unique_writer_identity", "custom_writer_identity"}, source: "google logging/resource_logging_project_sink.go"}}
	case "azurerm_kubernetes_cluster":
		return []recomputed{{attrs: []string{"oidc_issuer_url"}, changed: []string{"oidc_issuer_enabled"}, source: "azurerm containers/kubernetes_cluster_resource.go"}}
	case "time_rotating":
		return []recomputed{{attrs: []string{"rotation_rfc3339", "day", "hour", "minute", "month", "second", "unix", "year"}, changed: []string{"rotation_days", "rotation_hours", "rotation_minutes", "rotation_months", "rotation_years", "rotation_rfc3339"}, source: "time internal/provider/resource_time_rotating.go ModifyPlan"}}
	case "time_offset":
		return []recomputed{{attrs: []string{"rfc3339", "day", "hour", "minute", "month", "second", "unix", "year"}, changed: []string{"offset_days", "offset_hours", "offset_minutes", "offset_months", "offset_seconds", "offset_years"}, source: "time internal/provider/resource_time_offset.go ModifyPlan"}}
	}
	return nil
}

func flag(path string) func(change) (bool, bool) {
	return func(c change) (bool, bool) {
		text, ok := c.becomes(path)
		return text == "true", ok
	}
}

// updated is the instance after an update in place: what the provider
// recomputes is known after apply, what it may recompute is another symbol.
func (c change) updated(hits []hit) cty.Value {
	out := make(map[string]cty.Value, len(c.planned))
	for name, v := range c.planned {
		out[name] = v
	}
	for _, r := range recomputedOf(c.typ) {
		c.recompute(r, hits, out)
	}
	c.effective(hits, out)
	if c.typ.Framework && !keepsComputed(c.typ) {
		for name, a := range c.typ.Attributes {
			if a.Computed && c.unset(name) && !keptByConvention(name) && !isPendingValue(out[name]) {
				out[name] = maybeOther(out[name])
			}
		}
	}
	return cty.ObjectVal(out)
}

func isPendingValue(v cty.Value) bool {
	k, _ := value.Know(v)
	return k == value.IsPending
}

// unset reports that the configuration leaves an attribute to the provider.
func (c change) unset(name string) bool {
	v, ok := c.config[name]
	return !ok || v.IsKnown() && v.IsNull()
}

func (c change) recompute(r recomputed, hits []hit, out map[string]cty.Value) {
	worst := r.concerned(hits)
	if worst == same {
		return
	}
	if r.only != nil {
		switch on, known := r.only(c); {
		case !known:
			worst = maybe
		case !on:
			return
		}
	}
	for _, name := range r.attrs {
		a, ok := c.typ.Attributes[name]
		if !ok || !c.unset(name) {
			continue
		}
		if worst == differs {
			out[name] = value.PendingAttribute(name, shapeOf(a).valueType())
		} else {
			out[name] = maybeOther(out[name])
		}
	}
}

// concerned is the verdict on the changes that count for r.
func (r recomputed) concerned(hits []hit) verdict {
	worst := same
	for _, h := range hits {
		name, ok := h.path[0].(string)
		if !ok || contains(r.except, name) || len(r.changed) > 0 && !contains(r.changed, name) {
			continue
		}
		worst = max(worst, h.verdict)
	}
	return worst
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// effective: tags_all, effective_labels and the like are what is configured
// together with the provider's defaults.
func (c change) effective(hits []hit, out map[string]cty.Value) {
	for _, pair := range [][2]string{
		{"tags", "tags_all"}, {"labels", "effective_labels"}, {"labels", "terraform_labels"},
		{"annotations", "effective_annotations"}, {"resource_labels", "effective_labels"}, {"resource_labels", "terraform_labels"},
	} {
		a, ok := c.typ.Attributes[pair[1]]
		if !ok || !a.Computed || !c.unset(pair[1]) {
			continue
		}
		for _, h := range hits {
			if h.path[0] != pair[0] {
				continue
			}
			if k, _ := value.KnowWithin(h.new); k == value.IsPending {
				out[pair[1]] = value.PendingAttribute(pair[1], shapeOf(a).valueType())
			} else {
				out[pair[1]] = cty.UnknownVal(shapeOf(a).valueType()).Mark(value.Symbol{ID: pair[1] + " of " + canonical(h.new)})
			}
		}
	}
}

// keepsComputed names the framework providers and types all of whose computed
// attributes have UseStateForUnknown, or change only with a replacement.
func keepsComputed(t *plan.TypeFacts) bool {
	switch providerName(t) {
	case "random", "null", "tls", "local", "archive", "time":
		return true
	}
	return false
}

// keptByConvention: identity is kept by every provider
// (aws internal/framework IDAttribute, ARNAttributeComputedOnly).
func keptByConvention(name string) bool {
	return name == "id" || name == "arn" || strings.HasSuffix(name, "_arn") || name == "tags_all" || name == "region" || strings.HasSuffix(name, "_id")
}
