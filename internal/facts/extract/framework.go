package extract

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

func (c *reader) fwSchema(v interp.Value, out map[string]*facts.SourceAttr) bool {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		c.note("framework schema is %s", interp.Describe(v))
		return false
	}
	for _, n := range []string{"Attributes", "Blocks"} {
		c.fwMap(s.Fields[n], out, n)
	}
	return true
}

func (c *reader) fwMap(v interp.Value, out map[string]*facts.SourceAttr, what string) {
	if v == nil || interp.IsNil(v) {
		return
	}
	m, ok := interp.Deref(v).(*interp.MapV)
	if !ok {
		c.note("%s is %s", what, interp.Describe(v))
		return
	}
	if m.Dyn > 0 {
		c.note("%s has %d entries with unknown keys", what, m.Dyn)
	}
	for _, k := range m.Keys {
		if strings.HasPrefix(k, "\x00") {
			c.note("key is external constant %s", k[1:])
			continue
		}
		if a := c.fwAttr(m.Elems[k], k); a != nil {
			out[k] = a
		}
	}
}

func (c *reader) fwAttr(v interp.Value, name string) *facts.SourceAttr {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok || s.Type == nil {
		c.note("attribute %s is %s", name, interp.Describe(v))
		return nil
	}
	c.deep++
	defer func() { c.deep-- }()
	if c.deep > maxNesting {
		c.note("too deep at %s", name)
		return nil
	}
	tn := s.Type.Name
	a := &facts.SourceAttr{Type: strings.ToLower(strings.TrimSuffix(tn, "Attribute"))}
	a.Mode = c.mode(s)
	if pm, ok := interp.Deref(s.Fields["PlanModifiers"]).(*interp.SliceV); ok {
		for _, x := range pm.Elems {
			c.modifier(a, x)
		}
	} else if pv, has := s.Fields["PlanModifiers"]; has && !interp.IsNil(pv) {
		c.note("PlanModifiers of %s is %s", name, interp.Describe(pv))
	}
	if d, ok := s.Fields["Default"]; ok && !interp.IsNil(d) {
		a.Default = text(c.fwDefault(d))
	}
	if et, ok := s.Fields["ElementType"]; ok && !interp.IsNil(et) {
		a.Type += ":" + strings.ToLower(c.typeString(et))
	}
	if no, ok := s.Fields["NestedObject"]; ok && !interp.IsNil(no) {
		a.Nested = map[string]*facts.SourceAttr{}
		if ns, ok := interp.Deref(no).(*interp.Struct); ok {
			c.fwMap(ns.Fields["Attributes"], a.Nested, "Attributes")
			c.fwMap(ns.Fields["Blocks"], a.Nested, "Blocks")
		} else {
			c.note("NestedObject of %s is %s", name, interp.Describe(no))
		}
	} else if strings.HasPrefix(tn, "SingleNested") {
		a.Nested = map[string]*facts.SourceAttr{}
		c.fwMap(s.Fields["Attributes"], a.Nested, "Attributes")
		c.fwMap(s.Fields["Blocks"], a.Nested, "Blocks")
	} else if strings.Contains(tn, "Nested") {
		a.Nested = map[string]*facts.SourceAttr{}
	}
	return a
}

func (c *reader) fwDefault(d interp.Value) any {
	switch x := interp.Deref(d).(type) {
	case *interp.Opaque:
		if len(x.Args) >= 1 {
			a := c.in.Force(interp.Deref(x.Args[0]))
			switch y := a.(type) {
			case string, int64, bool, float64:
				return map[string]any{"fw": "value defaults to " + fmt.Sprint(y)}
			case *interp.Opaque:
				return map[string]any{"const": y.Name}
			default:
				return map[string]any{"const": interp.Describe(a)}
			}
		}
		return map[string]any{"const": x.Name}
	case *interp.Struct:
		return map[string]any{"const": x.Type.String()}
	}
	return map[string]any{"const": interp.Describe(d)}
}

var fwBasic = regexp.MustCompile(`(types|basetypes)\.(String|Bool|Int64|Int32|Float64|Float32|Number|Dynamic)Type$`)

func lastPath(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

func shortType(t *interp.Type) string {
	if t == nil {
		return "?"
	}
	switch t.Kind {
	case "named":
		s := lastPath(t.Pkg) + "." + t.Name
		if len(t.Args) > 0 {
			var xs []string
			for _, a := range t.Args {
				xs = append(xs, a.String())
			}
			s += "[" + strings.Join(xs, ",") + "]"
		}
		return s
	}
	return t.String()
}

func (c *reader) typeString(v interp.Value) string {
	switch x := interp.Deref(v).(type) {
	case *interp.Opaque:
		if m := fwBasic.FindStringSubmatch(x.Name); m != nil {
			return "basetypes." + m[2] + "Type"
		}
		return lastPath(x.Name)
	case *interp.Struct:
		if x.Type == nil {
			return "?"
		}
		switch x.Type.Name {
		case "StringType", "BoolType", "Int64Type", "Int32Type", "Float64Type", "Float32Type", "NumberType", "DynamicType":
			return "basetypes." + x.Type.Name
		case "ListType", "SetType", "MapType":
			if et, ok := x.Fields["ElemType"]; ok && !interp.IsNil(et) {
				return "types." + x.Type.Name + "[" + c.typeString(et) + "]"
			}
		case "ObjectType":
			if m, ok := interp.Deref(x.Fields["AttrTypes"]).(*interp.MapV); ok {
				ks := append([]string(nil), m.Keys...)
				sort.Strings(ks)
				var xs []string
				for _, k := range ks {
					xs = append(xs, fmt.Sprintf("%q:%s", k, c.typeString(m.Elems[k])))
				}
				return "types.ObjectType[" + strings.Join(xs, ", ") + "]"
			}
		}
		if len(x.Type.Args) > 0 && strings.HasSuffix(x.Type.Name, "TypeOf") || x.Type.Name == "ObjectTypeOf" {
			n := strings.ToUpper(x.Type.Name[:1]) + x.Type.Name[1:]
			if len(x.Type.Args) > 0 {
				return n + "[" + shortType(x.Type.Args[0]) + "]"
			}
			return n
		}
		if m := c.in.Method(x.Type, v, "String"); m != nil {
			r := c.in.Call(m, nil, nil)
			if len(r) == 1 {
				if s, ok := r[0].(string); ok {
					return s
				}
			}
		}
		return shortType(x.Type)
	}
	return interp.Describe(v)
}

// framework reads a resource.Resource: its Schema method, and whether it has
// a ModifyPlan. prefix is the provider's type name.
func (x *extractor) framework(r interp.Value, prefix string) (string, *resource) {
	const pkg = "github.com/hashicorp/terraform-plugin-framework/resource"
	response := func(name string) *interp.Struct {
		return &interp.Struct{Type: named(pkg, name), Fields: map[string]interp.Value{}}
	}
	t := interp.ValueType(r)
	name := ""
	if m := x.in.Method(t, r, "Metadata"); m != nil {
		request, answer := response("MetadataRequest"), response("MetadataResponse")
		request.Fields["ProviderTypeName"] = prefix
		x.in.Call(m, []interp.Value{external("ctx"), request, interp.Pointer(answer)}, nil)
		name, _ = x.in.Force(answer.Fields["TypeName"]).(string)
	}
	out := &resource{Framework: true, Attributes: map[string]*facts.SourceAttr{}}
	m := x.in.Method(t, r, "Schema")
	if m == nil {
		out.unresolved, out.why = true, []string{"no Schema method on " + interp.Describe(r)}
		return name, out
	}
	answer := response("SchemaResponse")
	answer.Fields["Schema"] = &interp.Struct{Type: named(pkg+"/schema", "Schema"), Fields: map[string]interp.Value{}}
	x.in.Call(m, []interp.Value{external("ctx"), response("SchemaRequest"), interp.Pointer(answer)}, nil)
	c := &reader{in: x.in}
	out.unresolved = !c.fwSchema(answer.Fields["Schema"], out.Attributes)
	if logic := x.in.Method(t, r, "ModifyPlan"); logic != nil {
		out.PlanLogic = true
		out.conditional = scanModifyPlan(x.in, logic)
	}
	out.why = append(c.why, x.in.Problems...)
	return name, out
}
