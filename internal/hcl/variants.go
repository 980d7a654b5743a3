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

// variant is a root under one set of variable files.
type variant struct {
	name string
	// guessed: nothing says that these files are used.
	guessed bool
	// workspace is the one it is evaluated in, empty for `default`.
	workspace     string
	before, after map[string]config.Value
	gaps          []plan.Gap
}

// variants are the ways in which a root is applied: with the files that the
// tool reads by itself, or with each of the variable files that are passed.
func (p *prediction) variants(root string, before, after side) ([]variant, []plan.Gap) {
	sets := p.varFiles(root, before, after)
	var out []variant
	if !slices.ContainsFunc(sets, func(s set) bool { return !s.guessed }) && !p.completes(sets, root, before, after) {
		out = append(out, p.values(set{guessed: p.shadowed(root, before, after)}, root))
	}
	for _, set := range sets {
		if (len(out)+1)*len(before.module.Resources) > maxVaried {
			return out, []plan.Gap{{At: plan.Range{File: root, Side: plan.After}, Root: root, Kind: plan.GapLimit, Subject: root,
				Why: fmt.Sprintf("only %d of %d sets of variable files are evaluated: more than %d resources over all of them", len(out), len(sets), maxVaried)}}
		}
		if !p.isNew(set, root, before) {
			out = append(out, p.values(set, root))
		}
	}
	return out, nil
}

// maxVaried bounds the resources of a root, times its sets of variable files.
const maxVaried = 40_000

// completes reports whether guessed files give values that the root cannot do
// without: then it is not applied without one of them.
func (p *prediction) completes(sets []set, root string, before, after side) bool {
	needed := needs(p, root, before, after)
	for _, set := range sets {
		for _, name := range append(set.before, set.after...) {
			if p.gives(name, needed) {
				return true
			}
		}
	}
	return false
}

// isNew reports whether a set comes with a file that the root could not be
// applied without: nothing was made with it yet.
func (p *prediction) isNew(s set, root string, before side) bool {
	if len(s.before) != len(s.after) {
		return false
	}
	needed := needs(p, root, before)
	for _, name := range s.before {
		vals, _ := config.Values(p.before, present(p.before, []string{name}))
		for v := range vals {
			delete(needed, v)
		}
	}
	return slices.ContainsFunc(s.before, func(name string) bool { return !exists(p.before, name) && p.gives(name, needed) })
}

func (p *prediction) values(s set, root string) variant {
	v := variant{name: s.name(), guessed: s.guessed}
	var problems [2][]config.Problem
	v.before, problems[0] = config.Values(p.before, append(config.AutoFiles(p.before, root), present(p.before, s.before)...))
	v.after, problems[1] = config.Values(p.after, append(config.AutoFiles(p.after, root), present(p.after, s.after)...))
	for i, s := range []plan.Side{plan.Before, plan.After} {
		for _, problem := range problems[i] {
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

func exists(tree fs.FS, name string) bool {
	if name == ".." || strings.HasPrefix(name, "../") {
		return false
	}
	return len(present(tree, []string{name})) == 1
}

func present(tree fs.FS, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		real, err := plan.Resolve(tree, name)
		if err != nil {
			return true
		}
		info, err := fs.Stat(tree, real)
		return err != nil || info.IsDir()
	})
}

// tfvarsIn are the variable files in a folder that no tool reads by itself.
func tfvarsIn(tree fs.FS, dir string) []string {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil
	}
	auto := config.AutoFiles(tree, dir)
	var out []string
	for _, e := range entries {
		if name := path.Join(dir, e.Name()); !e.IsDir() && isVarFile(name) && !slices.Contains(auto, name) {
			out = append(out, name)
		}
	}
	return out
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
