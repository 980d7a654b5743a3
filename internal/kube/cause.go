package kube

import (
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/hunks"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// causes is the chain from the changed line to an object. old and now are its
// two sides, one of which may be nil. paths are the fields that it is about,
// empty for the object as a whole.
func (p *prediction) causes(r *pair, old, now *entry, paths ...plan.Path) []plan.Cause {
	last := old
	if now != nil {
		last = now
	}
	end := plan.Cause{Range: last.at, Text: address(last).String() + p.origin(last)}
	h, ok := p.likelyCause(r, old, now, paths)
	if !ok {
		return []plan.Cause{end}
	}
	first := plan.Cause{Range: h.Range(), Text: h.Summary()}
	if h.FileRemoved && h.File == last.at.File && last.at.Side == plan.Before {
		first.Range = last.at
	}
	if first.Range == end.Range {
		first.Text = end.Text + ": " + first.Text
		return []plan.Cause{first}
	}
	return []plan.Cause{first, end}
}

// likelyCause picks the changed place that brought a difference about: a place
// in the object's own lines, which nothing outweighs, else one in another file
// of the unit that names the object or its file, else the first in what shapes
// the unit.
func (p *prediction) likelyCause(r *pair, old, now *entry, paths []plan.Path) (hunks.Hunk, bool) {
	written := p.stillWritten(old, now)
	if !written {
		own := bestHunk(p.diff, ownFiles(old, now), func(h hunks.Hunk) int { return ownScore(h, old, now, paths) })
		if own.score > 0 {
			return own.hunk, true
		}
	}
	inputs := p.changedInputs(r)
	if r.either().Tool == request.Generated && old != nil {
		inputs = append(inputs, p.diff.Below(old.String("spec", "source", "path"))...)
	}
	best := bestHunk(p.diff, inputs, func(h hunks.Hunk) int { return p.inputScore(r, h, old, now, written) })
	return best.hunk, best.score > 0
}

// ownFiles are the files that an object is written in.
func ownFiles(old, now *entry) []string {
	var out []string
	for _, e := range there(old, now) {
		if !slices.Contains(out, e.at.File) {
			out = append(out, e.at.File)
		}
	}
	return out
}

// there are the sides of an object that are not nil.
func there(old, now *entry) []*entry {
	return slices.DeleteFunc([]*entry{old, now}, func(e *entry) bool { return e == nil })
}

// scored is a changed place and how likely it is the one; no score is none.
type scored struct {
	hunk  hunks.Hunk
	score int
}

// bestHunk is the first place of the highest score in some files, of which those
// count that changed.
func bestHunk(diff *hunks.Changes, files []string, score func(hunks.Hunk) int) scored {
	var best scored
	for _, name := range files {
		if !diff.Has(name) {
			continue
		}
		for _, h := range diff.Of(name) {
			if s := score(h); best.score < s {
				best = scored{h, s}
			}
		}
	}
	return best
}

// ownScore weighs a changed place by whether it lies in the object's own
// lines, and in those of the fields that it is about.
func ownScore(h hunks.Hunk, old, now *entry, paths []plan.Path) int {
	score := 0
	for _, e := range there(old, now) {
		if h.File != e.at.File || !h.Touches(e.at.Side, e.at.Line, e.at.EndLine) {
			continue
		}
		score = max(score, 1)
		for _, path := range paths {
			if at := e.At(e.at.Side, path); e.File == e.at.File && h.Touches(e.at.Side, at.Line, at.EndLine) {
				return 2
			}
		}
	}
	return score
}

// maxSearched bounds how many bytes of changed text are looked through for the
// causes of one prediction: a large change names less exact ones.
const maxSearched = 1 << 30

// inputScore weighs a changed place outside the object's own lines. The classes
// are far enough apart that a lower one never outweighs a higher. stillWritten is
// as the function says.
func (p *prediction) inputScore(r *pair, h hunks.Hunk, old, now *entry, stillWritten bool) int {
	score := shaping(r, h.File)
	text := h.ChangedText()
	p.searched += len(text)
	for _, e := range there(old, now) {
		if h.File == e.at.File && !stillWritten {
			score = max(score, 100)
		}
		if text == "" || p.searched > maxSearched {
			continue
		}
		if namesSource(text, h.File, e.at.File) || e.Name != "" && strings.Contains(text, e.Name) {
			score = max(score, 500)
		}
		score = max(score, p.valuesScore(h, e))
	}
	if r.either().Owner.At.File == h.File {
		score = max(score, 50)
	}
	return score
}

// stillWritten reports whether an object that is no longer applied is still in
// its file: then a change of that file is not what took it away.
func (p *prediction) stillWritten(old, now *entry) bool {
	if now != nil || old.made.File != "" {
		return false
	}
	before, errBefore := p.before.tree.Parse(old.at.File)
	after, errAfter := p.after.tree.Parse(old.at.File)
	if errBefore != nil || errAfter != nil {
		return false
	}
	at := slices.IndexFunc(before.Objects, func(was object.Object) bool { return was.Line == old.at.Line })
	return at >= 0 && slices.ContainsFunc(after.Objects, func(is object.Object) bool { return is.Key() == before.Objects[at].Key() })
}

// shaping weighs a file by how much it decides of its unit where nothing else
// does: the kustomization at the root first, then any other.
func shaping(r *pair, file string) int {
	switch base := path.Base(file); {
	case base != "kustomization.yaml" && base != "kustomization.yml" && base != "Kustomization":
		return 1
	case path.Dir(file) == r.either().Root:
		return 20
	}
	return 10
}

// namesSource reports whether the lines of a kustomization name a file: by
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
