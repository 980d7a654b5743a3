package apply

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func get(v map[string]any, path plan.Path) (any, bool) { return object.Lookup(v, path...) }

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
