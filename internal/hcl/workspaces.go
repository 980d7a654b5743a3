package hcl

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxWorkspaces bounds how many workspaces a root is evaluated in.
const maxWorkspaces = 3

// maxNaming bounds a file in which names of workspaces are looked for, in bytes.
const maxNaming = 256 << 10

// workspaceName is a word that may name a workspace where it stands as a key or
// in quotes: one with the name of an environment in it. Every other key of a
// changed line would cost an evaluation of each root.
var (
	workspaceName = regexp.MustCompile(`"([A-Za-z][\w.-]{0,40})"|\b([A-Za-z][\w-]{0,40})\s*[=:]`)
	environment   = regexp.MustCompile(`(?i)(^|[-_.])(prod|production|prd|live|pre|preprod|preproduction|stag|stage|staging|stg|uat|qa|` +
		`test|testing|dev|devel|development|sandbox|demo|dr)([-_.]|$)`)
)

// workspaces are the evaluations of a root that asks for its workspace in those
// that the changed lines name. Which exist is written in no repository, so what
// comes of them is possible; the workspace `default` is what all else is
// evaluated in.
func (p *prediction) workspaces(root string, before, after side, base []variant) []variant {
	folders, asks := p.folders(before, after)
	if len(base) == 0 || !asks {
		return nil
	}
	named := p.named()
	var out []variant
	for _, name := range slices.Sorted(maps.Keys(named)) {
		own := func(dir string) bool { return folders[dir] || strings.HasPrefix(dir, root+"/") }
		if !slices.ContainsFunc(named[name], own) {
			continue
		}
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

// folders are those of a root and its local modules; asks reports whether one of
// them mentions terraform.workspace.
func (p *prediction) folders(sides ...side) (seen map[string]bool, asks bool) {
	seen = map[string]bool{}
	for _, s := range sides {
		here := map[string]bool{}
		var walk func(dir string)
		walk = func(dir string) {
			m, problem := p.loader.Load(s.tree, dir, s.runtime)
			if problem != nil || here[dir] {
				return
			}
			here[dir], seen[dir] = true, true
			for _, f := range m.Files {
				asks = asks || strings.Contains(readText(s.tree, f), "terraform.workspace")
			}
			for _, call := range m.Calls {
				if config.IsLocal(call.Source) {
					walk(path.Join(dir, call.Source))
				}
			}
		}
		walk(s.module.Dir)
	}
	return seen, asks
}

// changedWords are the names of environments among the keys and quoted words in the changed lines of
// configuration and variable files, with the folders of those.
func (p *prediction) changedWords() map[string][]string {
	out := map[string][]string{}
	for _, f := range p.changed {
		if !config.IsConfig(f) && !strings.HasSuffix(f, ".tfvars") && !strings.HasSuffix(f, ".tfvars.json") {
			continue
		}
		for which, tree := range map[plan.Side]fs.FS{plan.Before: p.before, plan.After: p.after} {
			text := readText(tree, f)
			if len(text) > maxNaming {
				continue
			}
			lines := strings.Split(text, "\n")
			for _, n := range p.lines.Changed(plan.Range{File: f, Side: which}) {
				if n > len(lines) {
					continue
				}
				for _, m := range workspaceName.FindAllStringSubmatch(lines[n-1], -1) {
					if name := m[1] + m[2]; environment.MatchString(name) {
						out[name] = append(out[name], path.Dir(f))
					}
				}
			}
		}
	}
	return out
}
