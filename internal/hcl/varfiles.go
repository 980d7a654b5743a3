package hcl

import (
	"io/fs"
	"path"
	"slices"
)

// varFiles finds the variable files a root is applied with: as settings say,
// as a pipeline passes them, or by convention where the root cannot do without.
func (p *prediction) varFiles(root string, before, after side) []set {
	if _, ok := p.opt.VarFiles[root]; ok {
		return p.listed(root)
	}
	sets := p.passed(root, before, after)
	if len(sets) == 0 {
		for _, name := range p.conventional(root, before, after) {
			sets = append(sets, p.setOf([]string{name}, true))
		}
	}
	for _, name := range p.unread().readers[root] {
		sets = append(sets, p.setOf([]string{name}, true))
	}
	return sets
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

func isConventional(root, name string) bool {
	dir := path.Dir(name)
	return dir == root || path.Dir(dir) == root && slices.Contains(environments, path.Base(dir))
}
