package interp

import (
	"go/ast"
	"go/token"
)

// ctl is how a statement ends.
type ctl int

const (
	cNone ctl = iota
	cRet
	cBreak
	cCont
)

// Frame is a function under way.
type Frame struct {
	ret   []Value
	named []string
	Env   *Env
	nres  int
	File  *File
}

func (in *Interp) block(list []ast.Stmt, env *Env, fr *Frame) ctl {
	for _, s := range list {
		if c := in.stmt(s, env, fr); c != cNone {
			return c
		}
	}
	return cNone
}

func (in *Interp) stmt(s ast.Stmt, env *Env, fr *Frame) ctl {
	in.steps++
	if in.steps > in.limit {
		return cRet
	}
	switch s := s.(type) {
	case *ast.ExprStmt:
		if isPanic(s.X) {
			return cRet
		}
		in.Eval(s.X, env, fr.File)
	case *ast.DeclStmt:
		if gd, ok := s.Decl.(*ast.GenDecl); ok {
			in.declare(gd, env, fr.File)
		}
	case *ast.AssignStmt:
		in.assign(s, env, fr)
	case *ast.IncDecStmt:
		in.increment(s, env, fr.File)
	case *ast.ReturnStmt:
		in.returns(s, env, fr)
		return cRet
	case *ast.BlockStmt:
		return in.block(s.List, NewEnv(env), fr)
	case *ast.IfStmt:
		return in.ifStmt(s, env, fr)
	case *ast.ForStmt:
		return in.forStmt(s, env, fr)
	case *ast.RangeStmt:
		return in.rangeStmt(s, env, fr)
	case *ast.SwitchStmt:
		return in.switchStmt(s, env, fr)
	case *ast.TypeSwitchStmt:
		return in.typeSwitch(s, env, fr)
	case *ast.BranchStmt:
		switch s.Tok {
		case token.BREAK:
			return cBreak
		case token.CONTINUE:
			return cCont
		}
	case *ast.LabeledStmt:
		return in.stmt(s.Stmt, env, fr)
	}
	return cNone
}

func isPanic(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

// declare runs a var, const or type declaration inside a function.
func (in *Interp) declare(gd *ast.GenDecl, env *Env, f *File) {
	var last []ast.Expr
	for i, spec := range gd.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			env.Def(spec.Name.Name, &TypeV{in.typeOf(spec.Type, env, f)})
		case *ast.ValueSpec:
			values, scope := spec.Values, env
			if gd.Tok == token.CONST {
				if len(values) == 0 {
					values = last
				}
				last = values
				scope = NewEnv(env)
				scope.Def("iota", int64(i))
			}
			in.declareValues(spec, values, env, scope, f)
		}
	}
}

func (in *Interp) declareValues(spec *ast.ValueSpec, values []ast.Expr, env, scope *Env, f *File) {
	t := in.typeOf(spec.Type, env, f)
	if len(values) == 1 && len(spec.Names) > 1 {
		for k, v := range in.evalN(values[0], len(spec.Names), scope, f) {
			env.Def(spec.Names[k].Name, v)
		}
		return
	}
	for k, n := range spec.Names {
		if k < len(values) {
			env.Def(n.Name, in.copyVal(values[k], in.evalT(values[k], t, scope, f)))
		} else {
			env.Def(n.Name, in.zero(t))
		}
	}
}

func (in *Interp) increment(s *ast.IncDecStmt, env *Env, f *File) {
	n, ok := in.Eval(s.X, env, f).(int64)
	switch {
	case !ok:
		in.store(s.X, &Opaque{Name: "incdec"}, env, f)
	case s.Tok == token.INC:
		in.store(s.X, n+1, env, f)
	default:
		in.store(s.X, n-1, env, f)
	}
}

func (in *Interp) returns(s *ast.ReturnStmt, env *Env, fr *Frame) {
	r := []Value{}
	switch {
	case len(s.Results) == 1 && fr.nres > 1:
		r = in.evalN(s.Results[0], fr.nres, env, fr.File)
	case len(s.Results) == 0:
		for _, n := range fr.named {
			r = append(r, fr.Env.Vars[n].V)
		}
	default:
		for _, x := range s.Results {
			r = append(r, in.copyVal(x, in.Eval(x, env, fr.File)))
		}
	}
	fr.ret = r
}

// ifStmt: where the condition is not known, a branch that leaves the function
// or handles an error is not taken, any other is.
func (in *Interp) ifStmt(s *ast.IfStmt, env *Env, fr *Frame) ctl {
	scope := NewEnv(env)
	if s.Init != nil {
		in.stmt(s.Init, scope, fr)
	}
	b, ok := in.Eval(s.Cond, scope, fr.File).(bool)
	if !ok {
		guard := terminates(s.Body)
		in.Log.Add("unknown-if", "%s guard=%v else=%v", in.Pos(s), guard, s.Else != nil)
		b = !mentionsErr(s.Cond) && !guard
		if b {
			in.Problems = append(in.Problems, "unknown-if: "+in.Pos(s))
		}
	}
	if b {
		return in.block(s.Body.List, NewEnv(scope), fr)
	}
	if s.Else != nil {
		return in.stmt(s.Else, scope, fr)
	}
	return cNone
}

// loopLimit bounds a loop whose condition does not end it.
const loopLimit = 20_000

func (in *Interp) forStmt(s *ast.ForStmt, env *Env, fr *Frame) ctl {
	scope := NewEnv(env)
	if s.Init != nil {
		in.stmt(s.Init, scope, fr)
	}
	for range loopLimit {
		if s.Cond != nil {
			b, ok := in.Eval(s.Cond, scope, fr.File).(bool)
			if !ok {
				in.Log.Add("unknown-for", "%s", in.Pos(s))
			}
			if !b {
				return cNone
			}
		}
		switch c := in.block(s.Body.List, NewEnv(scope), fr); c {
		case cRet:
			return c
		case cBreak:
			return cNone
		}
		if s.Post != nil {
			in.stmt(s.Post, scope, fr)
		}
		if in.steps > in.limit {
			return cNone
		}
	}
	return cNone
}

func (in *Interp) switchStmt(s *ast.SwitchStmt, env *Env, fr *Frame) ctl {
	scope := NewEnv(env)
	if s.Init != nil {
		in.stmt(s.Init, scope, fr)
	}
	var tag Value = true
	if s.Tag != nil {
		tag = in.Force(in.Eval(s.Tag, scope, fr.File))
	}
	key, known := keyOf(tag)
	var def *ast.CaseClause
	for _, cs := range s.Body.List {
		cc := cs.(*ast.CaseClause)
		if cc.List == nil {
			def = cc
			continue
		}
		for _, x := range cc.List {
			v := in.Force(in.Eval(x, scope, fr.File))
			k, ok := keyOf(v)
			if _, isBool := v.(bool); s.Tag == nil && !isBool {
				ok = false
			}
			if !ok || !known {
				in.Log.Add("unknown-switch", "%s", in.Pos(s))
			} else if k == key {
				return in.caseBody(cc, "", nil, scope, fr)
			}
		}
	}
	if def != nil {
		return in.caseBody(def, "", nil, scope, fr)
	}
	return cNone
}

func (in *Interp) typeSwitch(s *ast.TypeSwitchStmt, env *Env, fr *Frame) ctl {
	scope := NewEnv(env)
	if s.Init != nil {
		in.stmt(s.Init, scope, fr)
	}
	var v Value
	bind := ""
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		if id, ok := a.Lhs[0].(*ast.Ident); ok {
			bind = id.Name
		}
		v = in.Eval(a.Rhs[0].(*ast.TypeAssertExpr).X, scope, fr.File)
	case *ast.ExprStmt:
		v = in.Eval(a.X.(*ast.TypeAssertExpr).X, scope, fr.File)
	}
	var def *ast.CaseClause
	for _, cs := range s.Body.List {
		cc := cs.(*ast.CaseClause)
		if cc.List == nil {
			def = cc
			continue
		}
		for _, x := range cc.List {
			if in.isCase(x, v, scope, fr.File) {
				return in.caseBody(cc, bind, v, scope, fr)
			}
		}
	}
	if def != nil {
		return in.caseBody(def, bind, v, scope, fr)
	}
	in.Log.Add("typeswitch", "%s: %s", in.Pos(s), Describe(v))
	return cNone
}

func (in *Interp) isCase(x ast.Expr, v Value, env *Env, f *File) bool {
	if id, ok := x.(*ast.Ident); ok && id.Name == "nil" {
		return IsNil(v)
	}
	b, ok := in.typeMatch(v, in.typeOf(x, env, f)).(bool)
	return ok && b
}

func (in *Interp) caseBody(cc *ast.CaseClause, bind string, v Value, env *Env, fr *Frame) ctl {
	e := NewEnv(env)
	if bind != "" {
		e.Def(bind, v)
	}
	c := in.block(cc.Body, e, fr)
	if c == cBreak {
		c = cNone
	}
	return c
}

func mentionsErr(e ast.Expr) bool {
	r := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (id.Name == "err" || id.Name == "errs" || id.Name == "diags" || id.Name == "HasError") {
			r = true
		}
		return true
	})
	return r
}

// terminates reports a block that leaves its function or loop at its end.
func terminates(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return true
	}
	switch s := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		return isPanic(s.X)
	}
	return false
}
