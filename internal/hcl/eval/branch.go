package eval

import (
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
)

// maxBranches bounds the tree of module calls, whatever their instances.
const maxBranches = 5000

// Branch is a module in the tree of calls, whether it has instances or not.
type Branch struct {
	// Static is the call path: `a.b`, empty for the root.
	Static string
	Config *config.Module
	// Call leads to it; nil for the root.
	Call *config.Call
	dir  string
	up   *Branch
}

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

// folder is where a call's source lies in the tree; inside is false where it
// lies elsewhere.
func (w *World) folder(caller, static string, call *config.Call) (dir string, inside bool) {
	if !config.IsLocal(call.Source) {
		dir = w.Elsewhere[static].Dir
		return dir, dir != ""
	}
	dir = path.Join(caller, call.Source)
	return dir, dir != ".." && !strings.HasPrefix(dir, "../")
}
