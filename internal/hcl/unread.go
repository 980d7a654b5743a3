package hcl

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// unread is what becomes of the changed variable files that no root is known to
// be applied with.
type unread struct {
	readers map[string][]string // by root, those it may be applied with
	gaps    []plan.Gap
}

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
		if len(readers) == 0 && !p.settled() && len(p.declaring(given)) == 0 {
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

func isConventional(root, name string) bool {
	dir := path.Dir(name)
	return dir == root || path.Dir(dir) == root && slices.Contains(environments, path.Base(dir))
}

// settled: the settings say for every root what it is applied with.
func (p *prediction) settled() bool {
	return len(p.opt.Roots) > 0 && !slices.ContainsFunc(p.applied, func(root string) bool { _, ok := p.opt.VarFiles[root]; return !ok })
}

// valuesOf are the variables that a file gives on either side, and those of
// which the value changes. A file that is new gave nothing to lose before.
func (p *prediction) valuesOf(name string) (given, changed map[string]bool, readable bool) {
	s := p.setOf([]string{name}, true)
	was, problems := config.Values(p.before, present(p.before, s.before))
	is, more := config.Values(p.after, present(p.after, s.after))
	given, changed = map[string]bool{}, map[string]bool{}
	for _, side := range []map[string]config.Value{was, is} {
		for v := range side {
			given[v] = true
			had, has := was[v].Value, is[v].Value
			if had == (config.Value{}).Value || has == (config.Value{}).Value || !had.RawEquals(has) {
				changed[v] = true
			}
		}
	}
	if !exists(p.before, s.before[0]) {
		clear(changed)
	}
	return given, changed, len(problems)+len(more) == 0
}

// declaring are the roots that declare one of the variables, on either side.
// Those for which the settings say what they are applied with are left out.
func (p *prediction) declaring(names map[string]bool) []string {
	var out []string
	for _, root := range p.applied {
		if _, listed := p.opt.VarFiles[root]; listed {
			continue
		}
		before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
		if !before.exists() || !after.exists() {
			continue
		}
		for v := range declared(before, after) {
			if names[v] {
				out = append(out, root)
				break
			}
		}
	}
	return out
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
		Why: fmt.Sprintf("what is applied with this variable file is not known: %s; name the file under terraform.roots in the settings, or pass it with -var-file in a workflow", which)}
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

// environments are names of folders in which variable files by environment
// are kept.
var environments = []string{"env", "envs", "environments", "vars", "tfvars", "config", "configs"}

// conventional guesses: variable files by environment in a folder for them, or
// several beside the configuration, or one that changes, or that gives a value
// which the root cannot do without.
func (p *prediction) conventional(root string, before, after side) []string {
	found := map[string]bool{}
	beside := map[string]bool{}
	for _, tree := range []fs.FS{p.before, p.after} {
		for _, name := range tfvarsIn(tree, root) {
			beside[name] = true
		}
		for _, dir := range environments {
			for _, name := range tfvarsIn(tree, path.Join(root, dir)) {
				found[name] = true
			}
		}
	}
	needed := needs(p, root, before, after)
	for name := range beside {
		_, changed := slices.BinarySearch(p.changed, name)
		if len(beside) > 1 || changed || p.gives(name, needed) {
			found[name] = true
		}
	}
	out := make([]string, 0, len(found))
	for name := range found {
		if !slices.Contains(p.left, name) && p.gives(name, declared(before, after)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
