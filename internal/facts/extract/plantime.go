package extract

import (
	"go/ast"
	"regexp"
	"sort"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// scanDiff finds the attributes that a CustomizeDiff can force replacement on.
// It looks for ForceNew calls and the ForceNewIf helpers, and does not run
// what decides.
func scanDiff(in *interp.Interp, v interp.Value) []string {
	problems := in.Problems
	defer func() { in.Problems = problems }()
	s := &diffScan{in: in, attrs: map[string]bool{}, seen: map[*ast.BlockStmt]bool{}}
	s.value(v, 0)
	out := make([]string, 0, len(s.attrs))
	for k := range s.attrs {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// diffScan collects attribute paths (`a.0.b`, `a.%d.b`, `a.**` for all below).
type diffScan struct {
	in    *interp.Interp
	attrs map[string]bool
	seen  map[*ast.BlockStmt]bool
}

// maxCalls bounds how deep calls are followed.
const maxCalls = 8

func (s *diffScan) value(v interp.Value, depth int) {
	if depth > maxCalls || v == nil {
		return
	}
	switch x := interp.Deref(v).(type) {
	case *interp.Opaque:
		name := x.Name[strings.LastIndexByte(x.Name, '.')+1:]
		if (name == "ForceNewIf" || name == "ForceNewIfChange") && len(x.Args) > 0 {
			s.add(x.Args[0])
			return
		}
		for _, a := range x.Args {
			s.value(a, depth+1)
		}
	case *interp.SliceV:
		for _, a := range x.Elems {
			s.value(a, depth+1)
		}
	case *interp.Struct:
		for _, a := range x.Fields {
			s.value(a, depth+1)
		}
	case *interp.FuncV:
		s.function(x, depth+1)
	}
}

// add notes a path; a formatted one keeps its verbs.
func (s *diffScan) add(v interp.Value) bool {
	if k, ok := s.in.Force(v).(string); ok {
		s.attrs[k] = true
		return true
	}
	o, ok := v.(*interp.Opaque)
	if !ok || o.Name != "fmt.Sprintf" || len(o.Args) == 0 {
		return false
	}
	format, ok := o.Args[0].(string)
	if ok {
		s.attrs[format] = true
	}
	return ok
}

// body is a function that is being scanned: what its local names may be.
type body struct {
	*diffScan
	fn     *interp.FuncV
	env    *interp.Env
	params map[string]bool
	values map[string][]interp.Value
	depth  int
}

func (s *diffScan) function(fn *interp.FuncV, depth int) {
	if fn.Body == nil || s.seen[fn.Body] || depth > maxCalls {
		return
	}
	s.seen[fn.Body] = true
	b := &body{diffScan: s, fn: fn, env: interp.NewEnv(fn.Env), params: map[string]bool{}, values: map[string][]interp.Value{}, depth: depth}
	if fn.RecvName != "" {
		b.env.Def(fn.RecvName, fn.Recv)
	}
	for _, name := range paramNames(fn) {
		if bound := fn.Env; bound != nil && bound.Vars[name] != nil {
			continue // a constant argument
		}
		b.params[name] = true
		b.env.Def(name, &interp.Opaque{Name: "param." + name})
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			b.assign(n)
		case *ast.RangeStmt:
			b.ranges(n)
		case *ast.CallExpr:
			b.call(n)
		}
		return true
	})
}

func paramNames(fn *interp.FuncV) []string {
	var names []string
	if fn.Decl == nil || fn.Decl.Params == nil {
		return nil
	}
	for _, fl := range fn.Decl.Params.List {
		for _, n := range fl.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// assign keeps local constants such as `key := "x"`.
func (b *body) assign(n *ast.AssignStmt) {
	if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
		return
	}
	id, ok := n.Lhs[0].(*ast.Ident)
	if !ok {
		return
	}
	switch x := n.Rhs[0].(type) {
	case *ast.CallExpr:
		if v := b.changedKeys(x); v != nil {
			b.values[id.Name] = append(b.values[id.Name], v)
		}
	case *ast.BasicLit, *ast.SelectorExpr, *ast.CompositeLit, *ast.BinaryExpr:
		v := b.in.Eval(n.Rhs[0], b.env, b.fn.File)
		b.values[id.Name] = append(b.values[id.Name], v)
		b.env.Def(id.Name, v)
	}
}

// ranges keeps what the variable of a loop over literals may be.
func (b *body) ranges(n *ast.RangeStmt) {
	var over interp.Value
	switch x := n.X.(type) {
	case *ast.CallExpr:
		over = b.changedKeys(x)
	case *ast.Ident:
		if known := b.values[x.Name]; len(known) > 0 {
			over = known[0]
		} else {
			over = b.in.Eval(x, b.env, b.fn.File)
		}
	case *ast.CompositeLit, *ast.SelectorExpr:
		over = b.in.Eval(n.X, b.env, b.fn.File)
	}
	switch over := interp.Deref(over).(type) {
	case *interp.SliceV:
		if id, ok := n.Value.(*ast.Ident); ok {
			b.values[id.Name] = append(b.values[id.Name], over.Elems...)
		}
	case *interp.MapV:
		if id, ok := n.Key.(*ast.Ident); ok {
			for _, k := range over.Keys {
				b.values[id.Name] = append(b.values[id.Name], over.Raw[k])
			}
		}
	}
}

// changedKeys stands for the keys that d.GetChangedKeysPrefix gives.
func (b *body) changedKeys(call *ast.CallExpr) interp.Value {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "GetChangedKeysPrefix" || len(call.Args) != 1 {
		return nil
	}
	k, ok := b.in.Force(b.in.Eval(call.Args[0], b.env, b.fn.File)).(string)
	if !ok || k == "" {
		return nil
	}
	return &interp.SliceV{Elems: []interp.Value{k + ".**"}}
}

func (b *body) call(n *ast.CallExpr) {
	if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "ForceNew" && len(n.Args) == 1 {
		for _, v := range b.possible(n.Args[0]) {
			if !b.add(v) {
				b.in.Log.Add("force-new path not resolved", "%s", b.in.Pos(n))
			}
		}
		return
	}
	if maker, ok := n.Fun.(*ast.CallExpr); ok { // customdiff.ForceNewIf(…)(ctx, d, meta)
		b.value(b.in.Eval(maker, b.env, b.fn.File), b.depth+1)
	}
	callee, ok := b.callee(n).(*interp.FuncV)
	if !ok || callee.Native != nil || !takesDiff(callee) {
		return
	}
	b.follow(callee, n)
}

func (b *body) possible(e ast.Expr) []interp.Value {
	if id, ok := e.(*ast.Ident); ok {
		if known, ok := b.values[id.Name]; ok {
			return known
		}
	}
	return []interp.Value{b.in.Eval(e, b.env, b.fn.File)}
}

func (b *body) callee(n *ast.CallExpr) interp.Value {
	switch fun := n.Fun.(type) {
	case *ast.Ident:
		if !b.params[fun.Name] && (b.env.Get(fun.Name) != nil || b.fn.File.Pkg.Funcs[fun.Name] != nil) {
			return b.in.Ident(fun, b.env, b.fn.File)
		}
	case *ast.SelectorExpr:
		id, ok := fun.X.(*ast.Ident)
		if !ok {
			return nil
		}
		if path, ok := b.fn.File.Imports[id.Name]; ok && b.in.Interpreted(path) && b.env.Get(id.Name) == nil {
			return b.in.Member(path, fun.Sel.Name)
		}
		if id.Name == b.fn.RecvName && id.Name != "" {
			return b.in.Select(b.fn.Recv, fun.Sel.Name, n)
		}
	}
	return nil
}

// follow scans a called function with its constant arguments bound.
func (b *body) follow(callee *interp.FuncV, n *ast.CallExpr) {
	bound := interp.NewEnv(callee.Env)
	for k, name := range paramNames(callee) {
		if k >= len(n.Args) {
			break
		}
		switch n.Args[k].(type) {
		case *ast.BasicLit, *ast.SelectorExpr:
			if text, ok := b.in.Force(b.in.Eval(n.Args[k], b.env, b.fn.File)).(string); ok {
				bound.Def(name, text)
			}
		}
	}
	c := *callee
	c.Env = bound
	if len(bound.Vars) > 0 {
		delete(b.seen, c.Body) // another argument, another path
	}
	b.function(&c, b.depth+1)
}

// takesDiff reports a function that is handed a diff, and so may force.
func takesDiff(f *interp.FuncV) bool {
	if f.Decl == nil || f.Decl.Params == nil {
		return false
	}
	found := false
	for _, fl := range f.Decl.Params.List {
		ast.Inspect(fl.Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				switch id.Name {
				case "ResourceDiff", "ResourceMetaData", "ResourceDiffer", "TerraformResourceDiff", "forceNewer", "forceNewDiffer":
					found = true
				}
			}
			return true
		})
	}
	return found
}

var indexStep = regexp.MustCompile(`^(\d+|#|%d|%s|%v|\*)$`)

// markConditional marks the attribute at a path as forced by plan-time logic;
// false if there is none.
func markConditional(attrs map[string]*facts.SourceAttr, path string) bool {
	var last *facts.SourceAttr
	for _, step := range strings.Split(path, ".") {
		switch {
		case step == "**":
			if last != nil {
				markAll(last)
			}
			return last != nil
		case indexStep.MatchString(step):
			continue
		case attrs[step] == nil:
			if last == nil || last.Nested != nil {
				return false
			}
			mark(last) // the key of a map
			return true
		}
		last = attrs[step]
		attrs = last.Nested
	}
	if last != nil {
		mark(last)
	}
	return last != nil
}

func markAll(a *facts.SourceAttr) {
	mark(a)
	for _, n := range a.Nested {
		markAll(n)
	}
}

func mark(a *facts.SourceAttr) {
	if a.Force == "" {
		a.Force = "if"
	}
}
