// Package lines knows which lines of which files differ between two trees.
package lines

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Diff knows which lines of which files differ between the two trees.
type Diff struct {
	before, after fs.FS
	files         map[string]*file
	comments      map[string]bool // whether comments and spaces are all that differs
}

type file struct {
	old, new []string
	removed  map[int]bool // lines of the before side, from 1
	added    map[int]bool // lines of the after side
}

// New compares files of two trees when they are asked for.
func New(before, after fs.FS) *Diff {
	return &Diff{before: before, after: after, files: map[string]*file{}, comments: map[string]bool{}}
}

// Changed returns the lines of a file that differ between the sides and lie
// in a range of the given side, in order.
func (l *Diff) Changed(r plan.Range) []int {
	f := l.file(r.File)
	set, total := f.added, len(f.new)
	if r.Side == plan.Before {
		set, total = f.removed, len(f.old)
	}
	from, to := r.Line, r.EndLine
	if from == 0 {
		from, to = 1, total
	}
	var out []int
	for i := from; i <= to && i <= total; i++ {
		if set[i] {
			out = append(out, i)
		}
	}
	return out
}

// Text is a line of a file.
func (l *Diff) Text(file string, side plan.Side, line int) string {
	f := l.file(file)
	lines := f.new
	if side == plan.Before {
		lines = f.old
	}
	if line < 1 || line > len(lines) {
		return ""
	}
	return lines[line-1]
}

func (l *Diff) file(name string) *file {
	if f := l.files[name]; f != nil {
		return f
	}
	f := &file{removed: map[int]bool{}, added: map[int]bool{}}
	l.files[name] = f
	a, errA := contents(l.before, name)
	b, errB := contents(l.after, name)
	f.old, f.new = split(a), split(b)
	if bytes.Equal(a, b) && errA == nil && errB == nil {
		return f
	}
	f.compare()
	return f
}

func contents(tree fs.FS, name string) ([]byte, error) {
	real, err := plan.Resolve(tree, name)
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(tree, real)
}

// Differ reports whether a file says something else, comments and spaces in
// configuration aside.
func (l *Diff) Differ(name string) bool {
	same, known := l.comments[name]
	if !known {
		a, errA := contents(l.before, name)
		b, errB := contents(l.after, name)
		same = errA == nil && errB == nil && strings.HasSuffix(name, ".tf") && slices.Equal(words(a), words(b))
		l.comments[name] = same
	}
	return !same
}

// words are the tokens of configuration without comments and empty lines.
func words(src []byte) []string {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	var out []string
	for _, t := range tokens {
		text := string(t.Bytes)
		if t.Type == hclsyntax.TokenComment {
			if text = ""; strings.HasSuffix(string(t.Bytes), "\n") {
				text = "\n"
			}
		}
		if text == "" || text == "\n" && (len(out) == 0 || out[len(out)-1] == "\n") {
			continue
		}
		out = append(out, text)
	}
	return out
}

func split(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	var out []string
	for line := range bytes.SplitAfterSeq(b, []byte("\n")) {
		if len(line) > 0 {
			out = append(out, string(line))
		}
	}
	return out
}

// maxCells bounds the work of one line comparison; beyond it everything
// between the equal ends counts as changed.
const maxCells = 4_000_000

// compare marks the lines outside a longest common subsequence.
func (f *file) compare() {
	start := 0
	for start < len(f.old) && start < len(f.new) && f.old[start] == f.new[start] {
		start++
	}
	endA, endB := len(f.old), len(f.new)
	for endA > start && endB > start && f.old[endA-1] == f.new[endB-1] {
		endA, endB = endA-1, endB-1
	}
	a, b := f.old[start:endA], f.new[start:endB]
	if len(a)*len(b) > maxCells {
		f.mark(start, a, b, nil)
		return
	}
	f.mark(start, a, b, common(a, b))
}

// common is the table of longest common subsequences of the tails.
func common(a, b []string) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

func (f *file) mark(start int, a, b []string, table [][]int32) {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case table != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case i < len(a) && (j >= len(b) || table == nil || table[i+1][j] >= table[i][j+1]):
			f.removed[start+i+1] = true
			i++
		default:
			f.added[start+j+1] = true
			j++
		}
	}
}
