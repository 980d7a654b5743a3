package eval

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits on one side of one root. Reaching one fails the evaluation that
// reached it.
const (
	maxInstances = 50_000  // of resources and modules together
	maxDepth     = 400     // of values that wait for each other
	maxModules   = 24      // levels of module calls
	moduleCost   = 4       // a module instance counts as so many
	maxWeight    = 150_000 // values inside one value
	valueCost    = 8       // work of a named value, besides what is in it
	// instanceUnits is the work of an instance, besides what is in it, and
	// readUnits how many bytes of a file are one unit to read.
	instanceUnits = 40
	readUnits     = 64
	blockCost     = 8        // work of one block of a dynamic one
	maxReadBytes  = 64 << 20 // read by file functions
)

// Spend takes n units of work.
func (w *World) Spend(n int) error { return w.Work.Spend(n) }

// pay takes the work that keeping and comparing v costs later, wherever it
// ends up: a value is cheap to refer to, and dear to have in many places.
func (w *World) pay(v cty.Value, at hcl.Range) hcl.Diagnostics {
	if err := w.Spend(value.Effort(v)); err != nil {
		return expr.Errorf(at, expr.LimitReached, "%s", err)
	}
	return nil
}

// limited notes the limit that is among diags and reports whether there is one.
func (w *World) limited(diags hcl.Diagnostics) bool {
	d := expr.LimitIn(diags)
	if d != nil && !slices.ContainsFunc(w.Limits, func(o *hcl.Diagnostic) bool { return o.Detail == d.Detail }) {
		w.Limits = append(w.Limits, d)
	}
	return d != nil
}

func (w *World) concrete(v cty.Value) cty.Value {
	if w.Concrete == nil {
		return v
	}
	return w.Concrete(v)
}

// enter guards recursion; every enter needs its leave.
func (w *World) enter(at hcl.Range) hcl.Diagnostics {
	if w.depth++; w.depth > maxDepth {
		return expr.Errorf(at, expr.LimitReached, "more than %d values wait for each other here", maxDepth)
	}
	return nil
}

func (w *World) leave() { w.depth-- }

func (w *World) instance(n int, at hcl.Range) hcl.Diagnostics {
	if w.instances += n; w.instances > maxInstances {
		return expr.Errorf(at, expr.LimitReached, "this root has more than %d instances", maxInstances)
	}
	if err := w.Spend(n * instanceUnits); err != nil {
		return expr.Errorf(at, expr.LimitReached, "%s", err)
	}
	return nil
}

// Place is a range on the world's side.
func (w *World) Place(r hcl.Range) plan.Range {
	return plan.Range{File: r.Filename, Line: r.Start.Line, EndLine: r.End.Line, Side: w.Side}
}

// failed stands for a value that could not be computed. It is stable: the same
// failure on both sides is no difference.
func failed(m *Module, name string, diags hcl.Diagnostics) cty.Value {
	v := value.NewOpaque("failed "+joinAddress(m.Address, name)+" "+FirstError(diags), cty.DynamicPseudoType)
	if m.World.limited(diags) {
		return v.Mark(value.Limited{})
	}
	return v
}

// few keeps the first of equal diagnostics, and not many: a value that uses a
// failed one twice would have its errors twice, and so on.
func few(diags hcl.Diagnostics) hcl.Diagnostics {
	const most = 5
	var out hcl.Diagnostics
	for _, d := range diags {
		if len(out) < most && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// FirstError is the first error among diags as one text, empty where there is none.
func FirstError(diags hcl.Diagnostics) string {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return d.Summary + ": " + d.Detail
		}
	}
	return ""
}

// isEphemeral reports whether v holds an ephemeral value anywhere.
func isEphemeral(v cty.Value) bool {
	if !v.ContainsMarked() {
		return false
	}
	_, m := v.UnmarkDeep()
	_, found := m[value.Ephemeral{}]
	return found
}

func (w *World) bad(e *expr.Expression, v cty.Value, diags hcl.Diagnostics) *Expansion {
	w.limited(diags)
	return &Expansion{Repeat: Failed, Value: v, By: e, Diags: few(diags)}
}
