package schema

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

//go:embed defaults.yaml
var defaultsYAML []byte

// defaultTable is defaults.yaml: type, with or without version, to fields.
type defaultTable map[string]map[string]any

func readDefaults(data []byte) (defaultTable, error) {
	f, err := object.Parse("defaults.yaml", data, object.Limits{})
	if err != nil {
		return nil, err
	}
	out := defaultTable{}
	if len(f.Others) != 1 {
		return nil, fmt.Errorf("defaults.yaml: want one document")
	}
	doc, _ := f.Others[0].Value.(map[string]any)
	for name, v := range doc {
		fields, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("defaults.yaml: %s is not a mapping", name)
		}
		out[name] = fields
	}
	return out, nil
}

// versionless drops the version of a type name: core.v1.PodSpec, core.PodSpec.
func versionless(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return name
	}
	return parts[0] + "." + parts[2]
}

func (d defaultTable) of(name string) map[string]any {
	if fields, ok := d[name]; ok {
		return fields
	}
	return d[versionless(name)]
}

// unused fails for an entry or a field that no type has.
func (d defaultTable) unused(types map[string]*Type) error {
	for name, fields := range d {
		found := false
		for _, t := range types {
			if t.Name != name && versionless(t.Name) != name {
				continue
			}
			found = true
			for field := range fields {
				if _, ok := t.Fields[field]; !ok {
					return fmt.Errorf("defaults.yaml: type %s has no field %s", t.Name, field)
				}
			}
		}
		if !found {
			return fmt.Errorf("defaults.yaml: no type %s", name)
		}
	}
	return nil
}

// Default fills in what the API server fills in. It does not change v; the
// result may share parts with it.
func (t *Type) Default(v any) any {
	switch x := v.(type) {
	case map[string]any:
		switch t.Form {
		case Struct:
			return t.defaultStruct(x)
		case Map:
			if t.Elem.Form == Struct || t.Elem.Form == List || t.Elem.Form == Map {
				out := make(map[string]any, len(x))
				for k, e := range x {
					out[k] = t.Elem.Default(e)
				}
				return out
			}
		}
	case []any:
		if t.Form == List && (t.Elem.Form == Struct || t.Elem.Form == List || t.Elem.Form == Map) {
			out := make([]any, len(x))
			for i, e := range x {
				out[i] = t.Elem.Default(e)
			}
			return out
		}
	}
	return v
}

func (t *Type) defaultStruct(m map[string]any) map[string]any {
	s := t.resolved()
	out := maps.Clone(m)
	for k, v := range out {
		if v == nil {
			delete(out, k)
		}
	}
	for k, d := range s.Defaults {
		f := s.Fields[k]
		if v, ok := out[k]; !ok || (!f.Pointer && f.blank(v)) {
			out[k] = d
		}
	}
	if fill := conditional[versionless(s.Name)]; fill != nil {
		fill(out)
	}
	for k, f := range s.Fields {
		v, ok := out[k]
		if !ok && f.Form == Struct && !f.Pointer && f.filled() {
			v, ok = map[string]any{}, true
		}
		if ok && k != "status" {
			out[k] = f.Default(v)
		}
	}
	return out
}

// filled reports whether an absent structure of this type may get values.
func (t *Type) filled() bool {
	s := t.resolved()
	if s.Form != Struct || s.Name == "meta.v1.ObjectMeta" {
		return false
	}
	if len(s.Defaults) > 0 || conditional[versionless(s.Name)] != nil {
		return true
	}
	for _, f := range s.Fields {
		if f.Form == Struct && !f.Pointer && f.filled() {
			return true
		}
	}
	return false
}
