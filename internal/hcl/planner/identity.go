package planner

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// identities is the stage that knows that the ids of two objects differ.
type identities struct{ pair *pair.Pair }

// unique are the attributes that differ between any two existing objects of a type.
var unique = []string{".id", ".arn", ".self_link"}

// distinct plans again with what is known of identities: the ids of two
// objects of one type are not known, yet differ for certain.
func (p identities) distinct(s *subject, out outcome) outcome {
	if !out.maybeReplaces() {
		return out
	}
	types := p.identityTypes(s.merged)
	if len(types) == 0 && !holdsUUID(s.merged) {
		types = p.randomTypes(s.state)
	}
	for _, ty := range types {
		r := diff.Plan(s.facts, p.named(s.state, ty), p.named(s.merged, ty))
		if r.Action == plan.Replace && r.Certain {
			r.Why, r.Planned = "", diff.Plan(s.facts, nothing, s.merged).Planned
			out.Result = r
			break
		}
	}
	return out
}

// randomTypes are the types in v whose identity is a UUID that the tool itself
// rolls: no text that is not a UUID equals it.
func (p identities) randomTypes(v cty.Value) []string {
	return slices.DeleteFunc(p.identityTypes(v), func(ty string) bool { return !diff.IsTerraformData(ty) })
}

var uuid = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-`)

// holdsUUID reports whether a known text in v could be a UUID.
func holdsUUID(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		plain, _ := v.Unmark()
		found = found || uuid.MatchString(attrs.Text(plain))
		return plain.IsKnown() && !plain.IsNull(), nil
	})
	return found
}

// identityTypes are the types of the objects whose identities occur in v.
func (p identities) identityTypes(v cty.Value) []string {
	found := map[string]bool{}
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if o := p.identified(v); o != nil {
			found[o.Address.Type] = true
		}
		plain, _ := v.Unmark()
		return plain.IsKnown() && !plain.IsNull(), nil
	})
	return slices.Sorted(maps.Keys(found))
}

// identified is the object whose identity v is; nil where more is known of the
// identity than that.
func (p identities) identified(v cty.Value) *pair.Object {
	if value.HasText(v) {
		return nil
	}
	id := value.SymbolOf(v)
	for _, attr := range unique {
		if address, ok := strings.CutSuffix(id, attr); ok {
			return p.pair.Object(address)
		}
	}
	return nil
}

// named writes addresses for the identities of objects of a type: texts that are
// as different from each other as the identities are. They serve this
// one comparison.
func (p identities) named(v cty.Value, ty string) cty.Value {
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		o := p.identified(v)
		if o == nil || o.Address.Type != ty || v.Type() != cty.String {
			return v, nil
		}
		return cty.StringVal(o.Address.String()), nil
	})
	if err != nil {
		return v
	}
	return out
}
