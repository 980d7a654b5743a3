package equality

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// op is what a term is.
type op int

const (
	opUnknown op = iota
	opOld        // the value before the change
	opNew        // the value after it
	opKey        // the path of the attribute
	opBeside     // the path of its block
	opAttr       // another attribute: name, before
	opConst      // val
	opNil        // nil
	opError      // an error that is not nil
	opData       // the ResourceData or ResourceDiff
	opID         // its id
	opParts      // the parts of args[0] that name separates
	opBool       // a condition
	opCases      // one of several, by path
	opTuple      // args, the results of one call
	opValue      // a value of the interpreter: a table, a function, an expression
)

// term is a value as far as a comparison depends on it.
type term struct {
	op     op
	name   string
	val    any // string, int64, float64 or bool
	before bool
	forms  []plan.Form // what the value was put through
	args   []term
	cases  []outcome
	cond   *formula
	value  interp.Value
	typ    *interp.Type // the named type that it was converted to
	place  string       // how opParts was cut: "", "after" (SplitN 2) or "sorted"
}

// outcome is what a function returns on one path.
type outcome struct {
	when *formula
	ret  []term
}

func constant(v any) term     { return term{op: opConst, val: v} }
func unknown(why string) term { return term{op: opUnknown, name: why} }
func boolean(f *formula) term { return term{op: opBool, cond: f} }

// isValue reports a text that depends on the values that are compared, or on
// another attribute.
func (t term) isValue() bool { return t.op == opOld || t.op == opNew || t.op == opAttr }

// with applies a form.
func (t term) with(kind plan.FormKind, args ...string) term {
	switch t.op {
	case opOld, opNew, opAttr:
		t.forms, t.typ = append(slices.Clone(t.forms), plan.Form{Kind: kind, Args: args}), nil
		return t
	case opCases:
		return t.each(func(c term) term { return c.with(kind, args...) })
	case opParts:
		return unknown("parts")
	case opConst:
		return unknown("constant")
	}
	return t
}

// each applies a function to all cases.
func (t term) each(f func(term) term) term {
	out := term{op: opCases}
	for _, c := range t.cases {
		out.cases = append(out.cases, outcome{c.when, []term{f(first(c.ret))}})
	}
	return out
}

func first(ts []term) term {
	if len(ts) == 0 {
		return unknown("nothing")
	}
	return ts[0]
}

// text is a constant text.
func (t term) text() (string, bool) {
	s, ok := t.val.(string)
	return s, ok && t.op == opConst
}

func (t term) number() (int64, bool) {
	n, ok := t.val.(int64)
	return n, ok && t.op == opConst
}

// merge is one term for several outcomes of a call, by result.
func merge(outs []outcome) term {
	if len(outs) == 1 && outs[0].when.op == fTrue {
		return tuple(outs[0].ret)
	}
	n := 0
	for _, o := range outs {
		n = max(n, len(o.ret))
	}
	results := make([]term, n)
	for i := range results {
		results[i] = term{op: opCases}
		for _, o := range outs {
			t := unknown("result")
			if i < len(o.ret) {
				t = o.ret[i]
			}
			results[i].cases = append(results[i].cases, outcome{o.when, []term{t}})
		}
	}
	return tuple(results)
}

func tuple(ts []term) term {
	if len(ts) == 1 {
		return ts[0]
	}
	return term{op: opTuple, args: ts}
}

// results spreads a term over n variables.
func (t term) results(n int) []term {
	if t.op == opTuple && len(t.args) >= n {
		return t.args
	}
	out := []term{t}
	for len(out) < n {
		out = append(out, unknown("result"))
	}
	return out
}
