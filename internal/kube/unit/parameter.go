package unit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// placeholder is a parameter in a template: `{{path.basename}}`, `{{.name}}`,
// `{{ index .path.segments 1 }}`, with a function or two behind it.
var placeholder = regexp.MustCompile(`\{\{-?\s*(index\s+)?\.?([\w.\-]+(?:\[\d+\])?)(?:\s+(\d+))?\s*((?:\|\s*\w+\s*)*)-?\}\}`)

// fillIn puts parameters into a copy of a template. A placeholder that is not
// understood stays.
func fillIn(v any, params map[string]any, goTemplate bool) any {
	switch x := v.(type) {
	case string:
		return placeholder.ReplaceAllStringFunc(x, func(text string) string {
			m := placeholder.FindStringSubmatch(text)
			if value, ok := parameter(params, m[2], m[3], goTemplate); ok {
				if value, ok = through(value, m[4]); ok {
					return value
				}
			}
			return text
		})
	case map[string]any:
		out := map[string]any{}
		for k, item := range x {
			out[k] = fillIn(item, params, goTemplate)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = fillIn(item, params, goTemplate)
		}
		return out
	}
	return v
}

func parameter(params map[string]any, name, index string, goTemplate bool) (string, bool) {
	if !goTemplate {
		if name == "path" {
			name = "path.path"
		}
		if base, i, ok := strings.Cut(name, "["); ok {
			name, index = base+".segments", strings.TrimSuffix(i, "]")
		}
		if v, ok := params[name]; ok {
			return scalarText(v)
		}
	}
	var at []any
	for _, part := range strings.Split(name, ".") {
		at = append(at, part)
	}
	if index != "" {
		i, err := strconv.Atoi(index)
		if err != nil {
			return "", false
		}
		at = append(at, i)
	}
	v, ok := object.Lookup(params, at...)
	if !ok {
		return "", false
	}
	return scalarText(v)
}

func scalarText(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case bool, int64, float64:
		return fmt.Sprint(x), true
	}
	return "", false
}

// through applies the functions behind a parameter.
func through(value, pipe string) (string, bool) {
	for _, f := range strings.FieldsFunc(pipe, func(r rune) bool { return r == '|' || r == ' ' }) {
		switch f {
		case "normalize", "slugify":
			value = normalized(value)
		case "lower":
			value = strings.ToLower(value)
		case "upper":
			value = strings.ToUpper(value)
		case "toString", "trim":
			value = strings.TrimSpace(value)
		case "quote":
			value = strconv.Quote(value)
		default:
			return "", false
		}
	}
	return value, true
}
