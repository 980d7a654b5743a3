package hcl

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
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
	sets, guessed := p.varFiles(root, before, after)
	var out []variant
	if len(sets) == 0 || guessed && !p.completes(sets, root, before, after) {
		out = append(out, p.values("", root, nil, p.shadowed(root, before, after)))
	}
	for _, set := range sets {
		if (len(out)+1)*len(before.module.Resources) > maxVaried {
			return out, []plan.Gap{{At: plan.Range{File: root, Side: plan.After}, Root: root, Kind: plan.GapLimit, Subject: root,
				Why: fmt.Sprintf("only %d of %d sets of variable files are evaluated: more than %d resources over all of them", len(out), len(sets), maxVaried)}}
		}
		out = append(out, p.values(strings.Join(set, ","), root, set, guessed))
	}
	return out, nil
}

// maxVaried bounds the resources of a root, times its sets of variable files.
const maxVaried = 40_000

// completes reports whether guessed files give values that the root cannot do
// without: then it is not applied without one of them.
func (p *prediction) completes(sets [][]string, root string, before, after side) bool {
	needed := needs(before, after, p, root)
	for _, set := range sets {
		for _, name := range set {
			if p.gives(name, needed) {
				return true
			}
		}
	}
	return false
}

func (p *prediction) values(name, root string, extra []string, guessed bool) variant {
	v := variant{name: name, guessed: guessed}
	var problems [2][]config.Problem
	v.before, problems[0] = config.Values(p.before, append(config.AutoFiles(p.before, root), present(p.before, extra)...))
	v.after, problems[1] = config.Values(p.after, append(config.AutoFiles(p.after, root), present(p.after, extra)...))
	for i, s := range []plan.Side{plan.Before, plan.After} {
		for _, problem := range problems[i] {
			g := gapOf(root, s, problem)
			g.Variant = name
			if problem.Kind == plan.GapParse || problem.Kind == plan.GapInvalid {
				g.Why = "would not plan: " + g.Why
			}
			v.gaps = append(v.gaps, g)
		}
	}
	return v
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

// varFiles finds the variable files a root is applied with: as settings say,
// as a pipeline passes them, or by convention where the root cannot do without.
func (p *prediction) varFiles(root string, before, after side) (sets [][]string, guessed bool) {
	if listed, ok := p.opt.VarFiles[root]; ok {
		for _, entry := range listed {
			sets = append(sets, strings.Split(entry, ","))
		}
		return sets, false
	}
	for _, name := range p.passed(root) {
		sets = append(sets, []string{name})
	}
	if len(sets) > 0 {
		return sets, false
	}
	for _, name := range p.conventional(root, before, after) {
		sets = append(sets, []string{name})
	}
	return sets, true
}

var varFile = regexp.MustCompile(`-var-file[=\s"',]+["']?([A-Za-z0-9_./-]+\.tfvars(?:\.json)?)`)

// isPipeline names files in which people write how a root is applied.
func isPipeline(name string) bool {
	switch base := path.Base(name); base {
	case "Makefile", "atlantis.yaml", "Taskfile.yml", "Taskfile.yaml", ".gitlab-ci.yml", "terragrunt.hcl", "Jenkinsfile", "azure-pipelines.yml":
		return true
	}
	return strings.HasPrefix(name, ".github/workflows/")
}

// passed are the variable files that a pipeline of the repository passes to
// this root: ones that exist when read from the root, or from the top.
func (p *prediction) passed(root string) []string {
	found := map[string]bool{}
	for _, tree := range []fs.FS{p.before, p.after} {
		for _, name := range pipelines(tree, root) {
			real, err := plan.Resolve(tree, name)
			if err != nil {
				continue
			}
			b, err := fs.ReadFile(tree, real)
			if err != nil {
				continue
			}
			for _, m := range varFile.FindAllStringSubmatch(string(b), -1) {
				for _, candidate := range []string{path.Join(root, m[1]), path.Clean(m[1]), path.Join(path.Dir(name), m[1])} {
					if belongs(root, candidate) && (exists(p.before, candidate) || exists(p.after, candidate)) {
						found[candidate] = true
						break
					}
				}
			}
		}
	}
	out := make([]string, 0, len(found))
	for name := range found {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// belongs: a variable file in or below a root is that root's; one elsewhere
// is when it does not lie in another root's folder tree.
func belongs(root, name string) bool {
	return root == "." || strings.HasPrefix(name, root+"/") || !strings.Contains(path.Dir(name), "/")
}

func exists(tree fs.FS, name string) bool {
	if name == ".." || strings.HasPrefix(name, "../") {
		return false
	}
	return len(present(tree, []string{name})) == 1
}

func pipelines(tree fs.FS, root string) []string {
	var out []string
	for _, dir := range []string{".", root, ".github/workflows"} {
		entries, err := fs.ReadDir(tree, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); !e.IsDir() && isPipeline(name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
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
	needed := needs(before, after, p, root)
	for name := range beside {
		_, changed := slices.BinarySearch(p.changed, name)
		if len(beside) > 1 || changed || p.gives(name, needed) {
			found[name] = true
		}
	}
	out := make([]string, 0, len(found))
	for name := range found {
		if p.gives(name, declared(before, after)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// tfvarsIn are the variable files in a folder that no tool reads by itself.
func tfvarsIn(tree fs.FS, dir string) []string {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasPrefix(name, ".") || name == "terraform.tfvars" || name == "terraform.tfvars.json" || strings.Contains(name, ".auto.tfvars") || strings.Contains(name, "example") || strings.Contains(name, "sample") {
			continue
		}
		if strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json") {
			out = append(out, path.Join(dir, name))
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
func needs(before, after side, p *prediction, root string) map[string]bool {
	out := map[string]bool{}
	for _, s := range []side{before, after} {
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

// merge takes the variant's name off what holds under all of them.
func merge(all plan.Plan, variants int) plan.Plan {
	if variants < 2 {
		return all
	}
	return plan.Plan{Changes: mergeChanges(all.Changes, variants), Gaps: mergeGaps(all.Gaps, variants), Objects: all.Objects}
}

// withoutEchoes drops what a guessed variant says again of what is certain
// anyway.
func withoutEchoes(changes []plan.Change) []plan.Change {
	type key struct {
		address plan.Address
		action  plan.Action
		losses  string
	}
	certain := map[key]bool{}
	for _, c := range changes {
		if c.Variant == "" {
			certain[key{c.Address, c.Action, lost(c)}] = true
		}
	}
	return slices.DeleteFunc(changes, func(c plan.Change) bool {
		return c.Variant != "" && !c.Certain && certain[key{c.Address, c.Action, lost(c)}]
	})
}

// lost tells changes apart by what they take away.
func lost(c plan.Change) string {
	var b strings.Builder
	for _, l := range c.Losses {
		fmt.Fprintf(&b, "%s %t\n", l.What, l.Certain)
	}
	return b.String()
}

func mergeChanges(changes []plan.Change, variants int) []plan.Change {
	changes = withoutEchoes(changes)
	type key struct {
		address, previous plan.Address
		action            plan.Action
		reason            plan.Reason
		certain           bool
		losses            string
	}
	count := map[key]int{}
	of := func(c plan.Change) key { return key{c.Address, c.Previous, c.Action, c.Reason, c.Certain, lost(c)} }
	for _, c := range changes {
		count[of(c)]++
	}
	var out []plan.Change
	told := map[key]bool{}
	for _, c := range changes {
		k := of(c)
		if count[k] == variants {
			if told[k] {
				continue
			}
			told[k] = true
			c.Variant = ""
		}
		out = append(out, c)
	}
	return out
}

func mergeGaps(gaps []plan.Gap, variants int) []plan.Gap {
	count := map[plan.Gap]int{}
	of := func(g plan.Gap) plan.Gap { g.Variant = ""; return g }
	for _, g := range gaps {
		count[of(g)]++
	}
	var out []plan.Gap
	told := map[plan.Gap]bool{}
	for _, g := range gaps {
		if count[of(g)] == variants {
			g.Variant = ""
			if told[g] {
				continue
			}
			told[g] = true
		}
		out = append(out, g)
	}
	return out
}
