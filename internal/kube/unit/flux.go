package unit

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fluxSpec is what decides of the content of a Kustomization (kustomize-controller v1.9.6
// api/v1/kustomization_types.go).
type fluxSpec struct {
	Path                    string        `json:"path"`
	SourceRef               fluxSourceRef `json:"sourceRef"`
	TargetNamespace         string        `json:"targetNamespace"`
	NamePrefix              string        `json:"namePrefix"`
	NameSuffix              string        `json:"nameSuffix"`
	Images                  []any         `json:"images"`
	Patches                 []any         `json:"patches"`
	Components              []string      `json:"components"`
	IgnoreMissingComponents bool          `json:"ignoreMissingComponents"`
	CommonMetadata          *fluxMetadata `json:"commonMetadata"`
	PostBuild               *struct {
		Substitute     map[string]string `json:"substitute"`
		SubstituteFrom []struct {
			Kind     string `json:"kind"`
			Name     string `json:"name"`
			Optional bool   `json:"optional"`
		} `json:"substituteFrom"`
	} `json:"postBuild"`
}

type fluxMetadata struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// fluxKustomization is the unit of a Flux Kustomization.
func (s *Scan) fluxKustomization(o object.Object) []*Unit {
	var k struct {
		Spec fluxSpec `json:"spec"`
	}
	if err := decode(o, &k); err != nil || k.Spec.SourceRef.Kind == "" {
		return nil
	}
	dir := clean(k.Spec.Path)
	u := s.fluxContent(o, k.Spec, dir)
	u.Key = fmt.Sprintf("flux:Kustomization:%s/%s", o.Namespace, o.Name)
	u.Owner, _ = owner.Of(o, s.Tree.Side)
	if u.home == "" {
		u.Source = s.readFrom(o, k.Spec.SourceRef)
	}
	u.Namespace = k.Spec.TargetNamespace
	s.substitutes(u, k.Spec)
	return []*Unit{u}
}

func (s *Scan) fluxContent(o object.Object, spec fluxSpec, dir string) *Unit {
	at := plan.Path{"spec"}
	elsewhere := func(kind plan.GapKind, format string, args ...any) *Unit {
		kept, content := spec, s.sourceContent(o, spec.SourceRef)
		kept.Images = nil // what it applies stays the same
		if content != nil {
			kept.SourceRef.Name, kept.SourceRef.Namespace = "", "" // the content counts, whatever it is called
		}
		return &Unit{Root: path.Dir(o.File), Tool: request.Folder, Config: string(object.JSON([]any{kept, content})),
			Gaps: []plan.Gap{ownerGap(s.Tree, o, kind, at, format, args...)}}
	}
	if why, otherRevision := s.fluxSource(o, spec.SourceRef, dir); why != "" {
		u := elsewhere(plan.GapOpaque, "what it applies is not in the repository: %s", why)
		if otherRevision {
			u.Root, u.claims, u.deep = dir, true, true
		}
		source, src := s.fluxSourceOf(o, spec.SourceRef, fluxChart{})
		u.elsewhere = &Elsewhere{What: origin.From(source), At: src.At(s.Tree.Side, plan.Path{"spec"})}
		if source.Kind == "" {
			u.elsewhere.What, u.elsewhere.At = "its source", o.At(s.Tree.Side, plan.Path{"spec", "sourceRef"})
		}
		return s.fetched(source, u, func(seen *Scan, at string) *Unit {
			return seen.through(src, func(seen *Scan) *Unit { return seen.fluxBuild(o, spec, path.Join(at, dir)) })
		})
	}
	src, _ := s.gitRepository(o, spec.SourceRef.Name, spec.SourceRef.Namespace)
	return s.through(src, func(s *Scan) *Unit {
		if u := s.fluxBuild(o, spec, dir); u != nil {
			return u
		}
		u := elsewhere(plan.GapInvalid, "its path %s does not exist: Flux stops applying it, nothing is deleted", dir)
		u.Root, u.claims = dir, true
		return u
	})
}

// fluxBuild is what Flux builds of a folder, nil where there is none.
func (s *Scan) fluxBuild(o object.Object, spec fluxSpec, dir string) *Unit {
	if !s.Tree.HasDir(dir) {
		return nil
	}
	var u *Unit
	if s.graph.node(dir) != nil {
		u = s.graph.unit(dir)
	} else {
		u = s.fluxFolder(dir, spec.fields() != nil)
	}
	if len(spec.Components) > 0 {
		spec.Components = s.addComponents(o, u, spec.Components, spec.IgnoreMissingComponents)
	}
	u.Fields, u.claims = spec.fields(), true
	return u
}

func (spec fluxSpec) fields() map[string]any {
	out := map[string]any{}
	texts := map[string]string{"namePrefix": spec.NamePrefix, "nameSuffix": spec.NameSuffix, "namespace": spec.TargetNamespace}
	for name, value := range texts {
		if value != "" {
			out[name] = value
		}
	}
	for name, list := range map[string][]any{"images": spec.Images, "patches": spec.Patches} {
		if len(list) > 0 {
			out[name] = list
		}
	}
	if len(spec.Components) > 0 {
		out["components"] = anyList(spec.Components)
	}
	if m := spec.CommonMetadata; m != nil && len(m.Annotations) > 0 {
		out["commonAnnotations"] = m.Annotations
	}
	if m := spec.CommonMetadata; m != nil && len(m.Labels) > 0 {
		out["labels"] = []any{map[string]any{"pairs": m.Labels}}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// fluxFolder is a folder without a kustomization: Flux writes one that names
// every manifest below and every kustomization it meets (fluxcd/pkg/kustomize
// v1.41.0 generator.go, scanManifests). shaped: the owner sets fields of it.
func (s *Scan) fluxFolder(dir string, shaped bool) *Unit {
	u := &Unit{Root: dir, Tool: request.Folder, deep: true}
	var resources []string
	files, nested := map[string]bool{}, map[string]bool{}
	for _, name := range s.Tree.Below(dir) {
		if d := s.topKustomization(dir, path.Dir(name)); d != "" {
			if nested[d] {
				continue
			}
			nested[d] = true
			resources = append(resources, inside(dir, d))
			w := s.graph.walk(d)
			for f := range w.files {
				files[f] = true
			}
			u.Outside, u.Gaps, u.shape = append(u.Outside, w.outside...), append(u.Gaps, w.gaps...), append(u.shape, w.shape...)
			u.Placed, u.Charts = append(u.Placed, w.placed...), append(u.Charts, w.charts...)
			u.Decrypted = append(u.Decrypted, w.decrypted...)
			continue
		}
		if ext := path.Ext(name); (ext == ".yaml" || ext == ".yml") && manifest.Looks(s.Tree, name) {
			u.Manifests = append(u.Manifests, name)
			resources = append(resources, inside(dir, name))
			files[name] = true
		}
	}
	u.Files = sortedSet(files)
	if len(nested) > 0 || shaped {
		u.Tool = request.Kustomize
		u.Manifests = nil
		text, err := json.Marshal(map[string]any{
			"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources,
		})
		if err != nil {
			text = nil
		}
		u.Written = text
	}
	return u
}

// topKustomization is the highest folder below top, on the way down to dir,
// that is a kustomization, "" where none is.
func (s *Scan) topKustomization(top, dir string) string {
	found := ""
	for d := dir; d != top && d != "." && d != "/"; d = path.Dir(d) {
		if s.graph.nodes[d] != nil {
			found = d
		}
	}
	return found
}
