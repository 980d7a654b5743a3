package diff_test

import (
	"flag"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var all = flag.Bool("all", false, "every resource type, not one in twenty")

// Every type of every provider: what was applied and is configured again does
// not change, however it is configured, and nothing that is written panics.
func TestSameConfigurationIsNoChange(t *testing.T) {
	find := facts.Load()
	for _, h := range facts.Versions() {
		for i, name := range facts.Types(h) {
			if !*all && i%20 != 0 {
				continue
			}
			f := find(h.Provider, h.Version, name)
			for _, make := range []maker{literal, symbols, wrong} {
				config := cty.ObjectVal(objectOf(f.Attributes, make, name, 0))
				state := diff.State(f, "x", config)
				got := diff.Plan(f, state, config)
				if got.Action != plan.None || !got.Certain {
					t.Errorf("%s %s: %s %v: %s", h.Provider, h.Version, name, got.Paths, got.Why)
					break
				}
				again := diff.Plan(f, got.Planned, config)
				if again.Action != plan.None || !again.Certain {
					t.Errorf("%s %s: %s planned again: %s %v: %s", h.Provider, h.Version, name, again.Action, again.Paths, again.Why)
				}
			}
		}
	}
}

// An empty configuration, a full one, and one whose values are known only
// after apply: whatever the step, there is an answer.
func TestEveryStepHasAnAnswer(t *testing.T) {
	find := facts.Load()
	for _, h := range facts.Versions() {
		for i, name := range facts.Types(h) {
			if !*all && i%20 != 0 {
				continue
			}
			f := find(h.Provider, h.Version, name)
			configs := []cty.Value{cty.EmptyObjectVal}
			for _, make := range []maker{literal, symbols, wrong, pending} {
				configs = append(configs, cty.ObjectVal(objectOf(f.Attributes, make, name, 0)))
			}
			for _, before := range configs[:len(configs)-1] {
				for _, after := range configs {
					got := diff.Plan(f, diff.State(f, "x", before), after)
					if got.Action == "" || got.Planned == cty.NilVal || !got.Certain && got.Why == "" {
						t.Fatalf("%s: incomplete answer %+v", name, got)
					}
				}
			}
		}
	}
}

// maker makes the value of an attribute that is not nested.
type maker func(path, typ string) cty.Value

func literal(path, typ string) cty.Value {
	h := fnv.New32a()
	_, _ = h.Write([]byte(path))
	n := cty.NumberUIntVal(uint64(h.Sum32() % 1000))
	kind, rest, _ := strings.Cut(typ, ":")
	one := func() cty.Value {
		switch elem := strings.ToLower(rest); {
		case strings.Contains(elem, "objecttype"), strings.Contains(elem, "list"), strings.Contains(elem, "map"):
			return cty.NullVal(cty.DynamicPseudoType)
		case strings.Contains(elem, "number"), strings.Contains(elem, "int"), strings.Contains(elem, "float"):
			return n
		case strings.Contains(elem, "bool"):
			return cty.True
		}
		return cty.StringVal(path)
	}
	switch kind {
	case "number", "int64", "int32", "float64", "float32":
		return n
	case "bool":
		return cty.True
	case "list", "set":
		if e := one(); !e.IsNull() {
			return cty.TupleVal([]cty.Value{e, one()})
		}
		return cty.NullVal(cty.DynamicPseudoType)
	case "map":
		return cty.ObjectVal(map[string]cty.Value{"a": one()})
	case "object", "dynamic":
		return cty.ObjectVal(map[string]cty.Value{"a": n})
	}
	return cty.StringVal(path)
}

func symbols(path, typ string) cty.Value {
	s := func(id string) cty.Value { return cty.UnknownVal(cty.String).Mark(value.Symbol{ID: id}) }
	switch kind, _, _ := strings.Cut(typ, ":"); kind {
	case "list", "set":
		return cty.TupleVal([]cty.Value{s(path + "0"), s(path + "1")})
	case "map":
		return cty.ObjectVal(map[string]cty.Value{"a": s(path)})
	}
	return cty.DynamicVal.Mark(value.Symbol{ID: path})
}

// wrong writes a list where a scalar belongs, and the other way round.
func wrong(path, typ string) cty.Value {
	if strings.Contains(typ, ":") {
		return cty.StringVal(path)
	}
	return cty.TupleVal([]cty.Value{cty.StringVal(path), cty.EmptyObjectVal})
}

func pending(_, typ string) cty.Value {
	if kind, _, _ := strings.Cut(typ, ":"); kind == "list" || kind == "set" {
		return cty.TupleVal([]cty.Value{cty.UnknownVal(cty.String), cty.StringVal("a")})
	}
	return cty.DynamicVal
}

// objectOf configures every attribute that can be, blocks twice where they may
// repeat, down to a depth that shows all nesting modes.
func objectOf(attrs map[string]*plan.AttrFacts, make maker, path string, depth int) map[string]cty.Value {
	out := map[string]cty.Value{}
	for name, a := range attrs {
		if !a.Required && !a.Optional || len(attrs) > 60 && !a.Required && depth > 1 {
			continue
		}
		at := path + "." + name
		if a.Nested == nil {
			out[name] = make(at, a.Type)
			continue
		}
		if depth > 2 {
			continue
		}
		first := cty.ObjectVal(objectOf(a.Nested, make, at+"0", depth+1))
		kind := strings.ToLower(a.Type)
		switch {
		case strings.HasPrefix(kind, "single"):
			out[name] = first
		case strings.HasPrefix(kind, "map"):
			out[name] = cty.ObjectVal(map[string]cty.Value{"a": first})
		case strings.HasSuffix(kind, ":1"):
			out[name] = cty.TupleVal([]cty.Value{first})
		default:
			out[name] = cty.TupleVal([]cty.Value{first, cty.ObjectVal(objectOf(a.Nested, make, at+"1", depth+1))})
		}
	}
	return out
}
