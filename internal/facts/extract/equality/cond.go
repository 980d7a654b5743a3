package equality

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// cond evaluates a condition.
func (a *Analyser) cond(e ast.Expr, s state) *formula {
	a.work++
	switch e := e.(type) {
	case *ast.ParenExpr:
		return a.cond(e.X, s)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return not(a.cond(e.X, s))
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND:
			return and(a.cond(e.X, s), a.cond(e.Y, s))
		case token.LOR:
			return or(a.cond(e.X, s), a.cond(e.Y, s))
		case token.EQL:
			return a.equal(a.eval(e.X, s), a.eval(e.Y, s))
		case token.NEQ:
			return not(a.equal(a.eval(e.X, s), a.eval(e.Y, s)))
		case token.GTR, token.LSS, token.GEQ, token.LEQ:
			return a.compares(e, s)
		}
	}
	return asFormula(a.eval(e, s).results(1)[0])
}

// compares reads orders: of lengths against 0 and 1, which say whether there
// is anything; other orders are not known.
func (a *Analyser) compares(e *ast.BinaryExpr, s state) *formula {
	return ordered(e, a.eval(e.X, s), a.eval(e.Y, s))
}

func ordered(e *ast.BinaryExpr, x, y term) *formula {
	if x.op == opCases {
		var all []*formula
		for _, c := range x.cases {
			all = append(all, and(c.when, ordered(e, first(c.ret), y)))
		}
		return or(all...)
	}
	n, ok := y.number()
	if x.op == opAttr && ok && len(x.forms) == 1 && x.forms[0].Kind == formLen {
		switch {
		case e.Op == token.GTR && n == 0, e.Op == token.GEQ && n == 1:
			return isSet(x)
		case e.Op == token.LSS && n == 1, e.Op == token.LEQ && n == 0:
			return not(isSet(x))
		}
	}
	if x.isValue() && x.op != opAttr && ok && len(x.forms) == 1 && x.forms[0].Kind == formLen && e.Op == token.GTR && n == 0 {
		return not(condition(plan.Condition{Of: side(x), Test: plan.TestIs, Values: []string{""}}))
	}
	l, okX := x.number()
	if okX && ok {
		switch e.Op {
		case token.GTR:
			return truth(l > n)
		case token.LSS:
			return truth(l < n)
		case token.GEQ:
			return truth(l >= n)
		case token.LEQ:
			return truth(l <= n)
		}
	}
	return unclear("order")
}

// formLen marks the length of a value; it never leaves this package.
const formLen plan.FormKind = "length"

func isSet(t term) *formula {
	return condition(plan.Condition{Of: t.name, Before: t.before, Test: plan.TestSet})
}

func side(t term) string {
	switch t.op {
	case opOld:
		return "old"
	case opNew:
		return "new"
	case opKey:
		return "key"
	}
	return t.name
}

// equal is when two terms are equal.
func (a *Analyser) equal(x, y term) *formula {
	x, y = x.results(1)[0], y.results(1)[0]
	if x.op == opCases || y.op == opCases {
		return a.equalCases(x, y)
	}
	if rank(x.op) > rank(y.op) {
		x, y = y, x
	}
	switch {
	case x.op == opBool && y.op == opConst:
		if b, ok := y.val.(bool); ok {
			if b {
				return x.cond
			}
			return not(x.cond)
		}
	case x.op == opConst && y.op == opConst:
		return truth(x.val == y.val)
	case x.op == opNil && y.op == opNil:
		return yes
	case y.op == opNil:
		return equalsNil(x)
	case x.op == opID && y.op == opConst:
		return truth(y.val != "") // what is compared exists
	case (x.op == opOld || x.op == opNew) && (y.op == opID || y.op == opAttr && len(y.forms) == 0):
		name := y.name
		if y.op == opID {
			name = "id"
		}
		return condition(plan.Condition{Of: side(x), Forms: x.forms, Before: y.before, Test: plan.TestSame, Values: []string{name}})
	case x.op == opOld && y.op == opNew:
		if reflect.DeepEqual(x.forms, y.forms) && len(x.forms) == 0 {
			return no // two different values are compared
		}
		return relation(plan.RelationEqual, x, y)
	case x.op == opParts && y.op == opParts:
		if x.place == "sorted" && y.place == "sorted" && x.name == y.name {
			return a.equal(x.args[0].with(plan.FormUnordered, x.name), y.args[0].with(plan.FormUnordered, y.name))
		}
	case y.op == opConst || y.op == opValue:
		if o, ok := y.value.(*interp.Opaque); ok {
			a.in.Log.Add("constant not resolved", "%s", o.Name)
		}
		return equalsConstant(x, y)
	case x.op == opAttr && y.op == opAttr && x.name == y.name && x.before != y.before && len(x.forms) == 0 && len(y.forms) == 0:
		return not(condition(plan.Condition{Of: x.name, Test: plan.TestChanges}))
	}
	return unclear(x.name + " = " + y.name)
}

// rank orders the sides of an equation: the values first, constants last.
func rank(o op) int {
	switch o {
	case opOld:
		return 0
	case opNew:
		return 1
	case opAttr:
		return 2
	case opConst:
		return 4
	case opNil:
		return 5
	}
	return 3
}

func (a *Analyser) equalCases(x, y term) *formula {
	var all []*formula
	if x.op != opCases {
		x, y = y, x
	}
	for _, c := range x.cases {
		all = append(all, and(c.when, a.equal(first(c.ret), y)))
	}
	return or(all...)
}

// equalsNil: parsing is taken to succeed, so that an error is nil unless it was
// made on the way; a value that was parsed is not.
func equalsNil(x term) *formula {
	switch x.op {
	case opError:
		return no
	case opOld, opNew:
		n := len(x.forms)
		if n == 0 {
			break
		}
		last := x.forms[n-1]
		c := plan.Condition{Of: side(x), Forms: x.forms[: n-1 : n-1], Test: plan.TestParses, Values: []string{string(last.Kind)}}
		if last.Kind == plan.FormMatch {
			c.Test, c.Values = plan.TestMatches, last.Args[:1]
		}
		return not(condition(c))
	case opAttr:
		return not(isSet(x))
	}
	return unclear("nil")
}

// equalsConstant: a value, in its forms, is a constant.
func equalsConstant(x, y term) *formula {
	text, ok := asText(y)
	if !ok || !x.isValue() && x.op != opKey {
		return unclear(x.name + " = " + y.name)
	}
	c := plan.Condition{Of: side(x), Before: x.before, Forms: x.forms, Test: plan.TestIs, Values: []string{text}}
	if n := len(x.forms); n > 0 {
		last := x.forms[n-1]
		c.Forms = x.forms[: n-1 : n-1]
		switch last.Kind {
		case formLen:
			if text != "0" {
				return unclear("length")
			}
			if x.op == opAttr && n == 1 {
				return not(isSet(x))
			}
			c.Values = []string{""}
		case formParts:
			sep, once := strings.CutSuffix(last.Args[0], "\x00")
			c.Test, c.Values = plan.TestParts, []string{sep, text}
			if once && (text == "1" || text == "2") { // cut at the first one
				c.Test, c.Values, c.Not = plan.TestContains, []string{sep}, text == "1"
			}
		case plan.FormFold:
			c.Test = plan.TestFold
		case plan.FormNumber, plan.FormBool: // the constant is written as a number is
		default:
			c.Forms = x.forms
		}
	}
	return condition(c)
}

// formParts marks the number of parts of a value; it never leaves this package.
const formParts plan.FormKind = "parts"

// relation compares the two values, each in its forms.
func relation(r plan.Relation, x, y term) *formula {
	if x.op == opNew {
		x, y, r = y, x, turned(r)
	}
	if x.op != opOld || y.op != opNew {
		return unclear("relation")
	}
	for _, f := range append(append([]plan.Form(nil), x.forms...), y.forms...) {
		if f.Kind == formLen || f.Kind == formParts || f.Kind == plan.FormMatch && len(f.Args) < 2 {
			return unclear("relation of " + string(f.Kind))
		}
	}
	return &formula{op: fAtom, atom: atom{relation: r, old: x.forms, new: y.forms}}
}

func turned(r plan.Relation) plan.Relation {
	for _, pair := range [][2]plan.Relation{
		{plan.RelationOldEnds, plan.RelationNewEnds},
		{plan.RelationOldStarts, plan.RelationNewStarts},
		{plan.RelationOldHolds, plan.RelationNewHolds},
	} {
		if r == pair[0] {
			return pair[1]
		}
		if r == pair[1] {
			return pair[0]
		}
	}
	return r
}
