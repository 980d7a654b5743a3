package apply_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the want section of the fixtures")

// TestPut replays updates that the API server's own validators judged: truth
// is their verdict, want is ours. `rejected` must be rejected for the same
// fields, `accepted` must not be.
func TestPut(t *testing.T) {
	replay(t, "testdata/put", 118, apply.Put)
}

// TestPatch replays updates by kubectl apply, server-side apply and the tools
// that use them. The comment of a fixture says where its truth comes from.
func TestPatch(t *testing.T) {
	replay(t, "testdata/patch", 40, apply.Patch)
}

func replay(t *testing.T, dir string, atLeast int, family apply.Family) {
	files, err := filepath.Glob(dir + "/*.txtar")
	if err != nil || len(files) < atLeast {
		t.Fatalf("%d fixtures in %s, want %d: %v", len(files), dir, atLeast, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = string(f.Data)
			}
			before, after := one(t, "before.yaml", parts["before.yaml"]), one(t, "after.yaml", parts["after.yaml"])
			cluster, errs := apply.Survey(parse(t, "cluster.yaml", parts["cluster.yaml"]))
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			out := apply.Update(before, after, family, cluster)
			agrees(t, parts["truth"], out)
			got := describe(out)
			if *update {
				a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
				a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(parts["want"], got); d != "" {
				t.Error(d)
			}
		})
	}
}

// agrees holds an outcome against the truth: its first word is a verdict, the
// rest of a rejection the fields.
func agrees(t *testing.T, truth string, out apply.Outcome) {
	t.Helper()
	truth, _, _ = strings.Cut(truth, ";")
	words := strings.Fields(truth)
	if len(words) == 0 {
		t.Fatal("no truth")
	}
	ok := string(out.Verdict) == words[0]
	if words[0] == "accepted," {
		ok = out.Verdict == apply.None || out.Verdict == apply.Changes
		if !slices.ContainsFunc(out.Notes, func(n apply.Note) bool { return n.Kind == apply.Invalid || n.Kind == apply.Ignored }) {
			t.Errorf("no note of %s", truth)
		}
	}
	if words[0] == "accepted" {
		ok = out.Verdict == apply.None || out.Verdict == apply.Changes
	}
	if !ok {
		t.Errorf("verdict %s, truth: %s", out.Verdict, truth)
	}
	if words[0] != "rejected" || len(words) == 1 {
		return
	}
	var fields []string
	for _, r := range out.Refused {
		if r.Certain {
			fields = append(fields, r.Field)
		}
	}
	slices.Sort(fields)
	if d := cmp.Diff(words[1:], slices.Compact(fields)); d != "" {
		t.Errorf("refused fields: %s", d)
	}
}

func one(t testing.TB, name, text string) object.Object {
	t.Helper()
	objects := parse(t, name, text)
	if len(objects) != 1 {
		t.Fatalf("%s holds %d objects, want one", name, len(objects))
	}
	return objects[0]
}

func parse(t testing.TB, name, text string) []object.Object {
	t.Helper()
	f, err := object.Parse(name, []byte(text), object.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f.Objects
}

func describe(o apply.Outcome) string {
	var b strings.Builder
	fmt.Fprintln(&b, o.Verdict)
	if !o.Known {
		fmt.Fprintln(&b, "definition not known")
	}
	for _, d := range o.Changed {
		fmt.Fprintf(&b, "changed %v: %v -> %v\n", d.Path, d.Before, d.After)
	}
	for _, r := range o.Refused {
		word := "refused"
		if !r.Certain {
			word = "may be refused"
		}
		fmt.Fprintf(&b, "%s %s %v: %s [%s]\n", word, r.Field, r.Paths, r.Why, r.Source)
	}
	for _, n := range o.Notes {
		fmt.Fprintf(&b, "note %s %v: %s\n", n.Kind, n.Path, n.Text)
	}
	for _, e := range o.Effects {
		word := "effect"
		if !e.Certain {
			word = "possible effect"
		}
		fmt.Fprintf(&b, "%s %s %s %v: %s\n", word, e.Reason, e.Effect, e.Path, e.Why)
	}
	return b.String()
}
