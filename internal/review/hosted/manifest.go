package hosted

import (
	"path"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/kube/typed"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// texts are the attributes that hold a manifest as it is written.
var texts = map[string]string{"kubectl_manifest": "yaml_body", "k8s_manifest": "content", "kustomization_resource": "manifest"}

// manifest is an object that stands for one of Kubernetes.
func (h *host) manifest(before, after map[string]any) plan.Plan {
	was, is := h.object(before), h.object(after)
	if was == "" || is == "" || was == is {
		return plan.Plan{}
	}
	name := path.Join(folder, "object.yaml")
	return h.ofObject(h.kubernetes(tree(name, was), tree(name, is), []unit.Declaration{{Path: folder, Prune: true, Namespace: "default"}}))
}

// object is the manifest as text, empty where there is none.
func (h *host) object(attributes map[string]any) string {
	typ := h.change.Address.Type
	if at, ok := texts[typ]; ok {
		text, _ := attributes[at].(string)
		return text
	}
	if typ == "kubernetes_manifest" {
		return written(whole(attributes["manifest"]))
	}
	if o, ok := typed.Object(typ, attributes); ok {
		return written(whole(o))
	}
	return ""
}

func written(v any) string {
	if v == nil {
		return ""
	}
	text, err := yaml.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// whole writes numbers without a fraction as such, and leaves out what is null:
// the provider does not send it.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			if item != nil {
				out[k] = whole(item)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = whole(item)
		}
		return out
	}
	return v
}

func tree(name, text string) fstest.MapFS {
	return fstest.MapFS{name: {Data: []byte(text), Mode: 0o644}}
}
