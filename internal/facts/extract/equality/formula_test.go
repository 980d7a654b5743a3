package equality

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const atoms = 5

func atomOf(i int) *formula {
	return condition(plan.Condition{Of: fmt.Sprintf("a%d", i), Test: plan.TestSet})
}

func randomFormula(r *rand.Rand, depth int) *formula {
	if depth == 0 {
		return atomOf(r.IntN(atoms))
	}
	x, y := randomFormula(r, depth-1-r.IntN(2)*min(depth-1, 1)), randomFormula(r, depth-1)
	switch r.IntN(4) {
	case 0:
		return not(x)
	case 1:
		return or(x, y)
	default:
		return and(x, y)
	}
}

// truthOf evaluates a formula where atom i holds if bit i is set.
func truthOf(f *formula, bits int) bool {
	switch f.op {
	case fTrue:
		return true
	case fFalse:
		return false
	case fNot:
		return !truthOf(f.args[0], bits)
	case fAtom:
		return holdsIn(f.atom, bits)
	}
	for _, a := range f.args {
		if truthOf(a, bits) == (f.op == fOr) {
			return f.op == fOr
		}
	}
	return f.op == fAnd
}

func holdsIn(a atom, bits int) bool {
	var i int
	if _, err := fmt.Sscanf(a.cond.Of, "a%d", &i); err != nil {
		panic(err)
	}
	return bits&(1<<i) != 0
}

// The alternatives, shortened, say what the formula says.
func TestAlternativesAreTheFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 3000 {
		f := randomFormula(r, 1+r.IntN(5))
		alts, ok := alternatives(f, false)
		if !ok {
			continue
		}
		alts = minimal(alts)
		for bits := range 1 << atoms {
			got := false
			for _, c := range alts {
				all := true
				for _, l := range c {
					all = all && holdsIn(l.atom, bits) != l.not
				}
				got = got || all
			}
			if want := truthOf(f, bits); got != want {
				t.Fatalf("formula %d at %05b: got %v, want %v: %+v", n, bits, got, want, alts)
			}
		}
	}
}

// Texts cannot be two things at once.
func TestImpossibleAlternativesGo(t *testing.T) {
	is := func(of, v string) *formula {
		return condition(plan.Condition{Of: of, Test: plan.TestIs, Values: []string{v}})
	}
	for name, row := range map[string]struct {
		f    *formula
		want int
	}{
		"two values":        {and(is("new", "a"), is("new", "b")), 0},
		"a value and not":   {and(is("new", "a"), not(is("new", "a"))), 0},
		"old and new":       {and(is("new", "a"), is("old", "b")), 1},
		"either":            {or(is("new", "a"), is("new", "b")), 2},
		"one that is given": {and(is("new", "a"), not(is("new", "b"))), 1},
	} {
		if alts, ok := alternatives(row.f, false); !ok || len(alts) != row.want {
			t.Errorf("%s: got %d alternatives, want %d", name, len(alts), row.want)
		}
	}
}
