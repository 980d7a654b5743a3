package render_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
)

// TestAgreesWithKubectl builds every kustomization of the scenarios with
// `kubectl kustomize` too: the same objects, or both refuse.
func TestAgreesWithKubectl(t *testing.T) {
	kubectl, err := exec.LookPath("kubectl")
	if err != nil || testing.Short() {
		t.Skip("there is no kubectl, or no time for it")
	}
	files, err := filepath.Glob("../testdata/scenarios/K*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var names []string
	var requests []request.Request
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, side := range []string{"before/", "after/"} {
			tree, roots := sideOf(archive, side)
			for _, root := range roots {
				req := request.Request{Tool: request.Kustomize, Root: root, Files: tree}
				if request.RefuseReferences(req) != nil {
					continue // it would reach out
				}
				names, requests = append(names, filepath.Base(file)+" "+side+root), append(requests, req)
			}
		}
	}
	for i, res := range render.New(render.Limits{})(requests) {
		compareBuild(t, kubectl, names[i], requests[i], res)
	}
	if len(names) < 60 {
		t.Errorf("only %d kustomizations were compared", len(names))
	}
	t.Logf("%d kustomizations compared", len(names))
}

// sideOf are the files of one side and the folders of its kustomizations that
// are no components.
func sideOf(archive *txtar.Archive, side string) (map[string][]byte, []string) {
	tree := map[string][]byte{}
	var roots []string
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, side)
		if !ok || strings.HasSuffix(name, "@") {
			continue
		}
		tree[name] = f.Data
		if strings.HasPrefix(filepath.Base(name), "kustomization.") && !strings.Contains(string(f.Data), "kind: Component") && !slices.Contains(roots, filepath.Dir(name)) {
			roots = append(roots, filepath.Dir(name))
		}
	}
	return tree, roots
}

func compareBuild(t *testing.T, kubectl, name string, req request.Request, res request.Rendered) {
	t.Helper()
	dir := t.TempDir()
	for file, data := range req.Files {
		full := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(kubectl, "kustomize", "--load-restrictor", "LoadRestrictionsNone", filepath.Join(dir, req.Root))
	out, err := cmd.Output()
	if (err != nil) != (res.Failure != nil) {
		t.Errorf("%s: kubectl says %v, we say %+v", name, err, res.Failure)
		return
	}
	if err != nil {
		return
	}
	var ours [][]byte
	for _, d := range res.Docs {
		ours = append(ours, d.Content)
	}
	var theirs [][]byte
	for _, d := range strings.Split(string(out), "\n---\n") {
		theirs = append(theirs, []byte(d))
	}
	if d := cmp.Diff(normal(t, theirs), normal(t, ours)); d != "" {
		t.Errorf("%s (- kubectl, + ours):\n%s", name, d)
	}
}

// normal are documents in one order and layout.
func normal(t *testing.T, docs [][]byte) []string {
	t.Helper()
	var out []string
	for _, d := range docs {
		if len(strings.TrimSpace(string(d))) == 0 {
			continue
		}
		var v any
		if err := yaml.Unmarshal(d, &v); err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}
