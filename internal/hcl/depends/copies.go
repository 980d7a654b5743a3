package depends

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
)

// Copies knows which attributes are computed from managed resources of the root
// alone: what they hold is a copy. A value that comes from a variable of the root,
// from a data source or from a file, or is another one each time, is none.
type Copies struct {
	modules map[string]*config.Module
	calls   map[string]*config.Call
	memo    map[string]*origin
	steps   int
}

// maxSteps bounds how many expressions are looked at for one root.
const maxSteps = 100_000

// origin is where a value comes from; nil where not from managed resources alone.
type origin struct{ resources map[Resource]bool }

// NewCopies is for one side of a root.
func NewCopies(branches []*eval.Branch) *Copies {
	c := &Copies{modules: map[string]*config.Module{}, calls: map[string]*config.Call{}, memo: map[string]*origin{}}
	for _, b := range branches {
		c.modules[b.Static], c.calls[b.Static] = b.Config, b.Call
	}
	return c
}

// Of are the attributes of a resource that are copies, each with the resources that
// it is computed from. What ignore_changes names may have become something else.
func (c *Copies) Of(static string, r *config.Resource) map[string][]Resource {
	out := map[string][]Resource{}
	if r.Lifecycle.IgnoreAll {
		return out
	}
	for _, name := range r.Body.Names {
		if slices.ContainsFunc(r.Lifecycle.Ignore, func(ref hcl.Traversal) bool { return ref.RootName() == name }) {
			continue
		}
		o := &origin{map[Resource]bool{}}
		if !c.expression(static, r.Body.Attributes[name].Value, r.ForEach, o) || len(o.resources) == 0 {
			continue
		}
		delete(o.resources, Resource{static, r.Key()})
		for from := range o.resources {
			out[name] = append(out[name], from)
		}
	}
	return out
}

// varying are functions that read a file or give another value each time.
var varying = []string{"file", "filebase64", "filemd5", "filesha1", "filesha256", "filesha512", "fileset", "templatefile",
	"uuid", "timestamp", "plantimestamp", "bcrypt"}

// expression adds what an expression is computed from, and reports whether that is
// nothing but managed resources and what is written in it. each is the for_each
// around it.
func (c *Copies) expression(static string, e, each *expr.Expression, o *origin) bool {
	if e == nil {
		return false
	}
	if c.steps++; c.steps > maxSteps {
		return false
	}
	for _, name := range e.Calls {
		if name = strings.TrimPrefix(name, "core::"); slices.Contains(varying, name) || strings.Contains(name, "::") {
			return false
		}
	}
	for _, ref := range e.Refs {
		if !c.reference(static, ref, each, o) {
			return false
		}
	}
	return true
}

func (c *Copies) reference(static string, ref hcl.Traversal, each *expr.Expression, o *origin) bool {
	switch ref.RootName() {
	case "path", "terraform", "count":
		return true
	case "each":
		return c.expression(static, each, nil, o)
	case "data", "ephemeral", "self":
		return false
	case "var", "local", "module":
		return c.node(static, ref, o)
	}
	key, rest := refs.Resource(ref)
	m := c.modules[static]
	if m == nil || len(rest) == 0 {
		return false
	}
	r := m.Resources[key]
	if r == nil || r.Mode != config.Managed {
		return false
	}
	o.resources[Resource{static, key}] = true
	return true
}

// node follows a variable, a local or an output to its expression, once.
func (c *Copies) node(static string, ref hcl.Traversal, o *origin) bool {
	id := static + "/" + refs.Node(ref)
	if ref.RootName() == "module" {
		id += "/" + output(ref)
	}
	found, known := c.memo[id]
	if !known {
		c.memo[id] = &origin{} // one that comes back to itself has no value
		at, e, each := c.definition(static, ref)
		found = &origin{map[Resource]bool{}}
		if !c.expression(at, e, each, found) {
			found = nil
		}
		c.memo[id] = found
	}
	if found == nil {
		return false
	}
	for from := range found.resources {
		o.resources[from] = true
	}
	return true
}

// definition is the expression of a variable, a local or an output, with the module
// it stands in and the for_each around it; nil where there is none.
func (c *Copies) definition(static string, ref hcl.Traversal) (at string, e, each *expr.Expression) {
	if len(ref) < 2 {
		return "", nil, nil
	}
	name := refs.StepName(ref[1])
	switch ref.RootName() {
	case "var":
		if call := c.calls[static]; call != nil && call.Inputs[name] != nil {
			return parent(static), call.Inputs[name].Value, call.ForEach
		}
	case "local":
		if m := c.modules[static]; m != nil && m.Locals[name] != nil {
			return static, m.Locals[name].Value, nil
		}
	case "module":
		child := strings.TrimPrefix(static+"."+name, ".")
		if m := c.modules[child]; m != nil && m.Outputs[output(ref)] != nil {
			return child, m.Outputs[output(ref)].Value, nil
		}
	}
	return "", nil, nil
}

// output is the output that a reference to a module call names, keys left out.
func output(ref hcl.Traversal) string {
	for _, step := range ref[min(len(ref), 2):] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			return attr.Name
		}
	}
	return ""
}
