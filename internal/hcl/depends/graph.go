// Package depends knows which managed resources a data source waits for.
package depends

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
)

// Resource is a managed resource in the configuration: the call path of its module
// without keys, and its key there.
type Resource struct{ Module, Key string }

func (r Resource) String() string { return r.Module + "/" + r.Key }

// Graph knows which managed resources a part of the configuration waits for.
// Its nodes are `<call path>/<name>`: resources, locals, variables, outputs,
// and module calls as a whole.
type Graph struct {
	modules map[string]*config.Module // by call path
	calls   map[string]*config.Call   // by the child's call path
	objects []Resource
	memo    map[string]map[Resource]bool
}

// New is the graph of one side. Objects are the resources that have objects, those
// that are leaving the configuration included.
func New(branches []*eval.Branch, objects []Resource) *Graph {
	g := &Graph{modules: map[string]*config.Module{}, calls: map[string]*config.Call{}, objects: objects, memo: map[string]map[Resource]bool{}}
	for _, b := range branches {
		g.modules[b.Static], g.calls[b.Static] = b.Config, b.Call
	}
	return g
}

// DataSource are the managed resources whose pending changes defer a data
// source: those it names itself, what its depends_on reaches, and what the
// depends_on of the module calls around it reach.
func (g *Graph) DataSource(r *eval.Resource) []Resource {
	set := map[Resource]bool{}
	static := r.Module.Static
	for _, ref := range refs.OfResource(r.Config) {
		g.direct(static, ref, set)
	}
	for _, ref := range r.Config.DependsOn {
		g.dependsOn(static, ref, set)
	}
	if len(r.Config.Lifecycle.Checks) > 0 {
		for dep := range g.ancestors(static, r.Config.Key()) {
			set[dep] = true
		}
	}
	for child := static; child != ""; child = parent(child) {
		call := g.calls[child]
		if call == nil {
			break
		}
		for _, ref := range call.DependsOn {
			found := map[Resource]bool{}
			g.dependsOn(parent(child), ref, found)
			for dep := range found {
				set[dep] = true
				for further := range g.ancestors(dep.Module, dep.Key) {
					set[further] = true
				}
			}
		}
	}
	delete(set, Resource{static, r.Config.Key()})
	out := make([]Resource, 0, len(set))
	for dep := range set {
		out = append(out, dep)
	}
	return out
}

func parent(static string) string {
	if i := strings.LastIndexByte(static, '.'); i >= 0 {
		return static[:i]
	}
	return ""
}

// direct adds a managed resource that a reference names itself.
func (g *Graph) direct(static string, ref hcl.Traversal, set map[Resource]bool) {
	m := g.modules[static]
	if m == nil {
		return
	}
	name, _ := refs.Resource(ref)
	if r := m.Resources[name]; r != nil && r.Mode == config.Managed {
		set[Resource{static, name}] = true
	}
}

// dependsOn adds what a depends_on entry stands for: a resource itself, or all
// resources behind anything else.
func (g *Graph) dependsOn(static string, ref hcl.Traversal, set map[Resource]bool) {
	before := len(set)
	g.direct(static, ref, set)
	if len(set) > before {
		return
	}
	node := refs.Node(ref)
	if strings.HasPrefix(node, "module.") && len(ref) > 2 {
		node = "module." + refs.StepName(ref[1])
	}
	for dep := range g.ancestors(static, node) {
		set[dep] = true
	}
}

// ancestors are all managed resources that a node waits for, directly or not.
func (g *Graph) ancestors(static, node string) map[Resource]bool {
	id := static + "/" + node
	if set, ok := g.memo[id]; ok {
		return set
	}
	set := map[Resource]bool{}
	g.memo[id] = set
	add := func(s, n string) {
		if m := g.modules[s]; m != nil {
			if r := m.Resources[n]; r != nil && r.Mode == config.Managed {
				set[Resource{s, n}] = true
			}
		}
		for dep := range g.ancestors(s, n) {
			set[dep] = true
		}
	}
	m := g.modules[static]
	if m == nil {
		return set
	}
	for _, ref := range references(m, node) {
		add(static, refs.Node(ref))
	}
	switch kind, name, _ := strings.Cut(node, "."); kind {
	case "var":
		if call := g.calls[static]; call != nil {
			if in := call.Inputs[name]; in != nil {
				for _, ref := range in.Value.Refs {
					add(parent(static), refs.Node(ref))
				}
			}
		}
	case "module":
		g.everything(strings.TrimPrefix(static+"."+name, "."), set, add)
	}
	return set
}

// everything is all a module call stands for: each resource in it, at any
// depth, those that are leaving it included, and what they wait for.
func (g *Graph) everything(child string, set map[Resource]bool, add func(s, n string)) {
	for static, m := range g.modules {
		if static != child && !strings.HasPrefix(static, child+".") {
			continue
		}
		for _, name := range m.Order {
			add(static, name)
		}
	}
	for _, o := range g.objects {
		if o.Module == child || strings.HasPrefix(o.Module, child+".") {
			set[o] = true
		}
	}
}

// references are those of one node's own text.
func references(m *config.Module, node string) []hcl.Traversal {
	kind, name, _ := strings.Cut(node, ".")
	switch kind {
	case "local":
		if l := m.Locals[name]; l != nil {
			return l.Value.Refs
		}
	case "output":
		if o := m.Outputs[name]; o != nil {
			return append(o.Value.Refs[:len(o.Value.Refs):len(o.Value.Refs)], o.DependsOn...)
		}
	case "module":
		call := m.Calls[name]
		if call == nil {
			return nil
		}
		out := call.DependsOn[:len(call.DependsOn):len(call.DependsOn)]
		for _, in := range call.Inputs {
			out = append(out, in.Value.Refs...)
		}
		return append(append(out, refs.Of(call.Count)...), refs.Of(call.ForEach)...)
	}
	if r := m.Resources[node]; r != nil {
		return append(refs.OfResource(r), r.DependsOn...)
	}
	return nil
}
