package render

import (
	"fmt"
	"strings"
	"testing"
	"text/template"
)

// TestCounted: a template that counts writes what it wrote without, to the
// letter, and counts each turn.
func TestCounted(t *testing.T) {
	for text, steps := range map[string]uint64{
		"a{{ range .l }}b{{ . }}{{ end }}c":                                                                                 3 * 4,
		"a {{- range .l -}} b {{- . -}} c {{- end -}} d":                                                                    3 * 5,
		"a\n{{- range .l }}\n  {{- . }}\n{{- end }}\nd":                                                                     3 * 3,
		"{{ range .l }}   {{- end }}{{ range .l -}}   {{ end }}{{range .l}}{{end}}":                                         3 * 3,
		"{{ range .l }}  {{- /* why */ -}}  x {{ end }}":                                                                    3 * 2,
		"{{ range .l }}{{/* why */}}{{- /* why */}} {{ end }}":                                                              3 * 2,
		"{{ range $i, $x := .l }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ break }}{{ end }}":                               7,
		"{{ range .none }}a{{ else }}b{{ end }}":                                                                            0,
		"{{ range 2 }}{{ range .l }}{{ else }}{{ end }}{{ else }}{{ end }}":                                                 0,
		`{{ define "n" }} n {{- end }}{{ template "n" }}{{ template "n" . }}`:                                               2,
		`{{ define "e" }} {{/* empty */}} {{ end }}[{{ template "e" }}]`:                                                    0,
		`{{ block "b" .l }}{{ len . }}{{ end }}`:                                                                            3,
		"{{ with .l }}{{ range . }}{{ end }}{{ end }}{{ if 1 }}{{range 2}}{{end}}{{ else }}{{ range 5 }}{{ end }}{{ end }}": 3 + 2,
		"{{ tpl \"{{ range 4 }}x{{ end }}\" . }}":                                                                           4 * 2,
		"{{ tpl `{{ range 4 }}x{{ end }}` (dict `a` (list `)` \"\\\")}}\")) }}":                                             4 * 2,
		"{{ tpl\t(printf \"%s)%c\" .text '\\'') . | upper }}":                                                               4 * 2,
		"{{- $x := (tpl .text $) -}}{{ $x }}{{ tpl $.text.sub . }}":                                                         4 * 2,
		"{{ . | tpl .text }}{{ tpl (tpl .text .) . }}":                                                                      2 * 4 * 2,
		"{{ `{{ range 3 }}` }}{{ \"}}\" }}{{ '}' }}":                                                                        0,
		"{{ range":           0,
		"{{ end }}":          0,
		"no template at all": 0,
	} {
		plain, errPlain := runTemplate(text, func(s string) string { return s }, &meter{})
		m := &meter{}
		m.most.Steps = 1000
		got, err := runTemplate(text, counted, m)
		if got != plain || (err == nil) != (errPlain == nil) {
			t.Errorf("%s\nwrites %q (%v), counted as %s\nwrites %q (%v)", text, plain, errPlain, counted(text), got, err)
		}
		if err == nil && m.steps != steps {
			t.Errorf("%s\ntakes %d steps, want %d", counted(text), m.steps, steps)
		}
		if back := uncounted(counted(text)); strings.Contains(back, stepFunction+" ") || strings.Contains(back, textFunction) {
			t.Errorf("a message about %s says %s", text, back)
		}
	}
}

func runTemplate(text string, change func(string) string, m *meter) (string, error) {
	t := template.New("t")
	funcs := template.FuncMap{"tpl": func(text string, data any) (string, error) {
		n, err := t.Clone()
		if err != nil {
			return "", err
		}
		return execute(n.New("tpl"), text, data)
	}, "dict": fmt.Sprint, "list": fmt.Sprint, "upper": strings.ToUpper, stepFunction: m.step, textFunction: countedText}
	return execute(t.Funcs(funcs), change(text), map[string]any{"l": []int{7, 8, 9}, "none": []int{}, "text": "{{ range 4 }}x{{ end }}"})
}

func execute(t *template.Template, text string, data any) (string, error) {
	t, err := t.Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, data)
	return b.String(), err
}
