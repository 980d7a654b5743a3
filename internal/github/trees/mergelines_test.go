package trees

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A2: lines that are merged are merged as git does, where git merges them.
func TestA2LinesAreMergedAsGitDoes(t *testing.T) {
	s := scratch{t, t.TempDir()}
	s.must("init", "-q")
	write := func(name, text string) string {
		file := filepath.Join(s.dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	r := rand.New(rand.NewPCG(3, 4))
	merged, left, refused := 0, 0, 0
	for n := range 400 {
		base := someLines(r, 4+r.IntN(12))
		one, two := edited(r, base), edited(r, base)
		text := func(lines []string) string { return strings.Join(lines, "") }
		got, ok := mergeLines([]byte(text(base)), []byte(text(one)), []byte(text(two)))
		if !ok {
			left++
			continue
		}
		want, err := s.git("merge-file", "-p", write("one", text(one)), write("base", text(base)), write("two", text(two)))
		switch {
		case err != nil:
			refused++ // nothing can be merged there
		case strings.TrimSpace(string(got)) != want:
			t.Fatalf("case %d: merged\n%s\ngit:\n%s\nbase:\n%s\none:\n%s\ntwo:\n%s", n, got, want, text(base), text(one), text(two))
		default:
			merged++
		}
	}
	if merged < 50 || left < 50 {
		t.Errorf("%d merged, %d left to git, %d refused by git: the test shows nothing", merged, left, refused)
	}
}

// someLines are lines of which many are equal.
func someLines(r *rand.Rand, n int) (lines []string) {
	for i := range n {
		lines = append(lines, []string{"}\n", "\n", "a = 1\n", "{\n", fmt.Sprintf("line %d\n", i),
			fmt.Sprintf("word %d\n", r.IntN(4))}[r.IntN(6)])
	}
	return lines
}

// edited is a copy in which some lines that stand together were taken out, put
// in or replaced.
func edited(r *rand.Rand, lines []string) []string {
	from := r.IntN(len(lines))
	to := min(len(lines), from+r.IntN(3))
	return slices.Concat(lines[:from], someLines(r, r.IntN(3)), lines[to:])
}
