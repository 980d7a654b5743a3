package apply

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func get(v map[string]any, path plan.Path) (any, bool) { return object.Lookup(v, path...) }

func mapAt(v map[string]any, path ...any) map[string]any {
	x, _ := object.Lookup(v, path...)
	return asMap(x)
}

func listAt(v map[string]any, path ...any) []any {
	x, _ := object.Lookup(v, path...)
	l, _ := x.([]any)
	return l
}

func textAt(v map[string]any, path ...any) string {
	x, _ := object.Lookup(v, path...)
	s, _ := x.(string)
	return s
}

// boolAt is the truth value at a path, false where there is none.
func boolAt(v map[string]any, path ...any) bool {
	x, _ := object.Lookup(v, path...)
	b, _ := x.(bool)
	return b
}

// intAt is the whole number at a path, and whether there is one.
func intAt(v map[string]any, path ...any) (int64, bool) {
	x, _ := object.Lookup(v, path...)
	i, ok := x.(int64)
	return i, ok
}

// dotted writes a path as the API server does: spec.ports[0].port.
func dotted(path plan.Path) string {
	var b strings.Builder
	for _, s := range path {
		if i, ok := s.(int); ok {
			fmt.Fprintf(&b, "[%d]", i)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		fmt.Fprint(&b, s)
	}
	return b.String()
}

// sourced adds the release to a source of Kubernetes itself.
func sourced(source string) string {
	if strings.Contains(source, "v0.37") || strings.Contains(source, "v1.") {
		return source
	}
	if strings.Contains(source, "k8s.io/apiextensions-apiserver") {
		return source + ", v0.37.2"
	}
	return source + ", k8s.io/kubernetes v1.37.2"
}
