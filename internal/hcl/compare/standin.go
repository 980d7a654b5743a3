package compare

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Two texts that are built from the same opaque values in different ways may
// be equal all the same: `format("%s-x", id)` and `"${id}-x"`. To tell, both
// sides are computed once more with stand-ins for the opaque values, of
// several shapes. That serves the comparison of two values alone: nothing is
// decided by a stand-in, and where either value went through a decision
// ([value.Decided]) the answer stays open.

// shapes of stand-ins: what identifiers and names look like. What the tool
// itself rolls is a UUID, whatever the shape.
var shapes = []func(sum [32]byte) string{
	func(s [32]byte) string {
		return fmt.Sprintf("%x-%x-%x-%x-%x", s[:4], s[4:6], s[6:8], s[8:10], s[10:16])
	},
	func(s [32]byte) string { return fmt.Sprintf("Name-%x", s[:5]) },
	func(s [32]byte) string {
		return fmt.Sprintf("%d", 100000000000+int64(s[0])<<24+int64(s[1])<<16+int64(s[2])<<8+int64(s[3]))
	},
}

// standins are both sides once more, under one shape.
type standins struct{ before, after *eval.World }

// standin computes the sides under a shape, once.
func (c *comparison) standin(shape int) standins {
	if c.standinWorlds[shape].before == nil {
		if c.standinWork == nil {
			c.standinWork = c.Work.Part("this root once more", maxWork)
		}
		make := func(w *eval.World, side Side) *eval.World {
			return eval.New(eval.World{Side: w.Side, Tree: w.Tree, Dir: w.Dir, Runtime: w.Runtime, Loader: w.Loader, Given: side.Given, Workspace: w.Workspace, Elsewhere: w.Elsewhere, Work: c.standinWork,
				Objects: &standinObjects{w, shape}, Concrete: func(v cty.Value) cty.Value { return concrete(v, shape) }}, w.Root.Config)
		}
		c.standinWorlds[shape] = standins{make(c.before, c.Before), make(c.after, c.After)}
	}
	return c.standinWorlds[shape]
}

// standinObjects show the objects of a side with stand-ins in them.
type standinObjects struct {
	world *eval.World
	shape int
}

func (o *standinObjects) find(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	m := moduleAt(o.world.Root, inst.Resource.Module.Address)
	if m == nil {
		return cty.DynamicVal, expr.Errorf(inst.Resource.Config.Range, expr.NotModelled, "no such module instance")
	}
	real := m.Resource(inst.Resource.Config.Key()).Instance(inst.Key)
	if real == nil {
		return cty.DynamicVal, expr.Errorf(inst.Resource.Config.Range, expr.NotModelled, "no such instance")
	}
	v, diags := real.Value()
	return concrete(v, o.shape), diags
}

func (o *standinObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	return o.find(inst)
}
func (o *standinObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics) { return o.find(inst) }
func (o *standinObjects) Unknown(r *eval.Resource) cty.Value                    { return some(r) }

// concrete puts stand-ins for the opaque texts in v.
func concrete(v cty.Value, shape int) cty.Value {
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		id := value.SymbolOf(v)
		if id == "" || v.Type() != cty.String {
			return v, nil
		}
		own := shape
		if strings.Contains(id, "terraform_data.") && strings.HasSuffix(id, ".id") {
			own = 0
		}
		return cty.StringVal(shapes[own](sha256.Sum256([]byte(id)))), nil
	})
	if err != nil {
		return v
	}
	return out
}

// sameUnderStandins compares the values of one argument: known tells whether
// the comparison means anything, equal its result under every shape.
func (c *comparison) sameUnderStandins(s *step, name string) (equal, differ bool) {
	if len(c.steps) > maxStandinSteps {
		return false, false
	}
	old, _ := s.prior.inst.Config()
	was, is := asMap(old)[name], asMap(s.config)[name]
	if was == cty.NilVal || is == cty.NilVal || decided(was) || decided(is) {
		return false, false
	}
	equal, differ = true, true
	for shape := range shapes {
		w := c.standin(shape)
		a, okA := argumentUnder(w.before, s.prior.inst, name)
		b, okB := argumentUnder(w.after, s.inst, name)
		if !okA || !okB {
			return false, false
		}
		same := a.RawEquals(b)
		equal, differ = equal && same, differ && !same
	}
	return equal, differ
}

// maxStandinSteps: in larger roots the second computation is not made.
const maxStandinSteps = 5000

// argumentUnder is an argument of an instance in another world.
func argumentUnder(w *eval.World, inst *eval.Instance, name string) (cty.Value, bool) {
	m := moduleAt(w.Root, inst.Resource.Module.Address)
	if m == nil {
		return cty.NilVal, false
	}
	r := m.Resource(inst.Resource.Config.Key())
	if r == nil {
		return cty.NilVal, false
	}
	other := r.Instance(inst.Key)
	if other == nil {
		return cty.NilVal, false
	}
	cfg, diags := other.Config()
	v, ok := asMap(cfg)[name]
	if !ok || diags.HasErrors() {
		return cty.NilVal, false
	}
	v, _ = v.UnmarkDeep()
	return v, v.IsWhollyKnown()
}

func decided(v cty.Value) bool {
	_, m := v.UnmarkDeep()
	_, ok := m[value.Decided{}]
	return ok
}

// lookAgain settles a possible replacement or update by stand-ins, where every
// argument that makes it possible can be settled so.
func (c *comparison) lookAgain(s *step, t *plan.TypeFacts, state, cfg cty.Value) {
	if c.ended() || s.certain || s.prior == nil || s.action != plan.Replace && s.action != plan.Update {
		return
	}
	old, _ := s.prior.inst.Config()
	before, after := asMap(old), asMap(cfg)
	merged := map[string]cty.Value{}
	stateVals := asMap(state)
	newState := map[string]cty.Value{}
	for k, v := range stateVals {
		newState[k] = v
	}
	touched := false
	for name, v := range after {
		merged[name] = v
		was, ok := before[name]
		if !ok || value.Fingerprint(was) == value.Fingerprint(v) || containsPending(v) {
			continue
		}
		switch equal, differ := c.sameUnderStandins(s, name); {
		case equal:
			merged[name], touched = was, true
		case differ && s.inst.Resource.Config.Type == "terraform_data":
			w := c.standin(0)
			a, _ := argumentUnder(w.before, s.prior.inst, name)
			b, _ := argumentUnder(w.after, s.inst, name)
			if _, has := newState[name]; has {
				newState[name], merged[name], touched = a, b, true
			}
		}
	}
	if !touched {
		return
	}
	_, m := state.Unmark()
	if r := diff.Plan(t, cty.ObjectVal(newState).WithMarks(m), cty.ObjectVal(merged)); r.Certain {
		planned := diff.Plan(t, nothing, cfg).Planned
		if r.Action != plan.Replace {
			// As planned, but with the argument as it is written now.
			planned = r.Planned
			vals := asMap(planned)
			for name := range vals {
				if v, ok := after[name]; ok && value.Fingerprint(merged[name]) != value.Fingerprint(v) {
					vals[name] = v
				}
			}
			planned = cty.ObjectVal(vals)
		}
		s.take(r)
		s.planned = planned
	}
}
