package unit

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// gitIgnore are patterns in the order they are written; the last that matches
// decides (gitignore(5)).
type gitIgnore []gitRule

type gitRule struct {
	pattern      string
	negate, tree bool
	anchored     bool
}

// sourceIgnore reads the .sourceignore at the top, which takes files out of
// what Flux gets from a GitRepository, and notes it on the unit.
func (s *Scan) sourceIgnore(u *Unit) gitIgnore {
	var rules gitIgnore
	for _, name := range []string{".sourceignore", path.Join(u.Root, ".sourceignore")} {
		if !s.Tree.HasFile(name) {
			continue
		}
		u.Selectors = append(u.Selectors, name)
		if data, err := s.Tree.Read(name); err == nil {
			rules = append(rules, parseIgnore(string(data))...)
		}
	}
	for _, src := range s.gitSources() {
		if text := src.String("spec", "ignore"); src.Kind == "GitRepository" && text != "" {
			rules = append(rules, parseIgnore(text)...)
			u.Selectors = append(u.Selectors, src.File)
		}
	}
	return rules
}

func (s *Scan) gitSources() []object.Object {
	var out []object.Object
	for _, key := range slices.Sorted(maps.Keys(s.Sources)) {
		if strings.HasPrefix(key, "GitRepository/") {
			out = append(out, s.Sources[key]...)
		}
	}
	return out
}

func parseIgnore(text string) gitIgnore {
	var rules gitIgnore
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var r gitRule
		line, r.negate = strings.CutPrefix(line, "!")
		line, r.tree = strings.CutSuffix(line, "/")
		r.anchored = strings.Contains(line, "/")
		r.pattern = strings.TrimPrefix(line, "/")
		rules = append(rules, r)
	}
	return rules
}

// ignores reports whether a file, or a folder above it, is taken out.
func (g gitIgnore) ignores(name string) bool {
	parts := strings.Split(name, "/")
	out := false
	for i := range parts {
		out = g.decide(strings.Join(parts[:i+1], "/"), i+1 < len(parts), out)
	}
	return out
}

func (g gitIgnore) decide(name string, dir, out bool) bool {
	for _, r := range g {
		if (!r.tree || dir) && r.matches(name) {
			out = !r.negate
		}
	}
	return out
}

func (r gitRule) matches(name string) bool {
	if !r.anchored {
		ok, err := path.Match(r.pattern, path.Base(name))
		return err == nil && ok
	}
	return matchParts(strings.Split(r.pattern, "/"), strings.Split(name, "/"))
}

// matchParts matches element by element, `**` standing for any number.
func matchParts(pattern, parts []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(parts) + 1 {
				if matchParts(pattern[1:], parts[i:]) {
					return true
				}
			}
			return false
		}
		if len(parts) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], parts[0]); err != nil || !ok {
			return false
		}
		pattern, parts = pattern[1:], parts[1:]
	}
	return len(parts) == 0
}
