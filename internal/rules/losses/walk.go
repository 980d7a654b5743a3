package losses

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// pair is one place on both sides. nil is none.
type pair struct {
	before, after any
	// gone: what it stands in is not there after the change, or does not meet
	// the conditions any more.
	gone bool
	// doubt: whether it meets a condition is not known.
	doubt bool
	// member is the name of the list member or map key that it is, and
	// isMember whether it is one.
	member   string
	isMember bool
	path     string
}

// walk goes down both sides of an object at once.
type walk struct {
	row   *Row
	found []pair
	left  int
}

// largest bounds the places that one row looks at in one object.
const largest = 20_000

func (w *walk) step(p pair, steps, done []string) {
	if w.left++; w.left > largest {
		return
	}
	if w.row.JSON {
		p.before, p.after = decoded(p.before), decoded(p.after)
	}
	if isList(p.before) || isList(p.after) {
		w.members(p, steps, done)
		return
	}
	p = w.conditions(p, steps, done, false)
	if p.before == nil && p.after == nil {
		return
	}
	if len(steps) == 0 {
		w.found = append(w.found, p)
		return
	}
	switch name := steps[0]; name {
	case "*":
		for _, key := range keys(p) {
			w.step(child(p, key, true), steps[1:], append(done[:len(done):len(done)], name))
		}
	case "**":
		w.step(p, steps[1:], done)
		for _, key := range keys(p) {
			w.step(child(p, key, false), steps, done)
		}
	default:
		w.step(child(p, name, false), steps[1:], append(done[:len(done):len(done)], name))
	}
}

// members matches the members of two lists and goes on in each pair.
func (w *walk) members(p pair, steps, done []string) {
	before, after := list(p.before), list(p.after)
	_, hiddenBefore := p.before.(plan.Unknown)
	_, hiddenAfter := p.after.(plan.Unknown)
	p.isMember = true
	switch {
	case hiddenBefore:
		before = slices.Repeat([]any{p.before}, len(after))
		w.hidden(p, before, after, steps, done)
		return
	case hiddenAfter:
		after = slices.Repeat([]any{p.after}, len(before))
		w.hidden(p, before, after, steps, done)
		return
	}
	for _, m := range match(before, after, w.row.By) {
		m.gone, m.doubt, m.path, m.isMember = p.gone, p.doubt || m.doubt, p.path, true
		if m.member != "" {
			m.path += fmt.Sprintf("[%q]", m.member)
		}
		w.each(m, steps, done)
	}
}

// hidden goes on where one of the lists is not known: each member of the other
// may be as it was or not.
func (w *walk) hidden(p pair, before, after []any, steps, done []string) {
	for i := range before {
		p.before, p.after = before[i], after[i]
		w.each(p, steps, done)
	}
}

func (w *walk) each(m pair, steps, done []string) {
	if isList(m.before) || isList(m.after) { // a list of lists
		w.members(m, steps, done)
		return
	}
	if len(steps) > 0 {
		w.step(m, steps, done)
		return
	}
	if m = w.conditions(m, nil, done, true); m.before != nil || m.after != nil {
		w.found = append(w.found, m)
	}
}

// conditions takes away a side that does not meet the row's conditions. What
// is last is itself judged, so that it may be missing.
func (w *walk) conditions(p pair, steps, done []string, last bool) pair {
	for _, c := range w.row.where {
		rest, here := c.below(steps, done)
		if !here {
			continue
		}
		var met verdict
		if p.before, met = c.filter(p.before, rest); met == possible {
			p.doubt = true
		}
		if p.after, met = c.filter(p.after, rest); met == possible {
			p.doubt = true
		} else if met == no && !last {
			p.gone = true
		}
	}
	return p
}

// below is the way on to what the condition is about, where it and the path
// part, or where it is about what is here.
func (c condition) below(steps, done []string) (rest []string, here bool) {
	if len(done) >= len(c.steps) || !slices.Equal(c.steps[:len(done)], done) {
		return nil, false
	}
	rest = c.steps[len(done):]
	return rest, len(rest) == 1 || len(steps) == 0 || steps[0] != rest[0]
}

func (c condition) filter(holder any, rest []string) (any, verdict) {
	if holder == nil {
		return nil, no
	}
	if u, ok := holder.(plan.Unknown); ok {
		return u, possible
	}
	v := c.of(holder, rest)
	if _, ok := v.(plan.Unknown); ok {
		return holder, possible
	}
	for _, want := range c.want {
		switch {
		case want == "present" && v != nil, want == "absent" && v == nil, same(v, want):
			return holder, yes
		}
		if text, ok := want.(string); ok && strings.HasPrefix(text, "!") && !same(v, text[1:]) {
			return holder, yes
		}
	}
	return nil, no
}

// of is the value of a condition; a list counts as none where it is empty, and
// as its member where it has one.
func (c condition) of(holder any, rest []string) any {
	v := holder
	for i, name := range rest {
		if v = get(v, name); i < len(rest)-1 {
			v = only(v)
		}
	}
	v = only(v)
	if m, ok := v.(map[string]any); ok && len(m) == 0 && !slices.Contains(c.want, any("present")) {
		return nil
	}
	return v
}

func only(v any) any {
	if l, ok := v.([]any); ok {
		switch len(l) {
		case 0:
			return nil
		case 1:
			return l[0]
		}
	}
	return v
}

func child(p pair, name string, member bool) pair {
	p.before, p.after = get(p.before, name), get(p.after, name)
	switch {
	case member:
		p.member, p.isMember = name, true
		p.path += fmt.Sprintf("[%q]", name)
	case p.path == "":
		p.path = name
	default:
		p.path += "." + name
	}
	return p
}

func get(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case plan.Unknown:
		return plan.Unknown{ID: v.ID + "." + name}
	}
	return nil
}

func keys(p pair) []string {
	all := map[string]bool{}
	for _, side := range []any{p.before, p.after} {
		m, _ := side.(map[string]any)
		for k := range m {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// decoded is what a text in JSON says; anything else is itself.
func decoded(v any) any {
	text, ok := v.(string)
	var out any
	if ok && json.Unmarshal([]byte(text), &out) == nil {
		return out
	}
	return v
}

func isList(v any) bool { _, ok := v.([]any); return ok }

func list(v any) []any {
	l, ok := v.([]any)
	if !ok && v != nil {
		return []any{v}
	}
	return l
}

// names tell members of a list apart, in the order in which they are tried.
var names = []string{"id", "name", "key", "family", "rule_name", "region_name", "region", "location", "cluster_id", "zone", "rule_id",
	"cidr_block", "index_name", "policy_name", "topic", "action_name"}

// match pairs the members of two lists: by name, else equal ones, else in
// their order.
func match(before, after []any, by []string) []pair {
	if len(by) == 0 {
		by = names
	}
	for _, name := range by {
		if b, ok := keyed(before, name); ok {
			if a, ok := keyed(after, name); ok {
				return matchKeyed(b, a)
			}
		}
	}
	return matchOrdered(before, after)
}

// keyed indexes a list by an attribute that every member has, each another.
func keyed(l []any, name string) (map[string]any, bool) {
	out := map[string]any{}
	for _, item := range l {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		key, isText := m[name].(string)
		if _, twice := out[key]; !isText || key == "" || twice {
			return nil, false
		}
		out[key] = item
	}
	return out, true
}

func matchKeyed(before, after map[string]any) []pair {
	var out []pair
	for _, key := range slices.Sorted(maps.Keys(before)) {
		out = append(out, pair{before: before[key], after: after[key], member: key})
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if before[key] == nil {
			out = append(out, pair{after: after[key], member: key})
		}
	}
	return out
}

func matchOrdered(before, after []any) []pair {
	var out []pair
	used := make([]bool, len(after))
	var rest []any
	for _, b := range before {
		i := slices.IndexFunc(after, func(a any) bool { return reflect.DeepEqual(a, b) })
		for i >= 0 && used[i] {
			next := slices.IndexFunc(after[i+1:], func(a any) bool { return reflect.DeepEqual(a, b) })
			if next < 0 {
				i = -1
			} else {
				i += 1 + next
			}
		}
		if i < 0 {
			rest = append(rest, b)
			continue
		}
		used[i] = true
		out = append(out, pair{before: b, after: after[i], member: label(b)})
	}
	var left []any
	for i, a := range after {
		if !used[i] {
			left = append(left, a)
		}
	}
	return append(out, inOrder(rest, left)...)
}

// inOrder pairs what is not equal: objects in their order, since one may be
// the other edited, and scalars not at all.
func inOrder(before, after []any) []pair {
	var out []pair
	hidden := slices.ContainsFunc(after, isUnknown)
	for len(before) > 0 && len(after) > 0 && isMap(before[0]) && isMap(after[0]) {
		out = append(out, pair{before: before[0], after: after[0], member: label(before[0])})
		before, after = before[1:], after[1:]
	}
	for _, b := range before {
		out = append(out, pair{before: b, member: label(b), doubt: hidden})
	}
	for _, a := range after {
		out = append(out, pair{after: a, member: label(a)})
	}
	return out
}

func isMap(v any) bool { _, ok := v.(map[string]any); return ok }

func isUnknown(v any) bool { _, ok := v.(plan.Unknown); return ok }

// label names a member for people.
func label(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range names {
			if s, ok := v[name].(string); ok && s != "" {
				return s
			}
		}
		return ""
	case nil, plan.Unknown, []any:
		return ""
	}
	return fmt.Sprint(v)
}
