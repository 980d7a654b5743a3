package planner

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Two texts that are built from the same opaque values in different ways may
// be equal all the same: `format("%s-x", id)` and `"${id}-x"`. To tell, both
// sides are computed once more with probes in the place of the opaque values, of
// several shapes. That serves the comparison of two values alone: nothing is
// decided by a probe, and where either value went through a decision
// ([value.Decided]) the answer stays open.

// shapes of probes: what identifiers and names look like. What the tool
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

// maxProbed: in roots with more instances the second computation is not made.
const maxProbed = 5000

// probes are both sides once more, under each shape that was asked for.
type probes struct {
	pair *pair.Pair
	work *work.Meter // of all of them
	// planned is how many instances are planned so far.
	planned func() int
	worlds  [3]probeWorlds
}

type probeWorlds struct{ before, after *eval.World }

// under computes the sides under a shape, once.
func (p *probes) under(shape int) probeWorlds {
	if p.worlds[shape].before == nil {
		p.worlds[shape] = probeWorlds{p.world(p.pair.Before, shape), p.world(p.pair.After, shape)}
	}
	return p.worlds[shape]
}

func (p *probes) world(w *eval.World, shape int) *eval.World {
	return eval.New(eval.World{Side: w.Side, Tree: w.Tree, Dir: w.Dir, Runtime: w.Runtime, Loader: w.Loader, Given: w.Given,
		Workspace: w.Workspace, Elsewhere: w.Elsewhere, Was: w.Was, Work: p.work, Objects: probeObjects{w, shape},
		Concrete: func(v cty.Value) cty.Value { return concrete(v, shape) }}, w.Root.Config)
}

// probeObjects show the objects of a side with probes in them.
type probeObjects struct {
	world *eval.World
	shape int
}

func (o probeObjects) find(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	real, ok := sameInstance(o.world, inst)
	if !ok {
		return cty.DynamicVal, expr.Errorf(inst.Resource.Config.Range, expr.NotModelled, "no such instance")
	}
	v, diags := real.Value()
	return concrete(v, o.shape), diags
}

func (o probeObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) { return o.find(inst) }
func (o probeObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics)    { return o.find(inst) }
func (o probeObjects) Unknown(r *eval.Resource) cty.Value                       { return some(r, r.Address) }

// sameInstance finds an instance in another world.
func sameInstance(w *eval.World, inst *eval.Instance) (*eval.Instance, bool) {
	m := pair.ModuleAt(w.Root, inst.Resource.Module.Address)
	if m == nil {
		return nil, false
	}
	r := m.Resource(inst.Resource.Config.Key())
	if r == nil {
		return nil, false
	}
	other := r.Instance(inst.Key)
	return other, other != nil
}

// concrete puts probes in the place of the opaque texts in v.
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

// compare compares the values of one argument of an instance: equal says that they
// are under every shape, differ that they are under none. Neither holds where the
// comparison means nothing.
func (p *probes) compare(c target, name string) (equal, differ bool) {
	old, _ := c.Prior.Inst.Config()
	was, is := attrs.Map(old)[name], attrs.Map(c.Config)[name]
	if was == cty.NilVal || is == cty.NilVal || decided(was) || decided(is) {
		return false, false
	}
	equal, differ = true, true
	for shape := range shapes {
		w := p.under(shape)
		a, okA := argumentUnder(w.before, c.Prior.Inst, name)
		b, okB := argumentUnder(w.after, c.Inst, name)
		if !okA || !okB {
			return false, false
		}
		same := a.RawEquals(b)
		equal, differ = equal && same, differ && !same
	}
	return equal, differ
}

// argumentUnder is an argument of an instance in another world; ok is false where it
// is not wholly known there.
func argumentUnder(w *eval.World, inst *eval.Instance, name string) (v cty.Value, ok bool) {
	other, ok := sameInstance(w, inst)
	if !ok {
		return cty.NilVal, false
	}
	cfg, diags := other.Config()
	v, ok = attrs.Map(cfg)[name]
	if !ok || diags.HasErrors() || value.HasOpen(v) {
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

// decide is the stage that makes a possible replacement or update certain, where
// probes decide every argument that makes it possible.
func (p *probes) decide(s *subject, out outcome) outcome {
	if out.Certain || out.Action != plan.Replace && out.Action != plan.Update || p.ended() || p.planned() > maxProbed {
		return out
	}
	state, merged, found := p.probed(s)
	if !found {
		return out
	}
	r := diff.Plan(s.facts, state, cty.ObjectVal(merged))
	if !r.Certain {
		return out
	}
	if r.Action == plan.Replace {
		r.Planned = diff.Plan(s.facts, nothing, s.merged).Planned
	} else {
		r.Planned = asWritten(r.Planned, merged, attrs.Map(s.merged))
	}
	out.Result = r
	return out
}

// ended reports whether the evaluation of a side ended at a limit of work.
func (p *probes) ended() bool {
	return p.pair.Before.Work.Err() != nil || p.pair.After.Work.Err() != nil
}

// probed gives state and configuration with equal values where probes say that
// arguments are equal, and with the probes themselves where they say that they
// differ and any difference decides. It reports whether they say anything.
func (p *probes) probed(s *subject) (state cty.Value, merged map[string]cty.Value, found bool) {
	before := attrs.Map(s.old)
	stateVals := maps.Clone(attrs.Map(s.state))
	merged = maps.Clone(attrs.Map(s.merged))
	for name, v := range attrs.Map(s.merged) {
		was, ok := before[name]
		if !ok || value.Fingerprint(was) == value.Fingerprint(v) || value.HoldsPending(v) {
			continue
		}
		switch equal, differ := p.compare(s.target, name); {
		case equal:
			merged[name], found = was, true
		case differ && diff.IsTerraformData(s.Inst.Resource.Config.Type):
			w := p.under(0)
			a, _ := argumentUnder(w.before, s.Prior.Inst, name)
			b, _ := argumentUnder(w.after, s.Inst, name)
			if _, has := stateVals[name]; has {
				stateVals[name], merged[name], found = a, b, true
			}
		}
	}
	if !found {
		return state, merged, false
	}
	_, m := s.state.Unmark()
	return cty.ObjectVal(stateVals).WithMarks(m), merged, true
}

// asWritten is a planned object with the arguments as they are written now, where
// others were compared in their place.
func asWritten(planned cty.Value, compared, written map[string]cty.Value) cty.Value {
	vals := attrs.Map(planned)
	for name := range vals {
		if v, ok := written[name]; ok && value.Fingerprint(compared[name]) != value.Fingerprint(v) {
			vals[name] = v
		}
	}
	return cty.ObjectVal(vals)
}
