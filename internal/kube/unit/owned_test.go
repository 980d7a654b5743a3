package unit

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

// samples is an object a kind of owner that applies something of this tree.
var samples = map[owner.Kind]string{
	owner.ArgoCD: "apiVersion: argoproj.io/v1alpha1\n" +
		"kind: Application\nmetadata: {name: a}\n" +
		"spec: {source: {repoURL: https://x/y, path: web}}\n",
	owner.ApplicationSet: "apiVersion: argoproj.io/v1alpha1\n" +
		"kind: ApplicationSet\nmetadata: {name: a}\n" +
		"spec: {generators: [{list: {elements: [{env: a}]}}], " +
		"template: {metadata: {name: '{{env}}'}, spec: {source: {repoURL: https://x/y, path: web}}}}\n",
	owner.Flux: "apiVersion: kustomize.toolkit.fluxcd.io/v1\n" +
		"kind: Kustomization\nmetadata: {name: a}\n" +
		"spec: {path: ./web, sourceRef: {kind: GitRepository, name: s}}\n",
	owner.Helm: "apiVersion: helm.toolkit.fluxcd.io/v2\n" +
		"kind: HelmRelease\nmetadata: {name: a}\n" +
		"spec: {chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: s}}}}\n",
	owner.Kapp: "apiVersion: kappctrl.k14s.io/v1alpha1\n" +
		"kind: App\nmetadata: {name: a}\n" +
		"spec: {fetch: [{git: {url: https://x/y, subPath: web}}], template: [{ytt: {}}], deploy: [{kapp: {}}]}\n",
}

// TestEveryOwnerHasUnits: each row of the table of owners that an object stands
// for is followed to what it applies. A row that nobody follows fails here.
func TestEveryOwnerHasUnits(t *testing.T) {
	files := map[string]string{"web/a.yaml": "apiVersion: v1\n" +
		"kind: ConfigMap\nmetadata: {name: a}\n", "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}
	for _, r := range owner.Table {
		if r.Object == "" {
			continue
		}
		file, err := object.Parse("apps/a.yaml", []byte(samples[r.Kind]), object.Limits{})
		if err != nil || len(file.Objects) != 1 {
			t.Errorf("%s has no sample (%v)", r.Object, err)
			continue
		}
		s := scanOf(t, files)
		units := s.Owned(file.Objects[0], nil)
		if r.Kind == owner.ApplicationSet {
			units = []*Unit{s.ApplicationSet(file.Objects[0])}
		}
		if len(units) != 1 || len(units[0].Gaps) > 0 || len(units[0].Files)+len(units[0].Generated) == 0 || units[0].Owner.Kind != r.Kind {
			t.Errorf("%s: its units are %+v", r.Object, units)
			continue
		}
		if claims := s.Claims(file.Objects[0], nil); len(claims) != 1 {
			t.Errorf("%s claims %v", r.Object, claims)
		}
	}
}

// generated is what a set generates on a side, by the names of Applications.
var generated = []struct {
	name, generator, app, want string
}{
	{"list", "{list: {elements: [{env: one}, {env: two}]}}", "{{env}}", "one two"},
	{"folders", "{git: {repoURL: https://x/y, directories: [{path: apps/*}]}}", "{{path.basename}}", "db web"},
	{"folders but one", "{git: {repoURL: https://x/y, directories: [{path: apps/*}, {path: apps/db, exclude: true}]}}", "{{path.basename}}", "web"},
	{"files", "{git: {repoURL: https://x/y, files: [{path: 'env/*.json'}]}}", "{{name}}", "live test"},
	{"clusters", "{clusters: {selector: {matchLabels: {tier: live}}}}", "{{name}}", "eu"},
}

func TestGenerate(t *testing.T) {
	files := map[string]string{
		"apps/web/a.yaml": "a: 1\n", "apps/db/a.yaml": "a: 1\n", "env/live.json": `{"name": "live"}`, "env/test.json": `{"name": "test"}`,
		"clusters/eu.yaml": "apiVersion: v1\n" +
			"kind: Secret\nmetadata: {name: eu, labels: {argocd.argoproj.io/secret-type: cluster, tier: live}}\nstringData: {name: eu, server: https://eu}\n",
		"clusters/us.yaml": "apiVersion: v1\n" +
			"kind: Secret\nmetadata: {name: us, labels: {argocd.argoproj.io/secret-type: cluster}}\nstringData: {name: us, server: https://us}\n",
	}
	for _, c := range generated {
		file, err := object.Parse("set.yaml", []byte("apiVersion: argoproj.io/v1alpha1\n"+
			"kind: ApplicationSet\nmetadata: {name: a, namespace: argocd}\n"+
			"spec: {generators: ["+c.generator+"], template: {metadata: {name: '"+c.app+"'}}}\n"), object.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := scanOf(t, files).Generate(file.Objects[0])
		var names []string
		for _, app := range got.Applications {
			names = append(names, app.Name)
		}
		if joined := strings.Join(names, " "); joined != c.want || got.Gap != nil {
			t.Errorf("%s: %q, want %q (%v)", c.name, joined, c.want, got.Gap)
		}
	}
}
