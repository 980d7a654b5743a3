package kube

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// generators are files of languages that make manifests and that are not
// evaluated here, by their endings. The text has to speak of Kubernetes for a
// change of one to count.
var generators = map[string]string{
	".jsonnet": "Jsonnet", ".libsonnet": "Jsonnet", ".cue": "CUE", ".k": "KCL", ".pkl": "Pkl", ".dhall": "Dhall",
	".tmpl": "a template", ".gotmpl": "a template", ".j2": "a template", ".jinja": "a template", ".jinja2": "a template",
	".erb": "a template", ".envsubst": "a template",
}

// unevaluated notes changed files from which manifests are made by tools that do
// not run here.
func (l *loader) unevaluated() {
	releases := l.helmfiles()
	for _, name := range l.diff.Files() {
		language, sure := generators[path.Ext(name)], false
		switch {
		case isHelmfile(name):
			language, sure = "a helmfile", true
		case releases.read(name):
			language, sure = "an input of a helmfile", true
		}
		if language == "" || l.reads(name) {
			continue
		}
		for _, s := range l.sides() {
			data, err := s.tree.Read(name)
			if err != nil || !sure && !speaksOfObjects(data) {
				continue
			}
			l.gaps = append(l.gaps, plan.Gap{At: plan.Range{File: name, Side: s.tree.Side}, Root: path.Dir(name), Kind: plan.GapUnsupported,
				Subject: name, Why: "it is " + language + ", and the rendered result is not in the repository"})
			break
		}
	}
}

func isHelmfile(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".gotmpl":
		return strings.HasPrefix(path.Base(name), "helmfile") || path.Base(path.Dir(name)) == "helmfile.d"
	}
	return false
}

// helmfile is what a helmfile names: words that may be paths below its folder.
type helmfile struct {
	dir   string
	words []string
}

type helmfiles []helmfile

func (l *loader) helmfiles() helmfiles {
	var out helmfiles
	for _, s := range l.sides() {
		for _, file := range s.tree.Names() {
			if !isHelmfile(file) {
				continue
			}
			if data, err := s.tree.Read(file); err == nil {
				out = append(out, helmfile{path.Dir(file), helmfileInput.FindAllString(string(data), -1)})
			}
		}
	}
	return out
}

// read reports whether a helmfile above a file names it: where a name is made
// by a template, anything that fits.
func (h helmfiles) read(name string) bool {
	for _, f := range h {
		inside, below := strings.CutPrefix(name, f.dir+"/")
		if !below && f.dir != "." {
			continue
		}
		for _, word := range f.words {
			if fits(strings.TrimPrefix(word, "./"), inside) {
				return true
			}
		}
	}
	return false
}

// helmfileInput is a word that may be the path of a file of values.
var helmfileInput = regexp.MustCompile(`(?:[\w./*-]|\{\{[^}]*\}\})+\.(?:ya?ml|gotmpl)\b`)

// fits reports whether a path is what a templated name may become.
func fits(word, name string) bool {
	var b strings.Builder
	for i, part := range strings.Split(templateAction.ReplaceAllString(word, "*"), "*") {
		if i > 0 {
			b.WriteString(".*")
		}
		b.WriteString(regexp.QuoteMeta(part))
	}
	ok, err := regexp.MatchString("^"+b.String()+"$", name)
	return ok && err == nil
}

var templateAction = regexp.MustCompile(`\{\{[^}]*\}\}`)

// reads reports whether a unit is made from a file.
func (l *loader) reads(name string) bool {
	for _, r := range l.pairs {
		for _, c := range []*content{r.before, r.after} {
			if c == nil {
				continue
			}
			for _, f := range c.unit.Files {
				if f == name {
					return true
				}
			}
		}
	}
	return false
}

func speaksOfObjects(data []byte) bool {
	for _, mark := range []string{"apiVersion", "k.libsonnet", "ksonnet", "k8s.io/api"} {
		if bytes.Contains(data, []byte(mark)) {
			return mark != "apiVersion" || bytes.Contains(data, []byte("kind")) && bytes.Contains(data, []byte("metadata"))
		}
	}
	return false
}
