package equality

import (
	"encoding/json"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

type fop int

const (
	fTrue fop = iota
	fFalse
	fAnd
	fOr
	fNot
	fAtom
)

// formula is a condition over the values that are compared.
type formula struct {
	op   fop
	args []*formula
	atom atom
}

// atom is a relation of the two values, a condition, or (with why) something
// that is not known.
type atom struct {
	relation plan.Relation
	old, new []plan.Form
	cond     *plan.Condition
	why      string
}

var (
	yes = &formula{op: fTrue}
	no  = &formula{op: fFalse}
)

func not(f *formula) *formula {
	switch f.op {
	case fTrue:
		return no
	case fFalse:
		return yes
	case fNot:
		return f.args[0]
	}
	return &formula{op: fNot, args: []*formula{f}}
}

func and(fs ...*formula) *formula { return join(fAnd, yes, no, fs) }
func or(fs ...*formula) *formula  { return join(fOr, no, yes, fs) }

// join drops what is neutral and stops at what decides.
func join(op fop, neutral, decides *formula, fs []*formula) *formula {
	var args []*formula
	for _, f := range fs {
		switch f.op {
		case decides.op:
			return decides
		case neutral.op:
		case op:
			args = append(args, f.args...)
		default:
			args = append(args, f)
		}
	}
	switch len(args) {
	case 0:
		return neutral
	case 1:
		return args[0]
	}
	return &formula{op: op, args: args}
}

// reasons are what is not known in a formula.
func (f *formula) reasons(had []string) []string {
	if f.op == fAtom && f.atom.why != "" && !slices.Contains(had, f.atom.why) {
		had = append(had, f.atom.why)
	}
	for _, a := range f.args {
		had = a.reasons(had)
	}
	return had
}

func unclear(why string) *formula         { return &formula{op: fAtom, atom: atom{why: why}} }
func condition(c plan.Condition) *formula { return &formula{op: fAtom, atom: atom{cond: &c}} }
func truth(b bool) *formula {
	if b {
		return yes
	}
	return no
}

// literal is an atom or its negation.
type literal struct {
	atom
	not bool
}

func (l literal) key() string {
	b, err := json.Marshal([]any{l.relation, l.old, l.new, l.cond, l.why})
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// conjunction is a set of literals by key.
type conjunction map[string]literal

// mostAlternatives bounds a normal form.
const mostAlternatives = 64

// alternatives is the disjunctive normal form; false where it grows too large.
func alternatives(f *formula, negated bool) ([]conjunction, bool) {
	switch f.op {
	case fTrue, fFalse:
		if (f.op == fTrue) != negated {
			return []conjunction{{}}, true
		}
		return nil, true
	case fNot:
		return alternatives(f.args[0], !negated)
	case fAtom:
		l := literal{f.atom, negated}
		return []conjunction{{l.key(): l}}, true
	}
	if (f.op == fOr) != negated {
		var out []conjunction
		for _, a := range f.args {
			alts, ok := alternatives(a, negated)
			if out = append(out, alts...); !ok || len(out) > mostAlternatives {
				return nil, false
			}
		}
		return out, true
	}
	out := []conjunction{{}}
	for _, a := range f.args {
		alts, ok := alternatives(a, negated)
		if !ok || len(out)*len(alts) > 16*mostAlternatives {
			return nil, false
		}
		var next []conjunction
		for _, left := range out {
			for _, right := range alts {
				if both, ok := left.and(right); ok {
					next = append(next, both)
				}
			}
		}
		if out = minimal(next); len(out) > mostAlternatives {
			return nil, false
		}
	}
	return out, true
}

// and joins two conjunctions; false where they contradict each other.
func (c conjunction) and(d conjunction) (conjunction, bool) {
	out := make(conjunction, len(c)+len(d))
	for k, l := range c {
		out[k] = l
	}
	for k, l := range d {
		if had, ok := out[k]; ok && had.not != l.not {
			return nil, false
		}
		out[k] = l
	}
	return out, out.possible()
}

// possible looks for texts that would have to be two things at once.
func (c conjunction) possible() bool {
	is := map[string][]string{}
	for _, l := range c {
		if l.cond == nil || l.cond.Test != plan.TestIs || l.not {
			continue
		}
		of := l.cond.Of
		if l.cond.Before {
			of += "\x00"
		}
		if had, ok := is[of]; ok && !slices.ContainsFunc(had, func(v string) bool { return slices.Contains(l.cond.Values, v) }) {
			return false
		}
		is[of] = l.cond.Values
	}
	for _, l := range c {
		if l.cond == nil || !l.not || l.cond.Test != plan.TestIs || l.cond.Before {
			continue
		}
		if had, ok := is[l.cond.Of]; ok && !slices.ContainsFunc(had, func(v string) bool { return !slices.Contains(l.cond.Values, v) }) {
			return false
		}
	}
	return true
}

// minimal drops what another alternative implies: A or (A and B) is A, and
// A or (not A and B) is A or B.
func minimal(in []conjunction) []conjunction {
	out := in
	for changed := true; changed; {
		changed = false
		for i, c := range out {
			for j, d := range out {
				if i != j && c.dropsFrom(d) {
					changed = true
				}
			}
		}
		var kept []conjunction
		for i, c := range out {
			if !slices.ContainsFunc(kept, func(d conjunction) bool { return d.implies(c) }) &&
				!slices.ContainsFunc(out[i+1:], func(d conjunction) bool { return d.implies(c) && len(d) < len(c) }) {
				kept = append(kept, c)
			}
		}
		out = kept
	}
	return out
}

// implies: every literal of c is in d, so that d is covered by c.
func (c conjunction) implies(d conjunction) bool {
	for k, l := range c {
		if had, ok := d[k]; !ok || had.not != l.not {
			return false
		}
	}
	return true
}

// dropsFrom removes a literal of d that c, all else in d being given, covers.
func (c conjunction) dropsFrom(d conjunction) bool {
	contrary := ""
	for k, l := range c {
		had, ok := d[k]
		switch {
		case !ok:
			return false
		case had.not == l.not:
		case contrary != "":
			return false
		default:
			contrary = k
		}
	}
	if contrary == "" {
		return false
	}
	delete(d, contrary)
	return true
}
