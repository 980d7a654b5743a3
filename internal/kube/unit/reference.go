package unit

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// kustomizationNames are the files that make a folder a kustomization
// (kustomize api v0.21.2, konfig.RecognizedKustomizationFileNames).
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

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

// ReadKustomization reads a kustomization file.
func ReadKustomization(file string, data []byte) (Kustomization, error) {
	k := Kustomization{File: file}
	if _, err := object.Parse(file, data, object.Limits{}); err != nil {
		return k, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil {
		return k, &object.Error{File: file, Why: oneLine(err)}
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

// withoutEntry takes one path out of the lists of a kustomization that name
// what it builds on. A text that is no kustomization stays as it is.
func withoutEntry(data []byte, entry string) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	for i := 0; i+1 < len(top.Content); i += 2 {
		if naming[top.Content[i].Value] {
			leaveOut(follow(top.Content[i+1]), entry, 0)
		}
	}
	// One that would be empty is refused; this makes it none.
	if !slices.ContainsFunc(top.Content, func(n *yaml.Node) bool { return n.Value == "buildMetadata" }) {
		top.Content = append(top.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "buildMetadata"},
			&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "originAnnotations"}}})
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// leaveOut takes a path out of a field: as an entry of a list, with `key=` before
// it too, or with the patch that is read from it.
func leaveOut(n *yaml.Node, entry string, depth int) {
	if depth > 3 {
		return
	}
	if n.Kind == yaml.SequenceNode {
		n.Content = slices.DeleteFunc(n.Content, func(item *yaml.Node) bool {
			from := child(item, "path")
			return isEntry(follow(item), entry) || from != nil && isEntry(from, entry)
		})
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); {
		if isEntry(follow(n.Content[i+1]), entry) {
			n.Content = slices.Delete(n.Content, i, i+2)
			continue
		}
		i += 2
	}
	for _, c := range n.Content {
		leaveOut(follow(c), entry, depth+1)
	}
}

func isEntry(n *yaml.Node, entry string) bool {
	key, ok := strings.CutSuffix(n.Value, entry)
	return n.Kind == yaml.ScalarNode && ok && (key == "" || strings.HasSuffix(key, "="))
}

// withEntry puts another path where a kustomization names one. A text that is no
// kustomization stays as it is.
func withEntry(data []byte, entry, path string) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	for i := 0; i+1 < len(top.Content); i += 2 {
		if naming[top.Content[i].Value] {
			rename(follow(top.Content[i+1]), entry, path, 0)
		}
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// naming are the fields of a kustomization that name files.
var naming = map[string]bool{
	"resources": true, "bases": true, "components": true, "crds": true, "configurations": true, "patchesStrategicMerge": true,
	"patches": true, "patchesJson6902": true, "replacements": true, "openapi": true, "configMapGenerator": true, "secretGenerator": true,
}

// rename replaces a path below a field, with `key=` before it too.
func rename(n *yaml.Node, entry, path string, depth int) {
	if depth > 3 {
		return
	}
	for _, c := range n.Content {
		if isEntry(c, entry) {
			c.Value, c.Style = strings.TrimSuffix(c.Value, entry)+path, 0
		}
		rename(c, entry, path, depth+1)
	}
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
	for _, mark := range []string{"://", "git::", "?ref=", "?version=", "//", "_git/", ".git/", "github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "visualstudio.com"} {
		if strings.Contains(p, mark) {
			return true
		}
	}
	return scpLike.MatchString(p) || strings.HasSuffix(p, ".git") || strings.HasPrefix(p, "gh:") || path.IsAbs(p)
}

// RefuseReferences says why a kustomization must not be built: something in
// its files leads out of the repository or starts a program. It is nil where
// nothing does.
func RefuseReferences(req Request) *Failure {
	for _, name := range slices.Sorted(maps.Keys(req.Files)) {
		data := req.Files[name]
		if !isKustomizationName(path.Base(name)) {
			continue
		}
		k, err := ReadKustomization(name, data)
		if err != nil {
			return &Failure{plan.GapParse, oneLine(err)}
		}
		if k.HelmCharts > 0 {
			return &Failure{plan.GapUnsupported, fmt.Sprintf("%s:%d makes kustomize run helm", name, k.HelmCharts)}
		}
		for _, ref := range k.References {
			if IsRemote(ref.Path) {
				return &Failure{plan.GapOpaque, fmt.Sprintf("%s:%d names %s, which is not in the repository", name, ref.Line, ref.Path)}
			}
			if !travels(req.Files, path.Join(path.Dir(name), ref.Path)) {
				return &Failure{plan.GapInvalid, fmt.Sprintf("%s:%d names %s, which does not exist", name, ref.Line, ref.Path)}
			}
			if ref.Role == Plugin {
				if f := refusePlugin(req.Files, path.Join(path.Dir(name), ref.Path)); f != nil {
					return f
				}
			}
		}
		for _, ref := range k.Inline {
			if f := pluginFailure(name, []byte(ref.Path)); f != nil {
				return f
			}
		}
	}
	return nil
}

func travels(files map[string][]byte, name string) bool {
	if _, ok := files[name]; ok {
		return true
	}
	for other := range files {
		if strings.HasPrefix(other, name+"/") || name == "." {
			return true
		}
	}
	return false
}

// refusePlugin looks at the configuration of a plugin, or at all files where
// it is a folder.
func refusePlugin(files map[string][]byte, name string) *Failure {
	for _, file := range slices.Sorted(maps.Keys(files)) {
		data := files[file]
		if file == name || strings.HasPrefix(file, name+"/") {
			if f := pluginFailure(file, data); f != nil {
				return f
			}
		}
	}
	return nil
}

// pluginFailure allows kustomize's own plugins that read nothing from
// elsewhere.
func pluginFailure(file string, data []byte) *Failure {
	if isKustomizationName(path.Base(file)) {
		return nil // looked at by itself
	}
	parsed, err := object.Parse(file, data, object.Limits{})
	if err != nil {
		return &Failure{plan.GapParse, oneLine(err)}
	}
	for _, o := range parsed.Objects {
		if o.APIVersion() != "builtin" || o.Kind == "HelmChartInflationGenerator" {
			return &Failure{plan.GapUnsupported, fmt.Sprintf("%s:%d asks for the plugin %s, which would run a program", file, o.Line, o.Kind)}
		}
		if remoteString(o.Value) {
			return &Failure{plan.GapOpaque, fmt.Sprintf("%s:%d names something outside the repository", file, o.Line)}
		}
	}
	return nil
}

func remoteString(v any) bool {
	switch x := v.(type) {
	case string:
		return IsRemote(x)
	case []any:
		for _, item := range x {
			if remoteString(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range x {
			if remoteString(item) {
				return true
			}
		}
	}
	return false
}

func isKustomizationName(base string) bool {
	for _, n := range kustomizationNames {
		if base == n {
			return true
		}
	}
	return false
}

// CheckYAML refuses a file whose aliases would make it grow beyond the limit
// when it is written out.
func CheckYAML(name string, data []byte) error {
	if !bytes.ContainsRune(data, '&') || !bytes.ContainsRune(data, '*') || !hasManifestEnding(name) {
		return nil
	}
	if _, err := object.Parse(name, data, object.Limits{}); err != nil {
		if kind, _, _ := Trouble(err); kind == plan.GapLimit {
			return err
		}
	}
	return nil
}

func hasManifestEnding(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return isKustomizationName(path.Base(name))
}
