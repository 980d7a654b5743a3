package hcl

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxWorkspaces bounds how many workspaces a root is evaluated in.
const maxWorkspaces = 6

// workspaceName is a word that may name a workspace where it stands as a key or
// in quotes.
var workspaceName = regexp.MustCompile(`"([A-Za-z][\w.-]{0,40})"|\b([A-Za-z][\w-]{0,40})\s*[=:]`)

// workspaces are the evaluations of a root that asks for its workspace in those
// that the changed lines name. Which exist is written in no repository, so what
// comes of them is possible; the workspace `default` is what all else is
// evaluated in.
func (p *prediction) workspaces(root string, before, after side, base []variant) []variant {
	if len(base) == 0 || !p.asksWorkspace(before, after) {
		return nil
	}
	var out []variant
	for _, name := range p.changedWords() {
		v := base[0]
		if i := slices.IndexFunc(base, func(v variant) bool { return strings.Contains(v.name, name) }); i >= 0 {
			v = base[i]
		}
		if v.workspace != "" || len(v.gaps) > 0 {
			continue
		}
		v.name, v.workspace, v.guessed = "workspace "+name, name, true
		if out = append(out, v); len(out) == maxWorkspaces {
			break
		}
	}
	return out
}

// asksWorkspace reports whether a root or a local module of it mentions
// terraform.workspace.
func (p *prediction) asksWorkspace(sides ...side) bool {
	for _, s := range sides {
		seen := map[string]bool{}
		var walk func(dir string) bool
		walk = func(dir string) bool {
			m, problem := p.loader.Load(s.tree, dir, s.runtime)
			if seen[dir] || problem != nil {
				return false
			}
			seen[dir] = true
			for _, f := range m.Files {
				if strings.Contains(script(s.tree, f), "terraform.workspace") {
					return true
				}
			}
			for _, call := range m.Calls {
				if eval.Local(call.Source) && walk(path.Join(dir, call.Source)) {
					return true
				}
			}
			return false
		}
		if walk(s.module.Dir) {
			return true
		}
	}
	return false
}

// changedWords are the keys and quoted words in the changed lines of
// configuration and variable files, each once, in order.
func (p *prediction) changedWords() []string {
	var out []string
	for _, f := range p.changed {
		if !config.IsConfig(f) && !strings.HasSuffix(f, ".tfvars") && !strings.HasSuffix(f, ".tfvars.json") {
			continue
		}
		for which, tree := range map[plan.Side]fs.FS{plan.Before: p.before, plan.After: p.after} {
			lines := strings.Split(script(tree, f), "\n")
			for _, n := range p.lines.Changed(plan.Range{File: f, Side: which}) {
				if n > len(lines) {
					continue
				}
				for _, m := range workspaceName.FindAllStringSubmatch(lines[n-1], -1) {
					out = append(out, m[1]+m[2])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(name string) bool { return name == "default" })
}

// onlyLosses leaves of an evaluation in a workspace what is destroyed there.
func onlyLosses(p plan.Plan) plan.Plan {
	return plan.Plan{Changes: slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return !c.Action.Destroys() })}
}
