// Package typed reads Kubernetes objects out of the attributes that Terraform's
// kubernetes provider gives them: `volume_mount` for `volumeMounts`, a list of
// one block for a structure.
package typed

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
)

// versioned is the ending of a resource type that names a version of the API.
var versioned = regexp.MustCompile(`_(v\d+(?:(?:alpha|beta)\d+)?)$`)

// Object is the object that a resource of the provider stands for. ok is false
// where its type is no kind that is built into Kubernetes. Attributes that the
// kind does not have, such as wait_for_rollout, are left out.
func Object(resourceType string, attributes map[string]any) (object map[string]any, ok bool) {
	name, ok := strings.CutPrefix(resourceType, "kubernetes_")
	if !ok {
		return nil, false
	}
	version := ""
	if m := versioned.FindStringSubmatch(name); m != nil {
		name, version = strings.TrimSuffix(name, m[0]), m[1]
	}
	id, t, ok := schema.Kind(strings.ReplaceAll(name, "_", ""), version)
	if !ok {
		return nil, false
	}
	object = structure(t, attributes)
	object["apiVersion"], object["kind"] = strings.TrimPrefix(id.Group+"/"+id.Version, "/"), id.Kind
	return object, true
}

// renamed are attributes that the provider names otherwise; an empty name is a
// block whose content stands beside it.
var renamed = map[string]string{"storage_provisioner": "provisioner", "persistent_volume_source": "", "volume_source": ""}

func structure(t *schema.Type, attributes map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range attributes {
		if other, ok := renamed[name]; ok && v != nil {
			if name = other; name == "" {
				if inner, ok := onlyBlock(v).(map[string]any); ok {
					for k, v := range structure(t, inner) {
						out[k] = v
					}
				}
				continue
			}
		}
		field, ft := fieldOf(t, name)
		if ft == nil || v == nil {
			continue
		}
		if list, ok := v.([]any); ok && len(list) == 0 {
			continue
		}
		out[field] = value(ft, v)
	}
	return out
}

// fieldOf finds the field that an attribute names, in the singular for lists.
func fieldOf(t *schema.Type, attribute string) (string, *schema.Type) {
	plain := strings.ReplaceAll(attribute, "_", "")
	for _, want := range []string{plain, plain + "s", plain + "es", strings.TrimSuffix(plain, "y") + "ies"} {
		for _, field := range t.FieldNames() {
			if strings.EqualFold(field, want) {
				ft, _ := t.Field(field)
				return field, ft
			}
		}
	}
	return "", nil
}

func value(t *schema.Type, v any) any {
	switch t.Form {
	case schema.List:
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		out := make([]any, len(list))
		for i, item := range list {
			out[i] = value(t.Elem, item)
		}
		return out
	case schema.Struct:
		if m, ok := onlyBlock(v).(map[string]any); ok {
			return structure(t, m)
		}
		return map[string]any{}
	case schema.Integer:
		return integer(v)
	case schema.IntOrString:
		if s, ok := v.(string); ok && s == "" {
			return nil
		}
		return integer(v)
	}
	return v
}

// onlyBlock is the content of a block that stands at most once.
func onlyBlock(v any) any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		return list[0]
	}
	return v
}

func integer(v any) any {
	switch v := v.(type) {
	case float64:
		return int64(v)
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
	}
	return v
}
