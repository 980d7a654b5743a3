package hcl

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// findUnread guesses by what a file gives: the roots that declare a variable
// whose value changes may be applied with it.
func (p *prediction) findUnread() unread {
	out := unread{readers: map[string][]string{}}
	if !slices.ContainsFunc(p.changed, isVarFile) {
		return out
	}
	for _, name := range p.passing().files {
		if _, changed := slices.BinarySearch(p.changed, name); !changed || p.isRead(name) {
			continue
		}
		given, changed, readable := p.valuesOf(name)
		if readable && len(changed) == 0 {
			continue
		}
		readers := p.declaring(changed)
		if !readable {
			readers = p.declaring(given)
		}
		for _, root := range p.nearest(name, readers) {
			out.readers[root] = append(out.readers[root], name)
		}
		if len(readers) == 0 && !p.allListed() && len(p.declaring(given)) == 0 {
			out.gaps = append(out.gaps, p.unreadGap(name))
		}
	}
	return out
}

// isRead reports whether a root is known, or taken by convention, to be applied
// with a file.
func (p *prediction) isRead(name string) bool {
	return slices.ContainsFunc(p.applied, func(root string) bool {
		before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
		if !before.exists() || !after.exists() {
			return false
		}
		sets := p.listed(root)
		if _, ok := p.opt.VarFiles[root]; !ok {
			if sets = p.passed(root, before, after); len(sets) == 0 && isConventional(root, name) {
				return slices.Contains(p.conventional(root, before, after), name)
			}
		}
		return slices.ContainsFunc(sets, func(s set) bool { return slices.Contains(s.after, name) })
	})
}

// nearest leaves of the roots that may be applied with a file the one it lies in,
// or those whose folder's name is in its path.
func (p *prediction) nearest(name string, readers []string) []string {
	if at := p.above(path.Dir(name)); at != "." && slices.Contains(readers, at) {
		return []string{at}
	}
	stem, _, _ := strings.Cut(path.Base(name), ".")
	parts := append(strings.Split(path.Dir(name), "/"), stem)
	namesakes := slices.DeleteFunc(slices.Clone(readers), func(root string) bool { return !slices.Contains(parts, path.Base(root)) })
	if len(namesakes) > 0 {
		return namesakes
	}
	return readers
}

// maxCandidates bounds the roots that a gap names.
const maxCandidates = 5

func (p *prediction) unreadGap(name string) plan.Gap {
	at := plan.Range{File: name, Side: plan.After}
	if !exists(p.after, name) {
		at.Side = plan.Before
	}
	which := "no root of this repository declares any of its variables"
	if lacking := p.lacking(); len(lacking) > 0 {
		which += "; roots that lack values: " + strings.Join(lacking, ", ")
	}
	return plan.Gap{At: p.changedLine(at), Root: path.Dir(name), Kind: plan.GapUnknown, Subject: name,
		Why: fmt.Sprintf("which root this variable file is applied to could not be determined: %s; "+
			"name the file under terraform.roots in the settings, or pass it with -var-file in a workflow", which)}
}

// lacking are roots with variables that nothing known gives a value.
func (p *prediction) lacking() []string {
	var out []string
	for _, root := range p.applied {
		after := p.load(p.after, plan.After, root)
		if !after.exists() || len(needs(p, root, after)) == 0 {
			continue
		}
		if len(out) == maxCandidates {
			return append(out, "and others")
		}
		out = append(out, root)
	}
	return out
}
