package kube_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

const (
	hostChart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
	hostMap   = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\ndata:\n  a: b\n"
)

// TestHostile gives each kind of hostile input as the after side of a unit
// that was fine. Each has to end as a gap, without a deletion, a connection or
// the memory of the parent.
func TestHostile(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var connections atomic.Int32
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			c.Close()
		}
	}()
	host := listener.Addr().String()
	secret := t.TempDir() + "/secret.yaml"
	if err := os.WriteFile(secret, []byte(strings.ReplaceAll(hostMap, "conf", "stolen")), 0o600); err != nil {
		t.Fatal(err)
	}
	kustomization := func(more string) map[string]string {
		return map[string]string{"app/kustomization.yaml": "resources:\n- c.yaml\n" + more, "app/c.yaml": hostMap}
	}
	chart := func(template string, more ...string) map[string]string {
		files := map[string]string{"app/Chart.yaml": hostChart, "app/templates/c.yaml": template}
		for i := 0; i < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	plain := map[string]string{"app/c.yaml": hostMap}
	for name, c := range map[string]struct {
		before, after map[string]string
		silent        bool // contained by giving nothing
	}{
		"alias-bomb-plain":     {plain, map[string]string{"app/c.yaml": hostMap + bomb()}, false},
		"alias-bomb-kustomize": {kustomization(""), with(kustomization(""), "app/c.yaml", hostMap+bomb()), false},
		"alias-bomb-itself":    {kustomization(""), with(kustomization(""), "app/kustomization.yaml", "resources: [c.yaml]\n"+bomb()), false},
		"alias-bomb-values":    {chart(hostMap), chart(hostMap, "app/values.yaml", bomb()), false},
		"until":                {chart(hostMap), chart(hostMap + "{{ range until 200000000 }}x{{ end }}"), false},
		"until-step":           {chart(hostMap), chart(hostMap + "{{ range untilStep 0 200000000 1 }}x{{ end }}"), false},
		"repeat":               {chart(hostMap), chart(hostMap + `{{ repeat 1500000000 "x" }}`), false},
		"doubling":             {chart(hostMap), chart(hostMap + `{{ $s := "xxxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $s = printf "%s%s" $s $s }}{{ end }}`), false},
		"empty-loops":          {chart(hostMap), chart(hostMap + "{{ range 200 }}{{ range 200 }}{{ range 200 }}{{ range 200 }}{{ end }}{{ end }}{{ end }}{{ end }}"), false},
		"loops":                {chart(hostMap), chart(hostMap + `{{ range until 99999 }}{{ range until 99999 }}{{ range until 99999 }}{{ end }}{{ end }}{{ end }}`), false},
		"include":              {chart(hostMap), chart(hostMap + `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`), false},
		"template":             {chart(hostMap), chart(hostMap + `{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`), false},
		"tpl":                  {chart(hostMap), chart(hostMap + `{{ $x := "{{ tpl . . }}" }}{{ tpl $x $x }}`), false},
		"large-plain":          {plain, map[string]string{"app/c.yaml": hostMap + "  b: " + strings.Repeat("x", 50<<20) + "\n"}, false},
		"large-kustomize": {kustomization(""), with(kustomization(""), "app/c.yaml", hostMap+"  b: "+strings.Repeat("x", 50<<20)+"\n"),
			false},
		"remote-base":   {kustomization(""), kustomization("- http://" + host + "/base?ref=v1\n"), true},
		"remote-git":    {kustomization(""), kustomization("- git::http://" + host + "/a/b.git\n"), true},
		"remote-scp":    {kustomization(""), kustomization("- git@127.0.0.1:a/b.git\n"), true},
		"remote-patch":  {kustomization(""), kustomization("patches:\n- path: http://" + host + "/p.yaml\n"), false},
		"remote-schema": {kustomization(""), kustomization("openapi:\n  path: http://" + host + "/s.json\n"), false},
		"remote-generator": {kustomization(""), kustomization("configMapGenerator:\n- name: a\n  files: [\"http://" + host + "/s\"]\n"),
			false},
		"remote-transformer": {kustomization(""), kustomization("transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  path: http://" + host + "/p\n"), false},
		"remote-chart":       {kustomization(""), kustomization("helmCharts:\n- name: x\n  repo: http://" + host + "\n"), true},
		"exec-plugin": {kustomization(""), with(kustomization("generators: [g.yaml]\n"), "app/g.yaml",
			"apiVersion: a/v1\nkind: G\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: /bin/sh}\n"),
			false},
		"file-outside":  {kustomization(""), kustomization("- ../../../../../.." + secret + "\n"), false},
		"file-absolute": {kustomization(""), kustomization("- " + secret + "\n"), true},
		"schema-file": {chart(hostMap), chart(hostMap, "app/values.schema.json", `{"$ref":"file://`+secret+`"}`, "app/values.yaml",
			"a: 1\n"), true},
		"schema-http": {chart(hostMap), chart(hostMap, "app/values.schema.json", `{"$ref":"http://`+host+`/s"}`, "app/values.yaml",
			"a: 1\n"), true},
		"dns":         {chart(hostMap), chart(hostMap + "  h: {{ getHostByName \"localhost\" | quote }}\n"), true},
		"host-file":   {chart(hostMap), chart(hostMap + "  h: {{ .Files.Get \"" + secret + "\" | quote }}\n"), true},
		"environment": {chart(hostMap), chart(hostMap + "  h: {{ env \"HOME\" }}\n"), false},
		"many-documents": {plain, map[string]string{"app/c.yaml": hostMap + strings.Repeat("---\n"+hostMap, (7<<20)/(len(hostMap)+4))},
			false},
		"many-within":          {plain, map[string]string{"app/c.yaml": hostMap + numbered(9_000)}, true},
		"many-objects":         {plain, map[string]string{"app/c.yaml": hostMap + numbered(12_000)}, false},
		"many-empty-documents": {plain, map[string]string{"app/c.yaml": hostMap + strings.Repeat("---\n", (7<<20)/4)}, false},
		"many-rendered": {chart(hostMap), chart("{{ range until 99999 }}---\n" + strings.ReplaceAll(hostMap, "conf", "c{{ . }}") +
			"{{ end }}"), false},
		"deep-rendered": {chart(hostMap), chart(hostMap + `  c: {{ repeat 60000 "[" }}{{ repeat 60000 "]" }}`), false},
		"archive-bomb": {chart(hostMap), chart(hostMap, "app/charts/b-1.0.0.tgz",
			archive("b/Chart.yaml", hostChart, "b/templates/a.yaml", strings.Repeat("# bomb\n", 20<<20))), false},
		"archive-nested": {chart(hostMap), chart(hostMap, "app/charts/b-1.0.0.tgz",
			archive("b/Chart.yaml", hostChart, "b/charts/c.tgz", archive("c/Chart.yaml", hostChart, "c/templates/a.yaml",
				strings.Repeat("# bomb\n", 20<<20)))), false},
		"archive-outside": {chart(hostMap), chart(hostMap, "app/charts/b-1.0.0.tgz",
			archive("b/Chart.yaml", hostChart, "../../../../../.."+secret, hostMap)), false},
		"archive-absolute": {chart(hostMap), chart(hostMap, "app/charts/b-1.0.0.tgz", archive("b/Chart.yaml", hostChart, secret, hostMap)),
			true},
		"archive-cut":      {chart(hostMap), chart(hostMap, "app/charts/b-1.0.0.tgz", archive("b/Chart.yaml", hostChart)[:40]), false},
		"keys":             {chart(hostMap), chart(hostMap + `  c: {{ range until 2000 }}{{ genPrivateKey "rsa" | len }}{{ genCA "a" 1 | toString | len }}{{ end }}`), true},
		"hashes":           {chart(hostMap), chart(hostMap + `  c: x{{ range until 2000 }}{{ htpasswd "a" "b" | len }}{{ bcrypt "a" | len }}{{ derivePassword 1 "long" "a" "b" "c" | len }}{{ end }}`), true},
		"regex":            {chart(hostMap), chart(hostMap + `  c: {{ regexMatch "(((a{1,30}){1,30}){1,30})*$" (repeat 20000 "a") }}`), true},
		"lookup":           {chart(hostMap), chart(hostMap + "  h: {{ lookup \"v1\" \"Secret\" \"\" \"\" | toJson | quote }}\n"), true},
		"template-as-yaml": {plain, map[string]string{"app/c.yaml": "{{- if .Values.x }}\n" + hostMap + "{{- end }}\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var got plan.Plan
			spent := plantest.Spend(func() {
				got = kube.Predict(plantest.Tree(c.before), plantest.Tree(c.after), render.New(render.Limits{}), kube.Options{})
			})
			if spent.Bytes > 300<<20 {
				t.Errorf("the parent allocated %d bytes", spent.Bytes)
			}
			if len(got.Gaps) == 0 && !c.silent {
				t.Errorf("no gap:\n%s", describe(got))
			}
			if destroys(got) {
				t.Errorf("something is destroyed:\n%s", describe(got))
			}
			if strings.Contains(fmt.Sprint(got), "stolen") {
				t.Errorf("a file of the host was read")
			}
			if left := children(t); len(left) > 0 {
				t.Errorf("children are left: %v", left)
			}
		})
	}
	if n := connections.Load(); n > 0 {
		t.Errorf("%d connections", n)
	}
}

func with(files map[string]string, name, text string) map[string]string {
	files[name] = text
	return files
}

// numbered are many small objects.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("---\n" + strings.ReplaceAll(hostMap, "conf", fmt.Sprintf("c%d", i)))
	}
	return b.String()
}

// bomb is 9 to the power of 8 values.
func bomb() string {
	b := "x0: &x0 [a,a,a,a,a,a,a,a,a]\n"
	for i := 1; i < 8; i++ {
		b += fmt.Sprintf("x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d,", i-1), 9), ","))
	}
	return b
}

// TestLinkOut: a link that leads out of the tree is a gap where its target was
// a manifest.
func TestLinkOut(t *testing.T) {
	before := fstest.MapFS{"app/c.yaml": {Data: []byte(hostMap)}, "app/d.yaml": {Data: []byte(strings.ReplaceAll(hostMap, "conf", "d"))}}
	after := fstest.MapFS{"app/c.yaml": {Data: []byte("../../etc/c.yaml"), Mode: 0o777 | os.ModeSymlink}, "app/d.yaml": before["app/d.yaml"]}
	got := kube.Predict(before, after, nil, kube.Options{})
	if len(got.Gaps) != 1 || destroys(got) {
		t.Errorf("got\n%s", describe(got))
	}
}

// TestNoRenderer: without a renderer a kustomization and a chart that the
// change reaches are gaps, and those that it does not reach are silent.
func TestNoRenderer(t *testing.T) {
	files := map[string]string{"k/kustomization.yaml": "resources: [c.yaml]\n", "k/c.yaml": hostMap, "h/Chart.yaml": hostChart,
		"h/templates/c.yaml":       hostMap,
		"other/kustomization.yaml": "resources: [c.yaml]\n", "other/c.yaml": hostMap}
	before := plantest.Tree(files)
	delete(files, "h/templates/c.yaml")
	files["h/templates/d.yaml"] = hostMap
	files["k/kustomization.yaml"] = "resources: []\n"
	got := kube.Predict(before, plantest.Tree(files), nil, kube.Options{})
	if len(got.Gaps) != 2 || len(got.Changes) != 0 {
		t.Errorf("got\n%s", describe(got))
	}
}

// TestSubmodule: what a submodule holds is not here; a kustomization that
// builds on it is unknown where its commit changes.
func TestSubmodule(t *testing.T) {
	tree := func(commit, more string) fstest.MapFS {
		return fstest.MapFS{
			"app/kustomization.yaml": {Data: []byte("resources:\n- ../base/deploy\n- c.yaml\n" + more)},
			"app/c.yaml":             {Data: []byte(hostMap)},
			"base":                   {Mode: os.ModeIrregular, Sys: plan.ObjectID(commit)},
		}
	}
	got := kube.Predict(tree("1", ""), tree("2", ""), render.New(render.Limits{}), kube.Options{})
	if len(got.Gaps) != 1 || got.Gaps[0].Kind != plan.GapOpaque || destroys(got) {
		t.Errorf("another commit:\n%s", describe(got))
	}
	got = kube.Predict(tree("1", ""), tree("1", "namePrefix: a-\n"), render.New(render.Limits{}), kube.Options{})
	if len(got.Gaps) != 1 || got.Gaps[0].Kind != plan.GapOpaque || !destroys(got) {
		t.Errorf("the same commit under other names:\n%s", describe(got))
	}
	got = kube.Predict(tree("1", ""), tree("1", "commonAnnotations: {a: b}\n"), render.New(render.Limits{}), kube.Options{})
	if len(got.Gaps) != 0 || destroys(got) {
		t.Errorf("the same commit:\n%s", describe(got))
	}
}
