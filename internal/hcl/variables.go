package hcl

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// renames notes the variable files that went elsewhere, changed or not.
func (p *prediction) renames(files []plan.File) {
	moved := slices.DeleteFunc(slices.Clone(files), func(f plan.File) bool { return !isVarFile(f.Path) })
	p.renamed = map[string]string{}
	for _, f := range treediff.Similar(p.before, p.after, moved) {
		if f.Status == plan.Renamed {
			p.renamed[f.Path], p.left = f.From, append(p.left, f.From)
		}
	}
}

// setOf is a set of files by their names on the after side.
func (p *prediction) setOf(files []string, guessed bool) set {
	s := set{after: files, guessed: guessed}
	for _, name := range files {
		if from, ok := p.renamed[name]; ok {
			name = from
		}
		s.before = append(s.before, name)
	}
	return s
}

func (p *prediction) values(s set, root string) variant {
	v := variant{name: s.name(), guessed: s.guessed}
	var problems [2][]config.Problem
	was := append(config.AutoFiles(p.before, root), present(p.before, s.before)...)
	is := append(config.AutoFiles(p.after, root), present(p.after, s.after)...)
	v.before, problems[0] = config.Values(p.before, was)
	v.after, problems[1] = config.Values(p.after, is)
	sealed := p.sealed(was, is)
	p.give(&v, root, is, sealed)
	for i, s := range []plan.Side{plan.Before, plan.After} {
		for _, problem := range problems[i] {
			if !sealed.isNews(problem) {
				continue
			}
			g := gapOf(root, s, problem)
			g.Variant = v.name
			if problem.Kind == plan.GapParse || problem.Kind == plan.GapInvalid {
				g.Why = "would not plan: " + g.Why
			}
			v.gaps = append(v.gaps, g)
		}
	}
	return v
}

func (p *prediction) listed(root string) []set {
	var out []set
	for _, entry := range p.opt.VarFiles[root] {
		out = append(out, p.setOf(strings.Split(entry, ","), false))
	}
	return out
}

// allListed: the settings say for every root what it is applied with.
func (p *prediction) allListed() bool {
	return len(p.opt.Roots) > 0 && !slices.ContainsFunc(p.applied, func(root string) bool { _, ok := p.opt.VarFiles[root]; return !ok })
}

func declared(before, after side) map[string]bool {
	out := map[string]bool{}
	for _, s := range []side{before, after} {
		for name := range s.module.Variables {
			out[name] = true
		}
	}
	return out
}

// needs are the variables that have no value without a further file.
func needs(p *prediction, root string, sides ...side) map[string]bool {
	out := map[string]bool{}
	for _, s := range sides {
		given, _ := config.Values(s.tree, config.AutoFiles(s.tree, root))
		for name, v := range s.module.Variables {
			if _, ok := given[name]; !ok && v.Default == nil {
				out[name] = true
			}
		}
	}
	return out
}

func (p *prediction) gives(name string, wanted map[string]bool) bool {
	for _, tree := range []fs.FS{p.before, p.after} {
		vals, _ := config.Values(tree, present(tree, []string{name}))
		for v := range vals {
			if wanted[v] {
				return true
			}
		}
	}
	return false
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

// anyGives reports whether one of the files gives a wanted variable a value.
func (p *prediction) anyGives(files []string, wanted map[string]bool) bool {
	return slices.ContainsFunc(files, func(f string) bool { return p.gives(f, wanted) })
}
