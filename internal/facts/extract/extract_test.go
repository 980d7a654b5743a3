package extract

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what is wanted")

// Each archive is a small provider; the first line of its comment is the kind
// and the entry, want.json what is read of it.
func TestExtract(t *testing.T) {
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
	tree := fstest.MapFS{}
	var want []byte
	for _, f := range archive.Files {
		if f.Name == "want.json" {
			want = f.Data
			continue
		}
		tree[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	first, _, _ := strings.Cut(string(archive.Comment), "\n")
	words := strings.Fields(first)
	r, err := Read(tree, nil, Options{Provider: "example/example", Version: "1.0.0", Kind: words[0], Entries: words[1:]})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(r.Source, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		rewrite(t, name, archive, got)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nnotes\n%s", got, want, r.Notes)
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
