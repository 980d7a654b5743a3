// Package compare takes one root module on both sides and says what an apply
// of the after side does to every instance of the before side.
package compare

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Root compares one root. The modules of both sides were read without
// problems, and exist.
func Root(in Input) plan.Plan {
	c := newComparison(in)
	for _, s := range stages() {
		if !s.run(c) {
			break
		}
	}
	return c.result()
}

// stage is one step of a comparison. It reports whether the next may run: nothing is
// derived from what could not be read.
type stage struct {
	name string
	run  func(*comparison) (ok bool)
}

// stages are what a comparison goes through, in this order. Each says what it needs of
// those before it.
func stages() []stage {
	return []stage{
		// Needs nothing: the objects that an apply of the before side left.
		{"objects", func(c *comparison) bool { c.List(); return true }},
		// Needs the modules of both sides that the objects lie in.
		{"readable", func(c *comparison) bool { before := c.readable(c.Before); return c.readable(c.After) && before }},
		// Needs the objects. Comes before anything of the after side is evaluated, since
		// what is planned there starts from where objects are.
		{"moves", (*comparison).moves},
		// Needs the objects where they are: the number of instances may depend on them.
		// Makes every module instance, so that what cannot be read is known.
		{"modules", func(c *comparison) bool { explore(c.After.Root); return c.readable(c.After) }},
		// Needs the module instances: what the tool refuses by reading alone.
		{"refused by reading", func(c *comparison) bool {
			c.problems(check.Moves(c.Pair))
			c.problems(check.Static(c.Pair))
			return true
		}},
		// Needs all modules: what happens to every instance of the after side.
		{"instances", func(c *comparison) bool { c.instances(c.After.Root, nil); return true }},
		// Needs every instance planned: what the same apply creates has nothing to lose.
		{"losses", func(c *comparison) bool { c.losses(); c.providerLosses(); return true }},
		// Needs the instances: what happens to objects that none of them continues.
		{"leaving objects", func(c *comparison) bool { c.leaving(); return true }},
		// Needs the moves: calls of modules that are not had.
		{"opaque modules", func(c *comparison) bool { c.opaqueCalls(); c.drifts(); return true }},
		// Comes after all that evaluates for a reason: what nothing needed so far is
		// evaluated here, for its errors alone.
		{"refused by values", func(c *comparison) bool { c.refused(); return true }},
		// Needs what is planned: what another configuration or version of a provider does.
		{"providers", func(c *comparison) bool { c.providersMoved(); c.providerUpgrades(); return true }},
		// Needs all that leaves: what holds only what others hold as well.
		{"copies", func(c *comparison) bool { c.copies(); return true }},
		// Comes last: limits that no stage has named.
		{"limits", func(c *comparison) bool { c.limitsReached(); return true }},
	}
}

// maxMoves bounds the moved blocks of one root: each is held against all others.
const maxMoves = 3000

// moves moves the objects.
func (c *comparison) moves() bool {
	count := 0
	for _, b := range c.After.Branches() {
		if count += len(b.Config.Moved); count > maxMoves {
			c.gap(plan.Gap{At: c.After.Place(b.Config.Moved[0].Range), Kind: plan.GapLimit, Subject: "moved",
				Why: fmt.Sprintf("this root has more than %d moved blocks", maxMoves)})
			return false
		}
	}
	c.Move()
	c.problems(check.MoveEnds(c.Pair))
	return true
}

// explore makes every module instance below a module.
func explore(m *eval.Module) {
	for _, call := range pair.Calls(m) {
		for _, child := range call.Instances() {
			explore(child)
		}
	}
}

// readable adds the gaps of modules that could not be read or are wrong as a whole, and reports
// whether there are none. What the tool would refuse on both sides alike
// is no news, and our reading of it is the same on both.
func (c *comparison) readable(w *eval.World) bool {
	ok := true
	for _, p := range w.Problems {
		c.unread(w, p)
		ok = false
	}
	other := c.Before
	if w == c.Before {
		other = c.After
	}
	known := map[string]bool{}
	for _, b := range other.Branches() {
		for _, p := range b.Config.Problems {
			known[b.Static+p.Subject+p.Text] = p.Kind == plan.GapInvalid
		}
	}
	for _, b := range w.Branches() {
		for _, p := range b.Config.Problems {
			if !known[b.Static+p.Subject+p.Text] {
				c.unread(w, p)
				ok = false
			}
		}
	}
	return ok
}

// refused adds what the tool would refuse the plan for.
func (c *comparison) refused() {
	for _, find := range []func(*pair.Pair) []check.Problem{check.Versions, check.Values, check.Removed, check.Imports} {
		c.problems(find(c.Pair))
	}
}
