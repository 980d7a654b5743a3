package unit

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shapes are the fields of a kustomization that give every object beneath
// another name, namespace or selector.
var shapes = map[string]bool{"namespace": true, "namePrefix": true, "nameSuffix": true, "commonLabels": true}

// shape notes a field that may decide which objects there are of what the
// kustomization builds on, wherever that is: names, namespaces, selectors, and
// patches that delete or rename.
func (k *Kustomization) shape(key, value *yaml.Node) {
	switch {
	case shapes[key.Value]:
		k.Shape = append(k.Shape, key.Value+"="+plain(value))
	case key.Value == "labels":
		for _, item := range value.Content {
			if includes := child(item, "includeSelectors"); includes != nil && includes.Value == "true" {
				k.Shape = append(k.Shape, "labels="+plain(item))
			}
		}
	case strings.HasPrefix(key.Value, "patches"):
		for _, item := range value.Content {
			if text := plain(item); reshaping([]byte(text)) {
				k.Shape = append(k.Shape, "patch="+text)
			}
		}
	}
}

// plain is a value as JSON, whatever way it is written.
func plain(n *yaml.Node) string {
	var value any
	if err := n.Decode(&value); err == nil {
		if text, err := json.Marshal(value); err == nil {
			return string(text)
		}
	}
	return n.Value
}

// reshaping reports whether a patch may delete, rename or move what it is for.
func reshaping(patch []byte) bool {
	for _, mark := range []string{"$patch", "/metadata/name", "/metadata/labels", "/spec/selector"} {
		if bytes.Contains(patch, []byte(mark)) {
			return true
		}
	}
	return false
}

// shapeFile notes a patch or a plugin's configuration in a file.
func (w *walk) shapeFile(ref Reference, name string) {
	data, err := w.graph.tree.Read(name)
	if err == nil && (ref.Role == Plugin || ref.Role == Input && reshaping(data)) {
		w.shape = append(w.shape, path.Base(name)+"="+string(data))
	}
}

// Shape is what decides which objects there are of what the unit builds on and
// is not here: of that nothing else can be seen to change.
func (u *Unit) Shape() string {
	kept := map[string]any{}
	for key, value := range u.Fields {
		text := mustJSON(value)
		selectors := key == "labels" && bytes.Contains(text, []byte(`"includeSelectors":true`))
		if shapes[key] || selectors || key == "patches" && reshaping(text) {
			kept[key] = value
		}
	}
	return string(mustJSON([]any{u.shape, kept, u.Namespace}))
}

// LeftOut reports whether a part is not in the build.
func (o Outside) LeftOut() bool { return o.Line > 0 || o.Entry != "" || o.Selects }
