package hcl

import (
	"io/fs"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
)

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
	roams   bool // it reads files by names that are known only once they are computed
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
