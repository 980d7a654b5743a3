package schema

import "maps"

func set(m map[string]any, field string, v any) {
	if x, ok := m[field]; !ok || x == "" {
		m[field] = v
	}
}

func part(m map[string]any, field string) map[string]any {
	p, _ := m[field].(map[string]any)
	return p
}

func text(m map[string]any, field string) string {
	s, _ := m[field].(string)
	return s
}

func ownLabels(m, labels map[string]any) {
	if meta := part(m, "metadata"); labels != nil && len(part(meta, "labels")) == 0 {
		meta = maps.Clone(meta)
		if meta == nil {
			meta = map[string]any{}
		}
		meta["labels"] = labels
		m["metadata"] = meta
	}
}

func orNil(m map[string]any, field string, v any) {
	if m[field] == nil {
		m[field] = v
	}
}
