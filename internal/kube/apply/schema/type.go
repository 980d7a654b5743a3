// Package schema knows the types of the Kubernetes API: what is a quantity,
// how list elements are told apart, what the API server fills in. With them it
// defaults, merges and compares objects as the server and kubectl do.
//
// A type is written as types.json has it:
//
//	string boolean integer number bytes time quantity int-or-string any
//	@NAME        a structure, `core.v1.PodSpec`
//	{}T          a map from string to T
//	[]T          a list that is replaced as a whole
//	[set]T       a list of values without order
//	[a,b]T       a list of structures told apart by the fields a and b
//	*T           a pointer in Go: a zero value is not the same as none
//	~T           a structure of which a patch keeps only what it names
//	(Gate)T      a field that clusters drop unless they turn the feature gate on
package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Form is the shape of a value. The zero value is invalid.
type Form string

const (
	Any         Form = "any"
	String      Form = "string"
	Boolean     Form = "boolean"
	Integer     Form = "integer"
	Number      Form = "number"
	Bytes       Form = "bytes"
	Time        Form = "time"
	Quantity    Form = "quantity"
	IntOrString Form = "int-or-string"
	Map         Form = "map"
	List        Form = "list"
	Struct      Form = "struct"
)

// Type is the type of a value. It is never changed after it is made.
type Type struct {
	Form Form
	// Pointer: a zero value differs from none.
	Pointer bool
	// Retain: a patch drops fields that it does not name (patch strategy
	// retainKeys).
	Retain bool
	// Gate is the feature gate without which the field is dropped.
	Gate string
	// Elem is the type of the values of a map or list.
	Elem *Type
	// Keys tell the elements of a list apart; Set: the values do.
	Keys []string
	Set  bool
	// Name and Fields are those of a structure.
	Name   string
	Fields map[string]*Type
	// Open: fields that are not in Fields are kept.
	Open bool
	// Defaults are filled in by field where there is no value.
	Defaults map[string]any
}

//go:embed types.json
var typesJSON []byte

type registry struct {
	kinds map[string]*Type
	// latest is the version to read an older one as, by group/kind.
	latest map[string]string
	types  map[string]*Type
}

var builtin = sync.OnceValue(func() *registry {
	r, err := load(typesJSON, defaultsYAML)
	if err != nil {
		panic(err) // embedded data, covered by a test
	}
	return r
})

func load(types, defaults []byte) (*registry, error) {
	var doc struct {
		Kinds map[string]string
		Types map[string]map[string]string
	}
	if err := json.Unmarshal(types, &doc); err != nil {
		return nil, fmt.Errorf("read types.json: %w", err)
	}
	filled, err := readDefaults(defaults)
	if err != nil {
		return nil, err
	}
	r := &registry{map[string]*Type{}, map[string]string{}, make(map[string]*Type, len(doc.Types))}
	for name := range doc.Types {
		r.types[name] = &Type{Form: Struct, Name: name}
	}
	for name, fields := range doc.Types {
		t := r.types[name]
		t.Fields = make(map[string]*Type, len(fields))
		for field, expr := range fields {
			if t.Fields[field], err = r.parse(expr); err != nil {
				return nil, fmt.Errorf("type %s, field %s: %w", name, field, err)
			}
		}
		t.Defaults = filled.of(name)
	}
	if err := filled.unused(r.types); err != nil {
		return nil, err
	}
	for gvk, name := range doc.Kinds {
		if r.types[name] == nil {
			return nil, fmt.Errorf("kind %s: no type %s", gvk, name)
		}
		r.kinds[gvk] = r.types[name]
		parts := strings.Split(gvk, "/")
		gk := parts[0] + "/" + parts[2]
		if have, ok := r.latest[gk]; !ok || newer(parts[1], have) {
			r.latest[gk] = parts[1]
		}
	}
	return r, nil
}

// parse reads the notation of the package comment.
func (r *registry) parse(expr string) (*Type, error) {
	switch {
	case strings.HasPrefix(expr, "*"):
		t, err := r.parse(expr[1:])
		if err != nil {
			return nil, err
		}
		p := *t
		p.Pointer = true
		return &p, nil
	case strings.HasPrefix(expr, "("):
		gate, rest, _ := strings.Cut(expr[1:], ")")
		t, err := r.parse(rest)
		if err != nil {
			return nil, err
		}
		p := *t
		p.Gate = gate
		return &p, nil
	case strings.HasPrefix(expr, "~"):
		t, err := r.parse(expr[1:])
		if err != nil {
			return nil, err
		}
		p := *t
		p.Retain = true
		return &p, nil
	case strings.HasPrefix(expr, "@"):
		t := r.types[expr[1:]]
		if t == nil {
			return nil, fmt.Errorf("no type %s", expr[1:])
		}
		return &Type{Form: Struct, Name: t.Name}, nil
	case strings.HasPrefix(expr, "{}"):
		elem, err := r.parse(expr[2:])
		return &Type{Form: Map, Elem: elem}, err
	case strings.HasPrefix(expr, "["):
		keys, rest, _ := strings.Cut(expr[1:], "]")
		elem, err := r.parse(rest)
		t := &Type{Form: List, Elem: elem}
		switch keys {
		case "":
		case "set":
			t.Set = true
		default:
			t.Keys = strings.Split(keys, ",")
		}
		return t, err
	}
	switch f := Form(expr); f {
	case Any, String, Boolean, Integer, Number, Bytes, Time, Quantity, IntOrString:
		return &Type{Form: f}, nil
	}
	return nil, fmt.Errorf("unknown notation %q", expr)
}

// resolved is the type with its fields: references to a named structure share
// one definition.
func (t *Type) resolved() *Type {
	if t.Form == Struct && t.Fields == nil && t.Name != "" {
		return builtin().types[t.Name]
	}
	return t
}

// Field is the type of a field, and whether there is one.
func (t *Type) Field(name string) (*Type, bool) {
	switch t.Form {
	case Map:
		return t.Elem, true
	case Any:
		return anything, true
	case Struct:
		s := t.resolved()
		if f, ok := s.Fields[name]; ok {
			return f, true
		}
		if s.Open {
			return anything, true
		}
	}
	return nil, false
}

var anything = &Type{Form: Any, Pointer: true}

// Of is the type of a kind built into Kubernetes, or nil. A version that is no
// longer served is read as the newest one.
func Of(id object.Identity) *Type {
	r := builtin()
	group := object.CanonicalGroup(id.Group, id.Kind)
	if t, ok := r.kinds[group+"/"+id.Version+"/"+id.Kind]; ok {
		return t
	}
	if v, ok := r.latest[group+"/"+id.Kind]; ok {
		return r.kinds[group+"/"+v+"/"+id.Kind]
	}
	return nil
}

// Has reports whether a version is known by itself, not read as another.
func Has(id object.Identity) bool {
	_, ok := builtin().kinds[object.CanonicalGroup(id.Group, id.Kind)+"/"+id.Version+"/"+id.Kind]
	return ok
}

// Custom is the type of a custom resource whose fields are those of spec;
// metadata is as everywhere. A nil spec leaves all open.
func Custom(top *Type) *Type {
	t := Type{Form: Struct, Open: true, Fields: map[string]*Type{}}
	if top != nil {
		t = *top
		t.Fields = make(map[string]*Type, len(top.Fields)+3)
		for k, f := range top.Fields {
			t.Fields[k] = f
		}
	}
	t.Fields["apiVersion"] = &Type{Form: String}
	t.Fields["kind"] = &Type{Form: String}
	t.Fields["metadata"] = &Type{Form: Struct, Name: "meta.v1.ObjectMeta"}
	return &t
}

// newer orders versions as the API server prefers them: v2, v1, v1beta2,
// v1beta1, v1alpha1 (k8s.io/apimachinery/pkg/version.CompareKubeAwareVersionStrings).
func newer(a, b string) bool {
	return rank(a) > rank(b)
}

func rank(v string) int {
	major, stage, minor := 0, 3, 0
	switch {
	case strings.Contains(v, "alpha"):
		stage = 1
		_, _ = fmt.Sscanf(v, "v%dalpha%d", &major, &minor)
	case strings.Contains(v, "beta"):
		stage = 2
		_, _ = fmt.Sscanf(v, "v%dbeta%d", &major, &minor)
	default:
		_, _ = fmt.Sscanf(v, "v%d", &major)
	}
	return stage*1_000_000 + major*1000 + minor
}

// FieldNames lists the fields of a structure in order.
func (t *Type) FieldNames() []string {
	if t.Form != Struct {
		return nil
	}
	return slices.Sorted(maps.Keys(t.resolved().Fields))
}

// GateOf is the feature gate on the way to a path, or "".
func (t *Type) GateOf(path plan.Path) string {
	for _, s := range path {
		if t == nil {
			return ""
		}
		if name, ok := s.(string); ok {
			t, _ = t.Field(name)
		} else {
			t = t.Elem
		}
		if t != nil && t.Gate != "" {
			return t.Gate
		}
	}
	return ""
}

// Kind finds a built-in kind by its name in any case; version may be empty for
// the newest.
func Kind(name, version string) (object.Identity, *Type, bool) {
	r := builtin()
	for _, gvk := range slices.Sorted(maps.Keys(r.kinds)) {
		parts := strings.Split(gvk, "/")
		if !strings.EqualFold(parts[2], name) {
			continue
		}
		if version == "" || r.kinds[parts[0]+"/"+version+"/"+parts[2]] == nil {
			version = r.latest[parts[0]+"/"+parts[2]]
		}
		id := object.Identity{Group: parts[0], Version: version, Kind: parts[2]}
		return id, r.kinds[parts[0]+"/"+version+"/"+parts[2]], true
	}
	return object.Identity{}, nil, false
}
