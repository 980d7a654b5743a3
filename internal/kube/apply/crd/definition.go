// Package crd reads CustomResourceDefinitions: the type of their resources,
// and the validation rules that compare a resource with what it was before.
package crd

import (
	"fmt"
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Definition is a CustomResourceDefinition as far as updates depend on it.
type Definition struct {
	Group, Kind, Plural string
	// Versions by name.
	Versions map[string]*Version
	// Object is where it is written.
	Object object.Object
}

// Same reports whether two definitions say the same; the other may be nil.
func (d *Definition) Same(other *Definition) bool {
	return other != nil && reflect.DeepEqual(d.Object.Value, other.Object.Value)
}

// Version is one version of a definition.
type Version struct {
	Name            string
	Served, Storage bool
	// Type is the type of the resources, metadata included.
	Type *schema.Type
	// node is the schema with its rules; nil where there is none.
	node *node
}

// Read makes a Definition of a CustomResourceDefinition object, of v1 or
// v1beta1.
func Read(o object.Object) (*Definition, error) {
	d := &Definition{
		Group:    o.String("spec", "group"),
		Kind:     o.String("spec", "names", "kind"),
		Plural:   o.String("spec", "names", "plural"),
		Versions: map[string]*Version{},
		Object:   o,
	}
	if d.Group == "" || d.Kind == "" {
		return nil, fmt.Errorf("read CustomResourceDefinition %s at %s:%d: it has no spec.group or spec.names.kind", o.Name, o.File, o.Line)
	}
	versions, _ := o.Get("spec", "versions")
	list, _ := versions.([]any)
	if old := o.String("spec", "version"); old != "" && len(list) == 0 { // v1beta1
		list = []any{map[string]any{"name": old, "served": true, "storage": true}}
	}
	common, _ := o.Get("spec", "validation", "openAPIV3Schema")
	for _, item := range list {
		v, _ := item.(map[string]any)
		name, _ := v["name"].(string)
		if name == "" {
			continue
		}
		raw, ok := object.Lookup(v, "schema", "openAPIV3Schema")
		if !ok {
			raw = common
		}
		out := &Version{Name: name, Served: v["served"] == true, Storage: v["storage"] == true}
		open := o.Version != "v1" && boolean(o, true, "spec", "preserveUnknownFields") || boolean(o, false, "spec", "preserveUnknownFields")
		if m, ok := raw.(map[string]any); ok {
			out.node = readNode(m, open)
			out.Type = schema.Custom(out.node.typ)
		} else {
			out.Type = schema.Custom(nil)
		}
		d.Versions[name] = out
	}
	return d, nil
}

func boolean(o object.Object, absent bool, path ...any) bool {
	v, ok := o.Get(path...)
	if !ok || v == nil {
		return absent
	}
	return v == true
}

// Of returns a version, or the storage version where a resource is written in
// one that the definition does not have.
func (d *Definition) Of(version string) *Version {
	if d == nil {
		return nil
	}
	if v, ok := d.Versions[version]; ok {
		return v
	}
	for _, v := range d.Versions {
		if v.Storage {
			return v
		}
	}
	return nil
}

// node is one level of a schema.
type node struct {
	typ    *schema.Type
	format string
	// fields of an object, or elem of a map or list.
	fields map[string]*node
	elem   *node
	rules  []rule
	// deep: there is a rule here or below.
	deep bool
}

// rule is one entry of x-kubernetes-validations that mentions oldSelf.
type rule struct {
	expr, message string
	optional      bool
}

// maxDepth bounds schemas that are nested without end by an alias.
const maxDepth = 100

func readNode(m map[string]any, open bool) *node { return readAt(m, open, 0) }

func readAt(m map[string]any, open bool, depth int) *node {
	n := &node{typ: &schema.Type{Form: schema.Any, Pointer: true}}
	n.format, _ = m["format"].(string)
	n.rules = transitions(m)
	n.deep = len(n.rules) > 0
	if depth > maxDepth {
		return n
	}
	open = open || m["x-kubernetes-preserve-unknown-fields"] == true || m["x-kubernetes-embedded-resource"] == true
	switch kind, _ := m["type"].(string); {
	case m["x-kubernetes-int-or-string"] == true:
		n.typ.Form = schema.IntOrString
	case kind == "object" || kind == "" && m["properties"] != nil:
		n.object(m, open, depth)
	case kind == "array":
		n.array(m, open, depth)
	case kind == "string":
		n.typ.Form = schema.String
	case kind == "boolean":
		n.typ.Form = schema.Boolean
	case kind == "integer":
		n.typ.Form = schema.Integer
	case kind == "number":
		n.typ.Form = schema.Number
	}
	return n
}

func (n *node) object(m map[string]any, open bool, depth int) {
	if extra, ok := m["additionalProperties"].(map[string]any); ok && m["properties"] == nil {
		n.elem = readAt(extra, open, depth+1)
		n.typ.Form, n.typ.Elem = schema.Map, n.elem.typ
		n.deep = n.deep || n.elem.deep
		return
	}
	properties, _ := m["properties"].(map[string]any)
	n.typ.Form = schema.Struct
	n.typ.Open = open || m["additionalProperties"] == true
	n.typ.Fields = make(map[string]*schema.Type, len(properties))
	n.fields = make(map[string]*node, len(properties))
	for name, p := range properties {
		pm, _ := p.(map[string]any)
		f := readAt(pm, open, depth+1)
		n.fields[name], n.typ.Fields[name] = f, f.typ
		n.deep = n.deep || f.deep
		if d, ok := pm["default"]; ok && d != nil {
			if n.typ.Defaults == nil {
				n.typ.Defaults = map[string]any{}
			}
			n.typ.Defaults[name] = d
		}
	}
}

func (n *node) array(m map[string]any, open bool, depth int) {
	items, _ := m["items"].(map[string]any)
	n.elem = readAt(items, open, depth+1)
	n.typ.Form, n.typ.Elem = schema.List, n.elem.typ
	n.deep = n.deep || n.elem.deep
	switch m["x-kubernetes-list-type"] {
	case "set":
		n.typ.Set = true
	case "map":
		keys, _ := m["x-kubernetes-list-map-keys"].([]any)
		for _, k := range keys {
			if s, ok := k.(string); ok {
				n.typ.Keys = append(n.typ.Keys, s)
			}
		}
	}
}
