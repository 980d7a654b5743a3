package hcl_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

var update = flag.Bool("update", false, "rewrite the want section of the fixtures in testdata/uploads and testdata/sources")

// TestUploads replays the fixtures of files that decide which configuration a
// tool sees. The second line of a fixture says what it has to find, so that
// -update cannot make a wrong answer right.
func TestUploads(t *testing.T) {
	files, err := filepath.Glob("testdata/uploads/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			got := hcl.Predict(before, after, nil, hcl.Options{})
			archive := txtar.Parse(data)
			verdict := strings.Split(string(archive.Comment), "\n")[1]
			destroyed := false
			for _, c := range got.Changes {
				destroyed = destroyed || c.Action.Destroys()
			}
			if is := map[string]bool{"verdict: DELETE": destroyed, "verdict: UNKNOWN": !destroyed && len(got.Gaps) > 0,
				"verdict: NOOP": !destroyed && len(got.Gaps) == 0}; !is[verdict] {
				t.Errorf("%s, got\n%s", verdict, describe(got))
			}
			if *update {
				rewrite(t, file, archive, describe(got))
			} else if rest["want"] != describe(got) {
				t.Errorf("want\n%sgot\n%s", rest["want"], describe(got))
			}
		})
	}
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, text string) {
	t.Helper()
	var kept []txtar.File
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(text)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
