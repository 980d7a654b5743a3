package unit

import (
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

func (s *Scan) argoKustomization(o object.Object, k *argoKustomize, dir string) *Unit {
	u := s.graph.unit(dir)
	if k == nil {
		return u
	}
	added := *k
	added.Components = s.addComponents(o, u, k.Components, k.IgnoreMissingComponents)
	u.Fields, u.Namespace = added.fields(), k.Namespace
	u.Outside = append(u.Outside, capabilities(k.KubeVersion, k.APIVersions)...)
	return u
}

// capabilities are versions that templates may ask for and that are not those
// rendered with here.
func capabilities(version string, apis []string) []Outside {
	if version == "" && len(apis) == 0 {
		return nil
	}
	out := outsideOf("the Kubernetes version it is rendered for", []any{version, apis})
	out.Alters = true
	return []Outside{out}
}

// fields are what `kustomize edit` would have written.
func (k *argoKustomize) fields() map[string]any {
	if k == nil {
		return nil
	}
	out := map[string]any{}
	for name, value := range map[string]string{"namePrefix": k.NamePrefix, "nameSuffix": k.NameSuffix, "namespace": k.Namespace} {
		if value != "" {
			out[name] = value
		}
	}
	if len(k.Images) > 0 {
		out["images"] = argoImages(k.Images)
	}
	for name, list := range map[string][]any{"patches": k.Patches, "replicas": k.Replicas} {
		if len(list) > 0 {
			out[name] = list
		}
	}
	switch {
	case len(k.CommonLabels) > 0 && k.LabelWithoutSelector:
		out["labels"] = []any{map[string]any{"pairs": k.CommonLabels, "includeTemplates": k.LabelIncludeTemplates}}
	case len(k.CommonLabels) > 0:
		out["commonLabels"] = k.CommonLabels
	}
	if len(k.CommonAnnotations) > 0 {
		out["commonAnnotations"] = k.CommonAnnotations
	}
	if len(k.Components) > 0 {
		out["components"] = anyList(k.Components)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// argoImages turns `old=new:tag` into kustomize's form.
func argoImages(images []string) []any {
	var out []any
	for _, text := range images {
		name, full, renamed := strings.Cut(text, "=")
		if !renamed {
			full = name
		}
		entry := map[string]any{}
		if at := strings.Index(full, "@"); at > 0 {
			entry["digest"], full = full[at+1:], full[:at]
		} else if colon := strings.LastIndex(full, ":"); colon > strings.LastIndex(full, "/") {
			entry["newTag"], full = full[colon+1:], full[:colon]
		}
		entry["name"] = full
		if renamed {
			entry["name"], entry["newName"] = name, full
		}
		out = append(out, entry)
	}
	return out
}

func anyList(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}

// addComponents takes components that an owner adds to a kustomization. It
// returns those that it can be built with: one that is elsewhere is noted, one
// that is missing left out where the owner says so.
func (s *Scan) addComponents(o object.Object, u *Unit, components []string, ignoreMissing bool) []string {
	w := s.graph.emptyWalk(u.Root)
	var local []string
	for _, p := range components {
		if ignoreMissing && !IsRemote(p) && !s.Tree.HasDir(path.Join(u.Root, p)) {
			continue
		}
		known := len(w.placed)
		if elsewhere := w.reference(u.Root, &kustomizationNode{file: o.File}, Reference{Component, p, 0}); elsewhere {
			continue
		}
		if len(w.placed) > known && w.placed[known].Entry == p {
			p, w.placed[known].Entry = w.placed[known].To, "" // the owner's text is not a file of the build
		}
		local = append(local, p)
	}
	files := append(slices.Clone(u.Files), sortedSet(w.files)...)
	slices.Sort(files)
	u.Files = slices.Compact(files)
	u.Outside, u.Gaps = append(slices.Clip(u.Outside), w.outside...), append(slices.Clip(u.Gaps), w.gaps...)
	u.shape, u.Placed = append(slices.Clip(u.shape), w.shape...), append(slices.Clip(u.Placed), w.placed...)
	u.Charts = append(slices.Clip(u.Charts), w.charts...)
	return local
}
