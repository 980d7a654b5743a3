package object

import "encoding/json"

// MapAt is the mapping at a path, nil where there is none.
func MapAt(v any, path ...any) map[string]any {
	found, _ := Lookup(v, path...)
	m, _ := found.(map[string]any)
	return m
}

// ListAt is the list at a path, nil where there is none.
func ListAt(v any, path ...any) []any {
	found, _ := Lookup(v, path...)
	l, _ := found.([]any)
	return l
}

// TextAt is the text at a path, "" where there is none.
func TextAt(v any, path ...any) string {
	found, _ := Lookup(v, path...)
	s, _ := found.(string)
	return s
}

// BoolAt is the truth value at a path, false where there is none.
func BoolAt(v any, path ...any) bool {
	found, _ := Lookup(v, path...)
	return found == true
}

// IntAt is the whole number at a path, and whether there is one.
func IntAt(v any, path ...any) (int64, bool) {
	found, _ := Lookup(v, path...)
	i, ok := found.(int64)
	return i, ok
}

// JSON is a value that came from JSON or YAML as JSON; of any other, why it
// cannot be written.
func JSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error())
	}
	return text
}
