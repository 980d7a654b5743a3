package unit

import (
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Decrypted is an entry of generators that has ksops decrypt files. What they hold
// is written in them but for its secret values, so that they are built as they
// stand.
type Decrypted struct {
	// File names the configuration of ksops by Entry; Resources are the files,
	// seen from the folder of File.
	File, Entry string
	Resources   []string
}

// ksops takes a configuration of the plugin ksops, which decrypts the files that it
// lists and gives kustomize the objects in them (viaduct-ai/kustomize-sops
// ksops.go). It reports false where the file is anything else. Where a name is
// encrypted too, what it gives is as good as elsewhere: it is the same as long as
// the files are.
func (w *walk) ksops(node *kustomizationNode, ref kustomization.Reference, target string) bool {
	listed, ok := w.listedByKsops(target)
	if !ok {
		return false
	}
	ids := []string{string(w.graph.tree.ID(target))}
	plain := true
	d := Decrypted{File: node.file, Entry: ref.Path}
	for _, name := range listed {
		plain = plain && w.namesItself(name)
		ids = append(ids, string(w.graph.tree.ID(name)))
		d.Resources = append(d.Resources, relative(path.Dir(node.file), name))
	}
	w.files[target] = true
	if !plain {
		w.outside = append(w.outside, Outside{What: ref.Path, ID: strings.Join(ids, " "), File: node.file, Line: ref.Line, EndLine: ref.Line,
			Entry: ref.Path, Why: "what ksops decrypts for " + ref.Path + " could not be determined, and it changes"})
		return true
	}
	for _, name := range listed {
		w.files[name] = true
	}
	w.decrypted = append(w.decrypted, d)
	return true
}

// listedByKsops are the files that a configuration of ksops lists, in the tree.
// One that takes anything else than files, or one that is not there, is left to
// those who refuse plugins.
func (w *walk) listedByKsops(target string) ([]string, bool) {
	parsed, err := w.graph.tree.Parse(target)
	if err != nil || len(parsed.Objects) == 0 {
		return nil, false
	}
	var out []string
	for _, o := range parsed.Objects {
		if o.Kind != "ksops" || !strings.HasPrefix(o.APIVersion(), "viaduct.ai/") {
			return nil, false
		}
		for key := range o.Value {
			if !slices.Contains([]string{"apiVersion", "kind", "metadata", "files"}, key) {
				return nil, false
			}
		}
		list, _ := o.Value["files"].([]any)
		for _, item := range list {
			text, _ := item.(string)
			name := path.Join(path.Dir(target), text)
			if text == "" || kustomization.IsRemote(text) || !tree.Under(name, w.graph.topOf(path.Dir(target))) || !w.graph.tree.HasFile(name) {
				return nil, false
			}
			out = append(out, name)
		}
	}
	return out, len(out) > 0
}

// namesItself reports whether an encrypted file shows what its objects are, and
// leaves their names as they are.
func (w *walk) namesItself(name string) bool {
	parsed, err := w.graph.tree.Parse(name)
	if err != nil || len(parsed.Objects) == 0 {
		return false
	}
	return !slices.ContainsFunc(parsed.Objects, func(o object.Object) bool {
		named := []string{o.APIVersion(), o.Kind, o.Name, o.Namespace}
		hidden := slices.ContainsFunc(named, func(s string) bool { return strings.HasPrefix(s, "ENC[") })
		return hidden || o.Name == "" || slices.ContainsFunc(generatorOptions, func(a string) bool { return o.Annotation(a) != "" })
	})
}

// generatorOptions are annotations by which kustomize renames or merges what a
// generator gives (kustomize api v0.21.2 internal/plugins/utils).
var generatorOptions = []string{"kustomize.config.k8s.io/needs-hash", "kustomize.config.k8s.io/behavior"}
