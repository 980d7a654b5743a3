package kube

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fileHunks are the places where a file changed.
func (p *prediction) fileHunks(name string) []hunk {
	if known, ok := p.hunks[name]; ok {
		return known
	}
	before, errBefore := p.before.tree.Read(name)
	after, errAfter := p.after.tree.Read(name)
	var out []hunk
	switch {
	case !p.before.tree.HasFile(name) && errAfter == nil:
		lines := lineCount(after)
		out = []hunk{{file: name, from: 1, newFrom: 1, newTo: lines, createdFile: true}}
	case !p.after.tree.HasFile(name) && errBefore == nil:
		lines := lineCount(before)
		out = []hunk{{file: name, from: 1, to: lines, newFrom: 1, goneFile: true}}
	case errBefore == nil && errAfter == nil:
		out = diff(name, string(before), string(after))
	}
	p.hunks[name] = out
	return out
}

func lineCount(data []byte) int {
	return max(1, strings.Count(strings.TrimSuffix(string(data), "\n"), "\n")+1)
}

// causes is the chain from the changed line to an object. old and now are its
// two sides, one of which may be nil. paths are the fields that it is about,
// empty for the object as a whole.
func (p *prediction) causes(r *pair, old, now *entry, paths ...plan.Path) []plan.Cause {
	last := old
	if now != nil {
		last = now
	}
	end := plan.Cause{Range: last.at, Text: address(last).String() + p.origin(last)}
	h, ok := p.culprit(r, old, now, paths)
	if !ok {
		return []plan.Cause{end}
	}
	first := plan.Cause{Range: h.at(), Text: h.text()}
	if h.goneFile && h.file == last.at.File && last.at.Side == plan.Before {
		first.Range = last.at
		first.Text = path.Base(h.file) + " is removed"
	}
	if first.Range == end.Range {
		first.Text = end.Text + ": " + first.Text
		return []plan.Cause{first}
	}
	return []plan.Cause{first, end}
}

// complete starts the chains that begin with no changed line where the owner's
// does: what dies with its owner dies from the same line.
func (p *prediction) complete() {
	first := map[string]plan.Cause{}
	for _, c := range p.changes {
		if len(c.Causes) > 0 && p.isChanged(c.Causes[0].Range) {
			first[c.Address.Type+" "+c.Address.Module+" "+c.Address.Name] = c.Causes[0]
		}
	}
	for range maxWaves {
		for i, c := range p.changes {
			if len(c.Causes) == 0 || p.isChanged(c.Causes[0].Range) {
				continue
			}
			owner := p.ownerOf[c.Address]
			if cause, ok := first[owner]; ok {
				p.changes[i].Causes = append([]plan.Cause{cause}, c.Causes...)
				first[c.Address.Type+" "+c.Address.Module+" "+c.Address.Name] = cause
			}
		}
	}
}

// isChanged reports whether a range touches a changed place.
func (p *prediction) isChanged(at plan.Range) bool {
	if _, ok := slices.BinarySearch(p.changed, at.File); !ok {
		return false
	}
	return at.Line == 0 || slices.ContainsFunc(p.fileHunks(at.File), func(h hunk) bool { return h.touches(at.Side, at.Line, at.EndLine) })
}

// scored is a changed place and how likely it is the one.
type scored struct {
	hunk  hunk
	score int
}

// culprit picks the changed place that brought a difference about: a place in
// the object's own lines, which nothing outweighs, else one in another file of the unit that speaks of
// the object or its file, else the first in what shapes the unit.
func (p *prediction) culprit(r *pair, old, now *entry, paths []plan.Path) (hunk, bool) {
	if best := p.best(own(old, now), func(h hunk) int { return ownScore(h, old, now, paths) }); best.score > 0 && !moot(p, old, now) {
		return best.hunk, true
	}
	inputs := p.changedInputs(r)
	if r.either().Tool == unit.Generated && old != nil {
		inputs = append(inputs, p.below(old.String("spec", "source", "path"))...)
	}
	best := p.best(inputs, func(h hunk) int { return p.score(r, h, old, now) })
	return best.hunk, best.score > 0
}

// own are the changed files that an object is written in.
func own(old, now *entry) []string {
	var out []string
	for _, e := range []*entry{old, now} {
		if e != nil && !slices.Contains(out, e.at.File) {
			out = append(out, e.at.File)
		}
	}
	return out
}

// best is the most likely place in some files.
func (p *prediction) best(files []string, score func(hunk) int) scored {
	var best scored
	for _, name := range files {
		if _, changed := slices.BinarySearch(p.changed, name); !changed {
			continue
		}
		for _, h := range p.fileHunks(name) {
			if s := score(h); best.score < s {
				best = scored{h, s}
			}
		}
	}
	return best
}

// below are the changed files of a folder.
func (p *prediction) below(dir string) []string {
	var out []string
	for _, name := range p.changed {
		if dir != "" && strings.HasPrefix(name, dir+"/") {
			out = append(out, name)
		}
	}
	return out
}

// changedInputs are the changed files that a unit is made from, with the file
// of the object that owns it.
func (p *prediction) changedInputs(r *pair) []string {
	files := map[string]bool{}
	for _, c := range []*content{r.before, r.after} {
		if c == nil {
			continue
		}
		for _, name := range c.unit.Files {
			files[name] = true
		}
		files[c.unit.Owner.At.File] = true
		for _, extra := range c.unit.Selectors {
			files[extra] = true
		}
	}
	var out []string
	for _, name := range p.changed {
		if files[name] {
			out = append(out, name)
		}
	}
	return out
}

// ownScore weighs a changed place by whether it lies in the object's own
// lines, and in those of the fields that it is about.
func ownScore(h hunk, old, now *entry, paths []plan.Path) int {
	score := 0
	for _, e := range []*entry{old, now} {
		if e == nil || h.file != e.at.File || !h.touches(e.at.Side, e.at.Line, e.at.EndLine) {
			continue
		}
		score = max(score, 1)
		for _, path := range paths {
			if at := e.At(e.at.Side, path); e.File == e.at.File && h.touches(e.at.Side, at.Line, at.EndLine) {
				return 2
			}
		}
	}
	return score
}

// moot reports whether the change of an object's own lines is not what took it
// away: it is still written there.
func moot(p *prediction, old, now *entry) bool { return now == nil && p.stillWritten(old) }

// searched bounds how many bytes of changed text are looked through for the
// causes of one prediction: a large change names less exact ones.
const searched = 1 << 30

// score weighs a changed place outside the object's own lines. The classes are
// far enough apart that a lower one never outweighs a higher.
func (p *prediction) score(r *pair, h hunk, old, now *entry) int {
	score := shaping(r, h.file)
	text := h.spoken()
	p.searched += len(text)
	for _, e := range []*entry{old, now} {
		if e == nil {
			continue
		}
		if h.file == e.at.File && !moot(p, old, now) {
			score = max(score, 100)
		}
		if text == "" || p.searched > searched {
			continue
		}
		if namesSource(text, h.file, e.at.File) || e.Name != "" && strings.Contains(text, e.Name) {
			score = max(score, 500)
		}
		score = max(score, p.values(h, e))
	}
	if r.either().Owner.At.File == h.file {
		score = max(score, 50)
	}
	return score
}

// shaping weighs a file by how much it decides of its unit where nothing else
// tells: the kustomization at the root first, then any other.
func shaping(r *pair, file string) int {
	switch base := path.Base(file); {
	case base != "kustomization.yaml" && base != "kustomization.yml" && base != "Kustomization":
		return 1
	case path.Dir(file) == r.either().Root:
		return 20
	}
	return 10
}

// stillWritten reports whether the text of an object that is no longer applied
// is still in its file: then a change of that file is not what took it away.
func (p *prediction) stillWritten(old *entry) bool {
	if old.made.File != "" {
		return false
	}
	before, errBefore := p.before.tree.Parse(old.at.File)
	after, errAfter := p.after.tree.Parse(old.at.File)
	if errBefore != nil || errAfter != nil {
		return false
	}
	for _, was := range before.Objects {
		if was.Line != old.at.Line {
			continue
		}
		return slices.ContainsFunc(after.Objects, func(is object.Object) bool { return is.Key() == was.Key() })
	}
	return false
}

// namesSource reports whether the lines of a kustomization speak of a file: by
// its path from there, or by a folder above it.
func namesSource(text, in, source string) bool {
	if source == "" {
		return false
	}
	for _, line := range strings.Split(text, "\n") {
		word := strings.Trim(strings.TrimLeft(strings.TrimSpace(line), "- "), `"' `)
		if word == "" || strings.Contains(word, " ") {
			continue
		}
		target := path.Join(path.Dir(in), word)
		if target == source || strings.HasPrefix(source, target+"/") {
			return true
		}
	}
	return false
}

var yamlKey = regexp.MustCompile(`(?m)^[\s-]*([A-Za-z_][\w-]*):(?:\s|$)`)

// refLine is an entry of a list that ends in a reference of git's.
var refLine = regexp.MustCompile(`^(\s*-\s*"?\S+\?ref=)([\w./-]{1,60})"?\s*$`)

// sensitive are words in keys whose values are never shown.
var sensitive = regexp.MustCompile(`(?i)pass|secret|token|key|cred|cert|data|auth|private|salt|dsn|conn|url`)

// scalarLine is a line with a plain, short value.
var scalarLine = regexp.MustCompile(`^[\s-]*([A-Za-z_][\w./-]*):\s*("?[\w./:-]{1,40}"?)\s*(#.*)?$`)

// text says in short what changed.
func (h hunk) text() string {
	switch {
	case h.goneFile:
		return path.Base(h.file) + " is removed"
	case h.createdFile:
		return path.Base(h.file) + " is added"
	case len(h.removed) == 1 && len(h.added) == 1:
		a, b := scalarLine.FindStringSubmatch(h.removed[0]), scalarLine.FindStringSubmatch(h.added[0])
		if a != nil && b != nil && a[1] == b[1] && !sensitive.MatchString(a[1]) {
			return fmt.Sprintf("%s %s -> %s", a[1], a[2], b[2])
		}
	}
	if len(h.removed) == 1 && len(h.added) == 1 {
		a, b := refLine.FindStringSubmatch(h.removed[0]), refLine.FindStringSubmatch(h.added[0])
		if a != nil && b != nil && a[1] == b[1] {
			return fmt.Sprintf("ref %s -> %s", a[2], b[2])
		}
	}
	line, verb := firstLine(h.removed), "removed"
	if line == "" {
		line, verb = firstLine(h.added), "added"
	} else if firstLine(h.added) != "" {
		verb = "changed"
	}
	if key := yamlKey.FindStringSubmatch(line); key != nil {
		return key[1] + " " + verb
	}
	if word := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "-")); plainWord.MatchString(word) {
		return word + " " + verb
	}
	return fmt.Sprintf("lines %s", verb)
}

var plainWord = regexp.MustCompile(`^[\w./-]{1,60}$`)

func firstLine(lines []string) string {
	for _, l := range lines {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "#") {
			return l
		}
	}
	return ""
}
