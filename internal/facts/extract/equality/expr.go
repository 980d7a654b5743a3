package equality

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// eval evaluates an expression for one value.
func (a *Analyser) eval(e ast.Expr, s state) term { return a.evalAll(e, s).results(1)[0] }

func (a *Analyser) evalAll(e ast.Expr, s state) term {
	a.work++
	switch e := e.(type) {
	case *ast.ParenExpr:
		return a.eval(e.X, s)
	case *ast.StarExpr:
		return a.eval(e.X, s)
	case *ast.TypeAssertExpr:
		return a.eval(e.X, s)
	case *ast.Ident:
		return a.ident(e, s)
	case *ast.SelectorExpr:
		return a.selector(e, s)
	case *ast.UnaryExpr:
		switch e.Op {
		case token.NOT:
			return boolean(not(a.cond(e.X, s)))
		case token.AND:
			return a.eval(e.X, s)
		}
		return a.constantOf(e, s)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return concat(a.eval(e.X, s), a.eval(e.Y, s))
		}
		if isCondition(e.Op) {
			return boolean(a.cond(e, s))
		}
		return a.arithmetic(e, s)
	case *ast.IndexExpr:
		t, _ := a.index(e, s)
		return t
	case *ast.SliceExpr:
		return a.slice(e, s)
	case *ast.CallExpr:
		return a.callExpr(e, s)
	case *ast.FuncLit:
		return term{op: opValue, value: a.closure(e, s)}
	}
	return a.constantOf(e, s)
}

func isCondition(o token.Token) bool {
	switch o {
	case token.LAND, token.LOR, token.EQL, token.NEQ, token.LSS, token.GTR, token.LEQ, token.GEQ:
		return true
	}
	return false
}

// evalSeveral evaluates an expression that gives n values.
func (a *Analyser) evalSeveral(e ast.Expr, n int, s state) []term {
	switch x := e.(type) {
	case *ast.IndexExpr:
		t, ok := a.index(x, s)
		return []term{t, ok}
	case *ast.TypeAssertExpr:
		return []term{a.eval(x.X, s), boolean(yes)}
	}
	return a.evalAll(e, s).results(n)
}

func (a *Analyser) ident(e *ast.Ident, s state) term {
	if t, ok := s.env[e.Name]; ok {
		return t
	}
	if e.Name == "nil" {
		return term{op: opNil}
	}
	return a.constantOf(e, s)
}

// constantOf evaluates what does not depend on the values.
func (a *Analyser) constantOf(e ast.Expr, s state) term {
	if a.dependsOn(e, s) {
		return unknown("expression")
	}
	return a.wrap(a.in.Eval(e, s.fn.Env, s.fn.File))
}

// dependsOn reports that an expression uses a local variable.
func (a *Analyser) dependsOn(e ast.Expr, s state) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || a.dependsOn(n.X, s)
			return false
		case *ast.KeyValueExpr:
			found = found || a.dependsOn(n.Value, s)
			return false
		case *ast.Ident:
			_, local := s.env[n.Name]
			found = found || local
		}
		return !found
	})
	return found
}

func (a *Analyser) wrap(v interp.Value) term {
	switch x := interp.Deref(a.in.Force(v)).(type) {
	case string, int64, float64, bool:
		return constant(x)
	case *interp.Nil:
		return term{op: opNil}
	case *interp.Opaque:
		return term{op: opValue, value: x, name: x.Name}
	case nil:
		return unknown("nothing")
	default:
		return term{op: opValue, value: x}
	}
}

// closure is a function literal with what it sees of the function around it.
func (a *Analyser) closure(e *ast.FuncLit, s state) *interp.FuncV {
	return &interp.FuncV{Name: "func", Decl: e.Type, Body: e.Body, Env: s.fn.Env, File: s.fn.File}
}

func (a *Analyser) selector(e *ast.SelectorExpr, s state) term {
	if !a.dependsOn(e.X, s) {
		return a.constantOf(e, s)
	}
	t := a.eval(e.X, s)
	switch {
	case t.op == opValue:
		return a.wrap(a.in.Select(t.value, e.Sel.Name, e))
	case t.isValue() && len(t.forms) > 0 && t.forms[len(t.forms)-1].Kind == plan.FormARN && e.Sel.Name == "Resource":
		return t
	}
	return unknown("." + e.Sel.Name)
}

// concat joins texts: the path of an attribute beside this one, or a text
// around a value.
func concat(x, y term) term {
	if x.op == opCases {
		return x.each(func(c term) term { return concat(c, y) })
	}
	if y.op == opCases {
		return y.each(func(c term) term { return concat(x, c) })
	}
	left, okX := x.text()
	right, okY := y.text()
	switch {
	case okX && okY:
		return constant(left + right)
	case x.op == opBeside && okY:
		return constant("." + strings.TrimPrefix(right, "."))
	case okX && y.isValue():
		return y.with(plan.FormAdd, left, "")
	case okY && x.isValue():
		if len(x.forms) > 0 && x.forms[len(x.forms)-1].Kind == plan.FormTwice {
			return unknown("concatenation")
		}
		return x.with(plan.FormAdd, "", right)
	case x.isValue() && y.isValue() && x.op == y.op && x.name == y.name && len(y.forms) == 0 && len(x.forms) == 1:
		if f := x.forms[0]; f.Kind == plan.FormAdd && f.Args[0] == "" {
			y.forms = []plan.Form{{Kind: plan.FormTwice, Args: []string{f.Args[1]}}}
			return y
		}
	}
	return unknown("concatenation")
}

// arithmetic: `strings.LastIndex(k, ".") + 1` and the like end up in a slice of
// the key; `len(parts) - 1` is an index from the end.
func (a *Analyser) arithmetic(e *ast.BinaryExpr, s state) term {
	if e.Op == token.SUB {
		if call, ok := e.X.(*ast.CallExpr); ok && a.functionName(call, s) == "len" {
			if n, ok := a.eval(e.Y, s).number(); ok && n > 0 {
				return constant(-n)
			}
		}
	}
	return a.constantOf(e, s)
}

// index is x[i], and whether it is there.
func (a *Analyser) index(e *ast.IndexExpr, s state) (term, term) {
	x, i := a.eval(e.X, s), a.eval(e.Index, s)
	if x.op == opCases {
		return unknown("index"), unknown("index")
	}
	if n, ok := i.number(); ok {
		switch {
		case x.op == opParts && x.place == "":
			return x.args[0].with(plan.FormPart, x.name, itoa(n)), boolean(yes)
		case x.op == opParts && x.place == "after" && n == 1:
			return x.args[0].with(plan.FormAfter, x.name), boolean(yes)
		case x.op == opParts && x.place == "after" && n == 0:
			return x.args[0].with(plan.FormPart, x.name, "0"), boolean(yes)
		case x.isValue() && len(x.forms) > 0 && x.forms[len(x.forms)-1].Kind == plan.FormMatch:
			last := len(x.forms) - 1
			pattern := x.forms[last].Args[0]
			x.forms = x.forms[:last:last]
			return x.with(plan.FormMatch, pattern, itoa(n)), boolean(yes)
		case x.op == opTuple && int(n) < len(x.args) && n >= 0:
			return x.args[n], boolean(yes)
		}
	}
	if table, ok := interp.Deref(x.value).(*interp.MapV); ok && x.op == opValue && i.isValue() {
		return a.lookup(table, i)
	}
	if x.op == opValue && i.op == opConst {
		return a.wrap(a.in.Index(x.value, i.val)), boolean(yes)
	}
	return unknown("index"), unknown("index")
}

// lookup reads a table that is written out in the source at one of the values.
func (a *Analyser) lookup(table *interp.MapV, at term) (term, term) {
	if table.Dyn > 0 || len(table.Keys) == 0 || len(table.Keys) > 400 {
		return unknown("table"), unknown("table")
	}
	var pairs, keys []string
	for _, k := range table.Keys {
		v := a.wrap(table.Elems[k])
		text, ok := asText(v)
		if !ok || strings.HasPrefix(k, "\x00") {
			return unknown("table"), unknown("table")
		}
		pairs, keys = append(pairs, k, text), append(keys, k)
	}
	found := boolean(unclear("table"))
	if len(at.forms) == 0 {
		found = boolean(condition(plan.Condition{Of: side(at), Before: at.before, Test: plan.TestIs, Values: keys}))
	}
	if table.Elems["tcp"] != nil && table.Elems["udp"] != nil {
		return at.with(plan.FormProtocol), boolean(yes)
	}
	return at.with(plan.FormLookup, pairs...), found
}

func asText(t term) (string, bool) {
	switch v := t.val.(type) {
	case string:
		return v, t.op == opConst
	case int64:
		return itoa(v), t.op == opConst
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// slice is x[i:j]: the block's part of the key, or what follows the last
// separator of a value.
func (a *Analyser) slice(e *ast.SliceExpr, s state) term {
	x := a.eval(e.X, s)
	switch {
	case x.op == opKey && e.Low == nil:
		return term{op: opBeside}
	case x.op == opTuple:
		return x
	case x.isValue() && e.Low == nil && e.High == nil:
		return x
	case x.isValue() && e.High == nil:
		if sep, after, ok := a.lastIndex(e.Low, s); ok {
			t := x.with(plan.FormPart, sep, "-1")
			if after {
				return t
			}
			return t.with(plan.FormAdd, sep, "")
		}
	case x.isValue() && e.Low == nil:
		if id, ok := e.High.(*ast.BasicLit); ok && id.Value == "0" {
			return constant("")
		}
	}
	return unknown("slice")
}

// lastIndex reads `strings.LastIndex(x, sep)`, and whether 1 is added to it.
func (a *Analyser) lastIndex(e ast.Expr, s state) (sep string, after, ok bool) {
	if sum, is := e.(*ast.BinaryExpr); is && sum.Op == token.ADD {
		sep, _, ok = a.lastIndex(sum.X, s)
		n, isNumber := a.eval(sum.Y, s).number()
		return sep, true, ok && isNumber && int(n) == len(sep)
	}
	call, is := e.(*ast.CallExpr)
	if !is || a.functionName(call, s) != "strings.LastIndex" {
		return "", false, false
	}
	sep, ok = a.eval(call.Args[1], s).text()
	return sep, false, ok
}

// regexpOf is the pattern of a compiled regular expression.
func regexpOf(t term) (string, bool) {
	o, ok := t.value.(*interp.Opaque)
	if !ok || !strings.HasSuffix(o.Name, ".MustCompile") || len(o.Args) != 1 {
		return "", false
	}
	pattern, ok := o.Args[0].(string)
	if !ok {
		return "", false
	}
	_, err := regexp.Compile(pattern)
	return pattern, err == nil
}
