package sources_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// What Helm 4 takes for a constraint is recorded by tools/helmtruth; we find
// the same.
func TestSameAsHelm(t *testing.T) {
	data, err := os.ReadFile("testdata/helm.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []sourcestest.ChartCase
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	made := sourcestest.ChartCases()
	if len(made) != len(recorded) || len(made) < 150 {
		t.Fatalf("%d recordings of %d cases", len(recorded), len(made))
	}
	w := newWorld(t, fetch.HostRules{Listed: []string{"*.example.com"}}, nil)
	taken, refused := 0, 0
	for i, c := range recorded {
		if c.Kind != made[i].Kind || c.Constraint != made[i].Constraint || strings.Join(c.Versions, " ") != strings.Join(made[i].Versions, " ") {
			t.Fatalf("recording %d is of another case", i)
		}
		got := chartAnswer(t, w, c)
		if got != c.Answer && (c.Answer != "error" || !helmAlone(c)) {
			t.Errorf("%s %v %q: we take %s, Helm %s", c.Kind, c.Versions, c.Constraint, got, c.Answer)
		}
		if got == "error" {
			refused++
		} else {
			taken++
		}
	}
	if taken < 80 || refused < 30 {
		t.Errorf("%d taken and %d refused: the cases do not test much", taken, refused)
	}
	t.Logf("%d cases: %d taken, %d refused", len(recorded), taken, refused)
}

// helmAlone are the cases that Helm refuses and others of its world take: Flux
// has latest, and reads part of a version as a constraint also in an OCI
// registry; a dependency without a version is refused before anybody is asked.
func helmAlone(c sourcestest.ChartCase) bool {
	return c.Constraint == "latest" || c.Kind == "dependency" && c.Constraint == "" || c.Kind == "oci" &&
		(c.Constraint == "1" || c.Constraint == "1.0")
}

// chartAnswer is the version in the Chart.yaml that comes.
func chartAnswer(t *testing.T, w *world, c sourcestest.ChartCase) string {
	t.Helper()
	host := strings.NewReplacer("+", "-", ".", "-").Replace(c.Kind+"-"+strings.Join(c.Versions, "-")) + ".example.com"
	source := helm("https://"+host, "redis", c.Constraint, plan.After)
	if c.Kind == "oci" {
		source = helm("oci://"+host+"/charts", "redis", c.Constraint, plan.After)
	}
	if w.n.HandlerOf(host) == nil {
		o := &sourcestest.OCI{}
		for _, v := range c.Versions {
			o.PushChart("charts", "redis", v)
		}
		w.n.Host(host, o)
		if c.Kind != "oci" {
			w.n.Host(host, sourcestest.Charts("redis", c.Versions))
		}
	}
	p, err := w.review().Resolve(t.Context(), source)
	if err != nil {
		if got := refusal(err); got != "no-version" && got != "gone" && got != "invalid" {
			t.Errorf("%v: %v", source, err)
		}
		return "error"
	}
	text, err := readFile(p, "Chart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	version := strings.Trim(strings.TrimSpace(text[strings.LastIndex(text, "version:")+len("version:"):]), `"`)
	if version != p.Version && p.Version != strings.TrimPrefix(version, "v") {
		t.Errorf("%v: version %s of a package with %s", source, p.Version, version)
	}
	return version
}
