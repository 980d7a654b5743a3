package apply

import (
	"bytes"
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"go.yaml.in/yaml/v3"
)

//go:embed immutable.yaml
var immutableYAML []byte

// field is one entry of immutable.yaml, which explains the keys.
type field struct {
	Path   string
	Source string
	As     string
	Rule   rule
	Check  string
	When   map[string]any
	Unless []string
	Until  string

	path plan.Path
}

type rule string

const (
	fixed   rule = "fixed"
	once    rule = "once"
	keep    rule = "keep"
	asSet   rule = "set"
	ignored rule = "ignored"
	checked rule = "check"
)

var table = sync.OnceValue(func() map[string][]field {
	t, err := readTable(immutableYAML)
	if err != nil {
		panic(err) // embedded data, covered by a test
	}
	return t
})

func readTable(data []byte) (map[string][]field, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	t := map[string][]field{}
	if err := dec.Decode(&t); err != nil {
		return nil, fmt.Errorf("read immutable.yaml: %w", err)
	}
	for kind, fields := range t {
		for i := range fields {
			f := &fields[i]
			f.path = splitPath(f.Path)
			if f.Rule == "" {
				f.Rule = fixed
			}
			if f.As == "" {
				f.As = f.Path
			}
			switch {
			case f.Source == "":
				return nil, fmt.Errorf("immutable.yaml: %s %s has no source", kind, f.Path)
			case !slices.Contains([]rule{fixed, once, keep, asSet, ignored, checked}, f.Rule):
				return nil, fmt.Errorf("immutable.yaml: %s %s: no rule %q", kind, f.Path, f.Rule)
			case (f.Rule == checked) != (checks[f.Check] != nil):
				return nil, fmt.Errorf("immutable.yaml: %s %s: no check %q", kind, f.Path, f.Check)
			}
		}
	}
	return t, nil
}

// splitPath reads `spec.a\.b.c`, where a backslash keeps a dot in a name.
func splitPath(s string) plan.Path {
	var out plan.Path
	for _, part := range strings.Split(strings.ReplaceAll(s, `\.`, "\x00"), ".") {
		out = append(out, strings.ReplaceAll(part, "\x00", "."))
	}
	return out
}

// judge applies one entry of the table.
func (u *update) judge(f field) {
	if !u.applies(f) {
		return
	}
	old, had := get(u.old, f.path)
	next, has := get(u.next, f.path)
	switch f.Rule {
	case checked:
		checks[f.Check](u, f)
		return
	case once:
		if !had {
			return
		}
	case keep:
		if has {
			return
		}
	case ignored:
		return // see keepIgnored
	case asSet:
		if sameSet(old, next) {
			return
		}
	}
	paths := u.differing(f)
	if len(paths) == 0 {
		return
	}
	if f.Until != "" {
		u.note(Depends, f.path, fmt.Sprintf("clusters up to Kubernetes %s refuse a change of %s", f.Until, f.Path))
		return
	}
	why := f.Path + " may not change after creation"
	if len(f.When) > 0 {
		why = f.Path + " may not change once the object is immutable"
	}
	u.deny(f, paths, why)
}

// applies reports whether the object before is as the entry wants it.
func (u *update) applies(f field) bool {
	for path, want := range f.When {
		if got, _ := get(u.old, splitPath(path)); got != want {
			return false
		}
	}
	return true
}

// differing lists the differences below the path of an entry that no `unless`
// lets through.
func (u *update) differing(f field) []plan.Path {
	var out []plan.Path
	for _, d := range u.below(f.path) {
		rest := d.Path[min(len(f.path), len(d.Path)):]
		if !slices.ContainsFunc(f.Unless, func(free string) bool { return under(rest, splitPath(free)) }) {
			out = append(out, d.Path)
		}
	}
	return out
}

// below is what differs at or below a path, or at a part of it.
func (u *update) below(path plan.Path) []schema.Difference {
	var out []schema.Difference
	for _, d := range u.changed {
		if under(d.Path, path) || under(path, d.Path) {
			if old, next := at(d, path, u.old), at(d, path, u.next); !reflect.DeepEqual(old, next) {
				out = append(out, d)
			}
		}
	}
	return out
}

// at is the value at path where the difference is above it, else something
// that differs anyway.
func at(d schema.Difference, path plan.Path, root map[string]any) any {
	if len(d.Path) >= len(path) {
		return root
	}
	v, _ := get(root, path)
	return v
}

// under reports whether path is prefix or leads below it; `*` in prefix stands
// for any step.
func under(path, prefix plan.Path) bool {
	if len(path) < len(prefix) {
		return false
	}
	for i, s := range prefix {
		if s != "*" && s != path[i] {
			return false
		}
	}
	return true
}

func sameSet(a, b any) bool {
	x, _ := a.([]any)
	y, _ := b.([]any)
	has := func(l []any, v any) bool {
		return slices.ContainsFunc(l, func(e any) bool { return reflect.DeepEqual(e, v) })
	}
	for _, v := range x {
		if !has(y, v) {
			return false
		}
	}
	for _, v := range y {
		if !has(x, v) {
			return false
		}
	}
	return true
}
