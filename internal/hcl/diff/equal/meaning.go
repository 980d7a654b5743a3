package equal

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Meaning compares values of an attribute that the provider compares in code of
// its own (DiffSuppressFunc, StateFunc). What that code may regard as equal is
// known by kind of value and provider; a difference that only an unknown rule could
// remove is a maybe.
type Meaning struct {
	// Provider is its name without a namespace, Type the resource type, Attr the
	// last name in the attribute's path.
	Provider, Type, Attr string
}

func (m Meaning) Compare(old, new cty.Value) Verdict {
	o, _ := old.Unmark()
	n, _ := new.Unmark()
	switch {
	case !o.IsKnown() || !n.IsKnown():
		return m.opaque(old, new)
	case IsZero(o) != IsZero(n):
		return m.appears(o, n)
	case o.IsNull() || n.IsNull():
		return Differs
	case IsSequence(o) && IsSequence(n):
		return m.sequence(o, n)
	case IsKeyed(o) && IsKeyed(n):
		return m.mapping(o.AsValueMap(), n.AsValueMap())
	}
	a, okA := value.ScalarText(o)
	b, okB := value.ScalarText(n)
	if !okA || !okB {
		return Maybe
	}
	if o.Type() != cty.String {
		if a == b {
			return Same
		}
		return Differs
	}
	return m.text(a, b)
}

// opaque compares texts with symbols in them as it compares known ones.
func (m Meaning) opaque(old, new cty.Value) Verdict {
	a, b, ok := bothTexts(old, new)
	if !ok {
		return Leaves(old, new)
	}
	switch v := m.json(a, b); {
	case v != 0:
		return v
	case m.text(a, b) == Same:
		return Same
	case m.Provider == "google" && isLink(a) && isLink(b) && m.links(a, b) == Differs:
		return Differs
	}
	return Leaves(old, new)
}

// appears: a value comes or goes. Providers hide that where the value is the
// default of the service, which the schema does not tell; defaults are flags,
// numbers and names of options, never paths or names of objects.
func (m Meaning) appears(old, new cty.Value) Verdict {
	v := new
	if IsZero(new) {
		v = old
	}
	text, ok := value.ScalarText(v)
	if ok && v.Type() == cty.String && !isOption(text) {
		return Differs
	}
	return Maybe
}

// isOption: one word in capitals, or one short word.
func isOption(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/.:- {") && len(s) <= 32
}

func (m Meaning) sequence(old, new cty.Value) Verdict {
	olds, news := old.AsValueSlice(), new.AsValueSlice()
	if len(olds) != len(news) {
		return Differs
	}
	worst := Same
	if old.Type().IsSetType() || new.Type().IsSetType() {
		return m.unordered(olds, news)
	}
	for i := range olds {
		worst = max(worst, m.element(olds[i], news[i]))
	}
	return worst
}

func (m Meaning) element(old, new cty.Value) Verdict {
	if v := Values(elementShape(old), true, old, new); v != Differs {
		return v
	}
	return m.Compare(old, new)
}

func (m Meaning) unordered(olds, news []cty.Value) Verdict {
	taken := make([]bool, len(olds))
	worst := Same
	for _, n := range news {
		best, at := Differs, -1
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

func (m Meaning) mapping(olds, news map[string]cty.Value) Verdict {
	worst := Same
	for k, n := range news {
		o, ok := olds[k]
		if !ok {
			return Differs
		}
		worst = max(worst, m.element(o, n))
	}
	if len(olds) != len(news) {
		return Differs
	}
	return worst
}

// text compares two different texts, neither empty.
func (m Meaning) text(a, b string) Verdict {
	if v := m.json(a, b); v != 0 {
		return v
	}
	switch m.Provider {
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
func loosely(a, b string) Verdict {
	if fold(a) == fold(b) {
		return Maybe
	}
	return Differs
}

func fold(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	return strings.TrimRight(s, "./")
}

// aws: DNS names without regard to case and last dot
// (internal/service/route53 normalizeNameIntoAPIRequest…), user data by the
// bytes it stands for (internal/service/ec2 userDataHashSum), windows and
// option names by case.
func (m Meaning) aws(a, b string) Verdict {
	switch {
	case m.Attr == "name" && strings.HasPrefix(m.Type, "aws_route53_"), m.Attr == "domain_name":
		if strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")) {
			return Same
		}
		return Differs
	case strings.HasPrefix(m.Attr, "user_data"):
		if forms.Decoded(a) == forms.Decoded(b) {
			return Same
		}
		return Differs
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return Same
	case strings.EqualFold(a, b) && (strings.HasSuffix(m.Attr, "window") || m.Attr == "protocol" || m.Attr == "engine"):
		return Same
	}
	return loosely(a, b)
}

// azure: resource ids, enumerations and names by case, locations also by their
// display name ("West Europe"), times by the instant
// (go-azure-helpers resourcemanager/location, internal/tf/suppress).
func (m Meaning) azure(a, b string) Verdict {
	if strings.HasSuffix(m.Attr, "location") || m.Attr == "region" {
		if strings.EqualFold(strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", "")) {
			return Same
		}
		return Differs
	}
	if forms.SameInstant(a, b) {
		return Same
	}
	if strings.EqualFold(a, b) {
		if strings.HasPrefix(a, "/subscriptions/") || !strings.Contains(m.Attr, "password") {
			return Same
		}
	}
	return loosely(a, b)
}

// json compares two JSON documents by what they say; 0 where they are not both
// documents.
func (m Meaning) json(a, b string) Verdict {
	x, okX := forms.Document(a)
	y, okY := forms.Document(b)
	if !okX || !okY {
		return 0
	}
	if m.Provider == "aws" {
		if strings.Contains(m.Attr, "polic") || m.Attr == "redrive_policy" {
			x, y = forms.Policy(x), forms.Policy(y)
		}
		if m.Attr == "container_definitions" {
			x, y = forms.Containers(x), forms.Containers(y)
		}
	}
	return compareDocuments(x, y)
}

// kubernetesQuantity compares amounts: 1000m is 1, 1024Mi is 1Gi
// (k8s.io/apimachinery pkg/api/resource/quantity.go).
func kubernetesQuantity(a, b string) Verdict {
	x, okX := forms.Quantity(a)
	y, okY := forms.Quantity(b)
	switch {
	case !okX || !okY:
		return loosely(a, b)
	case x.Cmp(y) == 0:
		return Same
	}
	return Differs
}
