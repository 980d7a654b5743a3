package hcl

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// code reports provisioners, external data sources and their like whose text is
// not among those before the change, wherever they stood: what they run at plan or
// apply is not seen by a plan. One that only lacks commands is not told.
func (p *prediction) code() plan.Plan {
	before := p.codeIn(p.before, plan.Before)
	had := map[string]coded{}
	for _, c := range before {
		had[c.text()] = c
	}
	var out plan.Plan
	for _, c := range p.codeIn(p.after, plan.After) {
		was, same := had[c.text()]
		switch {
		case same:
			out.Gaps = append(out.Gaps, p.unreadCode(c, slices.Concat(c.unread, was.unread))...)
		case slices.ContainsFunc(before, c.isLessThan):
		default:
			at := rangeOn(c.run.Range, plan.After)
			out.Changes = append(out.Changes, plan.Change{
				Address: c.address, Previous: c.address, Action: plan.None, Effect: plan.RunsCode, Reason: plan.CodeRuns, Certain: true, At: at,
				Causes: []plan.Cause{p.codeCause(c), {Range: at, Text: c.run.Kind}},
			})
		}
	}
	return out
}

// codeCause is the first line of the text that changed.
func (p *prediction) codeCause(c coded) plan.Cause {
	for _, r := range c.places {
		if changed := p.lines.Changed(r); len(changed) > 0 {
			r.Line, r.EndLine = changed[0], changed[0]
			return plan.Cause{Range: r, Text: "another text"}
		}
	}
	// What it said is gone.
	for _, r := range c.places {
		r.Line, r.EndLine, r.Side = 0, 0, plan.Before
		if changed := p.lines.Changed(r); len(changed) > 0 {
			r.Line, r.EndLine = changed[0], changed[0]
			return plan.Cause{Range: r, Text: "a file that is removed"}
		}
	}
	return plan.Cause{Range: c.places[0], Text: "the text"}
}

// unreadCode are the changed files that code names and that could not be read: what
// it runs may be another text than before.
func (p *prediction) unreadCode(c coded, files []unreadFile) []plan.Gap {
	for _, f := range files {
		name := f.name
		if name == "" {
			name = p.changedProgram()
		}
		if _, changed := slices.BinarySearch(p.changed, name); !changed {
			continue
		}
		at := plan.Range{File: name, Side: plan.After}
		if !exists(p.after, name) {
			at.Side = plan.Before
		}
		return []plan.Gap{{At: at, Root: c.address.Root, Kind: f.kind, Subject: c.address.String(),
			Why: "the code that plan or apply runs could not be read: " + f.why}}
	}
	return nil
}

// changedProgram is the first changed file that may be one; empty for none.
func (p *prediction) changedProgram() string {
	if i := slices.IndexFunc(p.changed, mayBeProgram); i >= 0 {
		return p.changed[i]
	}
	return ""
}

// mayBeProgram leaves out configuration and variable files, which are compared by
// what they say.
func mayBeProgram(name string) bool { return !config.IsConfig(name) && !isVarFile(name) }

// codeDirs are the folders whose code the change can reach: all where a program
// may have changed, which any of them may name, else those of changed files and
// those above them.
func (p *prediction) codeDirs(tree fs.FS) []string {
	var out []string
	for _, f := range p.changed {
		for dir := path.Dir(f); ; dir = path.Dir(dir) {
			out = append(out, dir)
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	if p.changedProgram() == "" {
		return out
	}
	if len(p.opt.Roots) > 0 {
		return append(out, p.applied...)
	}
	folders, _ := configFolders(tree) // p.roots says where it ended early
	return append(out, folders...)
}

func (p *prediction) codeIn(tree fs.FS, which plan.Side) []coded {
	modules := map[string]*config.Module{}
	callers := map[string][]*config.Call{}
	for _, dir := range p.codeDirs(tree) {
		p.codeFolders(tree, which, dir, modules, callers)
	}
	files := codeFiles{tree, map[string]codeFile{}}
	var out []coded
	for _, dir := range slices.Sorted(maps.Keys(modules)) {
		m := modules[dir]
		add := func(kind, name string, runs []config.Run) {
			for _, run := range runs {
				t := &codeText{tree: tree, files: files, side: which, dir: dir, module: m, callers: callers[dir],
					seen: map[string]bool{}}
				out = append(out, t.of(plan.Address{Engine: plan.Terraform, Root: dir, Type: kind, Name: name}, run))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(m.Resources)) {
			r := m.Resources[key]
			add(strings.TrimSuffix(key, "."+r.Name), r.Name, r.Runs)
		}
		for _, r := range m.Removed {
			add("removed", lastStep(r.From), r.Runs)
		}
		for _, r := range m.Runs {
			add(r.Type, r.Name, []config.Run{r.Run})
		}
	}
	return out
}

// lastStep is the name of what a removed block is about.
func lastStep(ref hcl.Traversal) string {
	if len(ref) > 0 {
		if step, ok := ref[len(ref)-1].(hcl.TraverseAttr); ok {
			return step.Name
		}
	}
	return "from"
}

// codeFolders gathers a folder and the modules that it calls, each once.
func (p *prediction) codeFolders(
	tree fs.FS, which plan.Side, dir string, modules map[string]*config.Module, callers map[string][]*config.Call,
) {
	if modules[dir] != nil || isExample(dir) {
		return
	}
	m, problem := p.loader.Load(tree, dir, p.runtime(which, dir))
	if problem != nil || len(m.Files) == 0 {
		return
	}
	modules[dir] = m
	for _, name := range slices.Sorted(maps.Keys(m.Calls)) {
		if call := m.Calls[name]; config.IsLocal(call.Source) {
			target := path.Join(dir, call.Source)
			callers[target] = append(callers[target], call)
			p.codeFolders(tree, which, target, modules, callers)
		}
	}
}
