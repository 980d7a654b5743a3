// Package equality works out from a provider's source what its comparison
// functions regard as equal. It follows the functions path by path with the
// two values left open, and gives the conditions under which the result says
// that nothing changes.
package equality

import (
	"go/ast"
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Analyser reads comparison functions of one source tree.
type Analyser struct {
	in     *interp.Interp
	memory map[string][]plan.Comparison // by function, of those that see nothing around them
	work   int                          // statements and expressions of the function under way
	calls  int                          // how deep calls are nested
}

// New is an analyser of what in interprets.
func New(in *interp.Interp) *Analyser {
	return &Analyser{in: in, memory: map[string][]plan.Comparison{}}
}

const (
	mostWork  = 40_000
	mostCalls = 12
	mostPaths = 200
)

// Suppress gives the comparisons of a DiffSuppressFunc(k, old, new, d).
func (a *Analyser) Suppress(fn interp.Value) []plan.Comparison {
	f, ok := interp.Deref(fn).(*interp.FuncV)
	if !ok || f.Body == nil {
		return code()
	}
	return a.once(f, func() *formula {
		outs := a.call(f, []term{{op: opKey}, {op: opOld}, {op: opNew}, {op: opData}})
		return verdict(outs)
	})
}

// once answers functions that see nothing around them from memory.
func (a *Analyser) once(f *interp.FuncV, read func() *formula) []plan.Comparison {
	if cs, ok := a.memory[f.Name]; ok && f.Env == nil {
		return cs
	}
	a.work = 0
	problems := a.in.Problems
	defer func() { a.in.Problems = problems }()
	what := read()
	cs := comparisons(what)
	if len(cs) == 0 { // no code is written to find nothing equal
		cs = code()
	}
	if f.Env == nil {
		a.memory[f.Name] = cs
	}
	if !Known(cs) {
		a.in.Log.Add("comparison not made out", "%s: %s", f.Name, strings.Join(what.reasons(nil), ", "))
	}
	return cs
}

// State gives the comparisons of a StateFunc(v): both values are brought into
// the form in which the state has them.
func (a *Analyser) State(fn interp.Value) []plan.Comparison {
	f, ok := interp.Deref(fn).(*interp.FuncV)
	if !ok || f.Body == nil {
		return code()
	}
	return a.once(f, func() *formula {
		var all []*formula
		olds, news := a.call(f, []term{{op: opOld}}), a.call(f, []term{{op: opNew}})
		for _, o := range olds {
			for _, n := range news {
				all = append(all, and(o.when, n.when, a.equal(first(o.ret), first(n.ret))))
			}
		}
		return or(all...)
	})
}

// verdict is when a function returns true.
func verdict(outs []outcome) *formula {
	var all []*formula
	for _, o := range outs {
		all = append(all, and(o.when, asFormula(first(o.ret))))
	}
	return or(all...)
}

func asFormula(t term) *formula {
	switch t.op {
	case opBool:
		return t.cond
	case opConst:
		if b, ok := t.val.(bool); ok {
			return truth(b)
		}
	case opCases:
		var all []*formula
		for _, c := range t.cases {
			all = append(all, and(c.when, asFormula(first(c.ret))))
		}
		return or(all...)
	case opAttr:
		return condition(plan.Condition{Of: t.name, Before: t.before, Test: plan.TestIs, Values: []string{"true"}})
	case opOld, opNew:
		return condition(plan.Condition{Of: side(t), Test: plan.TestIs, Values: []string{"true"}})
	}
	return unclear(t.name)
}

// state is a function under way on one path.
type state struct {
	fn   *interp.FuncV
	env  map[string]term
	when *formula
}

func (s state) branch(f *formula) state {
	s.env = maps.Clone(s.env)
	s.when = and(s.when, f)
	return s
}

// call follows a function with arguments and gives its outcomes.
func (a *Analyser) call(f *interp.FuncV, args []term) []outcome { return a.callWith(f, nil, args) }

func (a *Analyser) callWith(f *interp.FuncV, given map[string]term, args []term) []outcome {
	giveUp := []outcome{{yes, []term{unknown(f.Name)}}}
	if a.calls > mostCalls || f.Body == nil {
		return giveUp
	}
	a.calls++
	defer func() { a.calls-- }()
	s := state{fn: f, env: map[string]term{}, when: yes}
	maps.Copy(s.env, given)
	if f.RecvName != "" && given[f.RecvName].op == opUnknown {
		s.env[f.RecvName] = a.wrap(f.Recv)
	}
	k := 0
	if f.Decl.Params != nil {
		for _, p := range f.Decl.Params.List {
			_, variadic := p.Type.(*ast.Ellipsis)
			k += max(0, 1-len(p.Names))
			for _, n := range p.Names {
				switch {
				case variadic:
					s.env[n.Name] = unknown("variadic")
				case k < len(args):
					s.env[n.Name] = args[k]
				default:
					s.env[n.Name] = unknown("argument")
				}
				k++
			}
		}
	}
	named := a.namedResults(f, s.env)
	outs, live := a.run(f.Body.List, []state{s})
	for _, l := range live { // the end of the body
		outs = append(outs, outcome{l.when, pick(l.env, named)})
	}
	for i, o := range outs {
		if o.ret == nil {
			outs[i].ret = []term{unknown("return")}
		}
	}
	if len(outs) == 0 || len(outs) > mostPaths || a.work > mostWork {
		return giveUp
	}
	return outs
}

func (a *Analyser) namedResults(f *interp.FuncV, env map[string]term) []string {
	var names []string
	if f.Decl.Results == nil {
		return nil
	}
	for _, r := range f.Decl.Results.List {
		for _, n := range r.Names {
			names = append(names, n.Name)
			env[n.Name] = zero(r.Type)
		}
	}
	return names
}

func pick(env map[string]term, names []string) []term {
	var out []term
	for _, n := range names {
		out = append(out, env[n])
	}
	return out
}

// zero is the zero value of a simple type.
func zero(t ast.Expr) term {
	if id, ok := t.(*ast.Ident); ok {
		switch id.Name {
		case "string":
			return constant("")
		case "bool":
			return constant(false)
		case "int", "int64":
			return constant(int64(0))
		case "error":
			return term{op: opNil}
		}
	}
	if _, ok := t.(*ast.StarExpr); ok {
		return term{op: opNil}
	}
	return unknown("zero")
}

// run follows statements on all paths; it gives the outcomes of those that
// return and the states of those that do not.
func (a *Analyser) run(list []ast.Stmt, in []state) (outs []outcome, live []state) {
	live = in
	for _, stmt := range list {
		var next []state
		for _, s := range live {
			if a.work++; a.work > mostWork || len(outs)+len(next) > mostPaths {
				return append(outs, outcome{s.when, []term{unknown("too much")}}), nil
			}
			o, l := a.statement(stmt, s)
			outs, next = append(outs, o...), append(next, l...)
		}
		if live = next; len(live) == 0 {
			break
		}
	}
	return outs, live
}

func (a *Analyser) statement(stmt ast.Stmt, s state) ([]outcome, []state) {
	switch stmt := stmt.(type) {
	case *ast.ReturnStmt:
		if len(stmt.Results) == 0 {
			return []outcome{{s.when, pick(s.env, resultNames(s.fn))}}, nil
		}
		var ret []term
		for _, r := range stmt.Results {
			ret = append(ret, a.evalAll(r, s))
		}
		if len(ret) == 1 && ret[0].op == opTuple {
			ret = ret[0].args
		}
		return []outcome{{s.when, ret}}, nil
	case *ast.IfStmt:
		return a.ifStatement(stmt, s)
	case *ast.BlockStmt:
		return a.run(stmt.List, []state{s})
	case *ast.SwitchStmt:
		return a.switchStatement(stmt, s)
	case *ast.TypeSwitchStmt:
		return a.typeSwitch(stmt, s)
	case *ast.RangeStmt:
		return a.rangeStatement(stmt, s)
	case *ast.AssignStmt:
		a.assign(stmt, s)
	case *ast.DeclStmt:
		a.declare(stmt, s)
	case *ast.ExprStmt:
		a.effect(stmt.X, s)
	case *ast.ForStmt, *ast.SelectStmt, *ast.GoStmt:
		a.forget(stmt, s)
		if returns(stmt) {
			return []outcome{{s.when, []term{unknown("loop")}}}, nil
		}
	}
	return nil, []state{s}
}

func resultNames(f *interp.FuncV) []string {
	var names []string
	if f.Decl.Results != nil {
		for _, r := range f.Decl.Results.List {
			for _, n := range r.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// returns reports a return inside a statement.
func returns(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ReturnStmt:
			found = true
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// forget drops what a statement that is not followed may assign.
func (a *Analyser) forget(n ast.Node, s state) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
					s.env[id.Name] = unknown("loop")
				}
			}
		case *ast.IncDecStmt:
			if id, ok := n.X.(*ast.Ident); ok {
				s.env[id.Name] = unknown("loop")
			}
		}
		return true
	})
}

// code is a comparison that is not made out.
func code() []plan.Comparison { return []plan.Comparison{{Code: true}} }

// Known reports that all alternatives are made out.
func Known(cs []plan.Comparison) bool {
	return !slices.ContainsFunc(cs, func(c plan.Comparison) bool { return c.Code })
}
