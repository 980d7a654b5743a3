package crd

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
)

// value turns a JSON value into what a rule sees: numbers by their type,
// times and durations by their format, field names escaped, lists that are
// sets or maps in one order so that == does not see it.
func (n *node) value(v any) any {
	if n == nil {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			child := n.elem
			if n.fields != nil {
				child = n.fields[k]
			}
			if n.fields != nil && child != nil {
				out[escape(k)] = child.value(e)
			} else {
				out[k] = child.value(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = n.elem.value(e)
		}
		if n.typ.Set || len(n.typ.Keys) > 0 {
			slices.SortStableFunc(out, func(a, b any) int { return strings.Compare(n.order(a), n.order(b)) })
		}
		return out
	case int64:
		if n.typ.Form == schema.Number {
			return float64(x)
		}
	case string:
		return n.text(x)
	}
	return v
}

func (n *node) order(v any) string {
	if n.typ.Set {
		return fmt.Sprint(v)
	}
	return keyOf(n.typ.Keys, v)
}

// text reads a string by its format (k8s.io/apiserver pkg/cel/common/values.go).
func (n *node) text(s string) any {
	switch n.format {
	case "date-time":
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t
		}
	case "date":
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			return t
		}
	case "duration":
		if d, err := time.ParseDuration(s); err == nil {
			return d
		}
	case "byte":
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			return b
		}
	}
	return s
}

// reserved are the words that a field of that name is escaped for
// (k8s.io/apiserver pkg/cel/escaping.go).
var reserved = map[string]bool{
	"true": true, "false": true, "null": true, "in": true, "as": true, "break": true, "const": true,
	"continue": true, "else": true, "for": true, "function": true, "if": true, "import": true, "let": true,
	"loop": true, "package": true, "namespace": true, "return": true, "var": true, "void": true, "while": true,
}

var escapes = strings.NewReplacer("__", "__underscores__", ".", "__dot__", "-", "__dash__", "/", "__slash__")

// escape is how a rule names a field.
func escape(name string) string {
	if reserved[name] {
		return "__" + name + "__"
	}
	return escapes.Replace(name)
}
