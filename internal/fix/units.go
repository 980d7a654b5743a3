package fix

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// unit is a part of the difference that can be put back by itself: a line that
// has another value, or lines that came or went together.
type unit struct {
	path, from string
	hunk       int // those of one hunk have the same number
	old, now   span
	was, is    []string
	gone       bool // the whole file went
}

// span is a range of lines; one of no line has its end before its start.
type span struct{ start, end int }

func (s span) has(line int) bool { return s.start <= line && line <= s.end }

// maxUnits bounds the units of a change; a larger one is read by hunks.
const maxUnits = 4000

// unitsOf cuts the difference of a comparison into units.
func unitsOf(c review.Comparison) []unit {
	var all []unit
	hunks := 0
	for _, f := range c.Files {
		before, errBefore := fs.ReadFile(c.Before, f.From)
		after, errAfter := fs.ReadFile(c.After, f.Path)
		if errBefore != nil || !utf8.Valid(before) || f.Status == plan.Added {
			continue
		}
		if f.Status == plan.Removed {
			hunks++
			lines := strings.Split(string(before), "\n")
			all = append(all, unit{path: f.From, from: f.From, hunk: hunks, old: span{1, len(lines)}, was: lines, gone: true})
			continue
		}
		if errAfter != nil || !utf8.Valid(after) {
			continue
		}
		for _, h := range linediff.Diff(string(before), string(after)) {
			hunks++
			if len(all) > maxUnits {
				all = append(all, whole(f, hunks, h))
				continue
			}
			all = append(all, cut(f, hunks, h)...)
		}
	}
	return all
}

func whole(f plan.File, number int, h linediff.Hunk) unit {
	return unit{path: f.Path, from: f.From, hunk: number, old: span{h.From, h.To}, now: span{h.NewFrom, h.NewTo}, was: h.Removed, is: h.Added}
}

// cut divides a hunk where a line is an assignment to the same name on both
// sides, and items of a list that went from those that came.
func cut(f plan.File, number int, h linediff.Hunk) []unit {
	var out []unit
	i, j := 0, 0
	add := func(toI, toJ int) {
		if toI > i || toJ > j {
			out = append(out, unit{path: f.Path, from: f.From, hunk: number,
				old: span{h.From + i, h.From + toI - 1}, now: span{h.NewFrom + j, h.NewFrom + toJ - 1},
				was: h.Removed[i:toI], is: h.Added[j:toJ]})
		}
		i, j = toI, toJ
	}
	emit := func(toI, toJ int) {
		if items(h.Removed[i:toI]) && items(h.Added[j:toJ]) {
			add(toI, j) // an item that went does not make place for one that came
		}
		add(toI, toJ)
	}
	for a, line := range h.Removed {
		key := assigned(line)
		if key == "" || a < i {
			continue
		}
		b := slices.IndexFunc(h.Added[j:], func(l string) bool { return assigned(l) == key })
		if b < 0 {
			continue
		}
		b += j
		emit(a, b)
		emit(a+1, b+1)
	}
	emit(len(h.Removed), len(h.Added))
	return out
}

var assignment = regexp.MustCompile(`^(\s*(?:- )?)"?([\w./-]+)"?\s*(?:=(?:[^=]|$)|:(?:\s|$))`)

var item = regexp.MustCompile(`^\s*(?:- [^:{}\[\]]+|"[^"]*",)\s*$`)

// items reports whether lines are items of a list, a value each.
func items(lines []string) bool {
	return len(lines) > 0 && !slices.ContainsFunc(lines, func(l string) bool { return !item.MatchString(l) })
}

// assigned is the name that a line assigns to, with its indentation; empty for
// any other line.
func assigned(line string) string {
	m := assignment.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

// name is what the first line of the unit assigns to.
func (u unit) name() string {
	for _, lines := range [][]string{u.was, u.is} {
		for _, line := range lines {
			if m := assignment.FindStringSubmatch(line); m != nil {
				return m[2]
			}
		}
	}
	return ""
}

// innermost is what the last line that went assigns to.
func (u unit) innermost() string {
	for _, line := range slices.Backward(u.was) {
		if m := assignment.FindStringSubmatch(line); m != nil {
			return m[2]
		}
	}
	return u.name()
}

// covers reports whether a place is in the unit.
func (u unit) covers(at plan.Range) bool {
	if at.Side == plan.Before {
		return at.File == u.from && u.old.has(at.Line)
	}
	return at.File == u.path && !u.gone && u.now.has(at.Line)
}

// restore puts the unit's old lines back.
func (u unit) restore(after fs.FS) (Edit, bool) {
	if u.gone {
		return Edit{Path: u.path, New: u.was}, true
	}
	return replace(after, u.path, u.now, u.was)
}

// replace puts lines in the place of a span. Where that has no line, the line
// before it (or after it) is kept and carries them.
func replace(after fs.FS, path string, at span, lines []string) (Edit, bool) {
	if at.end >= at.start {
		return Edit{Path: path, Start: at.start, End: at.end, New: lines}, true
	}
	content, err := fs.ReadFile(after, path)
	if err != nil {
		return Edit{}, false
	}
	there := linediff.Split(string(content))
	if line := at.start - 1; line >= 1 && line <= len(there) {
		return Edit{Path: path, Start: line, End: line, New: append([]string{there[line-1]}, lines...)}, true
	}
	if len(there) > 1 {
		return Edit{Path: path, Start: 1, End: 1, New: append(slices.Clone(lines), there[0])}, true
	}
	return Edit{}, false
}

// restoreAll puts several units back; neighbours become one edit.
func restoreAll(after fs.FS, units []unit) ([]Edit, bool) {
	var edits []Edit
	for _, u := range joined(units) {
		e, ok := u.restore(after)
		if !ok {
			return nil, false
		}
		edits = append(edits, e)
	}
	return edits, len(edits) > 0
}

// joined unites units that follow each other in a file.
func joined(units []unit) []unit {
	var out []unit
	for _, u := range units {
		if n := len(out); n > 0 && !u.gone && !out[n-1].gone && out[n-1].hunk == u.hunk &&
			out[n-1].old.end+1 == u.old.start && out[n-1].now.end+1 == u.now.start {
			last := &out[n-1]
			last.old.end, last.now.end = u.old.end, u.now.end
			last.was, last.is = slices.Concat(last.was, u.was), slices.Concat(last.is, u.is)
			continue
		}
		out = append(out, u)
	}
	return out
}
