package diff

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// compareNormalised compares values of an attribute that the provider compares
// in code of its own (DiffSuppressFunc, StateFunc). What that code may regard
// as equal is known by kind of value and provider; a difference that only an
// unknown rule could remove is a maybe.
func compareNormalised(t *plan.TypeFacts, path plan.Path, old, new cty.Value) verdict {
	m := meaning{provider: providerName(t), typ: t.Type, attr: last(path)}
	return m.compare(old, new)
}

// notJSON says that a document is none: the provider refuses it
// (aws internal/verify ValidIAMPolicyJSON, validation.StringIsJSON).
func notJSON(t *plan.TypeFacts, a *plan.AttrFacts, path plan.Path, v cty.Value) string {
	name := last(path)
	isName := strings.HasSuffix(name, "_routing_policy") || strings.HasSuffix(name, "_termination_policy")
	if providerName(t) != "aws" || !a.Normalised || isName || !strings.HasSuffix(name, "policy") && name != "container_definitions" {
		return ""
	}
	text, ok := valueText(v)
	if !ok || text == "" || json.Valid([]byte(text)) {
		return ""
	}
	return "is not valid JSON"
}

func providerName(t *plan.TypeFacts) string {
	return t.Provider[strings.LastIndexByte(t.Provider, '/')+1:]
}

// meaning compares texts as the provider reads them.
type meaning struct{ provider, typ, attr string }

func (m meaning) compare(old, new cty.Value) verdict {
	o, _ := old.Unmark()
	n, _ := new.Unmark()
	switch {
	case !o.IsKnown() || !n.IsKnown():
		return m.opaque(old, new)
	case isZero(o) != isZero(n):
		return m.appears(o, n)
	case o.IsNull() || n.IsNull():
		return differs
	case isSequence(o) && isSequence(n):
		return m.sequence(o, n)
	case isKeyed(o) && isKeyed(n):
		return m.mapping(o.AsValueMap(), n.AsValueMap())
	}
	a, okA := value.ScalarText(o)
	b, okB := value.ScalarText(n)
	if !okA || !okB {
		return maybe
	}
	if o.Type() != cty.String {
		if a == b {
			return same
		}
		return differs
	}
	return m.text(a, b)
}

// opaque compares texts with symbols in them as it compares known ones.
func (m meaning) opaque(old, new cty.Value) verdict {
	a, b, ok := bothTexts(old, new)
	if !ok {
		return compareLeaf(old, new)
	}
	switch v := m.json(a, b); {
	case v != 0:
		return v
	case m.text(a, b) == same:
		return same
	case m.provider == "google" && isLink(a) && isLink(b) && m.links(a, b) == differs:
		return differs
	}
	return compareLeaf(old, new)
}

// appears: a value comes or goes. Providers hide that where the value is the
// default of the service, which the schema does not tell; defaults are flags,
// numbers and names of options, never paths or names of objects.
func (m meaning) appears(old, new cty.Value) verdict {
	v := new
	if isZero(new) {
		v = old
	}
	text, ok := value.ScalarText(v)
	if ok && v.Type() == cty.String && !isOption(text) {
		return differs
	}
	return maybe
}

// isOption: one word in capitals, or one short word.
func isOption(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/.:- {") && len(s) <= 32
}

func (m meaning) sequence(old, new cty.Value) verdict {
	olds, news := old.AsValueSlice(), new.AsValueSlice()
	if len(olds) != len(news) {
		return differs
	}
	worst := same
	if old.Type().IsSetType() || new.Type().IsSetType() {
		return m.unordered(olds, news)
	}
	for i := range olds {
		worst = max(worst, m.element(olds[i], news[i]))
	}
	return worst
}

func (m meaning) element(old, new cty.Value) verdict {
	if v := compare(elementShape(old), true, old, new); v != differs {
		return v
	}
	return m.compare(old, new)
}

func (m meaning) unordered(olds, news []cty.Value) verdict {
	taken := make([]bool, len(olds))
	worst := same
	for _, n := range news {
		best, at := differs, -1
		for i, o := range olds {
			if v := m.element(o, n); !taken[i] && v < best {
				best, at = v, i
			}
		}
		if at >= 0 {
			taken[at] = true
		}
		worst = max(worst, best)
	}
	return worst
}

func (m meaning) mapping(olds, news map[string]cty.Value) verdict {
	worst := same
	for k, n := range news {
		o, ok := olds[k]
		if !ok {
			return differs
		}
		worst = max(worst, m.element(o, n))
	}
	if len(olds) != len(news) {
		return differs
	}
	return worst
}

// text compares two different texts, neither empty.
func (m meaning) text(a, b string) verdict {
	if v := m.json(a, b); v != 0 {
		return v
	}
	switch m.provider {
	case "google":
		return m.google(a, b)
	case "azurerm":
		return m.azure(a, b)
	case "aws":
		return m.aws(a, b)
	case "kubernetes":
		return kubernetesQuantity(a, b)
	}
	return loosely(a, b)
}

// loosely: a difference in letter case, spaces or a last dot may be one that
// the provider takes away.
func loosely(a, b string) verdict {
	if fold(a) == fold(b) {
		return maybe
	}
	return differs
}

func fold(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	return strings.TrimRight(s, "./")
}

// aws: DNS names without regard to case and last dot
// (internal/service/route53 normalizeNameIntoAPIRequest…), user data by the
// bytes it stands for (internal/service/ec2 userDataHashSum), windows and
// option names by case.
func (m meaning) aws(a, b string) verdict {
	switch {
	case m.attr == "name" && strings.HasPrefix(m.typ, "aws_route53_"), m.attr == "domain_name":
		if strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")) {
			return same
		}
		return differs
	case strings.HasPrefix(m.attr, "user_data"):
		if forms.Decoded(a) == forms.Decoded(b) {
			return same
		}
		return differs
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return same
	case strings.EqualFold(a, b) && (strings.HasSuffix(m.attr, "window") || m.attr == "protocol" || m.attr == "engine"):
		return same
	}
	return loosely(a, b)
}

// azure: resource ids, enumerations and names by case, locations also by their
// display name ("West Europe"), times by the instant
// (go-azure-helpers resourcemanager/location, internal/tf/suppress).
func (m meaning) azure(a, b string) verdict {
	if strings.HasSuffix(m.attr, "location") || m.attr == "region" {
		if strings.EqualFold(strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", "")) {
			return same
		}
		return differs
	}
	if forms.SameInstant(a, b) {
		return same
	}
	if strings.EqualFold(a, b) {
		if strings.HasPrefix(a, "/subscriptions/") || !strings.Contains(m.attr, "password") {
			return same
		}
	}
	return loosely(a, b)
}

// json compares two JSON documents by what they say; 0 where they are not both
// documents.
func (m meaning) json(a, b string) verdict {
	x, okX := forms.Document(a)
	y, okY := forms.Document(b)
	if !okX || !okY {
		return 0
	}
	if m.provider == "aws" {
		if strings.Contains(m.attr, "polic") || m.attr == "redrive_policy" {
			x, y = forms.Policy(x), forms.Policy(y)
		}
		if m.attr == "container_definitions" {
			x, y = forms.Containers(x), forms.Containers(y)
		}
	}
	return compareDocuments(x, y)
}

// kubernetesQuantity compares amounts: 1000m is 1, 1024Mi is 1Gi
// (k8s.io/apimachinery pkg/api/resource/quantity.go).
func kubernetesQuantity(a, b string) verdict {
	x, okX := forms.Quantity(a)
	y, okY := forms.Quantity(b)
	switch {
	case !okX || !okY:
		return loosely(a, b)
	case x.Cmp(y) == 0:
		return same
	}
	return differs
}
