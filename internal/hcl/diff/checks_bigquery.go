package diff

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
)

// bigQuerySchema: columns may be added unless required, relaxed, described,
// and dropped when none is added; anything else makes another table.
func bigQuerySchema(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	o, okOld := columns(old)
	n, okNew := columns(new)
	if !okOld || !okNew {
		return replacesIf(okOld != okNew && okOld)
	}
	external := equal.Length(equal.Unmarked(at(c.planned, "external_data_configuration"))) > 0
	return replacesIf(!columnsChangeable(o, n, external, true))
}

func columns(schema string) ([]any, bool) {
	if schema == "" || schema == "null" {
		schema = "[]"
	}
	var v any
	if err := json.Unmarshal([]byte(schema), &v); err != nil {
		return nil, false
	}
	list, ok := v.([]any)
	return list, ok
}

func columnsChangeable(old, new []any, external, top bool) bool {
	olds, okOld := byName(old)
	news, okNew := byName(new)
	if !okOld || !okNew {
		return false
	}
	dropped, kept := 0, 0
	for name, n := range news {
		if _, ok := olds[name]; !ok && columnMode(n) == "REQUIRED" {
			return false
		}
	}
	for name, o := range olds {
		n, ok := news[name]
		if !ok {
			if !top || external {
				return false
			}
			dropped++
			continue
		}
		if !columnChangeable(o, n, external) {
			return false
		}
		kept++
	}
	return dropped == 0 || len(news) == kept
}

func byName(list []any) (map[string]map[string]any, bool) {
	out := map[string]map[string]any{}
	for _, e := range list {
		m, ok := e.(map[string]any)
		name, named := m["name"].(string)
		if !ok || !named {
			return nil, false
		}
		out[name] = m
	}
	return out, true
}

func columnMode(m map[string]any) string {
	if s, ok := m["mode"].(string); ok && s != "" {
		return strings.ToUpper(s)
	}
	return "NULLABLE"
}

func columnChangeable(old, new map[string]any, external bool) bool {
	if columnType(old) != columnType(new) {
		return false
	}
	if om, nm := columnMode(old), columnMode(new); om != nm && (om != "REQUIRED" || nm != "NULLABLE") {
		return false
	}
	of, okOld := old["fields"].([]any)
	nf, okNew := new["fields"].([]any)
	if okOld != okNew {
		return false
	}
	return !okOld || columnsChangeable(of, nf, external, false)
}

// columnType knows the two names that types have in the two SQL dialects.
func columnType(m map[string]any) string {
	t := strings.ToUpper(fmt.Sprint(m["type"]))
	switch t {
	case "INT64":
		return "INTEGER"
	case "FLOAT64":
		return "FLOAT"
	case "BOOL":
		return "BOOLEAN"
	case "STRUCT":
		return "RECORD"
	}
	return t
}
