package kube

import (
	"bytes"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// generators are files of languages that make manifests and that are not
// evaluated here, by their endings. The text has to speak of Kubernetes for a
// change of one to count.
var generators = map[string]string{
	".jsonnet": "Jsonnet", ".libsonnet": "Jsonnet", ".cue": "CUE", ".k": "KCL", ".pkl": "Pkl", ".dhall": "Dhall",
	".tmpl": "a template", ".gotmpl": "a template", ".j2": "a template", ".jinja": "a template", ".jinja2": "a template", ".erb": "a template", ".envsubst": "a template",
}

// sources notes changed files from which manifests are made by tools that do
// not run here.
func (p *prediction) sources() {
	for _, name := range p.changed {
		language := generators[path.Ext(name)]
		base := path.Base(name)
		if strings.HasPrefix(base, "helmfile") && (strings.HasSuffix(base, ".yaml") || strings.HasSuffix(base, ".gotmpl")) {
			language = "a helmfile"
		}
		if language == "" || p.reads(name) {
			continue
		}
		for _, s := range p.sides() {
			data, err := s.tree.Read(name)
			if err != nil || language != "a helmfile" && !speaksOfObjects(data) {
				continue
			}
			p.gaps = append(p.gaps, plan.Gap{At: plan.Range{File: name, Side: s.tree.Side}, Root: path.Dir(name), Kind: plan.GapUnsupported, Subject: name,
				Why: "it is " + language + ", and what is made of it is not in the repository"})
			break
		}
	}
}

// reads reports whether a unit is made from a file.
func (p *prediction) reads(name string) bool {
	for _, r := range p.pairs {
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
