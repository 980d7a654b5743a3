package kustomization

import (
	"bytes"
	"encoding/json"
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
			if text := plain(item); Reshaping([]byte(text)) {
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

// Reshaping reports whether a patch may delete, rename or move what it is for.
func Reshaping(patch []byte) bool {
	for _, mark := range []string{"$patch", "/metadata/name", "/metadata/labels", "/spec/selector"} {
		if bytes.Contains(patch, []byte(mark)) {
			return true
		}
	}
	return false
}

// IsShape reports whether a field gives every object beneath another name,
// namespace or selector.
func IsShape(field string) bool { return shapes[field] }
