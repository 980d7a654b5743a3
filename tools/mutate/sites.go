package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// mutation is one change of the code that a test must notice.
type mutation struct {
	id   int // within its package
	file string
	// name is the function, what is done, and the code it is done to. It names
	// the mutation in the list of survivors, so it has no line number.
	name string
	line int
}

// Names of what is done to a condition.
const (
	negated = "negate" // true for false
	never   = "never"  // the guard or case is passed over
	dropped = "drop"   // an operand of && or || is left out
)

// instrumented is the text of a file in which every mutation can be switched
// on by its number.
type instrumented struct {
	file   string
	fset   *token.FileSet
	src    []byte
	fn     string
	next   int
	found  []mutation
	before map[int][]string // what is put in front of an offset, outermost first
	after  map[int][]string // what is put behind one, innermost first
}

// instrument finds the conditions of a file's functions. Mutations are numbered
// from first on.
func instrument(file string, src []byte, first int) (text []byte, found []mutation, err error) {
	in := &instrumented{file: file, fset: token.NewFileSet(), src: src, next: first, before: map[int][]string{}, after: map[int][]string{}}
	tree, err := parser.ParseFile(in.fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, fmt.Errorf("parse: %w", err)
	}
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			in.fn = f.Name.Name
			ast.Walk(in, f.Body)
		}
	}
	number(in.found)
	return in.text(), in.found, nil
}

// number tells mutations of one name apart.
func number(all []mutation) {
	seen := map[string]int{}
	for i, m := range all {
		if seen[m.name]++; seen[m.name] > 1 {
			all[i].name += fmt.Sprintf(" (%d)", seen[m.name])
		}
	}
}

// Visit is ast.Visitor's: conditions are taken whole, the rest is searched for
// comparisons.
func (in *instrumented) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.IfStmt:
		in.statement(n.Init)
		in.condition(n.Cond, true)
		ast.Walk(in, n.Body)
		in.statement(n.Else)
		return nil
	case *ast.ForStmt:
		in.statement(n.Init)
		if n.Cond != nil {
			in.condition(n.Cond, false)
		}
		in.statement(n.Post)
		ast.Walk(in, n.Body)
		return nil
	case *ast.SwitchStmt:
		in.statement(n.Init)
		in.expression(n.Tag)
		for _, s := range n.Body.List {
			in.clause(s.(*ast.CaseClause), n.Tag != nil)
		}
		return nil
	case *ast.GenDecl:
		if n.Tok == token.CONST || n.Tok == token.TYPE {
			return nil
		}
	case ast.Expr:
		if logical(n) {
			in.condition(n, false)
			return nil
		}
	}
	return in
}

func (in *instrumented) statement(s ast.Stmt) {
	if s != nil {
		ast.Walk(in, s)
	}
}

func (in *instrumented) expression(e ast.Expr) {
	if e != nil {
		ast.Walk(in, e)
	}
}

// clause mutates a case: the conditions of a switch without a tag, the values
// of one with.
func (in *instrumented) clause(c *ast.CaseClause, tagged bool) {
	for _, e := range c.List {
		if !tagged {
			in.condition(e, true)
			continue
		}
		if typed(e) {
			n := in.add(never, e)
			in.wrap(e, fmt.Sprintf("mutateValue(%d, ", n), ")")
		}
	}
	for _, s := range c.Body {
		ast.Walk(in, s)
	}
}

// typed reports whether a value has a type of its own, which a literal has not.
func typed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name != "nil" && e.Name != "true" && e.Name != "false"
	case *ast.SelectorExpr:
		return true
	}
	return false
}

// logical reports whether an expression is a condition by its form.
func logical(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return slices.Contains([]token.Token{token.LAND, token.LOR, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ}, e.Op)
	case *ast.UnaryExpr:
		return e.Op == token.NOT
	}
	return false
}

// condition mutates a boolean expression: each of its parts is negated, each
// operand left out, and a guard as a whole passed over.
func (in *instrumented) condition(e ast.Expr, guard bool) {
	if guard {
		n := in.add(never, e)
		in.wrap(e, fmt.Sprintf("(!mutate(%d) && (", n), "))")
	}
	in.parts(e, token.ILLEGAL)
}

// parts goes down to what is neither && nor || nor !. of is the operator that
// the expression is an operand of.
func (in *instrumented) parts(e ast.Expr, of token.Token) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		in.parts(x.X, of)
		return
	case *ast.BinaryExpr:
		if x.Op == token.LAND || x.Op == token.LOR {
			if of != x.Op { // a && b && c has three operands
				in.leaveOut(e, of)
			}
			in.parts(x.X, x.Op)
			in.parts(x.Y, x.Op)
			return
		}
	case *ast.UnaryExpr:
		if inner, ok := ast.Unparen(x.X).(*ast.BinaryExpr); x.Op == token.NOT && ok && (inner.Op == token.LAND || inner.Op == token.LOR) {
			in.leaveOut(e, of)
			in.parts(x.X, token.ILLEGAL)
			return
		}
	}
	in.leaveOut(e, of)
	n := in.add(negated, e)
	in.wrap(e, fmt.Sprintf("(mutate(%d) != (", n), "))")
	in.inside(e)
}

// leaveOut makes an operand neutral.
func (in *instrumented) leaveOut(e ast.Expr, of token.Token) {
	switch of {
	case token.LAND:
		in.wrap(e, fmt.Sprintf("(mutate(%d) || (", in.add(dropped, e)), "))")
	case token.LOR:
		in.wrap(e, fmt.Sprintf("(!mutate(%d) && (", in.add(dropped, e)), "))")
	}
}

// inside searches a part of a condition for others: those of function literals
// and of arguments.
func (in *instrumented) inside(e ast.Expr) {
	switch x := e.(type) {
	case *ast.BinaryExpr:
		ast.Walk(in, x.X)
		ast.Walk(in, x.Y)
	case *ast.UnaryExpr:
		in.inside(x.X)
	default:
		ast.Walk(in, e)
	}
}

func (in *instrumented) add(what string, e ast.Expr) int {
	text := in.src[in.offset(e.Pos()):in.offset(e.End())]
	m := mutation{id: in.next, file: in.file, line: in.fset.Position(e.Pos()).Line,
		name: fmt.Sprintf("%s: %s %s", in.fn, what, strings.Join(strings.Fields(string(text)), " "))}
	in.next++
	in.found = append(in.found, m)
	return m.id
}

func (in *instrumented) offset(p token.Pos) int { return in.fset.Position(p).Offset }

// wrap puts text around an expression. What is wrapped later is inside.
func (in *instrumented) wrap(e ast.Expr, before, after string) {
	from, to := in.offset(e.Pos()), in.offset(e.End())
	in.before[from] = append(in.before[from], before)
	in.after[to] = append([]string{after}, in.after[to]...)
}

func (in *instrumented) text() []byte {
	var out bytes.Buffer
	at := 0
	offsets := map[int]bool{}
	for o := range in.before {
		offsets[o] = true
	}
	for o := range in.after {
		offsets[o] = true
	}
	for _, o := range sorted(offsets) {
		out.Write(in.src[at:o])
		out.WriteString(strings.Join(in.after[o], ""))
		out.WriteString(strings.Join(in.before[o], ""))
		at = o
	}
	out.Write(in.src[at:])
	return out.Bytes()
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
