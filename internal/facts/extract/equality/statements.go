package equality

import (
	"go/ast"
	"go/token"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func (a *Analyser) ifStatement(stmt *ast.IfStmt, s state) ([]outcome, []state) {
	s = s.branch(yes)
	if stmt.Init != nil {
		a.statement(stmt.Init, s)
	}
	c := a.cond(stmt.Cond, s)
	var outs []outcome
	var live []state
	if c.op != fFalse {
		outs, live = a.run(stmt.Body.List, []state{s.branch(c)})
	}
	if c.op != fTrue {
		other := s.branch(not(c))
		if stmt.Else == nil {
			return outs, append(live, other)
		}
		o, l := a.statement(stmt.Else, other)
		return append(outs, o...), append(live, l...)
	}
	return outs, live
}

func (a *Analyser) switchStatement(stmt *ast.SwitchStmt, s state) ([]outcome, []state) {
	s = s.branch(yes)
	if stmt.Init != nil {
		a.statement(stmt.Init, s)
	}
	tag := constant(true)
	if stmt.Tag != nil {
		tag = a.eval(stmt.Tag, s)
	}
	var outs []outcome
	var live []state
	var fallback *ast.CaseClause
	none := yes
	for _, c := range stmt.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			fallback = clause
			continue
		}
		matches := no
		for _, x := range clause.List {
			if stmt.Tag == nil {
				matches = or(matches, a.cond(x, s))
			} else {
				matches = or(matches, a.equal(tag, a.eval(x, s)))
			}
		}
		o, l := a.run(clause.Body, []state{s.branch(and(none, matches))})
		outs, live = append(outs, o...), append(live, l...)
		none = and(none, not(matches))
	}
	rest := s.branch(none)
	if fallback == nil {
		return outs, append(live, rest)
	}
	o, l := a.run(fallback.Body, []state{rest})
	return append(outs, o...), append(live, l...)
}

// typeSwitch takes the case of texts: that is what is compared.
func (a *Analyser) typeSwitch(stmt *ast.TypeSwitchStmt, s state) ([]outcome, []state) {
	name, what := "", ast.Expr(nil)
	switch x := stmt.Assign.(type) {
	case *ast.AssignStmt:
		if id, ok := x.Lhs[0].(*ast.Ident); ok {
			name = id.Name
		}
		what = x.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		what = x.X.(*ast.TypeAssertExpr).X
	}
	for _, c := range stmt.Body.List {
		clause := c.(*ast.CaseClause)
		for _, t := range clause.List {
			if id, ok := t.(*ast.Ident); ok && id.Name == "string" {
				branch := s.branch(yes)
				if name != "" {
					branch.env[name] = a.eval(what, s)
				}
				return a.run(clause.Body, []state{branch})
			}
		}
	}
	return []outcome{{s.when, []term{unknown("type switch")}}}, nil
}

// rangeStatement follows loops over what is written out in the source.
func (a *Analyser) rangeStatement(stmt *ast.RangeStmt, s state) ([]outcome, []state) {
	over := a.eval(stmt.X, s)
	list, ok := interp.Deref(over.value).(*interp.SliceV)
	if over.op != opValue || !ok || len(list.Elems) > 50 {
		a.forget(stmt.Body, s)
		if returns(stmt.Body) {
			return []outcome{{s.when, []term{unknown("loop")}}}, nil
		}
		return nil, []state{s}
	}
	var outs []outcome
	live := []state{s}
	for i, e := range list.Elems {
		for k := range live {
			live[k] = live[k].branch(yes)
			if id, ok := stmt.Key.(*ast.Ident); ok {
				live[k].env[id.Name] = constant(int64(i))
			}
			if id, ok := stmt.Value.(*ast.Ident); ok {
				live[k].env[id.Name] = a.wrap(e)
			}
		}
		var o []outcome
		o, live = a.run(stmt.Body.List, live)
		outs = append(outs, o...)
	}
	return outs, live
}

func (a *Analyser) assign(stmt *ast.AssignStmt, s state) {
	var values []term
	if len(stmt.Rhs) == 1 && len(stmt.Lhs) > 1 {
		values = a.evalSeveral(stmt.Rhs[0], len(stmt.Lhs), s)
	} else {
		for _, r := range stmt.Rhs {
			values = append(values, a.eval(r, s))
		}
	}
	for i, l := range stmt.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			if root := rootOf(l); root != "" && i < len(values) {
				a.setPart(root, l, values[i], s)
			}
			continue
		}
		if id.Name == "_" || i >= len(values) {
			continue
		}
		v := values[i]
		if stmt.Tok == token.ADD_ASSIGN {
			v = concat(s.env[id.Name], v)
		} else if stmt.Tok != token.ASSIGN && stmt.Tok != token.DEFINE {
			v = unknown("assignment")
		}
		s.env[id.Name] = v
	}
}

// setPart: a field of a value is set. The scheme of an URL is part of its
// text; whatever else it is, the value is not what it was.
func (a *Analyser) setPart(root string, l ast.Expr, v term, s state) {
	t, ok := s.env[root]
	if !ok || t.op == opData {
		return
	}
	s.env[root] = unknown("a changed " + root)
	sel, isField := l.(*ast.SelectorExpr)
	scheme, isText := v.text()
	if n := len(t.forms); isField && isText && sel.Sel.Name == "Scheme" && n > 0 && t.forms[n-1].Kind == plan.FormURL {
		s.env[root] = t.with(plan.FormRegexp, `^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?`, scheme+"://")
	}
}

func rootOf(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return ""
		}
	}
}

func (a *Analyser) declare(stmt *ast.DeclStmt, s state) {
	gen, ok := stmt.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range gen.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if len(v.Values) == 1 && len(v.Names) > 1 {
			for i, t := range a.evalSeveral(v.Values[0], len(v.Names), s) {
				s.env[v.Names[i].Name] = t
			}
			continue
		}
		for i, n := range v.Names {
			if i < len(v.Values) {
				s.env[n.Name] = a.eval(v.Values[i], s)
			} else {
				s.env[n.Name] = zero(v.Type)
			}
		}
	}
}

// effect follows a call for what it does to its arguments: sorting, decoding.
func (a *Analyser) effect(e ast.Expr, s state) {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return
	}
	switch name := a.functionName(call, s); {
	case len(call.Args) > 0 && (name == "sort.Strings" || name == "slices.Sort"):
		if id, ok := call.Args[0].(*ast.Ident); ok {
			if t := s.env[id.Name]; t.op == opParts {
				t.place = "sorted"
				s.env[id.Name] = t
			} else {
				s.env[id.Name] = unknown("sorted")
			}
		}
	default:
		a.decodes(name, call, s)
	}
}

// decodes: the call stores what a text means behind a pointer. It gives the
// error, nil as far as anything is known.
func (a *Analyser) decodes(name string, call *ast.CallExpr, s state) (term, bool) {
	kind, ok := decoders[name]
	if !ok || len(call.Args) < 2 {
		return term{}, false
	}
	from, to := call.Args[0], call.Args[1]
	if name == "encoding/json.Compact" || name == "encoding/json.Indent" {
		from, to = to, from
	}
	ref, ok := to.(*ast.UnaryExpr)
	target := to
	if ok {
		target = ref.X
	}
	id, ok := target.(*ast.Ident)
	if !ok {
		return term{}, false
	}
	from1 := a.eval(from, s)
	s.env[id.Name] = from1.with(kind)
	return term{op: opNil}, true
}
