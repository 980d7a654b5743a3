// Package chartvalues knows which part of a chart's values may decide about its
// objects, and reads those that a release takes from ConfigMaps and Secrets.
package chartvalues

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// inertImage are keys under `image` whose values choose what runs, never
// which objects there are.
var inertImage = []string{"tag", "digest", "repository", "registry", "pullPolicy"}

// Deciding is a value of a release without what a chart only copies into
// containers: the image and the resources.
func Deciding(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range x {
			if k == "resources" {
				continue
			}
			if m, ok := item.(map[string]any); ok && strings.HasSuffix(strings.ToLower(k), "image") {
				rest := map[string]any{}
				for key, value := range m {
					if !slices.Contains(inertImage, key) {
						rest[key] = value
					}
				}
				out[k] = rest
				continue
			}
			out[k] = Deciding(item)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = Deciding(item)
		}
		return out
	}
	return v
}

// Without drops a key at any depth.
func Without(v any, key string) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range x {
			if k != key {
				out[k] = Without(item, key)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = Without(item, key)
		}
		return out
	}
	return v
}

// InertParameter reports whether a parameter chooses what runs alone:
// `web.image.tag`.
func InertParameter(name string) bool {
	parts := strings.Split(name, ".")
	last := len(parts) - 1
	return last > 0 && strings.HasSuffix(strings.ToLower(parts[last-1]), "image") && slices.Contains(inertImage, parts[last])
}

// DecidingText is what of a document of values may decide which objects there
// are; a text that is not a document counts as it is.
func DecidingText(text []byte) any {
	file, err := object.Parse("values.yaml", text, object.Limits{})
	if err != nil {
		return string(text)
	}
	var out []any
	for _, value := range manifest.Documents(file) {
		out = append(out, Deciding(value))
	}
	return out
}
