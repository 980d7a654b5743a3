package appset_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/appset"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// repository is one with files, all of this revision.
type repository map[string]string

func (r repository) Elsewhere(string, string) string { return "" }
func (r repository) Either() []string                { return r.Names() }
func (r repository) Folders() []string               { return appset.Folders(r.Names()) }
func (r repository) EitherFolders() []string         { return r.Folders() }
func (r repository) Clusters() []appset.Cluster      { return nil }

func (r repository) Names() []string {
	var out []string
	for name := range r {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (r repository) Documents(name string) ([]any, error) {
	if strings.Contains(r[name], "{{") {
		return nil, errors.New("not YAML")
	}
	return []any{parse(r[name])}, nil
}

func parse(text string) any {
	file, err := object.Parse("x.yaml", []byte(text), object.Limits{})
	if err != nil {
		panic(err)
	}
	for _, o := range file.Others {
		return o.Value
	}
	return nil
}

// generate makes the Applications of a set whose template is a name and a path.
func generate(t *testing.T, spec, name, path string, repo repository) appset.Result {
	t.Helper()
	value, _ := parse(spec).(map[string]any)
	value["template"] = map[string]any{"metadata": map[string]any{"name": name},
		"spec": map[string]any{"source": map[string]any{"path": path}}}
	return appset.Generate(map[string]any{"spec": value}, "argocd", repo)
}

func lines(r appset.Result) string {
	if r.Trouble != nil {
		return string(r.Trouble.Kind) + ": " + r.Trouble.Why
	}
	var out []string
	for _, app := range r.Applications {
		name, _ := object.Lookup(app.Value, "metadata", "name")
		path, _ := object.Lookup(app.Value, "spec", "source", "path")
		line := fmt.Sprintf("%v=%v", name, path)
		if app.Guessed {
			line += "?"
		}
		out = append(out, line)
	}
	return strings.Join(out, " ")
}

var tree = repository{
	"apps/web/x.yaml": "a: 1", "apps/web/base/x.yaml": "a: 1", "apps/db/x.yaml": "a: 1", "apps/.hidden/x.yaml": "a: 1",
	"config/eu/web.json": `{"name": "Web_1", "port": 8080, "big": 1000000, "tags": ["a", "b"], "deep": {"er": true}}`,
	"config/us.json":     `[{"name": "one"}, {"name": "two"}]`,
}

// What the controller's own tests and documentation say of each form
// (argo-cd v3.5 applicationset/utils/utils_test.go and applicationset/generators).
func TestGenerate(t *testing.T) {
	const golang = "goTemplate: true\ngoTemplateOptions: [missingkey=error]\n"
	list := func(elements string) string { return "generators: [{list: {elements: [" + elements + "]}}]\n" }
	git := func(what string) string { return "generators: [{git: {repoURL: u, revision: HEAD, " + what + "}}]\n" }
	for _, c := range []struct{ name, spec, app, path, want string }{
		{"text", list("{a: x}"), "{{a}}", "{{ a }}-{{b}}", "x=x-{{b}}"},
		{"values", list("{a: x, values: {b: z}}"), "{{a}}", "{{values.b}}", "x=z"},
		{"a number is no text", list("{a: 1}"), "{{a}}", "p", "invalid: a of an element is not a text: Argo CD leaves its Applications unchanged"},
		{"no end", list("{a: x}"), "{{a}}", "{{a}}{{b", "invalid: a template of it has no end: Argo CD leaves its Applications unchanged"},
		{"elements of a text", "generators: [{list: {elementsYaml: \"[{a: x}, {a: z}]\"}}]", "{{a}}", "p", "x=p z=p"},
		{"folders", git("directories: [{path: apps/*}]"), "{{path.basename}}", "{{path}}", "db=apps/db web=apps/web"},
		{"folders within", git("directories: [{path: apps/*/*}]"), "{{path[1]}}-{{path.basename}}", "{{path}}", "web-base=apps/web/base"},
		{"folders excluded", git("directories: [{path: apps/*}, {path: 'apps/d?', exclude: true}]"), "{{path.basename}}", "{{path}}",
			"web=apps/web"},
		{"prefix", git("pathParamPrefix: p, directories: [{path: apps/*}]"), "{{p.path.basename}}", "{{p.path}}", "db=apps/db web=apps/web"},
		{"files at any depth", git("files: [{path: 'config/*.json'}]"), "{{path.filenameNormalized}}", "{{path}}",
			"web.json=config/eu us.json=config"},
		{"files", git("files: [{path: 'config/eu/*.json'}]"), "{{port}}-{{big}}", "{{tags.1}}/{{deep.er}}", "8080-1e+06=b/true"},
		{"lists", git("files: [{path: 'config/us.json'}]"), "{{name}}", "{{path.filename}}", "one=us.json two=us.json"},
		{"given values", git("directories: [{path: apps/d*}], values: {v: 'x-{{path.basename}}'}"), "{{values.v}}", "{{path}}", "x-db=apps/db"},
		{"selector", "generators: [{list: {elements: [{a: x, env: dev}, {a: z, env: prod}]}, selector: {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}}]", "{{a}}", "p", "x=p"},
		{"a key given twice", "generators: [{matrix: {generators: [{list: {elements: [{a: x}]}}, {list: {elements: [{a: z}]}}]}}]", "{{a}}", "p",
			"invalid: the generators of a matrix both give a, and not the same: Argo CD leaves its Applications unchanged"},
		{"matrix of one", "generators: [{matrix: {generators: [{list: {elements: [{a: x}]}}]}}]", "{{a}}", "p",
			"invalid: a matrix takes two generators: Argo CD leaves its Applications unchanged"},
		{"merge twice", "generators: [{merge: {mergeKeys: [a], generators: [{list: {elements: [{a: x}, {a: x}]}}, {list: {elements: [{a: z}]}}]}}]", "{{a}}", "p",
			`invalid: a merge takes generators whose keys are unique, and {"a":"x"} comes twice: Argo CD leaves its Applications unchanged`},

		{"go", golang + list("{a: x, k: 80, b: true}"), "{{.a}}", "{{ .k }}/{{ if .b }}yes{{ end }}", "x=80/yes"},
		{"go path", golang + git("directories: [{path: apps/*}]"), "{{ index .path.segments 1 }}", "{{ .path.path }}", "db=apps/db web=apps/web"},
		{"go normalize", golang + git("files: [{path: config/eu/web.json}]"), "{{ normalize .name }}", "{{ .name | slugify }}", "web-1=web_1"},
		{"go default", golang + list("{a: x}"), "{{.a}}", `{{ dig "b" "none" . }}-{{ get . "c" | default "d" }}`, "x=none-d"},
		{"go missing", golang + list("{a: x}"), "{{.a}}", "{{ .b }}",
			`invalid: its template fails (map has no entry for key "b"): Argo CD leaves its Applications unchanged`},
		{"go missing allowed", "goTemplate: true\n" + list("{a: x}"), "{{.a}}", "{{ .b }}", "x=<no value>"},
		{"go fails", golang + list("{a: x}"), "{{.a}}", `{{ fail "no" }}`,
			"invalid: its template fails (no): Argo CD leaves its Applications unchanged"},
		{"go time", golang + list("{a: x}"), "{{.a}}", `{{ now | date "2006" }}`,
			`unsupported: its templates use the function "now", which is not evaluated`},
		{"go environment", golang + list("{a: x}"), "{{.a}}", `{{ env "HOME" }}`,
			`unsupported: its templates use the function "env", which is not evaluated`},
		{"go yaml", golang + list("{a: x, m: {k: v}}"), "{{.a}}", `{{ (.m | toYaml | fromYaml).k }}`, "x=v"},

		{"clusters", "generators: [{clusters: {}}]", "web-{{name}}", "apps/web", "web-any-name=apps/web? web-in-cluster=apps/web"},
		{"clusters selected", "generators: [{clusters: {selector: {matchLabels: {a: b}}}}]", "{{name}}", "apps/web", "any-name=apps/web?"},
		{"clusters by folder", "generators: [{clusters: {selector: {matchLabels: {a: b}}}}]", "{{name}}", "apps/{{name}}",
			"db=apps/db? web=apps/web?"},
		{"clusters by label", golang + "generators: [{clusters: {selector: {matchLabels: {a: b}}}}]", "{{.name}}",
			`apps/{{ index .metadata.labels "acme.org/app" }}`, "any-name=apps/db? any-name-2=apps/web?"},
		{"reaches nothing", "generators: [{clusters: {selector: {matchLabels: {a: b}}}}]", "{{name}}", "gone/{{name}}", ""},
		{"merged over any", "generators: [{merge: {mergeKeys: [name], generators: [{clusters: {selector: {matchLabels: {a: b}}, values: {dir: web}}}, {list: {elements: [{name: eu, values.dir: db}]}}]}}]",
			"{{name}}", "apps/{{values.dir}}", "eu=apps/db? any-name=apps/web?"},
		{"plugin", golang + "generators: [{plugin: {configMapRef: {name: x}}}]", "{{.team}}", "apps/{{.app}}",
			"any-team=apps/db? any-team-2=apps/web?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lines(generate(t, c.spec, c.app, c.path, tree)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Templates that cost far more than their size end as a limit.
func TestHostileTemplates(t *testing.T) {
	doubled := `{{ $s := "x" }}{{ range until 100 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}`
	for name, text := range map[string]string{
		"ranges":    `{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}{{ end }}`,
		"a number":  `{{ range 1000000000000 }}{{ end }}`,
		"doubled":   doubled,
		"lists":     `{{ $l := list 1 2 }}{{ range until 100 }}{{ $l = concat $l $l }}{{ end }}`,
		"until":     `{{ len (until 1000000000) }}`,
		"backwards": `{{ len (until -1000000000) }}`,
		"seq":       `{{ seq 1 1000000000 }}`,
		"repeat":    `{{ repeat 1000000000 "x" }}`,
		"indent":    `{{ indent 1000000000 "x" }}`,
		"width":     `{{ printf "%999999999d" 1 }}`,
		"star":      `{{ printf "%*d" 999999999 1 }}`,
		"replace":   `{{ $s := repeat 4000 "x" }}{{ replace "" $s $s }}`,
		"round":     `{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ toJson $d }}`,
		"itself":    `{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}`,
		"written":   `{{ $s := repeat 60000 "x" }}{{ range until 9000 }}{{ $s }}{{ end }}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := generate(t, "goTemplate: true\ngenerators: [{list: {elements: [{a: x}]}}]", "{{.a}}", text, tree)
			if r.Trouble == nil || r.Trouble.Kind != plan.GapLimit && r.Trouble.Kind != plan.GapInvalid {
				t.Errorf("got %s", lines(r))
			}
		})
	}
	usual := `{{ range $i, $e := until 50 }}{{ if $i }}-{{ end }}{{ $e | toString | repeat 3 }}{{ end }}`
	if r := generate(t, "goTemplate: true\ngenerators: [{list: {elements: [{a: x}]}}]", "{{.a}}", usual, tree); r.Trouble != nil {
		t.Errorf("a usual template: %s", lines(r))
	}
}

func TestTooMany(t *testing.T) {
	elements := strings.Repeat("{a: x}, ", 1000) + "{a: z}"
	r := generate(t, "generators: [{list: {elements: ["+elements+"]}}]", "{{a}}", "p", tree)
	if r.Trouble == nil || r.Trouble.Kind != plan.GapLimit {
		t.Errorf("got %s", lines(r))
	}
}
