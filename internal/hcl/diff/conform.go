package diff

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// conformer brings a configuration that was read without a schema into the
// types of the schema, and notes what does not fit.
type conformer struct {
	framework bool
	// problems are configuration errors by dotted path.
	problems map[string]string
}

// meta lists what every resource may have in its body that is not the
// provider's.
func meta(name string) bool {
	switch name {
	case "count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection", "timeouts":
		return true
	}
	return false
}

// object conforms each attribute of facts. Attributes that facts do not know
// are noted and kept as they are; missing ones are absent from the result.
func (c *conformer) object(path []any, facts map[string]*plan.AttrFacts, config cty.Value) map[string]cty.Value {
	config, marks := config.Unmark()
	out := map[string]cty.Value{}
	if !config.IsKnown() || config.IsNull() || !config.Type().IsObjectType() && !config.Type().IsMapType() {
		if !config.IsKnown() {
			for name, a := range facts {
				out[name] = cty.UnknownVal(schema.ShapeOf(a).ValueType()).WithMarks(marks)
			}
		}
		return out
	}
	for name, v := range config.AsValueMap() {
		a, ok := facts[name]
		if !ok {
			if (len(path) > 0 || !meta(name)) && !v.IsNull() {
				c.note(append(path[:len(path):len(path)], name), "is not in the schema of this provider version")
				out[name] = v
			}
			continue
		}
		out[name] = c.attr(append(path[:len(path):len(path)], name), a, v)
	}
	return out
}

func (c *conformer) note(path []any, what string) {
	if c.problems == nil {
		c.problems = map[string]string{}
	}
	c.problems[dotted(path)] = dotted(path) + " " + what
}

func (c *conformer) attr(path []any, a *plan.AttrFacts, v cty.Value) cty.Value {
	s := schema.ShapeOf(a)
	if s.Nested {
		return c.nested(path, a, s, v)
	}
	ty := s.ValueType()
	if ty == cty.DynamicPseudoType || s.Holds == schema.AnyType {
		return v
	}
	out, err := convert.Convert(v, ty)
	if err != nil || value.HasHugeNumber(out) {
		c.note(path, "has a value of the wrong type")
		return v
	}
	if k, _ := value.KnowWithin(v); s.Holds == schema.SetOf && k == value.IsPending {
		// The elements of a cty set have no marks of their own.
		out = out.Mark(value.Pending{})
	}
	return out
}

// nested conforms a block or nested attribute: the result is a tuple of
// objects, an object of objects (maps), one object (single), or as unknown as
// the input.
func (c *conformer) nested(path []any, a *plan.AttrFacts, s schema.Shape, v cty.Value) cty.Value {
	un, marks := v.Unmark()
	if !un.IsKnown() || un.IsNull() {
		return v
	}
	ty := un.Type()
	isObject := ty.IsObjectType() || ty.IsMapType()
	switch {
	case s.Holds == schema.MapOf:
		if !isObject {
			c.note(path, "has a value of the wrong type")
			return v
		}
		out := map[string]cty.Value{}
		for k, e := range un.AsValueMap() {
			out[k] = c.element(append(path, k), a, e)
		}
		return cty.ObjectVal(out).WithMarks(marks)
	case isObject:
		one := c.element(path, a, un)
		if s.Holds == schema.Single {
			return one.WithMarks(marks)
		}
		return cty.TupleVal([]cty.Value{one}).WithMarks(marks)
	case un.CanIterateElements():
		var out []cty.Value
		for _, e := range un.AsValueSlice() {
			out = append(out, c.element(append(path, len(out)), a, e))
		}
		if s.Holds == schema.SetOf {
			out = withoutRepetitions(out)
		}
		if s.Holds != schema.Single {
			return cty.TupleVal(out).WithMarks(marks)
		}
		switch len(out) {
		case 0:
			return cty.NullVal(cty.DynamicPseudoType)
		case 1:
			return out[0].WithMarks(marks)
		}
	}
	c.note(path, "has a value of the wrong type")
	return v
}

// withoutRepetitions: a set holds equal elements once.
func withoutRepetitions(elems []cty.Value) []cty.Value {
	seen := map[string]bool{}
	var out []cty.Value
	for _, e := range elems {
		if k, _ := value.KnowWithin(e); k == value.IsPending {
			out = append(out, e)
			continue
		}
		if text := equal.Canonical(e); !seen[text] {
			seen[text] = true
			out = append(out, e)
		}
	}
	return out
}

func (c *conformer) element(path []any, a *plan.AttrFacts, e cty.Value) cty.Value {
	un, marks := e.Unmark()
	if !un.IsKnown() || un.IsNull() || !un.Type().IsObjectType() && !un.Type().IsMapType() {
		return e
	}
	return cty.ObjectVal(c.object(path, a.Nested, un)).WithMarks(marks)
}

// notJSON says that a document is none: the provider refuses it
// (aws internal/verify ValidIAMPolicyJSON, validation.StringIsJSON).
func notJSON(t *plan.TypeFacts, a *plan.AttrFacts, path plan.Path, v cty.Value) string {
	name := last(path)
	isName := strings.HasSuffix(name, "_routing_policy") || strings.HasSuffix(name, "_termination_policy")
	if t.ProviderName() != "aws" || !a.Normalised || isName || !strings.HasSuffix(name, "policy") && name != "container_definitions" {
		return ""
	}
	text, ok := equal.Text(v)
	if !ok || text == "" || json.Valid([]byte(text)) {
		return ""
	}
	return "is not valid JSON"
}

func conform(t *plan.TypeFacts, config cty.Value) (map[string]cty.Value, map[string]string) {
	c := conformer{framework: t.Framework}
	conformed := c.object(nil, t.Attributes, config)
	adapt(t, conformed)
	return conformed, c.problems
}
