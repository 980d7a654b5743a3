package hcl

import (
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/varfile"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// prediction is two trees, what is read of them once, and what the settings say.
type prediction struct {
	before, after fs.FS
	facts         plan.Facts
	opt           Options
	loader        *config.Loader
	tools         [2]*config.Runtimes // before, after
	lines         *lines.Diff
	sources       plan.Sources
	laid          [2]*elsewhere.Tree // before and after, with what is installed
	installs      map[installKey]elsewhere.Installed
	changed       []string
	applied       []string                   // the roots
	renamed       map[string]string          // variable files, the old name by the new one
	left          []string                   // their old names
	named         func() map[string][]string // environments in changed lines, found once
	passing       func() passing             // found once
	unread        func() unread              // found once
}

// installKey names an installation: the tools have registries of their own.
type installKey struct {
	old, root     string
	before, after config.Tool
}

// trees are the two sides, before first.
func (p *prediction) trees() iter.Seq2[plan.Side, fs.FS] {
	return func(yield func(plan.Side, fs.FS) bool) {
		_ = yield(plan.Before, p.before) && yield(plan.After, p.after)
	}
}

// side is one side of one root as it is loaded.
type side struct {
	tree    fs.FS
	side    plan.Side
	runtime config.Runtime
	module  *config.Module
	problem *config.Problem
}

func (p *prediction) load(tree fs.FS, which plan.Side, root string) side {
	return p.loadWith(tree, which, root, p.runtime(which, root))
}

func (p *prediction) loadWith(tree fs.FS, which plan.Side, root string, rt config.Runtime) side {
	s := side{tree: tree, side: which, runtime: rt}
	s.module, s.problem = p.loader.Load(tree, root, rt)
	return s
}

// runtime is the tool that applies a root on one side: as the settings say, or
// the repository's own signs.
func (p *prediction) runtime(which plan.Side, root string) config.Runtime {
	if rt, ok := config.ParseRuntime(p.opt.Runtime); ok {
		return rt
	}
	if which == plan.Before {
		return p.tools[0].Of(root)
	}
	return p.tools[1].Of(root)
}

func (s side) exists() bool { return s.problem == nil && len(s.module.Files) > 0 }

func (p *prediction) changedLine(r plan.Range) plan.Range {
	if r.Line == 1 && r.EndLine == 1 {
		r.Line, r.EndLine = 0, 0
	}
	if changed := p.lines.Changed(r); len(changed) > 0 {
		r.Line, r.EndLine = changed[0], changed[0]
	}
	return r
}

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

// set is variable files that a root is applied with together, the last one
// winning, by their names on each side.
type set struct {
	before, after []string
	// guessed: nothing says that these files are used.
	guessed bool
	// label names the set where its files do not.
	label string
}

func (s set) name() string {
	if s.label != "" {
		return s.label
	}
	return strings.Join(s.after, ",")
}

// passing is what scripts of both sides say of variable files.
type passing struct {
	files   []string // those that no root reads by itself, old names of renamed ones left out
	scripts []passer
}

// from reports whether a script passes variable files.
func (p passing) from(name string) bool {
	return slices.ContainsFunc(p.scripts, func(s passer) bool { return s.name == name && len(s.says.Uses) > 0 })
}

// passer is a script that passes variable files.
type passer struct {
	name string
	says varfile.Script
	// roots are those whose folder it names.
	roots []string
}

// unread is what becomes of the changed variable files that no root is known to
// be applied with.
type unread struct {
	readers map[string][]string // by root, those it may be applied with
	gaps    []plan.Gap
}
