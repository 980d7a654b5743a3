package equality

import (
	"go/ast"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// functionName is the full name of what is called, the method name after a dot
// where it is a method of a local value.
func (a *Analyser) functionName(call *ast.CallExpr, s state) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if _, local := s.env[fun.Name]; !local {
			return nameOf(a.in.Eval(fun, s.fn.Env, s.fn.File), fun.Name)
		}
	case *ast.SelectorExpr:
		if !a.dependsOn(fun.X, s) {
			return nameOf(a.in.Eval(fun, s.fn.Env, s.fn.File), "."+fun.Sel.Name)
		}
		return "." + fun.Sel.Name
	}
	return ""
}

func nameOf(v interp.Value, fallback string) string {
	switch x := v.(type) {
	case *interp.FuncV:
		return strings.TrimPrefix(x.Name, "builtin.")
	case *interp.Opaque:
		return x.Name
	case *interp.TypeV:
		return "type"
	}
	return fallback
}

func (a *Analyser) callExpr(call *ast.CallExpr, s state) term {
	name := a.functionName(call, s)
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if t, ok := a.method(sel, call, s); ok {
			return t
		}
	}
	switch call.Fun.(type) {
	case *ast.ArrayType, *ast.InterfaceType:
		name = "type" // []byte(x)
	}
	if isBasic(name) {
		name = "type"
	}
	if (name == "type" || a.converts(name)) && len(call.Args) == 1 {
		t := a.eval(call.Args[0], s)
		if v, ok := a.in.Eval(call.Fun, s.fn.Env, s.fn.File).(*interp.TypeV); ok && t.isValue() {
			t.typ = v.T
		}
		return t
	}
	if t, ok := a.decodes(name, call, s); ok {
		return t
	}
	args := make([]term, len(call.Args))
	for i, x := range call.Args {
		args[i] = a.eval(x, s)
	}
	if t, ok := a.known(name, args, s); ok {
		return t
	}
	if f, ok := a.callee(call, s); ok {
		return merge(a.callWith(f, a.captured(f, s), args))
	}
	if !a.dependsOn(call, s) {
		return a.constantOf(call, s)
	}
	return unknown("call of " + name)
}

func isBasic(name string) bool {
	switch name {
	case "string", "int", "int64", "int32", "bool", "float64", "any":
		return true
	}
	return strings.HasPrefix(name, "type ")
}

// converts: the function is a type of another module.
func (a *Analyser) converts(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || !strings.Contains(name[:i], ".") {
		return false
	}
	p := a.in.Loader.Load(name[:i])
	return p != nil && p.Types[name[i+1:]] != nil
}

// callee is the function that is called, where its source is at hand.
func (a *Analyser) callee(call *ast.CallExpr, s state) (*interp.FuncV, bool) {
	var v interp.Value
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if t, local := s.env[fun.Name]; local {
			v = t.value
		} else {
			v = a.in.Eval(fun, s.fn.Env, s.fn.File)
		}
	case *ast.SelectorExpr:
		if !a.dependsOn(fun.X, s) {
			v = a.in.Eval(fun, s.fn.Env, s.fn.File)
		} else if t := a.eval(fun.X, s); t.op == opValue {
			v = a.in.Select(t.value, fun.Sel.Name, call)
		}
	case *ast.CallExpr: // a function that gives a function
		v = a.in.Eval(fun, s.fn.Env, s.fn.File)
	}
	f, ok := interp.Deref(v).(*interp.FuncV)
	return f, ok && f.Body != nil
}

// captured is what a closure of the function under way sees of it.
func (a *Analyser) captured(f *interp.FuncV, s state) map[string]term {
	if f.Name != "func" {
		return nil
	}
	return maps.Clone(s.env)
}

// method answers methods of the diff and of values that were parsed.
func (a *Analyser) method(sel *ast.SelectorExpr, call *ast.CallExpr, s state) (term, bool) {
	if !a.dependsOn(sel.X, s) {
		if _, isPackage := a.in.Eval(sel.X, s.fn.Env, s.fn.File).(*interp.PkgV); isPackage {
			return term{}, false
		}
	}
	t := a.eval(sel.X, s)
	arg := func(i int) term {
		if i < len(call.Args) {
			return a.eval(call.Args[i], s)
		}
		return unknown("argument")
	}
	if t.op == opData {
		return a.data(sel.Sel.Name, arg(0)), true
	}
	if pattern, ok := regexpOf(t); ok {
		return matches(sel.Sel.Name, pattern, arg), true
	}
	if t.typ != nil {
		if m := a.in.Method(t.typ, interp.Null, sel.Sel.Name); m != nil {
			var args []term
			for i := range call.Args {
				args = append(args, arg(i))
			}
			return merge(a.callWith(m, map[string]term{m.RecvName: t}, args)), true
		}
	}
	if !t.isValue() {
		if o, ok := t.value.(*interp.Opaque); ok && o.Name == "strings.NewReplacer" && sel.Sel.Name == "Replace" {
			return replaced(arg(0), o.Args), true
		}
		return term{}, false
	}
	switch sel.Sel.Name {
	case "Equal":
		if len(call.Args) == 1 {
			return boolean(a.equal(t, arg(0))), true
		}
	case "Cmp", "Compare":
		if len(call.Args) == 1 {
			return ordering(a.equal(t, arg(0))), true
		}
	case "String", "ValueString", "Bytes", "Normalize", "Masked", "UTC", "Unmap", "GetID", "ID":
		return t, true
	case "IsNull":
		return boolean(equalsConstant(t, constant(""))), true
	case "IsUnknown":
		return constant(false), true
	}
	return unknown("method " + sel.Sel.Name), true
}

// ordering is the result of a comparison: 0 where both are equal.
func ordering(equal *formula) term {
	zero, one := constant(int64(0)), constant(int64(1))
	return term{op: opCases, cases: []outcome{{equal, []term{zero}}, {not(equal), []term{one}}}}
}

func replaced(t term, pairs []interp.Value) term {
	for i := 0; i+1 < len(pairs); i += 2 {
		from, ok := pairs[i].(string)
		to, ok2 := pairs[i+1].(string)
		if !ok || !ok2 {
			return unknown("replacer")
		}
		t = t.with(plan.FormReplace, from, to)
	}
	return t
}

// data is a method of the ResourceData.
func (a *Analyser) data(method string, path term) term {
	switch method {
	case "Id":
		return term{op: opID}
	case "IsNewResource":
		return constant(false)
	}
	p, ok := path.text()
	own := path.op == opKey
	if !ok && !own {
		return unknown("d." + method)
	}
	attr := term{op: opAttr, name: bare(p)}
	switch method {
	case "Get":
		if own {
			return term{op: opNew}
		}
		return attr
	case "GetOk", "GetOkExists":
		if own {
			unset := condition(plan.Condition{Of: "new", Test: plan.TestIs, Values: []string{""}})
			return tuple([]term{{op: opNew}, boolean(not(unset))})
		}
		return tuple([]term{attr, boolean(isSet(attr))})
	case "GetChange":
		if own {
			return tuple([]term{{op: opOld}, {op: opNew}})
		}
		before := attr
		before.before = true
		return tuple([]term{before, attr})
	case "HasChange":
		if own {
			return constant(true)
		}
		return boolean(condition(plan.Condition{Of: attr.name, Test: plan.TestChanges}))
	}
	return unknown("d." + method)
}

// bare is a path without indexes.
func bare(path string) string {
	var out []string
	parts := strings.Split(path, ".")
	for i, p := range parts {
		if p == "#" || p != "" && strings.Trim(p, "0123456789") == "" || p == "" && i > 0 {
			continue
		}
		out = append(out, p)
	}
	return strings.Join(out, ".")
}

// matches is a method of a regular expression.
func matches(method, pattern string, arg func(int) term) term {
	t := arg(0)
	switch method {
	case "MatchString", "Match":
		if t.isValue() {
			c := plan.Condition{Of: side(t), Before: t.before, Forms: t.forms, Test: plan.TestMatches, Values: []string{pattern}}
			return boolean(condition(c))
		}
	case "ReplaceAllString", "ReplaceAll", "ReplaceAllLiteralString":
		if to, ok := arg(1).text(); ok {
			return t.with(plan.FormRegexp, pattern, to)
		}
	case "FindStringSubmatch":
		return t.with(plan.FormMatch, pattern)
	case "FindString":
		return t.with(plan.FormMatch, pattern, "0")
	}
	return unknown("regexp." + method)
}
