package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
)

// The measure itself: what is missing, more, and forced on one side only.
func TestCompare(t *testing.T) {
	read := func(text string) facts.Source {
		s, err := facts.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	got := read(`{"resources":{"x_a":{"a":{"one":{"f":"always"},"two":{"f":"always"},"more":{},"block":{"a":{"in":{}}}}}}}`)
	want := read(`{"resources":{"x_a":{"a":{"one":{"f":"always"},"two":{},"three":{},"block":{"a":{"in":{"f":"configured"}}}}},"x_b":{"a":{}}}}`)
	c := compareSources(got, want)
	const summary = "types: 1 compared, 1 missing, 0 more\nattributes: 4 compared, 1 missing, 1 more\nforce-new: 1 agree, precision 50.00 %, recall 50.00 %\n"
	if c.summary() != summary {
		t.Errorf("got\n%s\nwant\n%s", c.summary(), summary)
	}
}

// From the JSON form to the packed one and back.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, []byte(`{"provider":"example/example","version":"1.2.3","resources":{"x_a":{"a":{"one":{"t":"string","m":"r","f":"always"}}}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"pack", "-in", in, "-out", dir, "-date", "2026-01-02"}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "example_example@1.2.3.facts"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := facts.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Find("x_a")
	if err != nil || a == nil || a.Attributes["one"].Force != "always" || f.Date != "2026-01-02" {
		t.Errorf("got %+v %+v %v", f.Header, a, err)
	}
}
