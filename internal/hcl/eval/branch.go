package eval

import (
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
)

// maxBranches bounds the tree of module calls, whatever their instances.
const maxBranches = 5000

// Branches are all modules that calls lead to, parents first, in the order of
// the text.
func (w *World) Branches() []*Branch {
	if w.branches == nil {
		w.branches = []*Branch{{Config: w.Root.Config, dir: w.Dir}}
		for i := 0; i < len(w.branches) && i < maxBranches; i++ {
			w.branches = append(w.branches, w.below(w.branches[i])...)
		}
		w.byStatic = make(map[string]*Branch, len(w.branches))
		for _, b := range w.branches {
			w.byStatic[b.Static] = b
		}
	}
	return w.branches
}

// Branch finds a module by its call path, nil where there is none.
func (w *World) Branch(static string) *Branch {
	w.Branches()
	return w.byStatic[static]
}

// Absent reports whether a call of a branch names a folder that neither side has.
func (w *World) Absent(b *Branch, call *config.Call) bool {
	dir, inside := w.folder(b.dir, strings.TrimPrefix(b.Static+"."+call.Name, "."), call)
	return inside && w.absent(dir) != nil
}

func (w *World) below(b *Branch) []*Branch {
	var out []*Branch
	for _, name := range b.Config.Order {
		short, ok := strings.CutPrefix(name, "module.")
		if !ok || b.Config.Calls[short] == nil {
			continue
		}
		call := b.Config.Calls[short]
		static := strings.TrimPrefix(b.Static+"."+short, ".")
		dir, inside := w.folder(b.dir, static, call)
		if !inside || b.recurs(dir) {
			continue
		}
		if child, problem := w.Loader.Load(w.Tree, dir, w.Runtime); problem == nil && len(child.Files) > 0 {
			out = append(out, &Branch{Static: static, Config: child, Call: call, dir: dir, up: b})
		}
	}
	return out
}

func (b *Branch) recurs(dir string) bool {
	levels := 0
	for ; b != nil; b = b.up {
		if levels++; path.Clean(b.dir) == path.Clean(dir) || levels > maxModules {
			return true
		}
	}
	return false
}
