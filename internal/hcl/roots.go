package hcl

import (
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxFolders bounds the search for roots.
const maxFolders = 100_000

// roots are the folders that are applied, on either side.
func (p *prediction) roots() ([]string, []plan.Gap) {
	if len(p.opt.Roots) > 0 {
		out := make([]string, 0, len(p.opt.Roots))
		for _, r := range p.opt.Roots {
			out = append(out, path.Clean(r))
		}
		slices.Sort(out)
		return slices.Compact(out), nil
	}
	found, called := map[string]bool{}, map[string]bool{}
	var gaps []plan.Gap
	for which, tree := range p.trees() {
		folders, err := configFolders(tree)
		if err != nil {
			gaps = append(gaps, plan.Gap{Kind: plan.GapLimit, Subject: "roots", Why: "the search for Terraform roots ended early: " + err.Error() + "; list the roots in the settings"})
		}
		for _, dir := range folders {
			p.calls(tree, which, dir, called)
			if !isExample(dir) || p.hasState(dir) {
				found[dir] = true
			}
		}
	}
	var out []string
	for dir := range found {
		if p.hasState(dir) || !called[dir] && !p.looksUnused(dir, found) {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out, gaps
}

// trees are the two sides, before first.
func (p *prediction) trees() iter.Seq2[plan.Side, fs.FS] {
	return func(yield func(plan.Side, fs.FS) bool) {
		_ = yield(plan.Before, p.before) && yield(plan.After, p.after)
	}
}

// calls notes the local modules that a folder calls.
func (p *prediction) calls(tree fs.FS, which plan.Side, dir string, called map[string]bool) {
	m, problem := p.loader.Load(tree, dir, p.runtime(which, dir))
	if problem != nil {
		return
	}
	for _, call := range m.Calls {
		if !config.IsLocal(call.Source) {
			continue
		}
		target := path.Join(dir, call.Source)
		if real, err := plan.Resolve(tree, target); err == nil {
			target = real
		}
		if target != dir {
			called[target] = true
		}
	}
}

// hasState: a folder with a backend is applied, even where others call it too.
func (p *prediction) hasState(dir string) bool {
	for which, tree := range p.trees() {
		if m, problem := p.loader.Load(tree, dir, p.runtime(which, dir)); problem == nil && m.Settings.State != "" {
			return true
		}
	}
	return false
}

// looksUnused: a folder below another with configuration, that nobody calls,
// that takes or gives values as modules do, and that bears no sign of being
// applied itself, is a module out of use.
func (p *prediction) looksUnused(dir string, found map[string]bool) bool {
	above := false
	for d := dir; d != "." && !above; {
		d = path.Dir(d)
		above = found[d]
	}
	if !above {
		return false
	}
	asModule := false
	for which, tree := range p.trees() {
		m, problem := p.loader.Load(tree, dir, p.runtime(which, dir))
		if problem != nil || len(m.Files) == 0 {
			continue
		}
		if len(m.Providers) > 0 || len(config.AutoFiles(tree, dir)) > 0 || len(tfvarsIn(tree, dir)) > 0 {
			return false
		}
		for _, sign := range []string{".terraform.lock.hcl", ".terraform-version", ".opentofu-version", ".tool-versions", "terragrunt.hcl"} {
			if exists(tree, path.Join(dir, sign)) {
				return false
			}
		}
		asModule = asModule || len(m.Variables)+len(m.Outputs) > 0
	}
	return asModule
}

// isExample names folders that nobody applies for keeps, unless they say where
// their state is.
func isExample(dir string) bool {
	for _, part := range strings.Split(dir, "/") {
		switch part {
		case "examples", "example", "tests", "test", "testdata", "fixtures", "test-fixtures", "node_modules", ".terraform", "vendor":
			return true
		}
	}
	return false
}

// configFolders are the folders that hold configuration, links to folders not
// entered.
func configFolders(tree fs.FS) ([]string, error) {
	var out []string
	count := 0
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be listed shows up where it is needed
		}
		if e.IsDir() {
			if base := path.Base(name); base == ".git" || base == ".terraform" || base == "node_modules" {
				return fs.SkipDir
			}
			if count++; count > maxFolders {
				return fmt.Errorf("more than %d folders", maxFolders)
			}
			return nil
		}
		if dir := path.Dir(name); config.IsConfig(name) && (len(out) == 0 || out[len(out)-1] != dir) {
			out = append(out, dir)
		}
		return nil
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// touches reports whether the change reaches a root: its own folder, a module
// it calls, or a file it may read.
func (p *prediction) touches(root string, before, after side) bool {
	reach := p.reach(root, before, after)
	for _, f := range p.changed {
		if reach.holds(root, f) {
			return true
		}
	}
	return false
}

func (p *prediction) reach(root string, before, after side) *reach {
	r := &reach{p: p, folders: map[string]bool{}}
	r.add(before.tree, root, before.module, before.runtime, 0)
	r.add(after.tree, root, after.module, after.runtime, 0)
	return r
}

// reach is what a root can depend on.
type reach struct {
	p       *prediction
	folders map[string]bool
	roams   bool // it reads files by names that are not to be told beforehand
}

func (r *reach) add(tree fs.FS, dir string, m *config.Module, rt config.Runtime, depth int) {
	if m == nil || depth > 24 {
		return
	}
	for _, f := range m.Files {
		r.folders[path.Dir(f)] = true
	}
	known := r.folders[dir] && depth > 0
	r.folders[dir], r.folders[m.Dir] = true, true
	r.roams = r.roams || m.ReadsFiles
	if known {
		return
	}
	for _, call := range m.Calls {
		if !config.IsLocal(call.Source) {
			continue
		}
		target := path.Join(dir, call.Source)
		child, problem := r.p.loader.Load(tree, target, rt)
		if problem != nil {
			r.folders[target] = true
			continue
		}
		r.add(tree, target, child, rt, depth+1)
	}
}

// holds reports whether a changed path matters to the root.
func (r *reach) holds(root, f string) bool {
	dir := path.Dir(f)
	if r.folders[dir] || r.folders[f] {
		return true
	}
	if config.PinsRuntime(path.Base(f)) {
		return dir == "." || dir == root
	}
	if strings.HasSuffix(f, ".tfvars") || strings.HasSuffix(f, ".tfvars.json") || isPipeline(f) && r.p.passing().from(f) {
		return true
	}
	if strings.HasPrefix(f, path.Join(root, ".terraform")+"/") {
		return true
	}
	return r.roams && !config.IsConfig(f)
}
