package fix

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// removedBlocks let resources whose blocks were taken out go on to exist without
// being managed any more (Terraform 1.7, OpenTofu 1.7): one block for a module
// that went as a whole, else one for each resource.
func (p *proposer) removedBlocks() {
	for _, group := range p.gone() {
		c := candidate{kind: RemovedBlock, leaves: true,
			title: "Add a removed block: keep " + group.names() + " and stop managing it",
			note:  "Nothing is destroyed, and Terraform forgets it. It takes Terraform 1.7 or OpenTofu 1.7."}
		if len(group.from) > 1 {
			c.title = "Add removed blocks: keep " + group.names() + " and stop managing them"
			c.note = "Nothing is destroyed, and Terraform forgets them. It takes Terraform 1.7 or OpenTofu 1.7."
		}
		var lines []string
		for i, from := range group.from {
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, "removed {", "  from = "+from, "", "  lifecycle {", "    destroy = false", "  }", "}")
		}
		var ok bool
		if c.edits, ok = p.place(group, lines); ok {
			p.offer(c)
		}
	}
}

// goneGroup are the resources whose blocks went from one file, and the calls of
// modules. Addresses are as a block in the folder writes them.
type goneGroup struct {
	folder, file string
	at           plan.Range
	from         []string
}

func (g goneGroup) names() string {
	if len(g.from) <= 3 {
		return strings.Join(g.from, ", ")
	}
	return strings.Join(g.from[:2], ", ") + " and others"
}

// gone groups the deleted Terraform objects that no other fix clears.
func (p *proposer) gone() []goneGroup {
	var groups []goneGroup
	add := func(folder string, at plan.Range, from string) {
		i := slices.IndexFunc(groups, func(g goneGroup) bool { return g.folder == folder && g.file == at.File })
		if i < 0 {
			groups = append(groups, goneGroup{folder: folder, file: at.File, at: at})
			i = len(groups) - 1
		}
		if !slices.Contains(groups[i].from, from) {
			groups[i].from = append(groups[i].from, from)
		}
	}
	for _, f := range p.open(plan.Terraform) {
		c := f.Change
		if c.Action != plan.Delete || c.At.Side != plan.Before || c.Address.Type == "" {
			continue
		}
		if c.Reason != plan.NoResourceConfig && c.Reason != plan.NoModule {
			continue
		}
		switch call, at, ok := goneCall(c); {
		case ok:
			add(path.Dir(at.File), at, call)
		case slices.ContainsFunc(p.units, func(u unit) bool { return u.covers(c.At) }):
			add(path.Dir(c.At.File), c.At, c.Address.Type+"."+c.Address.Name)
		}
	}
	return groups
}

// goneCall is the module call that was taken out with all that is in it: its
// address as its folder writes it, and its place.
func goneCall(c *plan.Change) (from string, at plan.Range, ok bool) {
	if len(c.Causes) == 0 || c.Causes[0].Side != plan.Before {
		return "", plan.Range{}, false
	}
	steps := moduleSteps(c.Address.Module)
	for i := range steps {
		steps[i].key = ""
		if c.Causes[0].Text == joinSteps(steps[:i+1])+" removed" || c.Causes[0].Text == joinKeyed(c.Address.Module, i+1)+" removed" {
			return steps[i].String(), c.Causes[0].Range, true
		}
	}
	return "", plan.Range{}, false
}

// joinKeyed are the first calls of a module's address, with their keys.
func joinKeyed(module string, n int) string { return joinSteps(moduleSteps(module)[:n]) }

// place puts lines where blocks were taken out of a file, or in a new file where
// the whole file went.
func (p *proposer) place(g goneGroup, lines []string) ([]Edit, bool) {
	for _, u := range p.units {
		if !u.gone && u.from == g.file && u.old.has(g.at.Line) {
			fresh := slices.Concat(lines, u.is)
			if len(u.is) > 0 && strings.TrimSpace(u.is[0]) != "" {
				fresh = slices.Concat(lines, []string{""}, u.is)
			}
			e, ok := replace(p.change.After, u.path, u.now, fresh)
			if ok && u.now.end < u.now.start && len(e.New) > len(fresh) && strings.TrimSpace(e.New[0]) != "" && u.now.start > 1 {
				e.New = slices.Concat(e.New[:1], []string{""}, fresh)
			}
			return []Edit{e}, ok
		}
	}
	name := path.Join(g.folder, "removed.tf")
	if _, err := fs.Stat(p.change.After, name); err == nil {
		return nil, false
	}
	return []Edit{{Path: name, New: append(slices.Clone(lines), "")}}, true
}
