package kustomization_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
)

// references is what a kustomization names, `role path:line` each.
var references = []struct {
	name, text string
	want       []string
}{
	{"resources", "resources:\n- a.yaml\n- ../base\n", []string{"resource a.yaml:2", "resource ../base:3"}},
	{"old bases", "bases: [../base]\n", []string{"resource ../base:1"}},
	{"components", "components:\n- ../c\n", []string{"component ../c:2"}},
	{"patches by path", "patches:\n- path: p.yaml\n- patch: |\n    a: 1\n", []string{"input p.yaml:2"}},
	{"patches in place", "patchesStrategicMerge:\n- |\n  kind: A\n- s.yaml\n", []string{"input s.yaml:4"}},
	{"json patches", "patchesJson6902:\n- {target: {kind: A}, path: j.yaml}\n", []string{"input j.yaml:2"}},
	{"replacements", "replacements:\n- path: r.yaml\n", []string{"input r.yaml:2"}},
	{"crds and configurations", "crds: [c.json]\nconfigurations: [k.yaml]\n", []string{"input c.json:1", "input k.yaml:2"}},
	{"schema", "openapi: {path: o.json}\n", []string{"input o.json:1"}},
	{"generators of ConfigMaps", "configMapGenerator:\n- name: a\n  files: [x.txt, key=y.txt]\n  envs: [e.env]\n  env: f.env\n",
		[]string{"input x.txt:3", "input y.txt:3", "input e.env:4", "input f.env:5"}},
	{"generators of Secrets", "secretGenerator:\n- name: a\n  files:\n  - s.txt\n", []string{"input s.txt:4"}},
	{"literals name nothing", "configMapGenerator:\n- name: a\n  literals: [a=b.txt]\n", nil},
	{"plugins", "generators: [g.yaml]\ntransformers: [t.yaml]\nvalidators: [v.yaml]\n", []string{"plugin g.yaml:1", "plugin t.yaml:2", "plugin v.yaml:3"}},
	{"an alias", "x: &a [a.yaml]\nresources: *a\n", []string{"resource a.yaml:1"}},
	{"nothing", "", nil},
}

func TestReferences(t *testing.T) {
	for _, c := range references {
		k, err := kustomization.Read("kustomization.yaml", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, r := range k.References {
			got = append(got, fmt.Sprintf("%s %s:%d", r.Role, r.Path, r.Line))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{"- a\n": "a kustomization is a mapping", "resources: [\n": ""} {
		_, err := kustomization.Read("kustomization.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What gives objects another identity is the shape of a kustomization.
func TestShape(t *testing.T) {
	for text, want := range map[string]int{
		"namespace: a\nnamePrefix: b-\nnameSuffix: -c\n":               3,
		"commonLabels: {a: b}\n":                                       1,
		"labels:\n- pairs: {a: b}\n":                                   0,
		"labels:\n- {pairs: {a: b}, includeSelectors: true}\n":         1,
		"patches:\n- patch: |\n    $patch: delete\n":                   1,
		"patches:\n- patch: |\n    spec: {replicas: 2}\n":              0,
		"images:\n- {name: a, newTag: b}\ncommonAnnotations: {a: b}\n": 0,
	} {
		k, err := kustomization.Read("kustomization.yaml", []byte(text))
		if err != nil || len(k.Shape) != want {
			t.Errorf("%q: %v, want %d (%v)", text, k.Shape, want, err)
		}
	}
}

func TestIsRemote(t *testing.T) {
	for path, want := range map[string]bool{
		"../base": false, "a.yaml": false, "github.io/x": false, "v1.2": false,
		"https://example.org/a.yaml": true, "github.com/acme/shop//base?ref=v1": true, "git@example.org:a/b": true, "git::https://x/y": true,
		"example.org/a.git": true, "gh:acme/shop": true, "/etc/passwd": true, "a//b": true,
	} {
		if got := kustomization.IsRemote(path); got != want {
			t.Errorf("IsRemote(%q) is %v", path, got)
		}
	}
}

// edits are a kustomization with a part of it taken out or renamed.
var edits = []struct {
	name, text string
	edit       func([]byte) []byte
	has, lacks string
}{
	{"without a resource", "resources:\n- a.yaml\n- b.yaml\n", without("a.yaml"), "b.yaml", "a.yaml"},
	{"without a file with a key", "configMapGenerator:\n- name: c\n  files: [k=a.txt, b.txt]\n", without("a.txt"), "b.txt", "a.txt"},
	{"without a patch by its path", "patches:\n- {path: p.yaml, target: {kind: A}}\n- {path: q.yaml}\n", without("p.yaml"), "q.yaml", "kind: A"},
	{"without what is not named", "resources: [a.yaml]\nnamePrefix: a.yaml\n", without("c.yaml"), "a.yaml", "c.yaml"},
	{"with another path", "resources: [https://x/y]\n", func(b []byte) []byte { return kustomization.WithEntry(b, "https://x/y", "../z") }, "../z", "https"},
	{"without charts", "resources: [a.yaml]\nhelmCharts:\n- name: c\nhelmGlobals: {chartHome: h}\n", kustomization.WithoutCharts, "a.yaml", "helm"},
}

func without(entry string) func([]byte) []byte {
	return func(b []byte) []byte { return kustomization.WithoutEntry(b, entry) }
}

func TestEdits(t *testing.T) {
	for _, c := range edits {
		got := string(c.edit([]byte(c.text)))
		if !strings.Contains(got, c.has) || strings.Contains(got, c.lacks) {
			t.Errorf("%s: got\n%s", c.name, got)
		}
		if _, err := kustomization.Read("kustomization.yaml", []byte(got)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestBlocks(t *testing.T) {
	got := kustomization.Blocks([]byte("resources:\n- a\nhelmCharts:\n- name: b\n  version: 1\n# end\nhelmGlobals: {}\n"), "helmCharts", "helmGlobals")
	if want := []kustomization.Block{{From: 3, To: 6}, {From: 7, To: 8}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
