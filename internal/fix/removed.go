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
			note:  "The object stays alive, and Terraform forgets it."}
		if len(group.from) > 1 {
			c.title = "Add removed blocks: keep " + group.names() + " and stop managing them"
			c.note = "The objects stay alive, and Terraform forgets them."
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
		switch c.Reason {
		case plan.NoResourceConfig:
			if path.Dir(c.At.File) == path.Clean(c.Address.Root) && c.Address.Module != "" {
				continue // not of this folder
			}
			add(path.Dir(c.At.File), c.At, c.Address.Type+"."+c.Address.Name)
		case plan.NoModule:
			if call, at, ok := goneCall(c); ok {
				add(path.Dir(at.File), at, "module."+call)
			}
		}
	}
	return groups
}

// goneCall is the call of a module that was taken out: its name and place.
func goneCall(c *plan.Change) (name string, at plan.Range, ok bool) {
	steps := moduleSteps(c.Address.Module)
	if len(steps) == 0 {
		return "", plan.Range{}, false
	}
	for _, cause := range c.Causes {
		if cause.Side == plan.Before && path.Dir(cause.File) == path.Clean(c.Address.Root) {
			return steps[0].name, cause.Range, true
		}
	}
	return "", plan.Range{}, false
}

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
