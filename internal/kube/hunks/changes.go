package hunks

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Changes are the changed files of two trees and where they changed. Each file
// is compared when it is first asked for.
type Changes struct {
	before, after *tree.Tree
	files         []string
	hunks         map[string][]Hunk
	keys          map[plan.Range][]string
}

// Between are the changes from one tree to another.
func Between(before, after *tree.Tree) *Changes {
	return &Changes{before: before, after: after, files: tree.Changed(before, after),
		hunks: map[string][]Hunk{}, keys: map[plan.Range][]string{}}
}

// Files are the files that changed, sorted.
func (c *Changes) Files() []string { return c.files }

// Has reports whether a file changed.
func (c *Changes) Has(name string) bool {
	_, found := slices.BinarySearch(c.files, name)
	return found
}

// Below are the changed files of a folder; none for the folder "".
func (c *Changes) Below(dir string) []string {
	var out []string
	for _, name := range c.files {
		if dir != "" && strings.HasPrefix(name, dir+"/") {
			out = append(out, name)
		}
	}
	return out
}

// Of are the hunks of a file, from its start to its end.
func (c *Changes) Of(name string) []Hunk {
	if known, ok := c.hunks[name]; ok {
		return known
	}
	before, errBefore := c.before.Read(name)
	after, errAfter := c.after.Read(name)
	var out []Hunk
	switch {
	case !c.before.HasFile(name) && errAfter == nil:
		out = []Hunk{{File: name, From: 1, NewFrom: 1, NewTo: lineCount(after), FileAdded: true}}
	case !c.after.HasFile(name) && errBefore == nil:
		out = []Hunk{{File: name, From: 1, To: lineCount(before), NewFrom: 1, FileRemoved: true}}
	case errBefore == nil && errAfter == nil:
		out = diff(name, string(before), string(after))
	}
	c.hunks[name] = out
	return out
}

func lineCount(data []byte) int {
	return max(1, strings.Count(strings.TrimSuffix(string(data), "\n"), "\n")+1)
}

// Touch reports whether a range holds a changed place. A range without lines is
// its whole file.
func (c *Changes) Touch(at plan.Range) bool {
	if !c.Has(at.File) {
		return false
	}
	return at.Line == 0 || slices.ContainsFunc(c.Of(at.File), func(h Hunk) bool { return h.Touches(at.Side, at.Line, at.EndLine) })
}

// First is the first changed place of a file, or the file as a whole.
func (c *Changes) First(name string) plan.Range {
	if hunks := c.Of(name); len(hunks) > 0 {
		return hunks[0].Range()
	}
	return plan.Range{File: name, Side: plan.After}
}

// Within is the first changed place inside a range, or the range.
func (c *Changes) Within(at plan.Range) plan.Range {
	for _, h := range c.Of(at.File) {
		if h.Touches(at.Side, at.Line, at.EndLine) {
			return h.Range()
		}
	}
	return at
}
