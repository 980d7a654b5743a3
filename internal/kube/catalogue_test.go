package kube_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

var scenarioID = regexp.MustCompile(`^[kK](\d{3})`)

// TestCatalogue: every scenario of the catalogue has a fixture, here or among
// the updates, or a line that says why not. A line that is no longer needed
// fails too.
func TestCatalogue(t *testing.T) {
	have := map[string]bool{}
	for _, pattern := range []string{"testdata/scenarios/*.txtar", "apply/testdata/*/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no fixtures in %s: %v", pattern, err)
		}
		for _, f := range files {
			if m := scenarioID.FindStringSubmatch(filepath.Base(f)); m != nil {
				have["K"+m[1]] = true
			}
		}
	}
	left := map[string]bool{}
	for _, line := range lines(t, "testdata/left-out.txt") {
		id, why, ok := strings.Cut(line, " | ")
		if !ok || len(why) < 20 {
			t.Errorf("left-out.txt: %q gives no reason", line)
		}
		left[id] = true
	}
	known := map[string]bool{}
	for _, id := range lines(t, "testdata/catalogue.txt") {
		known[id] = true
		if have[id] == left[id] {
			t.Errorf("%s: fixture %v, left out %v", id, have[id], left[id])
		}
	}
	for id := range left {
		if !known[id] {
			t.Errorf("left-out.txt: %s is not in the catalogue", id)
		}
	}
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// archive is a gzipped tar of files, given as names and texts.
func archive(pairs ...string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	must := func(err error) {
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		must(w.WriteHeader(&tar.Header{Name: pairs[i], Mode: 0o644, Size: int64(len(pairs[i+1]))}))
		_, err := w.Write([]byte(pairs[i+1]))
		must(err)
	}
	must(w.Close())
	must(z.Close())
	return b.String()
}

func archiveOf(files map[string]string) string {
	var pairs []string
	for name, text := range files {
		pairs = append(pairs, name, text)
	}
	return archive(pairs...)
}

// TestVendoredArchive: a chart in an archive is unpacked and rendered.
func TestVendoredArchive(t *testing.T) {
	chart := map[string]string{"db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n", "db/templates/a.yaml": hostMap,
		"db/templates/b.yaml": strings.ReplaceAll(hostMap, "conf", "gone")}
	files := map[string]string{"app/Chart.yaml": hostChart + "dependencies:\n- {name: db, version: 1.0.0}\n",
		"app/charts/db-1.0.0.tgz": archiveOf(chart)}
	before := plantest.Tree(files)
	delete(chart, "db/templates/b.yaml")
	files["app/charts/db-1.0.0.tgz"] = archiveOf(chart)
	got := kube.Predict(before, plantest.Tree(files), render.New(render.Limits{}), kube.Options{})
	if len(got.Gaps) > 0 || len(got.Changes) != 1 || got.Changes[0].Address.Name != "gone" || !destroys(got) {
		t.Errorf("got\n%s", describe(got))
	}
}
