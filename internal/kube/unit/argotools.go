package unit

import (
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
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

// argoValues collects the values of a chart: files first, then the values in
// place, then parameters.
func (s *Scan) argoValues(o object.Object, u *Unit, h *argoHelm, dir string, refs map[string]argoSource) {
	if h == nil {
		return
	}
	if h.ReleaseName != "" {
		u.Release.Name = h.ReleaseName
	}
	u.Release.Namespace, u.Release.SkipCRDs = h.Namespace, h.SkipCRDs
	u.Outside = append(u.Outside, capabilities(h.KubeVersion, h.APIVersions)...)
	for _, f := range h.ValueFiles {
		name, outside := s.argoValueFile(f, dir, refs)
		at := plan.Path{"spec", "source", "helm", "valueFiles"}
		switch {
		case outside != "":
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapOpaque, at, "the values %s are not in the repository", outside))
		case s.Tree.HasFile(name):
			u.addValuesFile(name)
		case !h.IgnoreMissingValueFiles:
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapInvalid, at, "the values file %s does not exist: Argo CD stops syncing it", name))
		}
	}
	if len(h.ValuesObject) > 0 {
		u.Values = append(u.Values, ValueSource{Text: h.ValuesObject})
	} else if h.Values != "" {
		u.Values = append(u.Values, ValueSource{Text: []byte(h.Values)})
	}
	for _, p := range h.Parameters {
		u.Release.Set = append(u.Release.Set, request.Parameter{Name: p.Name, Value: p.Value, String: p.ForceString})
	}
	for _, p := range h.FileParameters {
		s.argoFileParameter(o, u, p.Name, p.Path, dir, refs)
	}
}

// argoFileParameter takes a parameter whose value is the text of a file.
func (s *Scan) argoFileParameter(o object.Object, u *Unit, parameter, file, dir string, refs map[string]argoSource) {
	name, outside := s.argoValueFile(file, dir, refs)
	at := plan.Path{"spec", "source", "helm", "fileParameters"}
	if outside != "" {
		u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapOpaque, at, "the parameter file %s is not in the repository", outside))
		return
	}
	text, err := s.Tree.Read(name)
	if err != nil {
		u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapInvalid, at, "the parameter file %s cannot be read: Argo CD stops syncing it", name))
		return
	}
	u.Selectors = append(u.Selectors, name)
	u.Release.Set = append(u.Release.Set, request.Parameter{Name: parameter, Value: string(text), Literal: true})
}

// argoValueFile is the path in the repository of a values file: relative to
// the chart, from the top with a slash, or in a source named `$name`.
func (s *Scan) argoValueFile(f, dir string, refs map[string]argoSource) (name, outside string) {
	if strings.Contains(f, "://") {
		return "", f
	}
	if ref, rest, ok := strings.Cut(f, "/"); ok && strings.HasPrefix(ref, "$") {
		src, known := refs[strings.TrimPrefix(ref, "$")]
		if known && s.isHere(src.RepoURL, path.Dir(clean(rest))) && s.isThisRevision(src.TargetRevision) {
			return clean(rest), ""
		}
		if known && s.ask != nil && origin.Askable(src.asked()) {
			if _, at, err := s.bring(src.asked()); err == nil {
				return path.Join(at, clean(rest)), ""
			}
		}
		return "", f
	}
	if strings.HasPrefix(f, "/") {
		return path.Join(s.graph.topOf(dir), clean(f)), ""
	}
	return path.Join(dir, f), ""
}
