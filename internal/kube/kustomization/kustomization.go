// Package kustomization reads and edits kustomization files: what they name, what
// they give to what is beneath them, and the same files without a part.
package kustomization

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Names are the files that make a folder a kustomization
// (kustomize api v0.21.2, konfig.RecognizedKustomizationFileNames).
var Names = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// Role says what a kustomization does with what it names. The zero value is
// invalid.
type Role string

const (
	// Resource is a file of objects or the folder of another kustomization.
	Resource Role = "resource"
	// Component is the folder of a component.
	Component Role = "component"
	// Input is a file that shapes the result: a patch, a generator's source.
	Input Role = "input"
	// Plugin is the configuration of a generator or transformer.
	Plugin Role = "plugin"
)

// Reference is one path that a kustomization names.
type Reference struct {
	Role Role
	// Path is as written; Line is where.
	Path string
	Line int
}

// Kustomization is what matters of a kustomization file before it is built.
type Kustomization struct {
	File       string
	Component  bool
	References []Reference
	// Inline are plugin configurations written into the file.
	Inline []Reference
	// HelmCharts is the line of a field that makes kustomize run Helm, else 0.
	HelmCharts int
	// Shape are the fields that give what is beneath other names, namespaces or
	// selectors, or take it away.
	Shape []string
}

// Read reads a kustomization file.
func Read(file string, data []byte) (Kustomization, error) {
	k := Kustomization{File: file}
	if _, err := object.Parse(file, data, object.Limits{}); err != nil {
		return k, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil {
		return k, &object.Error{File: file, Why: tree.OneLine(err)}
	}
	if len(doc.Content) == 0 {
		return k, nil
	}
	top := follow(doc.Content[0])
	if top.Kind != yaml.MappingNode {
		return k, &object.Error{File: file, Line: top.Line, Why: "a kustomization is a mapping"}
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		k.field(top.Content[i], follow(top.Content[i+1]))
		k.shape(top.Content[i], follow(top.Content[i+1]))
	}
	return k, nil
}

func (k *Kustomization) field(key, value *yaml.Node) {
	switch key.Value {
	case "kind":
		k.Component = value.Value == "Component"
	case "resources", "bases":
		k.entries(Resource, value)
	case "components":
		k.entries(Component, value)
	case "crds", "configurations":
		k.entries(Input, value)
	case "generators", "transformers", "validators":
		k.entries(Plugin, value)
	case "patchesStrategicMerge":
		k.entries(Input, value)
	case "patches", "patchesJson6902", "replacements":
		for _, item := range value.Content {
			k.entry(Input, child(item, "path"))
		}
	case "openapi":
		k.entry(Input, child(value, "path"))
	case "configMapGenerator", "secretGenerator":
		for _, item := range value.Content {
			k.generator(follow(item))
		}
	case "helmCharts", "helmChartInflationGenerator":
		if len(value.Content) > 0 {
			k.HelmCharts = key.Line
		}
	}
}

// generator takes the sources of a generated ConfigMap or Secret: a file may
// be written `key=path`.
func (k *Kustomization) generator(item *yaml.Node) {
	if files := child(item, "files"); files != nil {
		for _, f := range files.Content {
			name := follow(f).Value
			if _, after, ok := strings.Cut(name, "="); ok {
				name = after
			}
			k.References = append(k.References, Reference{Input, name, f.Line})
		}
	}
	if envs := child(item, "envs"); envs != nil {
		k.entries(Input, envs)
	}
	k.entry(Input, child(item, "env"))
}

func (k *Kustomization) entries(role Role, list *yaml.Node) {
	for _, item := range list.Content {
		k.entry(role, item)
	}
}

// entry takes one path; a value of several lines is the thing itself, written
// in place.
func (k *Kustomization) entry(role Role, item *yaml.Node) {
	if item == nil {
		return
	}
	value := follow(item)
	if value.Kind != yaml.ScalarNode || value.Value == "" {
		return
	}
	ref := Reference{role, value.Value, item.Line}
	if strings.Contains(value.Value, "\n") || strings.Contains(value.Value, ": ") {
		if role == Plugin {
			k.Inline = append(k.Inline, ref)
		}
		return
	}
	k.References = append(k.References, ref)
}

func follow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func child(n *yaml.Node, key string) *yaml.Node {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return follow(n.Content[i+1])
		}
	}
	return nil
}

// scpLike is git's `user@host:path`.
var scpLike = regexp.MustCompile(`^[\w.+-]+@[\w.-]+:`)

// IsRemote reports whether kustomize could take a path for something outside
// the repository and reach for it: it tries URLs, git's short forms and the
// names of known hosts (api v0.21.2 internal/git/repospec.go). It says yes
// rather too often than once too rarely.
func IsRemote(p string) bool {
	for _, mark := range []string{"://", "git::", "?ref=", "?version=", "//", "_git/", ".git/", "github.com", "gitlab.com",
		"bitbucket.org", "dev.azure.com", "visualstudio.com"} {
		if strings.Contains(p, mark) {
			return true
		}
	}
	return scpLike.MatchString(p) || strings.HasSuffix(p, ".git") || strings.HasPrefix(p, "gh:") || path.IsAbs(p)
}

// IsName reports whether a file of that name makes its folder a kustomization.
func IsName(base string) bool {
	for _, n := range Names {
		if base == n {
			return true
		}
	}
	return false
}
