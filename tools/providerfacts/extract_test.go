package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
)

var update = flag.Bool("update", false, "rewrite what is wanted")

// Each archive is a small provider; the first line of its comment is the kind
// and the entry, want.json what is read of it.
func TestExtract(t *testing.T) {
	t.Setenv("GOMODCACHE", t.TempDir())
	names, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) { checkArchive(t, name) })
	}
}

func checkArchive(t *testing.T, name string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var want []byte
	for _, f := range archive.Files {
		if f.Name == "want.json" {
			want = f.Data
			continue
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first, _, _ := strings.Cut(string(archive.Comment), "\n")
	kind, entry, _ := strings.Cut(first, " ")
	x, err := newExtractor(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := x.run(kind, entry, "example/example"); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(x.source("example/example", "1.0.0"), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		rewrite(t, name, archive, got)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nnotes\n%s", got, want, x.notes())
	}
}

func rewrite(t *testing.T, name string, archive *txtar.Archive, got []byte) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name == "want.json" {
			archive.Files[i].Data = got
		}
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

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
