package extract

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

func protocolBlock(in *interp.Interp, v interp.Value, out map[string]*facts.SourceAttr) bool {
	b, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		return false
	}
	c := &reader{in: in}
	if as, ok := interp.Deref(b.Fields["Attributes"]).(*interp.SliceV); ok {
		for _, x := range as.Elems {
			a, ok := interp.Deref(x).(*interp.Struct)
			if !ok {
				return false
			}
			n, _ := in.Force(a.Fields["Name"]).(string)
			at := &facts.SourceAttr{Type: protocolType(in, a.Fields["Type"])}
			if at.Mode = c.mode(a); at.Mode == "" {
				at.Mode = "c"
			}
			out[n] = at
		}
	}
	if bs, ok := interp.Deref(b.Fields["BlockTypes"]).(*interp.SliceV); ok {
		for _, x := range bs.Elems {
			a, ok := interp.Deref(x).(*interp.Struct)
			if !ok {
				return false
			}
			n, _ := in.Force(a.Fields["TypeName"]).(string)
			at := &facts.SourceAttr{Type: "list:block", Mode: "o", Nested: map[string]*facts.SourceAttr{}}
			if o, ok := a.Fields["Nesting"].(*interp.Opaque); ok {
				switch {
				case strings.Contains(o.Name, "Set"):
					at.Type = "set:block"
				case strings.Contains(o.Name, "Single"):
					at.Type = "singlenestedblock"
				}
			}
			if mi, ok := in.Force(a.Fields["MaxItems"]).(int64); ok && mi == 1 {
				at.Type += ":1"
			}
			protocolBlock(in, a.Fields["Block"], at.Nested)
			out[n] = at
		}
	}
	return true
}

func protocolType(in *interp.Interp, v interp.Value) string {
	switch x := interp.Deref(v).(type) {
	case *interp.Opaque:
		n := x.Name[strings.LastIndexByte(x.Name, '.')+1:]
		if n == "DynamicPseudoType" {
			return "dynamic"
		}
		return strings.ToLower(n)
	case *interp.Struct:
		t := strings.ToLower(x.Type.Name)
		if e, ok := x.Fields["ElementType"]; ok {
			t += ":" + protocolType(in, e)
		}
		return t
	}
	return "?"
}
