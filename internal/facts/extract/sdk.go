package extract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/equality"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// resource is what was read of one type.
type resource struct {
	Attributes map[string]*facts.SourceAttr
	PlanLogic  bool
	Framework  bool
	// conditional are the paths that plan-time logic can force.
	conditional []string
	unresolved  bool
	why         []string
}

// reader turns interpreted schemas into facts, and notes what it could not.
type reader struct {
	in    *interp.Interp
	equal *equality.Analyser
	why   []string
	deep  int
}

func (x *extractor) reader() *reader { return &reader{in: x.in, equal: x.equal} }

func (c *reader) note(f string, a ...any) { c.why = append(c.why, fmt.Sprintf(f, a...)) }

func (c *reader) boolF(s *interp.Struct, n string) bool {
	v, ok := s.Fields[n]
	if !ok {
		return false
	}
	v = c.in.Force(interp.Deref(v))
	if b, ok := v.(bool); ok {
		return b
	}
	c.note("bool field %s is %s", n, interp.Describe(v))
	return false
}

// sdkResource reads the schema of a *schema.Resource.
func (c *reader) sdkResource(v interp.Value) map[string]*facts.SourceAttr {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		c.note("resource is %s", interp.Describe(v))
		return nil
	}
	m := s.Fields["Schema"]
	if sf, ok := s.Fields["SchemaFunc"]; ok && !interp.IsNil(sf) {
		r := c.in.Call(sf, nil, nil)
		if len(r) > 0 {
			m = r[0]
		}
	}
	if m == nil {
		return map[string]*facts.SourceAttr{}
	}
	return c.sdkMap(m)
}

func (c *reader) sdkMap(v interp.Value) map[string]*facts.SourceAttr {
	m, ok := interp.Deref(v).(*interp.MapV)
	if !ok {
		if interp.IsNil(v) {
			return map[string]*facts.SourceAttr{}
		}
		c.note("schema map is %s", interp.Describe(v))
		return nil
	}
	if m.Dyn > 0 {
		c.note("schema map has %d entries with unknown keys", m.Dyn)
	}
	out := map[string]*facts.SourceAttr{}
	for _, k := range m.Keys {
		if strings.HasPrefix(k, "\x00") {
			c.note("key is external constant %s", k[1:])
			continue
		}
		if interp.IsNil(m.Elems[k]) {
			c.note("schema %s is nil", k)
			continue
		}
		a := c.sdkAttr(m.Elems[k], k)
		if a != nil {
			out[k] = a
		}
	}
	return out
}

// maxNesting bounds schemas that contain themselves.
const maxNesting = 60

func (c *reader) sdkAttr(v interp.Value, name string) *facts.SourceAttr {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		c.note("schema %s is %s", name, interp.Describe(v))
		return nil
	}
	c.deep++
	defer func() { c.deep-- }()
	if c.deep > maxNesting {
		c.note("too deep at %s", name)
		return nil
	}
	set := func(n string) bool { x, ok := s.Fields[n]; return ok && !interp.IsNil(x) }
	a := &facts.SourceAttr{
		Type: c.sdkType(s, name), Mode: c.mode(s),
		Normalised: set("DiffSuppressFunc") || set("StateFunc"),
	}
	if a.Mode == "" {
		a.Mode = "c"
	}
	if c.boolF(s, "ForceNew") {
		a.Force = "always"
	}
	if set("Default") {
		a.Default = text(c.constant(s.Fields["Default"]))
	}
	if set("DiffSuppressFunc") {
		a.Compare = c.equal.Suppress(s.Fields["DiffSuppressFunc"])
	}
	if set("StateFunc") {
		a.Compare = withState(a.Compare, c.equal.State(s.Fields["StateFunc"]))
	}
	if set("Elem") {
		c.sdkElem(a, s, name)
	}
	return a
}

// withState adds what a StateFunc makes equal. It writes a value in one of the
// ways that its DiffSuppressFunc takes for equal, so that one that is not made
// out adds nothing to a relation that is.
func withState(suppress, state []plan.Comparison) []plan.Comparison {
	relates := func(c plan.Comparison) bool { return c.Relation != plan.RelationAny }
	if equality.Known(suppress) && slices.ContainsFunc(suppress, relates) && !equality.Known(state) {
		return suppress
	}
	return append(slices.Clip(suppress), state...)
}

func (c *reader) sdkType(s *interp.Struct, name string) string {
	o, ok := interp.Deref(s.Fields["Type"]).(*interp.Opaque)
	if ok {
		switch o.Name[strings.LastIndexByte(o.Name, '.')+1:] {
		case "TypeString":
			return "string"
		case "TypeBool":
			return "bool"
		case "TypeInt", "TypeFloat":
			return "number"
		case "TypeList":
			return "list"
		case "TypeSet":
			return "set"
		case "TypeMap":
			return "map"
		}
	}
	c.note("type of %s is %s", name, interp.Describe(s.Fields["Type"]))
	return ""
}

// mode is r, o, oc, c or none.
func (c *reader) mode(s *interp.Struct) string {
	required, optional, computed := c.boolF(s, "Required"), c.boolF(s, "Optional"), c.boolF(s, "Computed")
	switch {
	case required:
		return "r"
	case optional && computed:
		return "oc"
	case optional:
		return "o"
	case computed:
		return "c"
	}
	return ""
}

func (c *reader) sdkElem(a *facts.SourceAttr, s *interp.Struct, name string) {
	e := s.Fields["Elem"]
	es, ok := interp.Deref(e).(*interp.Struct)
	if !ok {
		// Elem: schema.TypeString is accepted by the SDK and means nothing.
		if _, isOpaque := interp.Deref(e).(*interp.Opaque); !isOpaque || !strings.Contains(interp.Describe(e), "schema.Type") {
			c.note("elem of %s is %s", name, interp.Describe(e))
		}
		return
	}
	if es.Type == nil || es.Type.Name != "Resource" {
		if elem := c.sdkAttr(e, name+".elem"); elem != nil {
			a.Type += ":" + elem.Type
			if elem.Force != "" {
				a.Force = elem.Force
			}
			a.Normalised = a.Normalised || elem.Normalised
			a.Compare = append(a.Compare, elem.Compare...)
		}
		return
	}
	a.Type += ":block"
	if cm, ok := interp.Deref(s.Fields["ConfigMode"]).(*interp.Opaque); ok && strings.HasSuffix(cm.Name, "SchemaConfigModeAttr") {
		a.Type = strings.TrimSuffix(a.Type, "block") + "attrobj"
	}
	if n, ok := c.in.Force(s.Fields["MaxItems"]).(int64); ok && n == 1 {
		a.Type += ":1"
	}
	a.Nested = c.sdkResource(e)
}

// text is a default in the JSON form.
func text(d any) json.RawMessage {
	b, err := json.Marshal(d)
	if err != nil {
		return nil
	}
	return b
}

// constant is a default that is known, else the name of the constant.
func (c *reader) constant(d interp.Value) any {
	d = c.in.Force(interp.Deref(d))
	switch x := d.(type) {
	case string, int64, bool, float64:
		return x
	case *interp.Opaque:
		if len(x.Args) == 1 { // conversion-like helper
			switch y := c.in.Force(x.Args[0]).(type) {
			case string, int64, bool, float64:
				return y
			}
		}
		return map[string]any{"const": x.Name}
	}
	return map[string]any{"const": interp.Describe(d)}
}

// sdk reads a *schema.Resource.
func (x *extractor) sdk(v interp.Value) *resource {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		return &resource{unresolved: true, why: []string{"resource is " + interp.Describe(v)}}
	}
	c := x.reader()
	r := &resource{Attributes: c.sdkResource(s)}
	r.unresolved = r.Attributes == nil
	if logic := s.Fields["CustomizeDiff"]; !interp.IsNil(logic) {
		r.PlanLogic = true
		r.conditional = scanDiff(x.in, logic)
	}
	r.why = append(c.why, x.in.Problems...)
	if x.in.Exhausted() {
		r.why, r.unresolved = append(r.why, "step limit"), true
	}
	return r
}
