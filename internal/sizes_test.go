package internal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A package of more files and lines than this has several duties, unless there is
// a reason why it is one.
const (
	mostFiles = 25
	mostLines = 4500
)

// large are the packages above both, how large they may be, and why. The reason
// stands in docs/decisions.md at length.
var large = map[string]struct {
	files, lines int
	why          string
}{}

// manyLines is from where on a package has tests of its own: a case that fails
// names its function, and not only a fixture that went through ten packages.
const manyLines = 500

// untested are the packages above it that have none, and why.
var untested = map[string]string{
	"internal/sources/sourcestest": "serves the tests of others",
}

// size is how much code a package has, without its tests.
type size struct {
	files, lines int
	tests        bool
}

func TestPackagesAreSmall(t *testing.T) {
	raw, err := os.ReadFile("../docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]size{}
	for _, p := range packages(t) {
		sizes[strings.TrimPrefix(p.ImportPath, module)] = sizeOf(t, strings.TrimPrefix(p.ImportPath, module))
	}
	for dir, s := range sizes {
		listed, ok := large[dir]
		switch above := s.files > mostFiles && s.lines > mostLines; {
		case above && !ok:
			t.Errorf("%s has %d files and %d lines; one duty has no more than %d and %d: divide it, or give the reason here and in docs/decisions.md", dir, s.files, s.lines, mostFiles, mostLines)
		case ok && !above:
			t.Errorf("%s has %d files and %d lines by now: take it out of the list", dir, s.files, s.lines)
		case ok && (s.files > listed.files || s.lines > listed.lines):
			t.Errorf("%s has %d files and %d lines, at most %d and %d may be", dir, s.files, s.lines, listed.files, listed.lines)
		case ok && (listed.why == "" || !bytes.Contains(raw, []byte("`"+dir+"`"))):
			t.Errorf("%s is large without a reason here and in docs/decisions.md", dir)
		}
		switch why, ok := untested[dir]; {
		case s.lines > manyLines && !s.tests && !ok:
			t.Errorf("%s has %d lines and no test of its own", dir, s.lines)
		case ok && (why == "" || s.tests || s.lines <= manyLines):
			t.Errorf("%s has %d lines, tests: %t: take it out of the list, or give the reason", dir, s.lines, s.tests)
		}
	}
	for dir := range large {
		if _, ok := sizes[dir]; !ok {
			t.Errorf("%s is in the list and is no package", dir)
		}
	}
	for dir := range untested {
		if _, ok := sizes[dir]; !ok {
			t.Errorf("%s is in the list and is no package", dir)
		}
	}
}

func sizeOf(t *testing.T, dir string) (s size) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			s.tests = true
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s.files, s.lines = s.files+1, s.lines+bytes.Count(text, []byte("\n"))
	}
	return s
}
