package hcl

import (
	"io/fs"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
			gaps = append(gaps, plan.Gap{Kind: plan.GapLimit, Subject: "roots",
				Why: "the search for Terraform roots stopped early: " + err.Error() + "; list the roots in the settings"})
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

// above is the root that a folder is or lies in, the nearest; empty for none.
func (p *prediction) above(dir string) string {
	for {
		if slices.Contains(p.applied, dir) {
			return dir
		}
		if dir == "." {
			return ""
		}
		dir = path.Dir(dir)
	}
}
