package unit

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// templatePatch is where an Application keeps a patch of its set that could not
// be put in. It is no field of an Application.
const templatePatch = "templatePatch"

// unresolved are what is left of a template, and the directives of strategic
// merge patches.
var unresolved = []string{"{{", "$patch", "$retainKeys", "$deleteFromPrimitiveList", "$setElementOrder"}

// patched is a generated Application with the patch of its set, a strategic
// merge patch in which lists are put in whole, but for finalizers (argo-cd v3.6
// applicationset/controllers/template/patch.go). One whose template is not
// evaluated, or with directives of its own, is kept beside it.
func patched(app map[string]any, text string) map[string]any {
	if text == "" {
		return app
	}
	file, err := object.Parse("patch.yaml", []byte(text), object.Limits{})
	if err != nil || slices.ContainsFunc(unresolved, func(mark string) bool { return strings.Contains(text, mark) }) {
		app[templatePatch] = text
		return app
	}
	for _, value := range documents(file) {
		patch, ok := value.(map[string]any)
		if !ok {
			continue
		}
		project, _ := object.Lookup(app, "spec", "project")
		app = mergedMap(app, patch)
		if spec, ok := app["spec"].(map[string]any); ok {
			spec["project"] = project
		}
	}
	return app
}

// mergedMap is a map with another one over it. A null takes a key away.
func mergedMap(base, over map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range base {
		out[key] = value
	}
	for key, value := range over {
		below, isMap := value.(map[string]any)
		list, isList := value.([]any)
		was, wasMap := out[key].(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case isMap && wasMap:
			out[key] = mergedMap(was, below)
		case isList && key == "finalizers":
			had, _ := out[key].([]any)
			out[key] = append(slices.Clip(had), list...)
		default:
			out[key] = value
		}
	}
	return out
}
