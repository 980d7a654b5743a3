package internal

import (
	"fmt"
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// A line has no more characters than widest, so that two files can be read side by
// side. A text that is longer than longText stands in one line all the same: parts
// of it could not be searched for. So do the lines of texts between backquotes, and
// the tags of fields.
const (
	widest   = 140
	longText = 70
)

// wider are the areas in which some lines of tests are still longer, and how many at
// most. It only ever gets shorter.
var wider = map[string]int{
	"cmd/holdpoint": 9, "internal/github": 51, "internal/kube": 12,
	"internal/rules": 27, "internal/service": 26, "tools/kubetruth": 1,
}

func TestLinesAreShort(t *testing.T) {
	found := map[string][]string{}
	for name, text := range textsOf(t) {
		if strings.HasSuffix(name, ".go") && !strings.Contains(name, "/testdata/") {
			found[area(name)] = append(found[area(name)], wideLines(name, text)...)
		}
	}
	for dir, lines := range found {
		slices.Sort(lines)
		if len(lines) > wider[dir] {
			t.Errorf("%s has %d lines of more than %d characters, at most %d may be: %s", dir, len(lines), widest, wider[dir],
				strings.Join(lines, " "))
		}
		if len(lines) < wider[dir] {
			t.Errorf("%s has only %d lines that are too long, not %d: bring the list up to date", dir, len(lines), wider[dir])
		}
	}
	for dir := range wider {
		if len(found[dir]) == 0 {
			t.Errorf("%s is in the list and has no such lines", dir)
		}
	}
}

// area is the folder of a file, as far as its second name.
func area(name string) string {
	parts := strings.SplitN(path.Dir(name), "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// The count must be able to fail.
func TestWideLinesAreFound(t *testing.T) {
	words := strings.Repeat("x", 65)
	for code, want := range map[string]int{
		"var a = f(\"" + words + "\", \"" + words + "\")":                                    1,
		"var a = f(\"" + words + words + "\")":                                               0,
		"var a = `" + words + words + "\n`":                                                  0,
		"// " + words + words + words:                                                        1,
		"type t struct {\n\ta string `json:\"a\" " + strings.Repeat("x:\"y\" ", 40) + "`\n}": 0,
		"var a = f(\"" + words + "\",\n\t\"" + words + "\")":                                 0,
	} {
		if got := wideLines("a.go", []byte("package a\n\n"+code+"\n")); len(got) != want {
			t.Errorf("%s: %q, want %d", code, got, want)
		}
	}
}

// wideLines are the lines of a file that are too long, as file:line.
func wideLines(name string, text []byte) (found []string) {
	set := token.NewFileSet()
	file := set.AddFile(name, -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	texts := map[int]bool{} // lines with a long text
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok != token.STRING || utf8.RuneCountInString(lit) <= longText {
			continue
		}
		first := file.Line(pos)
		for line := range strings.Count(lit, "\n") + 1 {
			texts[first+line] = true
		}
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > widest && !texts[number] {
			found = append(found, fmt.Sprint(name, ":", number))
		}
	}
	return found
}
