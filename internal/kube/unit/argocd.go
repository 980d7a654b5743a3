package unit

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoApplication is what decides of an Application (argo-cd v3.5
// pkg/apis/application/v1alpha1/types.go).
type argoApplication struct {
	Metadata struct {
		Finalizers []string `json:"finalizers"`
	} `json:"metadata"`
	Spec struct {
		Source      *argoSource  `json:"source"`
		Sources     []argoSource `json:"sources"`
		Destination struct {
			Server    string `json:"server"`
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		} `json:"destination"`
		SyncPolicy struct {
			Automated *struct {
				Enabled    *bool `json:"enabled"`
				Prune      bool  `json:"prune"`
				AllowEmpty bool  `json:"allowEmpty"`
			} `json:"automated"`
			SyncOptions []string `json:"syncOptions"`
		} `json:"syncPolicy"`
	} `json:"spec"`
}

type argoSource struct {
	RepoURL        string         `json:"repoURL"`
	Path           string         `json:"path,omitempty"`
	TargetRevision string         `json:"targetRevision,omitempty"`
	Chart          string         `json:"chart,omitempty"`
	Ref            string         `json:"ref,omitempty"`
	Helm           *argoHelm      `json:"helm,omitempty"`
	Kustomize      *argoKustomize `json:"kustomize,omitempty"`
	Directory      *argoDirectory `json:"directory,omitempty"`
	Plugin         any            `json:"plugin,omitempty"`
}

type argoHelm struct {
	ReleaseName             string          `json:"releaseName,omitempty"`
	Namespace               string          `json:"namespace,omitempty"`
	ValueFiles              []string        `json:"valueFiles,omitempty"`
	IgnoreMissingValueFiles bool            `json:"ignoreMissingValueFiles,omitempty"`
	Values                  string          `json:"values,omitempty"`
	ValuesObject            json.RawMessage `json:"valuesObject,omitempty"`
	SkipCRDs                bool            `json:"skipCrds,omitempty"`
	Parameters              []struct {
		Name        string `json:"name"`
		Value       string `json:"value"`
		ForceString bool   `json:"forceString,omitempty"`
	} `json:"parameters,omitempty"`
	FileParameters []struct {
		Name string `json:"name"`
		Path string `json:"path"`
	} `json:"fileParameters,omitempty"`
}

type argoKustomize struct {
	NamePrefix        string            `json:"namePrefix,omitempty"`
	NameSuffix        string            `json:"nameSuffix,omitempty"`
	Namespace         string            `json:"namespace,omitempty"`
	Images            []string          `json:"images,omitempty"`
	CommonLabels      map[string]string `json:"commonLabels,omitempty"`
	CommonAnnotations map[string]string `json:"commonAnnotations,omitempty"`
	Components        []string          `json:"components,omitempty"`
	Patches           []any             `json:"patches,omitempty"`
	Replicas          []any             `json:"replicas,omitempty"`
}

type argoDirectory struct {
	Recurse bool   `json:"recurse,omitempty"`
	Include string `json:"include,omitempty"`
	Exclude string `json:"exclude,omitempty"`
}

// application are the units of an Application, one a source.
func (s *Scan) application(o object.Object) []*Unit {
	var app argoApplication
	if err := decode(o, &app); err != nil {
		return nil
	}
	sources := app.Spec.Sources
	if len(sources) == 0 && app.Spec.Source != nil {
		sources = []argoSource{*app.Spec.Source}
	}
	refs := map[string]argoSource{}
	for _, src := range sources {
		if src.Ref != "" {
			refs[src.Ref] = src
		}
	}
	var out []*Unit
	for i, src := range sources {
		if src.Path == "" && src.Chart == "" {
			continue // only there for its files
		}
		u := s.argoUnit(o, src, refs)
		u.Key = fmt.Sprintf("argocd:%s/%s", o.Namespace, o.Name)
		if len(sources) > 1 {
			u.Key += fmt.Sprintf("/%d", i)
		}
		u.Owner = argoOwner(o, app, s.Tree.Side)
		u.Namespace = app.Spec.Destination.Namespace
		if src.Kustomize != nil && src.Kustomize.Namespace != "" {
			u.Namespace = src.Kustomize.Namespace
		}
		if u.Release.Namespace == "" {
			u.Release.Namespace = u.Namespace
		}
		out = append(out, u)
	}
	return out
}

func argoOwner(o object.Object, app argoApplication, side plan.Side) Owner {
	owner := Owner{Kind: ArgoCD, Object: "Application", Namespace: o.Namespace, Name: o.Name, At: o.At(side, nil)}
	owner.Cluster = app.Spec.Destination.Server
	if owner.Cluster == "" {
		owner.Cluster = app.Spec.Destination.Name
	}
	if owner.Cluster == "https://kubernetes.default.svc" || owner.Cluster == "in-cluster" {
		owner.Cluster = ""
	}
	if a := app.Spec.SyncPolicy.Automated; a != nil && (a.Enabled == nil || *a.Enabled) {
		owner.Prune, owner.AllowEmpty = a.Prune, a.AllowEmpty
	}
	for _, option := range app.Spec.SyncPolicy.SyncOptions {
		switch option {
		case "Prune=false":
			owner.KeepByDefault = true
		case "Force=true":
			owner.Force = true
		case "Replace=true":
			owner.Replace = true
		}
	}
	for _, f := range app.Metadata.Finalizers {
		owner.Cascade = owner.Cascade || strings.HasPrefix(f, "resources-finalizer.argocd.argoproj.io")
	}
	return owner
}

// argoUnit finds what a source holds, with the tool that Argo CD would take
// for it: the one that is named, else a kustomization, else a chart (any file
// whose name ends in Chart.yaml), else a folder of manifests.
func (s *Scan) argoUnit(o object.Object, src argoSource, refs map[string]argoSource) *Unit {
	dir := clean(src.Path)
	text, err := json.Marshal(src)
	if err != nil {
		text = []byte(err.Error())
	}
	elsewhere := func(kind plan.GapKind, format string, args ...any) *Unit {
		u := &Unit{Root: path.Dir(o.File), Tool: Folder, Config: string(text)}
		u.Gaps = []plan.Gap{ownerGap(s.Tree, o, kind, plan.Path{"spec"}, format, args...)}
		return u
	}
	switch {
	case src.Chart != "":
		text, files := s.remoteChart(src, refs)
		u := elsewhere(plan.GapOpaque, "the chart %s of %s is not in the repository", src.Chart, src.RepoURL)
		u.Config, u.Selectors = text, files
		return u
	case !s.isHere(src.RepoURL, dir):
		return elsewhere(plan.GapOpaque, "what it applies is in another repository, %s", src.RepoURL)
	case src.Plugin != nil:
		return elsewhere(plan.GapUnsupported, "a plugin makes what it applies")
	case !s.isThisRevision(src.TargetRevision):
		u := elsewhere(plan.GapOpaque, "it applies the revision %s, which is not the one at hand", src.TargetRevision)
		u.Root, u.claims = dir, true
		return u
	case !s.Tree.HasDir(dir):
		u := elsewhere(plan.GapInvalid, "its path %s does not exist: Argo CD stops syncing it, nothing is deleted", dir)
		u.Root, u.claims = dir, true
		return u
	}
	u := s.argoLocal(o, src, dir, refs)
	u.claims = true
	return u
}

// remoteChart is what of a source decides which objects a chart from elsewhere
// makes, its values files in this repository included, and these files.
func (s *Scan) remoteChart(src argoSource, refs map[string]argoSource) (text string, files []string) {
	var values []any
	if h := src.Helm; h != nil {
		copied := *h
		for _, f := range h.ValueFiles {
			name, outside := s.argoValueFile(f, ".", refs)
			if outside == "" && strings.HasPrefix(f, "$") {
				files = append(files, name)
				values = append(values, s.decidingFile(name))
			}
		}
		if len(h.ValuesObject) > 0 {
			values = append(values, deciding(h.ValuesObject))
		} else {
			values = append(values, deciding([]byte(h.Values)))
		}
		copied.Values, copied.ValuesObject = "", nil
		src.Helm = &copied
	}
	out, err := json.Marshal([]any{src, values})
	if err != nil {
		return err.Error(), files
	}
	return string(out), files
}

func (s *Scan) argoLocal(o object.Object, src argoSource, dir string, refs map[string]argoSource) *Unit {
	isChart := slices.ContainsFunc(s.Tree.In(dir), func(base string) bool { return strings.HasSuffix(base, "Chart.yaml") })
	switch {
	case s.graph.nodes[dir] != nil && src.Helm == nil && src.Directory == nil:
		u := s.graph.unit(dir)
		u.Fields = src.Kustomize.fields()
		if src.Kustomize != nil {
			s.addReferences(u, dir, Component, src.Kustomize.Components)
		}
		return u
	case isChart && src.Directory == nil || src.Helm != nil:
		if !s.charts[dir] {
			u := &Unit{Root: dir, Tool: Helm}
			u.Gaps = []plan.Gap{ownerGap(s.Tree, o, plan.GapInvalid, plan.Path{"spec", "source"}, "Argo CD takes %s for a chart, and there is no Chart.yaml in it", dir)}
			return u
		}
		u := s.chart(dir)
		u.Release.Name = o.Name
		u.Release.Namespace = ""
		s.argoValues(o, u, src.Helm, dir, refs)
		return u
	}
	return s.argoFolder(src.Directory, dir)
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
	if len(k.CommonLabels) > 0 {
		out["commonLabels"] = k.CommonLabels
	}
	if len(k.CommonAnnotations) > 0 {
		out["commonAnnotations"] = k.CommonAnnotations
	}
	if len(k.Components) > 0 {
		list := make([]any, len(k.Components))
		for i, c := range k.Components {
			list[i] = c
		}
		out["components"] = list
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

// addReferences takes paths that an owner adds to a kustomization.
func (s *Scan) addReferences(u *Unit, dir string, role Role, paths []string) {
	w := s.graph.newWalk(dir)
	for _, p := range paths {
		w.reference(dir, s.graph.nodes[dir], Reference{role, p, 0})
	}
	u.Files, u.Outside, u.Gaps = sortedSet(w.files), w.outside, w.gaps
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
		u.Release.Set = append(u.Release.Set, Parameter{Name: p.Name, Value: p.Value, String: p.ForceString})
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
	u.Release.Set = append(u.Release.Set, Parameter{Name: parameter, Value: string(text), Literal: true})
}

// argoValueFile is the path in the repository of a values file: relative to
// the chart, from the top with a slash, or in a source named `$name`.
func (s *Scan) argoValueFile(f, dir string, refs map[string]argoSource) (name, outside string) {
	if strings.Contains(f, "://") {
		return "", f
	}
	if ref, rest, ok := strings.Cut(f, "/"); ok && strings.HasPrefix(ref, "$") {
		src, known := refs[strings.TrimPrefix(ref, "$")]
		if !known || !s.isHere(src.RepoURL, path.Dir(clean(rest))) || !s.isThisRevision(src.TargetRevision) {
			return "", f
		}
		return clean(rest), ""
	}
	if strings.HasPrefix(f, "/") {
		return clean(f), ""
	}
	return path.Join(dir, f), ""
}
