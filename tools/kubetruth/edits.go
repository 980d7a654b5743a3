package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// edit is one changed field of a seed: its path and new value, nil where it is
// removed, and the object with it. An edit of several fields has no path.
type edit struct {
	name  string
	path  plan.Path
	value any
	after map[string]any
}

// edits makes every single-field edit of an object: each value changed and
// removed, each list item removed, doubled and moved, each field that the type
// has and the object has not added. The order is fixed.
func edits(o object.Object) []edit {
	e := editor{seed: o.Value}
	t := schema.Of(o.Identity)
	e.visit(t, o.Value, nil)
	return e.out
}

type editor struct {
	seed map[string]any
	out  []edit
}

// fixedPaths are identity and what the server writes.
var fixedPaths = []string{"apiVersion", "kind", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.generateName",
	"metadata.creationTimestamp", "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds", "metadata.generation",
	"metadata.managedFields", "metadata.resourceVersion", "metadata.selfLink", "metadata.ownerReferences", "metadata.finalizers"}

func (e *editor) visit(t *schema.Type, v any, path plan.Path) {
	if slices.Contains(fixedPaths, dotted(path)) {
		return
	}
	if len(path) > 0 {
		for i, alt := range alternatives(t, v) {
			e.add(fmt.Sprintf("%s = %v (%d)", dotted(path), brief(alt), i), path, alt)
		}
		if _, inList := path[len(path)-1].(int); !inList {
			e.add(dotted(path)+" removed", path, nil)
		}
	}
	switch x := v.(type) {
	case map[string]any:
		e.visitMap(t, x, path)
	case []any:
		e.visitList(t, x, path)
	}
}

func (e *editor) visitMap(t *schema.Type, m map[string]any, path plan.Path) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if f, ok := t.Field(k); ok {
			e.visit(f, m[k], step(path, k))
		}
	}
	for _, k := range t.FieldNames() {
		if _, has := m[k]; has || slices.Contains(fixedPaths, dotted(step(path, k))) {
			continue
		}
		f, _ := t.Field(k)
		for i, v := range samples(f, 3) {
			e.add(fmt.Sprintf("%s added %v (%d)", dotted(step(path, k)), brief(v), i), step(path, k), v)
		}
	}
	if t.Form == schema.Map {
		for _, v := range samples(t.Elem, 2) {
			e.add(fmt.Sprintf("%s.added added %v", dotted(path), brief(v)), step(path, "added"), v)
		}
	}
}

func (e *editor) visitList(t *schema.Type, l []any, path plan.Path) {
	for i, item := range l {
		elem := t.Elem
		if elem == nil {
			return
		}
		e.visit(elem, item, step(path, i))
		e.add(fmt.Sprintf("%s[%d] removed", dotted(path), i), path, slices.Delete(slices.Clone(l), i, i+1))
	}
	if len(l) > 1 {
		e.add(dotted(path)+" reversed", path, reversed(l))
	}
	if t.Elem != nil {
		for i, v := range samples(t.Elem, 2) {
			e.add(fmt.Sprintf("%s item added %v (%d)", dotted(path), brief(v), i), path, append(slices.Clone(l), v))
		}
		if m, ok := l[0].(map[string]any); ok && len(t.Keys) > 0 {
			m = maps.Clone(m)
			for _, k := range t.Keys {
				if s, ok := m[k].(string); ok {
					m[k] = s + "x"
				}
			}
			e.add(dotted(path)+" copy of item added", path, append(slices.Clone(l), m))
		}
	}
}

func reversed(l []any) []any {
	l = slices.Clone(l)
	slices.Reverse(l)
	return l
}

// alternatives are other values of a type, some of them equal in meaning.
func alternatives(t *schema.Type, v any) []any {
	switch x := v.(type) {
	case string:
		switch t.Form {
		case schema.Quantity:
			return []any{"1", "1000m", "1Gi", "1024Mi", "20Gi", "5Gi"}
		case schema.IntOrString:
			return []any{int64(1), "50%"}
		case schema.Bytes:
			return []any{"eHg="}
		}
		return append(words(x), x+"x")
	case int64:
		return []any{x + 1, max(x-1, 0)}
	case bool:
		return []any{!x}
	case []any:
		return []any{[]any{}}
	case map[string]any:
		if t.Form == schema.Map {
			return []any{map[string]any{}}
		}
	}
	return nil
}

// words are other values of the enumerations that a value belongs to.
func words(s string) []any {
	for _, set := range [][]string{
		{"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}, {"Retain", "Delete", "Recycle"}, {"Immediate", "WaitForFirstConsumer"},
		{"Parallel", "OrderedReady"}, {"RollingUpdate", "OnDelete", "Recreate"}, {"Filesystem", "Block"}, {"Never", "OnFailure", "Always"},
		{"Indexed", "NonIndexed"}, {"Failed", "TerminatingOrFailed"}, {"IPv4", "IPv6", "FQDN"}, {"Cluster", "Local"}, {"ClientIP", "None"},
		{"SingleStack", "PreferDualStack", "RequireDualStack"}, {"Role", "ClusterRole"}, {"Namespaced", "Cluster"}, {"TCP", "UDP"},
		{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"}, {"BestEffort", "NotBestEffort"}, {"PreemptLowerPriority", "Never"},
		{"10.0.0.1", "10.0.0.2", "None"}, {"Persistent", "Ephemeral"}, {"Opaque", "kubernetes.io/tls"}, {"10.0.0.0/16", "10.1.0.0/16"},
		{"Allow", "Forbid", "Replace"}, {"Ignore", "Fail"}, {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
	} {
		if slices.Contains(set, s) {
			var out []any
			for _, w := range set {
				if w != s {
					out = append(out, w)
				}
			}
			return out
		}
	}
	return nil
}

// samples are values to add where there is none.
func samples(t *schema.Type, depth int) []any {
	switch t.Form {
	case schema.String:
		return []any{"", "x", "Retain", "Delete", "Immediate", "OrderedReady", "Parallel", "Filesystem", "Block", "NonIndexed", "Indexed",
			"None", "10.0.0.9", "ClusterIP", "Cluster", "Local", "Always", "IfNotPresent", "TCP", "Never", "PreemptLowerPriority", "fast", "old"}
	case schema.Boolean:
		return []any{false, true}
	case schema.Integer, schema.Number:
		return []any{int64(0), int64(1), int64(30)}
	case schema.Quantity:
		return []any{"1Gi"}
	case schema.IntOrString:
		return []any{int64(1), "25%"}
	case schema.Bytes:
		return []any{"eHg="}
	case schema.Map:
		if depth > 0 {
			out := []any{map[string]any{}}
			for _, v := range samples(t.Elem, depth-1) {
				return append(out, map[string]any{"x": v})
			}
			return out
		}
	case schema.List:
		if depth > 0 {
			out := []any{[]any{}}
			for _, v := range samples(t.Elem, depth-1) {
				if v != "" {
					return append(out, []any{v})
				}
			}
			return out
		}
	case schema.Struct:
		return []any{map[string]any{}}
	}
	return nil
}

// add keeps the seed and changes one place of a copy; a nil value removes.
func (e *editor) add(name string, path plan.Path, v any) {
	e.out = append(e.out, edit{name, path, v, with(e.seed, path, v).(map[string]any)})
}

func with(root any, path plan.Path, v any) any {
	if len(path) == 0 {
		return v
	}
	switch s := path[0].(type) {
	case string:
		m, _ := root.(map[string]any)
		m = maps.Clone(m)
		if m == nil {
			m = map[string]any{}
		}
		if len(path) == 1 && v == nil {
			delete(m, s)
			return m
		}
		m[s] = with(m[s], path[1:], v)
		return m
	case int:
		l := slices.Clone(root.([]any))
		l[s] = with(l[s], path[1:], v)
		return l
	}
	panic("path of another kind")
}

func step(path plan.Path, s any) plan.Path { return append(path[:len(path):len(path)], s) }

func dotted(path plan.Path) string {
	var parts []string
	for _, s := range path {
		parts = append(parts, fmt.Sprint(s))
	}
	return strings.Join(parts, ".")
}

func brief(v any) string {
	s := fmt.Sprintf("%v", v)
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return s
}
