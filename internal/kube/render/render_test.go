package render_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
)

func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func files(pairs ...string) map[string][]byte {
	out := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = []byte(pairs[i+1])
	}
	return out
}

func one(t testing.TB, req request.Request) request.Rendered {
	t.Helper()
	return render.New(render.Limits{})([]request.Request{req})[0]
}

func TestKustomize(t *testing.T) {
	res := one(t, request.Request{Tool: request.Kustomize, Root: "app/prod", Files: files(
		"app/prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\nconfigMapGenerator:\n- name: env\n  literals: [a=b]\n",
		"app/base/kustomization.yaml", "resources: [cm.yaml]\n",
		"app/base/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata: {k: y}\n",
	)})
	if res.Failure != nil {
		t.Fatal(res.Failure)
	}
	if len(res.Docs) != 2 {
		t.Fatalf("%d documents", len(res.Docs))
	}
	if got := res.Docs[0]; got.Source != "app/base/cm.yaml" || !strings.Contains(string(got.Content), "name: prod-x") || strings.Contains(string(got.Content), "annotations") {
		t.Errorf("object: %+v %s", got, got.Content)
	}
	if got := res.Docs[1]; got.Source != "app/prod/kustomization.yaml" || !got.Generated || got.Stable != "prod-env" {
		t.Errorf("generated: %+v %s", got, got.Content)
	}
}

func TestChart(t *testing.T) {
	res := one(t, request.Request{Tool: request.Helm, Root: "charts/web", Release: request.Release{Name: "r", Namespace: "n", Values: [][]byte{[]byte("enabled: true\n")}}, Files: files(
		"charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: redis, version: ^1.0.0, repository: 'https://x.example', condition: redis.enabled}\n- {name: pg, version: 1.0.0, repository: 'https://x.example', condition: pg.enabled}\n",
		"charts/web/values.yaml", "enabled: false\nredis: {enabled: true}\npg: {enabled: false}\n",
		"charts/web/templates/_h.tpl", "{{ define \"n\" }}{{ .Release.Name }}-web{{ end }}",
		"charts/web/templates/NOTES.txt", "hello",
		"charts/web/templates/a.yaml", "{{ if .Values.enabled }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"n\" . }}\n  namespace: {{ .Release.Namespace }}\ndata: {p: {{ randAlphaNum 4 | quote }}, v: {{ .Capabilities.KubeVersion.Version }}, u: {{ .Release.IsUpgrade | quote }} }\n{{ end }}",
		"charts/web/crds/c.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\n",
	)})
	if res.Failure != nil {
		t.Fatal(res.Failure)
	}
	for _, d := range res.Docs {
		t.Logf("%+v\n%s", d.Source, d.Content)
	}
	if len(res.Docs) != 2 || len(res.Missing) != 1 || res.Missing[0].Name != "redis" {
		t.Errorf("%d documents, missing %v", len(res.Docs), res.Missing)
	}
}

// Many patches of many objects stay within the limit of work, are made as ever and
// keep where they are written.
func TestManyPatches(t *testing.T) {
	f := files("base/kustomization.yaml", "resources:\n", "k/kustomization.yaml", "namespace: ns\nresources: [../base]\npatches:\n")
	const objects = 60
	for i := range objects {
		name := fmt.Sprintf("a%d.yaml", i)
		f["base/kustomization.yaml"] = append(f["base/kustomization.yaml"], "- "+name+"\n"...)
		f["base/"+name] = fmt.Appendf(nil, "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: a%d\n"+
			"spec:\n  template: {metadata: {name: a}}\n", i)
		f["k/kustomization.yaml"] = fmt.Appendf(f["k/kustomization.yaml"], "- path: patch.yaml\n  target: {kind: ApplicationSet, name: a%d}\n", i)
	}
	f["k/patch.yaml"] = []byte("- {op: add, path: /spec/template/metadata/labels, value: {to: prod}}\n")
	f["k/kustomization.yaml"] = append(f["k/kustomization.yaml"], "configMapGenerator: [{name: made, literals: [a=b]}]\n"...)
	res := one(t, request.Request{Tool: request.Kustomize, Root: "k", Files: f})
	if res.Failure != nil || len(res.Docs) != objects+1 {
		t.Fatalf("%d objects, %v", len(res.Docs), res.Failure)
	}
	if res.Work.Bytes > 512<<20 {
		t.Errorf("%d MiB were allocated", res.Work.Bytes>>20)
	}
	const want = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: a3\n  namespace: ns\n" +
		"spec:\n  template:\n    metadata:\n      labels:\n        to: prod\n      name: a\n"
	if d := res.Docs[3]; d.Source != "base/a3.yaml" || string(d.Content) != want {
		t.Errorf("%s\n%s", d.Source, d.Content)
	}
	if d := res.Docs[objects]; d.Stable != "made" {
		t.Errorf("what the generator makes: %+v", d)
	}
}

// A refusal reads the same every time.
func TestRefusalsHaveNoAddresses(t *testing.T) {
	res := one(t, request.Request{Tool: request.Kustomize, Root: "k", Files: files(
		"k/kustomization.yaml", "configMapGenerator:\n- {name: a, behavior: merge, literals: [b=c]}\n",
	)})
	if res.Failure == nil || !strings.Contains(res.Failure.Why, "merging from generator &{0x0 0x0}") {
		t.Errorf("%+v", res.Failure)
	}
}

func BenchmarkKustomize200(b *testing.B) {
	f := files("k/kustomization.yaml", "namePrefix: a-\nresources:\n")
	for i := range 200 {
		name := fmt.Sprintf("cm%d.yaml", i)
		f["k/kustomization.yaml"] = append(f["k/kustomization.yaml"], "- "+name+"\n"...)
		f["k/"+name] = fmt.Appendf(nil, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x%d\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n      - {name: a, image: b}\n", i)
	}
	for b.Loop() {
		if res := one(b, request.Request{Tool: request.Kustomize, Root: "k", Files: f}); res.Failure != nil {
			b.Fatal(res.Failure)
		}
	}
}

func BenchmarkChart50(b *testing.B) {
	f := files("c/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n", "c/values.yaml", "n: 3\n")
	for i := range 50 {
		f[fmt.Sprintf("c/templates/a%d.yaml", i)] = fmt.Appendf(nil, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-%d\ndata:\n{{- range until 20 }}\n  k{{ . }}: {{ $.Values.n | quote }}\n{{- end }}\n", i)
	}
	for b.Loop() {
		if res := one(b, request.Request{Tool: request.Helm, Root: "c", Files: f, Release: request.Release{Name: "r", Namespace: "n"}}); res.Failure != nil {
			b.Fatal(res.Failure)
		}
	}
}
