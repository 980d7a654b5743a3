package compare

import (
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// identities are the attributes that differ between any two existing objects
// of a type.
var identities = []string{".id", ".arn", ".self_link"}

// tellApart plans again with what is known of identities: the ids of two
// objects of one type are not known, yet differ for certain.
func (c *comparison) tellApart(s *step, t *plan.TypeFacts, state, cfg cty.Value) {
	if s.certain || s.action != plan.Replace {
		return
	}
	types := c.identityTypes(cfg)
	if len(types) == 0 && !holdsUUID(cfg) {
		types = c.randomTypes(state)
	}
	for _, ty := range types {
		r := diff.Plan(t, c.named(state, ty), c.named(cfg, ty))
		if r.Action == plan.Replace && r.Certain {
			s.action, s.certain, s.why, s.paths = r.Action, true, "", r.Paths
			s.planned = diff.Plan(t, nothing, cfg).Planned
			return
		}
	}
}

// randomTypes are the types in v whose identity is a UUID that the tool itself
// rolls: no text that is not a UUID equals it.
func (c *comparison) randomTypes(v cty.Value) []string {
	return slices.DeleteFunc(c.identityTypes(v), func(ty string) bool { return ty != "terraform_data" })
}

var uuid = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-`)

// holdsUUID reports whether a known text in v could be a UUID.
func holdsUUID(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		plain, _ := v.Unmark()
		found = found || uuid.MatchString(text(plain))
		return plain.IsKnown() && !plain.IsNull(), nil
	})
	return found
}

// identityTypes are the types of the objects whose identities occur in v.
func (c *comparison) identityTypes(v cty.Value) []string {
	found := map[string]bool{}
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if o := c.identified(v); o != nil {
			found[o.address.Type] = true
		}
		plain, _ := v.Unmark()
		return plain.IsKnown() && !plain.IsNull(), nil
	})
	return sorted(found)
}

// identified is the object whose identity v is; nil where more is known of the
// identity than that.
func (c *comparison) identified(v cty.Value) *object {
	for m := range v.Marks() {
		if _, isText := m.(value.Text); isText {
			return nil
		}
	}
	id := value.SymbolOf(v)
	for _, attr := range identities {
		if address, ok := strings.CutSuffix(id, attr); ok {
			return c.byAddress[address]
		}
	}
	return nil
}

// named writes addresses for the identities of objects of a type: stand-ins
// that are as different from each other as the identities are. They serve this
// one comparison.
func (c *comparison) named(v cty.Value, ty string) cty.Value {
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		o := c.identified(v)
		if o == nil || o.address.Type != ty || v.Type() != cty.String {
			return v, nil
		}
		return cty.StringVal(o.address.String()), nil
	})
	if err != nil {
		return v
	}
	return out
}
