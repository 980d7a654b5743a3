package compare

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
)

// graph knows which managed resources a part of the configuration waits for.
// Its nodes are `<call path>/<name>`: resources, locals, variables, outputs,
// and module calls as a whole.
type graph struct {
	modules map[string]*config.Module // by call path
	calls   map[string]*config.Call   // by the child's call path
	objects []*object
	memo    map[string]map[configResource]bool
}

// dependencies is the graph of the after side.
func (c *comparison) dependencies() *graph {
	if c.graph == nil {
		c.graph = &graph{modules: map[string]*config.Module{}, calls: map[string]*config.Call{}, objects: c.objects, memo: map[string]map[configResource]bool{}}
		for _, b := range c.after.Branches() {
			c.graph.modules[b.Static], c.graph.calls[b.Static] = b.Config, b.Call
		}
	}
	return c.graph
}

// dataDeps are the managed resources whose pending changes defer a data
// source: those it names itself, what its depends_on reaches, and what the
// depends_on of the module calls around it reach.
func (g *graph) dataDeps(r *eval.Resource) []configResource {
	set := map[configResource]bool{}
	static := r.Module.Static
	for _, ref := range bodyRefs(r.Config) {
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
			found := map[configResource]bool{}
			g.dependsOn(parent(child), ref, found)
			for dep := range found {
				set[dep] = true
				for further := range g.ancestors(dep.static, dep.key) {
					set[further] = true
				}
			}
		}
	}
	delete(set, configResource{static, r.Config.Key()})
	out := make([]configResource, 0, len(set))
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
func (g *graph) direct(static string, ref hcl.Traversal, set map[configResource]bool) {
	m := g.modules[static]
	if m == nil {
		return
	}
	name, _ := resourceRef(ref)
	if r := m.Resources[name]; r != nil && r.Mode == config.Managed {
		set[configResource{static, name}] = true
	}
}

// dependsOn adds what a depends_on entry stands for: a resource itself, or all
// resources behind anything else.
func (g *graph) dependsOn(static string, ref hcl.Traversal, set map[configResource]bool) {
	before := len(set)
	g.direct(static, ref, set)
	if len(set) > before {
		return
	}
	node := nodeName(ref)
	if strings.HasPrefix(node, "module.") && len(ref) > 2 {
		node = "module." + stepName(ref[1])
	}
	for dep := range g.ancestors(static, node) {
		set[dep] = true
	}
}

// nodeName is the node that a reference leads to.
func nodeName(ref hcl.Traversal) string {
	root := ref.RootName()
	switch root {
	case "var", "local", "module":
		if len(ref) > 1 {
			return root + "." + stepName(ref[1])
		}
	case "data", "ephemeral":
		if len(ref) > 2 {
			return root + "." + stepName(ref[1]) + "." + stepName(ref[2])
		}
	}
	name, _ := resourceRef(ref)
	return name
}

// ancestors are all managed resources that a node waits for, directly or not.
func (g *graph) ancestors(static, node string) map[configResource]bool {
	id := static + "/" + node
	if set, ok := g.memo[id]; ok {
		return set
	}
	set := map[configResource]bool{}
	g.memo[id] = set
	add := func(s, n string) {
		if m := g.modules[s]; m != nil {
			if r := m.Resources[n]; r != nil && r.Mode == config.Managed {
				set[configResource{s, n}] = true
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
	for _, ref := range g.refs(m, static, node) {
		add(static, nodeName(ref))
	}
	switch kind, name, _ := strings.Cut(node, "."); kind {
	case "var":
		if call := g.calls[static]; call != nil {
			if in := call.Inputs[name]; in != nil {
				for _, ref := range in.Value.Refs {
					add(parent(static), nodeName(ref))
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
func (g *graph) everything(child string, set map[configResource]bool, add func(s, n string)) {
	for static, m := range g.modules {
		if static != child && !strings.HasPrefix(static, child+".") {
			continue
		}
		for _, name := range m.Order {
			add(static, name)
		}
	}
	for _, o := range g.objects {
		if static := o.final.Module.Static(); static == child || strings.HasPrefix(static, child+".") {
			set[configResource{static, o.final.Type + "." + o.final.Name}] = true
		}
	}
}

// refs are the references of one node's own text.
func (g *graph) refs(m *config.Module, static, node string) []hcl.Traversal {
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
		refs := call.DependsOn[:len(call.DependsOn):len(call.DependsOn)]
		for _, in := range call.Inputs {
			refs = append(refs, in.Value.Refs...)
		}
		return append(append(refs, refsOf(call.Count)...), refsOf(call.ForEach)...)
	}
	if r := m.Resources[node]; r != nil {
		return append(bodyRefs(r), r.DependsOn...)
	}
	return nil
}
