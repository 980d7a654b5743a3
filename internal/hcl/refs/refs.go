// Package refs lists the expressions and references of a configuration, without
// evaluating them.
package refs

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Visit is called with an expression and the iteration names that the dynamic
// blocks around it bind.
type Visit func(e *expr.Expression, bound []string)

// Expressions visits all expressions of a resource's block.
func Expressions(r *config.Resource, visit Visit) {
	Values(r, visit)
	for _, e := range r.Lifecycle.TriggeredBy {
		visit(e, nil)
	}
}

// Values visits the expressions that are evaluated: an entry of
// replace_triggered_by names a change, not a value.
func Values(r *config.Resource, visit Visit) {
	for _, e := range []*expr.Expression{r.Count, r.ForEach, r.Enabled} {
		if e != nil {
			visit(e, nil)
		}
	}
	Body(r.Body, nil, visit)
	for _, check := range r.Lifecycle.Checks {
		visit(check.Condition, nil)
	}
}

// Body visits the expressions of a body and of the blocks in it.
func Body(b *config.Body, bound []string, visit Visit) {
	for _, name := range b.Names {
		visit(b.Attributes[name].Value, bound)
	}
	for _, block := range b.Blocks {
		inner := bound
		if block.Dynamic != nil {
			visit(block.Dynamic.ForEach, bound)
			inner = append(bound[:len(bound):len(bound)], block.Dynamic.Iterator)
		}
		Body(block.Body, inner, visit)
	}
}

// OfResource are the references in a resource's block, depends_on apart.
func OfResource(r *config.Resource) []hcl.Traversal {
	var out []hcl.Traversal
	Expressions(r, func(e *expr.Expression, _ []string) { out = append(out, e.Refs...) })
	return out
}

// Of are the references of an expression, none where there is no expression.
func Of(e *expr.Expression) []hcl.Traversal {
	if e == nil {
		return nil
	}
	return e.Refs
}

// Resource is the key in its module of the resource that a reference leads to, and
// what follows it.
func Resource(ref hcl.Traversal) (string, hcl.Traversal) {
	root, rest := ref.RootName(), ref[1:]
	if root == "resource" && len(rest) > 0 {
		root, rest = StepName(rest[0]), rest[1:]
	}
	if len(rest) == 0 {
		return root, nil
	}
	return root + "." + StepName(rest[0]), rest[1:]
}

// Node is the name in its module of what a reference leads to: `var.x`, `local.x`,
// `module.x`, `data.t.x` or the key of a resource.
func Node(ref hcl.Traversal) string {
	root := ref.RootName()
	switch root {
	case "var", "local", "module":
		if len(ref) > 1 {
			return root + "." + StepName(ref[1])
		}
	case "data", "ephemeral":
		if len(ref) > 2 {
			return root + "." + StepName(ref[1]) + "." + StepName(ref[2])
		}
	}
	name, _ := Resource(ref)
	return name
}

// StepName is the attribute or key that a step of a reference names.
func StepName(s hcl.Traverser) string {
	switch s := s.(type) {
	case hcl.TraverseAttr:
		return s.Name
	case hcl.TraverseIndex:
		return value.KeyText(s.Key)
	}
	return ""
}

// Text is a reference in one form, whichever way its keys are written.
func Text(ref hcl.Traversal) string {
	parts := []string{ref.RootName()}
	for _, s := range ref[1:] {
		parts = append(parts, StepName(s))
	}
	return strings.Join(parts, ".")
}
