package render_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func chartOf(template string) request.Request {
	return request.Request{Tool: request.Helm, Root: "c", Release: request.Release{Name: "r", Namespace: "n"}, Files: files(
		"c/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n", "c/templates/a.yaml", template)}
}

// multiplied is a kustomization that builds on another twice, that one on the
// next, and so on: one object becomes 2 to the power of depth.
func multiplied(depth int) request.Request {
	f := files("k0/kustomization.yaml", "resources: [a.yaml]\n", "k0/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
	for i := 1; i <= depth; i++ {
		for _, twin := range []string{"a", "b"} {
			f[fmt.Sprintf("k%d%s/kustomization.yaml", i, twin)] = fmt.Appendf(nil, "namePrefix: %s-\nresources: [../k%d]\n", twin, i-1)
		}
		f[fmt.Sprintf("k%d/kustomization.yaml", i)] = fmt.Appendf(nil, "resources: [../k%da, ../k%[1]db]\n", i)
	}
	return request.Request{Tool: request.Kustomize, Root: fmt.Sprintf("k%d", depth), Files: f}
}

const (
	overSteps  = "its templates take more than 100000 steps"
	overMemory = "rendering it takes more memory than 64 MiB in all or 512 MiB at once"
)

// TestBombs: what has no end reaches a limit of work, and how often the child
// looks at what it took does not change what is said. The limits are low: what
// the usual ones end is among the hostile changes of the kube package.
func TestBombs(t *testing.T) {
	loops := "{{ range 200 }}{{ range 200 }}{{ range 200 }}{{ range 200 }}{{ end }}{{ end }}{{ end }}{{ end }}"
	for name, c := range map[string]struct {
		req  request.Request
		want string
	}{
		"until":         {chartOf(`{{ range until 200000000 }}x{{ end }}`), "counting from 0 to 200000000 is more than the limit of 100000"},
		"loops":         {chartOf(`{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`), overSteps},
		"empty loops":   {chartOf(loops), overSteps},
		"long bodies":   {chartOf("{{ range 100 }}{{ range 100 }}" + strings.Repeat("{{ if false }}{{ end }}", 1000) + "{{ end }}{{ end }}"), overSteps},
		"named":         {chartOf(`{{ define "a" }}` + strings.Repeat("{{ if false }}{{ end }}", 10_000) + `{{ end }}{{ range 200 }}{{ template "a" }}{{ end }}`), overSteps},
		"made by tpl":   {chartOf("{{ tpl `" + loops + "` . }}"), overSteps},
		"piped to tpl":  {chartOf("{{ . | tpl (printf `%s` `" + loops + "`) }}"), overSteps},
		"output":        {chartOf(`{{ range until 100000 }}{{ repeat 100000 "x" }}{{ end }}`), overMemory},
		"double":        {chartOf(`{{ $s := "xxxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $s = printf "%s%s" $s $s }}{{ end }}{{ $s }}`), overMemory},
		"replace":       {chartOf(`{{ $s := repeat 1000000 "x" }}{{ replace "x" $s $s }}`), overMemory},
		"list":          {chartOf(`{{ $l := list 1 2 3 4 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}`), overMemory},
		"include":       {chartOf(`{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`), overMemory},
		"template":      {chartOf(`{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`), overSteps},
		"tpl in itself": {chartOf(`{{ tpl .Values.x . }}`), overMemory},
		"kustomization": {multiplied(14), overMemory},
		"steps undone":  {chartOf("{{ _ 18446744073709551615 }}" + loops), overSteps},
	} {
		quick := []string{"until", "empty loops", "made by tpl", "output"}
		if testing.Short() && !slices.Contains(quick, name) || raceDetector && c.want == overMemory {
			continue // the race detector has not the memory that the others take
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "tpl in itself" {
				c.req.Files["c/values.yaml"] = []byte("x: '{{ tpl .Values.x . }}'\n")
			}
			pauses := []time.Duration{300 * time.Millisecond, time.Millisecond}
			if testing.Short() {
				pauses = pauses[:1]
			}
			for _, pause := range pauses {
				res := render.New(render.Limits{Pause: pause, Work: request.Work{Steps: 100_000, Bytes: 64 << 20}})([]request.Request{c.req})[0]
				if res.Failure == nil || !strings.Contains(res.Failure.Why, c.want) || len(res.Docs) > 0 {
					t.Errorf("looking every %v: %d documents, %v, want %s", pause, len(res.Docs), res.Failure, c.want)
				}
			}
		})
	}
}

// large is a chart of 100 templates with 50 objects each.
func large() request.Request {
	req := chartOf("")
	for i := range 100 {
		req.Files[fmt.Sprintf("c/templates/a%d.yaml", i)] = fmt.Appendf(nil, `{{- range $n := until 50 }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "name" $ }}-%d-{{ $n }}
  labels: {{- include "labels" $ | nindent 4 }}
data: {{- toYaml $.Values | nindent 2 }}
{{- end }}
`, i)
	}
	req.Files["c/templates/_names.tpl"] = []byte(`{{- define "name" -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- define "labels" -}}
app: {{ include "name" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}`)
	req.Files["c/values.yaml"] = []byte("a: one\nb: two\nc: three\n")
	return req
}

// TestWork: what is harmless is far below the limits, and takes the same work
// each time: the same steps, and but for a hundredth the same memory.
func TestWork(t *testing.T) {
	for name, req := range map[string]request.Request{"chart": large(), "kustomization": multiplied(6)} {
		t.Run(name, func(t *testing.T) {
			first := one(t, req)
			if first.Failure != nil || first.Work.Bytes > 256<<20 || first.Work.Steps > 2_500_000 {
				t.Errorf("%v, %+v", first.Failure, first.Work)
			}
			t.Logf("%d documents, %+v", len(first.Docs), first.Work)
			tolerance := first.Work.Bytes / 100
			if raceDetector {
				tolerance *= 5
			}
			others := []render.Limits{{Pause: time.Hour}, {Pause: time.Millisecond}, {Memory: 768 << 20}}
			if testing.Short() {
				others = others[:1]
			}
			for _, limits := range others {
				again := render.New(limits)([]request.Request{req})[0]
				off := max(again.Work.Bytes, first.Work.Bytes) - min(again.Work.Bytes, first.Work.Bytes)
				if again.Work.Steps != first.Work.Steps || off > tolerance {
					t.Errorf("with %+v it takes %+v, before %+v", limits, again.Work, first.Work)
				}
			}
		})
	}
}

// TestA15TheMachineWasTooSlow: what the clock ends is no limit of the unit, and
// the units after it are not judged either.
func TestA15TheMachineWasTooSlow(t *testing.T) {
	res := render.New(render.Limits{Patience: 1, Parallel: 1})([]request.Request{large(), chartOf("a: b\n")})
	for i, r := range res {
		if r.Failure == nil || r.Failure.Kind != plan.GapUnfinished || len(r.Docs) > 0 {
			t.Errorf("unit %d: %+v", i, r.Failure)
		}
	}
}
