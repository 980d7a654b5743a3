package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Merge applies a manifest as kubectl apply and server-side apply do: what
// head has, holds; what base had and head has not, goes; what only live has
// (filled in by the server), stays. Lists are merged by their keys. Nothing
// given is changed, and the result shares parts with it.
func (t *Type) Merge(base, head, live any) any {
	h, ok := head.(map[string]any)
	if !ok {
		if l, ok := head.([]any); ok && t.Form == List {
			return t.mergeList(base, l, live)
		}
		return head
	}
	l, ok := live.(map[string]any)
	if !ok {
		l = map[string]any{}
	}
	b, _ := base.(map[string]any)
	out := make(map[string]any, len(l)+len(h))
	for k, v := range l {
		if _, had := b[k]; (!had || b[k] == nil) && !t.Retain {
			out[k] = v
		}
	}
	for k, v := range h {
		if v == nil {
			delete(out, k)
			continue
		}
		f, known := t.Field(k)
		if !known {
			out[k] = v
			continue
		}
		out[k] = f.Merge(b[k], v, l[k])
	}
	return out
}

func (t *Type) mergeList(base any, head []any, live any) any {
	b, _ := base.([]any)
	l, _ := live.([]any)
	if t.Set {
		return mergeSet(b, head, l)
	}
	bk, ok1 := t.keyed(b)
	hk, ok2 := t.keyed(head)
	lk, ok3 := t.keyed(l)
	if len(t.Keys) == 0 || !ok1 || !ok2 || !ok3 {
		return head
	}
	out := make([]any, 0, len(head))
	for i, item := range head {
		key := t.key(head[i])
		out = append(out, t.Elem.Merge(bk[key], item, lk[key]))
	}
	for _, item := range l {
		key := t.key(item)
		if _, inHead := hk[key]; inHead {
			continue
		}
		if _, inBase := bk[key]; !inBase {
			out = append(out, item)
		}
	}
	return out
}

func mergeSet(base, head, live []any) any {
	out := slices.Clone(head)
	has := func(l []any, v any) bool {
		return slices.ContainsFunc(l, func(x any) bool { return fmt.Sprint(x) == fmt.Sprint(v) })
	}
	for _, v := range live {
		if !has(head, v) && !has(base, v) {
			out = append(out, v)
		}
	}
	return out
}

// keyed maps the elements of a list by key; false where two have the same.
func (t *Type) keyed(l []any) (map[string]any, bool) {
	out := make(map[string]any, len(l))
	for _, item := range l {
		k := t.key(item)
		if _, twice := out[k]; twice {
			return nil, false
		}
		out[k] = item
	}
	return out, true
}

// key writes what tells an element of a list apart.
func (t *Type) key(item any) string {
	m, _ := item.(map[string]any)
	var b strings.Builder
	for _, k := range t.Keys {
		v, ok := m[k]
		if !ok || v == nil {
			v = t.Elem.resolved().Defaults[k]
		}
		fmt.Fprintf(&b, "%v\x00", v)
	}
	return b.String()
}
