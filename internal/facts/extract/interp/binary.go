package interp

import (
	"go/ast"
	"go/constant"
	"go/token"
	"strings"
)

func (in *Interp) binary(e *ast.BinaryExpr, env *Env, f *File) Value {
	l := in.Eval(e.X, env, f)
	named, ok := l.(*Typed)
	if ok {
		l = named.V
	}
	if e.Op == token.LAND || e.Op == token.LOR {
		return in.shortCircuit(e, l, env, f)
	}
	r := in.Eval(e.Y, env, f)
	if IsNil(l) || IsNil(r) {
		return compareNil(e, l, r)
	}
	l, r = in.Force(l), in.Force(r)
	out := operate(e.Op, l, r)
	if out == nil {
		return compareOpaque(e.Op, l, r)
	}
	if _, isBool := out.(bool); ok && !isBool {
		return in.typed(out, named.T)
	}
	return out
}

// shortCircuit evaluates && and || with what is known of either side.
func (in *Interp) shortCircuit(e *ast.BinaryExpr, l Value, env *Env, f *File) Value {
	decides := e.Op == token.LOR
	lb, lok := l.(bool)
	if lok && lb == decides {
		return decides
	}
	r := in.Eval(e.Y, env, f)
	if rb, ok := r.(bool); ok && rb == decides {
		return decides
	}
	if lok {
		return r
	}
	return &Opaque{Name: "cond"}
}

// compareNil: values that are known are not nil, errors of calls that are not
// known are.
func compareNil(e *ast.BinaryExpr, l, r Value) Value {
	other := l
	if IsNil(l) {
		other = r
	}
	equal := IsNil(other)
	if _, ok := Deref(other).(*Opaque); ok {
		if !isErrIdent(e.X) && !isErrIdent(e.Y) {
			return &Opaque{Name: "cond"}
		}
		equal = true
	}
	switch e.Op {
	case token.EQL:
		return equal
	case token.NEQ:
		return !equal
	}
	return &Opaque{Name: "cond"}
}

// operate applies an operator to known constants; nil where it cannot.
func operate(op token.Token, l, r Value) Value {
	x, y := constantOf(l), constantOf(r)
	if x == nil || y == nil {
		return nil
	}
	if numbers := isNumber(x) && isNumber(y); !numbers && x.Kind() != y.Kind() {
		return nil
	}
	switch op {
	case token.EQL, token.NEQ:
		return constant.Compare(x, op, y)
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		if x.Kind() == constant.Bool {
			return nil
		}
		return constant.Compare(x, op, y)
	case token.SHL, token.SHR:
		n, ok := constant.Uint64Val(y)
		if !ok || n >= 63 || x.Kind() != constant.Int {
			return nil
		}
		return valueOf(constant.Shift(x, op, uint(n)))
	case token.QUO, token.REM:
		if op == token.REM && (x.Kind() != constant.Int || y.Kind() != constant.Int) {
			return nil
		}
		if constant.Sign(y) == 0 {
			return nil
		}
		if x.Kind() == constant.Int && y.Kind() == constant.Int && op == token.QUO {
			op = token.QUO_ASSIGN // integer division
		}
		return valueOf(constant.BinaryOp(x, op, y))
	case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR:
		if x.Kind() == constant.Bool || x.Kind() == constant.String && op != token.ADD {
			return nil
		}
		if x.Kind() == constant.Float && (op == token.AND || op == token.OR || op == token.XOR) {
			return nil
		}
		return valueOf(constant.BinaryOp(x, op, y))
	}
	return nil
}

func isNumber(v constant.Value) bool { return v.Kind() == constant.Int || v.Kind() == constant.Float }

func constantOf(v Value) constant.Value {
	switch v := v.(type) {
	case string:
		return constant.MakeString(v)
	case bool:
		return constant.MakeBool(v)
	case int64:
		return constant.MakeInt64(v)
	case float64:
		return constant.MakeFloat64(v)
	}
	return nil
}

func valueOf(c constant.Value) Value {
	switch c.Kind() {
	case constant.String:
		return constant.StringVal(c)
	case constant.Int:
		if n, ok := constant.Int64Val(c); ok {
			return n
		}
	case constant.Float:
		n, _ := constant.Float64Val(c)
		return n
	}
	return nil
}

// compareOpaque: an external name equals itself; the types of SDK schemas are
// distinct constants.
func compareOpaque(op token.Token, l, r Value) Value {
	const schemaTypes = "helper/schema.Type"
	lo, okL := l.(*Opaque)
	ro, okR := r.(*Opaque)
	if okL && okR && (op == token.EQL || op == token.NEQ) {
		if lo.Name == ro.Name && lo.Args == nil && ro.Args == nil && lo.Recv == nil && strings.Contains(lo.Name, "/") {
			return op == token.EQL
		}
		if strings.Contains(lo.Name, schemaTypes) && strings.Contains(ro.Name, schemaTypes) {
			return op == token.NEQ
		}
	}
	return &Opaque{Name: "operator"}
}

func isErrIdent(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && (id.Name == "err" || strings.HasSuffix(id.Name, "Err"))
}
