package compare

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// expressions are all expressions of a resource's block with the iteration
// names that its dynamic blocks bind.
func expressions(r *config.Resource, visit func(e *expr.Expression, bound []string)) {
	values(r, visit)
	for _, e := range r.Lifecycle.TriggeredBy {
		visit(e, nil)
	}
}

// values are those of the expressions that are evaluated: an entry of
// replace_triggered_by names a change, not a value.
func values(r *config.Resource, visit func(e *expr.Expression, bound []string)) {
	for _, e := range []*expr.Expression{r.Count, r.ForEach, r.Enabled} {
		if e != nil {
			visit(e, nil)
		}
	}
	bodyExpressions(r.Body, nil, visit)
	for _, check := range r.Lifecycle.Checks {
		visit(check.Condition, nil)
	}
}

func bodyExpressions(b *config.Body, bound []string, visit func(e *expr.Expression, bound []string)) {
	for _, name := range b.Names {
		visit(b.Attributes[name].Value, bound)
	}
	for _, block := range b.Blocks {
		inner := bound
		if block.Dynamic != nil {
			visit(block.Dynamic.ForEach, bound)
			inner = append(bound[:len(bound):len(bound)], block.Dynamic.Iterator)
		}
		bodyExpressions(block.Body, inner, visit)
	}
}

// bodyRefs are the references in a resource's block, depends_on apart.
func bodyRefs(r *config.Resource) []hcl.Traversal {
	var out []hcl.Traversal
	expressions(r, func(e *expr.Expression, _ []string) { out = append(out, e.Refs...) })
	return out
}

func refsOf(e *expr.Expression) []hcl.Traversal {
	if e == nil {
		return nil
	}
	return e.Refs
}
