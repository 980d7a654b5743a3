package hosted

import (
	"strconv"
	"strings"
)

// put sets a value at a path as `helm --set` writes it: `a.b[0].c`, with a
// backslash before a dot that belongs to a name (helm.sh/helm/v4 pkg/strvals).
func put(at map[string]any, name string, value any) {
	steps := split(name)
	for len(steps) > 1 && !indexed(steps[0]) {
		next, ok := at[steps[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[steps[0]] = next
		}
		at, steps = next, steps[1:]
	}
	if !indexed(steps[0]) {
		at[steps[0]] = value
		return
	}
	field, rest, _ := strings.Cut(steps[0], "[")
	index, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	if err != nil || index < 0 || index > maxIndex {
		return
	}
	list, _ := at[field].([]any)
	for len(list) <= index {
		list = append(list, nil)
	}
	at[field] = list
	if len(steps) == 1 {
		list[index] = value
		return
	}
	next, ok := list[index].(map[string]any)
	if !ok {
		next = map[string]any{}
		list[index] = next
	}
	put(next, strings.Join(escaped(steps[1:]), "."), value)
}

// maxIndex is Helm's own bound (strvals.MaxIndex).
const maxIndex = 65536

func indexed(step string) bool {
	return strings.HasSuffix(step, "]") && strings.Count(step, "[") == 1 && !strings.HasPrefix(step, "[")
}

func split(name string) []string {
	parts := strings.Split(strings.ReplaceAll(name, `\.`, "\x00"), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\x00", ".")
	}
	return parts
}

func escaped(steps []string) []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = strings.ReplaceAll(s, ".", `\.`)
	}
	return out
}

// scalar reads a value as `helm --set` does unless its type is string.
func scalar(v any, kind string) any {
	s, ok := v.(string)
	if !ok || kind == "string" || kind == "literal" {
		return v
	}
	s = strings.ReplaceAll(s, `\,`, ",")
	switch s {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	case "0":
		return 0
	}
	if items, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(items, "}") {
		var list []any
		for _, item := range strings.Split(strings.TrimSuffix(items, "}"), ",") {
			list = append(list, scalar(strings.TrimSpace(item), ""))
		}
		return list
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && s[0] != '0' {
		return n
	}
	return s
}
