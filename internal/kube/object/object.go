// Package object turns YAML and JSON text into Kubernetes objects: their
// identity, their value as the API machinery would read it, and the lines
// that every part of it stands on.
//
// Values are plain JSON values with the number rule of
// k8s.io/apimachinery/pkg/util/json: map[string]any, []any, string, bool,
// nil, int64 for what fits, else float64. They may share parts (YAML aliases)
// and are never modified after Parse.
package object

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Object is one Kubernetes object of a file.
type Object struct {
	Identity
	// GenerateName is metadata.generateName; an object with it and without
	// a name is a new object on every apply.
	GenerateName string
	// Value is the whole object, apiVersion and kind included.
	Value map[string]any
	// File is the name given to Parse; Line and EndLine are the document,
	// or the item of a list.
	File          string
	Line, EndLine int
	// Problems are oddities that tools read differently, such as a key
	// given twice.
	Problems []Problem

	marks *mark
}

// Problem is something in the text that not every tool accepts.
type Problem struct {
	Kind ProblemKind
	Line int
	// Path leads to the offending field.
	Path plan.Path
	Text string
}

// ProblemKind says what is odd. The zero value is invalid.
type ProblemKind string

const (
	// DuplicateKey: a mapping has a key twice. kubectl, Argo CD and Helm
	// take the last one, Kustomize and Flux refuse the file.
	DuplicateKey ProblemKind = "duplicate-key"
	// NotString: a name, namespace or kind is not a string, which the API
	// server refuses.
	NotString ProblemKind = "not-string"
)

// Lines is where the value at path is written: the line of its key (or
// list item) and its last line. Where the path leads through an alias, the
// lines are those of the anchor, which is the text that counts. A path that
// does not exist yields the lines of its longest part that does.
func (o Object) Lines(path plan.Path) (line, end int) {
	m := o.marks
	if m == nil {
		return o.Line, o.EndLine
	}
	line, end = o.Line, o.EndLine
	for _, step := range path {
		m = m.child(step)
		if m == nil {
			return line, end
		}
		line, end = m.line, m.end
	}
	return line, end
}

// At is Lines as a range of one side.
func (o Object) At(side plan.Side, path plan.Path) plan.Range {
	line, end := o.Lines(path)
	return plan.Range{File: o.File, Line: line, EndLine: end, Side: side}
}

// Get returns the value at path, and whether there is one.
func (o Object) Get(path ...any) (any, bool) { return Lookup(o.Value, path...) }

// String returns the string at path, or "" where there is none.
func (o Object) String(path ...any) string {
	v, _ := o.Get(path...)
	s, _ := v.(string)
	return s
}

// Annotation returns a metadata annotation, or "".
func (o Object) Annotation(key string) string { return o.String("metadata", "annotations", key) }

// Label returns a metadata label, or "".
func (o Object) Label(key string) string { return o.String("metadata", "labels", key) }

// Lookup follows path, of strings and ints, through a value.
func Lookup(v any, path ...any) (any, bool) {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				return nil, false
			}
			if v, ok = m[s]; !ok {
				return nil, false
			}
		case int:
			l, ok := v.([]any)
			if !ok || s < 0 || s >= len(l) {
				return nil, false
			}
			v = l[s]
		default:
			return nil, false
		}
	}
	return v, true
}

// mark holds the lines of a value: from its key or item dash to its end.
type mark struct {
	line, end int
	fields    map[string]*mark
	items     []*mark
}

func (m *mark) child(step any) *mark {
	switch s := step.(type) {
	case string:
		return m.fields[s]
	case int:
		if s >= 0 && s < len(m.items) {
			return m.items[s]
		}
	}
	return nil
}
