package interp

import (
	"fmt"
	"go/ast"
	"maps"
)

// Interp interprets the packages that its loader finds.
type Interp struct {
	Loader *Loader
	// Interpreted says which packages are interpreted; all others are opaque.
	Interpreted func(path string) bool
	// Opaque says which functions stay opaque in packages that are.
	Opaque func(name string) bool
	// Problems are notes on what was not known since the last Reset.
	Problems []string
	// Log counts notes of all kinds.
	Log Log

	natives, builtins map[string]native
	depth, steps      int
	limit             int
	lastTargs         []*Type
	onceDone          map[*Opaque]bool
}

// stepLimit stops the interpretation of one resource that does not end.
const stepLimit = 60_000_000

// New is an interpreter over l.
func New(l *Loader, interpreted func(path string) bool) *Interp {
	in := &Interp{Loader: l, Interpreted: interpreted, Log: Log{}, limit: stepLimit, onceDone: map[*Opaque]bool{}}
	in.builtins, in.natives = builtins(), natives()
	maps.Copy(in.natives, reflectNatives())
	l.log = in.Log
	return in
}

// Reset starts the notes and the count of steps anew.
func (in *Interp) Reset() { in.Problems, in.steps = nil, 0 }

// Exhausted reports that the step limit was reached since the last Reset.
func (in *Interp) Exhausted() bool { return in.steps > in.limit }

// Log counts notes by kind and text.
type Log map[string]map[string]int

// Add counts a note.
func (l Log) Add(kind, format string, args ...any) {
	if l[kind] == nil {
		l[kind] = map[string]int{}
	}
	l[kind][fmt.Sprintf(format, args...)]++
}

// Pos is the place of a node: file:line:column.
func (in *Interp) Pos(n ast.Node) string {
	p := in.Loader.fset.Position(n.Pos())
	return p.String()
}

func (in *Interp) problem(kind string, n ast.Node, f string, a ...any) {
	s := fmt.Sprintf(f, a...)
	in.Log.Add(kind, "%s: %s", in.Pos(n), s)
	in.Problems = append(in.Problems, kind+": "+in.Pos(n)+": "+s)
}
