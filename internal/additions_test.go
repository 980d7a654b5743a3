package internal

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// additions are one addition of each kind in the table of CONTRIBUTING.md: words
// that nothing else has, and the files that have one of them. Where one of the
// kind needs a file more, here or there is an error.
var additions = map[string]struct {
	words   []string
	byHand  []string
	updated []string // what -update writes
}{
	"a rule": {[]string{"k8s-orphan"},
		[]string{"rules/kubernetes.yaml", "internal/rules/testdata/ids.txt",
			"internal/review/testdata/k8s-effects.txtar"}, []string{"docs/rules.md"}},
	"a resource type that holds data, names or traffic": {[]string{"aws_qldb_ledger"}, []string{"rules/types/aws.yaml"}, nil},
	"what an update or a creation takes away":           {[]string{"Disabling cloud backup"}, []string{"rules/losses/backups.yaml"}, nil},
	"what comes back of what is destroyed": {[]string{"skip_grace_period"},
		[]string{"rules/recovery/google.yaml", "internal/rules/testdata/recovery.txt"}, nil},
	"a command that destroys": {[]string{"gh_repo_delete"}, []string{"rules/commands/clouds.yaml"}, nil},
	"a kind of file that runs commands": {[]string{"Tiltfile"},
		[]string{"rules/commands/files.yaml", "internal/review/testdata/A9-commands.txtar"}, []string{"docs/rules.md"}},
	"an agent": {[]string{"Kilo"}, []string{"rules/agents.yaml", "internal/rules/testdata/agents.txt"}, nil},
	"a tool that applies objects": {[]string{"kappApp", "owner.Kapp", "one of them goes, kapp deletes it"},
		[]string{"internal/kube/owner/kapp.go", "internal/kube/owner/table.go", "internal/kube/owner/owner_test.go",
			"internal/kube/unit/owned_test.go", "internal/kube/testdata/scenarios/O-kapp-inline.txtar"}, nil},
	"an output format": {[]string{"func SARIF(", `{"sarif", `, "| `sarif` |", "-- sarif --"},
		[]string{"internal/publish/sarif.go", "internal/publish/formats.go",
			"docs/output.md"}, []string{"internal/publish/testdata/reviews/*.golden"}},
	"a word that another bot obeys": {[]string{"***no_ci***"}, []string{"internal/publish/triggers.txt", "internal/publish/escape_test.go"},
		nil},
	"a command": {[]string{"explainCommand", "exec holdpoint explain"},
		[]string{"cmd/holdpoint/explain.go", "cmd/holdpoint/main.go", "cmd/holdpoint/testdata/script/explain.txtar"}, nil},
}

func TestAdditions(t *testing.T) {
	contributing, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := textsOf(t)
	for kind, a := range additions {
		if row := fmt.Sprintf("\n| %s | %d |", kind, len(a.byHand)); !bytes.Contains(contributing, []byte(row)) {
			t.Errorf("CONTRIBUTING.md has no row %q", row[1:])
		}
		var found []string
		for name, text := range texts {
			if slices.ContainsFunc(a.words, func(w string) bool { return bytes.Contains(text, []byte(w)) }) && !fits(a.updated, name) {
				found = append(found, name)
			}
		}
		slices.Sort(found)
		if want := slices.Sorted(slices.Values(a.byHand)); !slices.Equal(found, want) {
			t.Errorf("%s, for one %s, stands in %q, not in %q: write there and in CONTRIBUTING.md what it takes", kind, a.words[0], found, want)
		}
	}
	if rows := bytes.Count(section(contributing, "| to add |"), []byte("\n| ")); rows != len(additions) {
		t.Errorf("CONTRIBUTING.md has %d kinds, and %d are tried", rows, len(additions))
	}
}

// section is the table that a line begins, with a line of dashes below it.
func section(text []byte, begin string) []byte {
	_, rest, _ := bytes.Cut(text, []byte(begin))
	table, _, _ := bytes.Cut(rest, []byte("\n\n"))
	return table
}

func fits(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := filepath.Match(p, name)
		return ok && err == nil
	})
}

// textsOf are the files of the repository, but for this test's own, the facts of
// providers, which are made by a tool, and what git and tools keep in folders with
// a dot.
func textsOf(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || strings.HasSuffix(name, ".facts") || d.Name() == "additions_test.go":
			return nil
		}
		text, err := os.ReadFile(name)
		all[filepath.ToSlash(strings.TrimPrefix(name, "../"))] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
