package unit

import (
	"encoding/json"
	"path"
	"reflect"
	"slices"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/holdpoint-dev/holdpoint/internal/kube/chartvalues"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoSource is a source of an Application with all of its fields: those that
// decide nothing here are kept, so that an override file is merged as Argo CD
// merges it (argo-cd v3.6 pkg/apis/application/v1alpha1/types.go,
// ApplicationSource).
type argoSource struct {
	RepoURL        string         `json:"repoURL"`
	Path           string         `json:"path,omitempty"`
	TargetRevision string         `json:"targetRevision,omitempty"`
	Chart          string         `json:"chart,omitempty"`
	Ref            string         `json:"ref,omitempty"`
	TagPrefix      string         `json:"tagPrefix,omitempty"`
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
	Parameters              []argoParameter `json:"parameters,omitempty"`
	FileParameters          []argoFile      `json:"fileParameters,omitempty"`
	KubeVersion             string          `json:"kubeVersion,omitempty"`
	APIVersions             []string        `json:"apiVersions,omitempty"`
	Version                 string          `json:"version,omitempty"`
	PassCredentials         bool            `json:"passCredentials,omitempty"`
	SkipTests               bool            `json:"skipTests,omitempty"`
	SkipSchemaValidation    bool            `json:"skipSchemaValidation,omitempty"`
}

type argoParameter struct {
	Name        string `json:"name,omitempty"`
	Value       string `json:"value,omitempty"`
	ForceString bool   `json:"forceString,omitempty"`
}

type argoFile struct {
	Name string `json:"name,omitempty"`
	Path string `json:"path,omitempty"`
}

type argoKustomize struct {
	NamePrefix                string            `json:"namePrefix,omitempty"`
	NameSuffix                string            `json:"nameSuffix,omitempty"`
	Namespace                 string            `json:"namespace,omitempty"`
	Images                    []string          `json:"images,omitempty"`
	CommonLabels              map[string]string `json:"commonLabels,omitempty"`
	CommonAnnotations         map[string]string `json:"commonAnnotations,omitempty"`
	Components                []string          `json:"components,omitempty"`
	IgnoreMissingComponents   bool              `json:"ignoreMissingComponents,omitempty"`
	Patches                   []any             `json:"patches,omitempty"`
	Replicas                  []any             `json:"replicas,omitempty"`
	LabelWithoutSelector      bool              `json:"labelWithoutSelector,omitempty"`
	LabelIncludeTemplates     bool              `json:"labelIncludeTemplates,omitempty"`
	KubeVersion               string            `json:"kubeVersion,omitempty"`
	APIVersions               []string          `json:"apiVersions,omitempty"`
	Version                   string            `json:"version,omitempty"`
	ForceCommonLabels         bool              `json:"forceCommonLabels,omitempty"`
	ForceCommonAnnotations    bool              `json:"forceCommonAnnotations,omitempty"`
	CommonAnnotationsEnvsubst bool              `json:"commonAnnotationsEnvsubst,omitempty"`
}

type argoDirectory struct {
	Recurse                bool         `json:"recurse,omitempty"`
	Include                string       `json:"include,omitempty"`
	Exclude                string       `json:"exclude,omitempty"`
	DisableExtensionFilter bool         `json:"disableExtensionFilter,omitempty"`
	Jsonnet                *argoJsonnet `json:"jsonnet,omitempty"`
}

type argoJsonnet struct {
	ExtVars []any    `json:"extVars,omitempty"`
	TLAs    []any    `json:"tlas,omitempty"`
	Libs    []string `json:"libs,omitempty"`
}

// git is where a source is read. A prefix of tags makes its revision one.
func (src argoSource) git() origin.Git {
	if src.TagPrefix != "" {
		return origin.Git{URL: src.RepoURL, Revision: "refs/tags/" + src.TagPrefix + src.TargetRevision}
	}
	return origin.Git{URL: src.RepoURL, Revision: src.TargetRevision}
}

// normalized drops a tool's section that says nothing: Argo CD then finds the
// tool out by itself (argo-cd v3.6 util/argo/argo.go, NormalizeSource).
func (src argoSource) normalized() argoSource {
	if src.Helm != nil && reflect.ValueOf(*src.Helm).IsZero() {
		src.Helm = nil
	}
	if src.Kustomize != nil && reflect.ValueOf(*src.Kustomize).IsZero() {
		src.Kustomize = nil
	}
	if src.Directory != nil && reflect.ValueOf(*src.Directory).IsZero() {
		src.Directory = nil
	}
	return src
}

// tools are the sections that a source has: Argo CD takes the tool of the one
// that is there and refuses two (types.go, ExplicitType).
func (src argoSource) tools() []string {
	var out []string
	for _, t := range []struct {
		name  string
		there bool
	}{
		{"kustomize", src.Kustomize != nil}, {"helm", src.Helm != nil}, {"directory", src.Directory != nil}, {"plugin", src.Plugin != nil},
	} {
		if t.there {
			out = append(out, t.name)
		}
	}
	return out
}

// overrideName is a file that overrides the source of the Applications that
// read its folder, `.argocd-source.yaml`, or of one of them,
// `.argocd-source-NAME.yaml`.
const overrideName = ".argocd-source"

// IsOverride reports whether a file overrides the source of Applications.
func IsOverride(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, overrideName) && path.Ext(base) == ".yaml"
}

// overrides are the files that override an Application's source in a folder,
// in their order. In a name an Application that stands in another namespace
// than Argo CD bears that of its own (argo-cd v3.6 reposerver/repository/
// repository.go, mergeSourceParameters; types.go, InstanceName). Which one Argo
// CD stands in is not known: with two candidates twice is true.
func (s *Scan) overrides(o object.Object, dir string) (files []string, twice bool) {
	own := 0
	for _, base := range s.Tree.In(dir) {
		name, ours := strings.CutPrefix(strings.TrimSuffix(base, ".yaml"), overrideName)
		namespace, app, qualified := strings.Cut(strings.TrimPrefix(name, "-"), "_")
		switch {
		case !ours || path.Ext(base) != ".yaml":
			continue
		case name == "": // for all
		case name == "-"+o.Name, qualified && app == o.Name && (o.Namespace == "" || o.Namespace == namespace):
			own++
		default:
			continue
		}
		files = append(files, path.Join(dir, base))
	}
	slices.SortFunc(files, func(a, b string) int {
		return len(strings.TrimPrefix(path.Base(a), overrideName)) - len(strings.TrimPrefix(path.Base(b), overrideName))
	})
	return files, own > 1
}

// overridden is a source with the files in its folder that override it. What
// it reads, of which repository and at which revision, they cannot change.
func (s *Scan) overridden(o object.Object, src argoSource, dir string) (argoSource, []string, *plan.Gap) {
	files, twice := s.overrides(o, dir)
	if twice {
		gap := ownerGap(s.Tree, o, plan.GapUnknown, plan.Path{"spec"},
			"two files in %s override the source of an Application of this name; which one applies depends on the namespace of Argo CD", dir)
		return src, files, &gap
	}
	merged := src.normalized()
	for _, name := range files {
		if kind, line, why := s.override(name, &merged); why != "" {
			at := plan.Range{File: name, Line: line, EndLine: line, Side: s.Tree.Side}
			return src, files, &plan.Gap{At: at, Root: dir, Kind: kind, Subject: name, Why: why}
		}
	}
	merged.RepoURL, merged.Path, merged.TargetRevision, merged.Chart = src.RepoURL, src.Path, src.TargetRevision, src.Chart
	return merged, files, nil
}

// override merges one file into a source: a JSON merge patch, read into the
// source that is there. A null therefore removes nothing, and keys match in any
// case.
func (s *Scan) override(name string, src *argoSource) (kind plan.GapKind, line int, why string) {
	patch, err := s.overridePatch(name)
	if err != nil {
		kind, line, why = tree.Trouble(err)
		return kind, line, why
	}
	text, err := json.Marshal(src)
	if err == nil {
		text, err = jsonpatch.MergePatch(text, patch)
	}
	if err == nil {
		err = json.Unmarshal(text, src)
	}
	if err != nil {
		return plan.GapInvalid, 0, "it is no patch of an Application's source: " + tree.OneLine(err) +
			"; Argo CD stops syncing the Application, nothing is deleted"
	}
	return "", 0, ""
}

// overridePatch is an override file as JSON: its first document.
func (s *Scan) overridePatch(name string) ([]byte, error) {
	file, err := s.Tree.Parse(name)
	if err != nil {
		return nil, err
	}
	var first any
	line := -1
	for _, o := range file.Objects {
		if line < 0 || o.Line < line {
			first, line = o.Value, o.Line
		}
	}
	for _, o := range file.Others {
		if line < 0 || o.Line < line {
			first, line = o.Value, o.Line
		}
	}
	return json.Marshal(first)
}

// DecidingOverride is what an override file may decide about the objects: all
// but the images. It is empty for a file that is not there.
func (s *Scan) DecidingOverride(name string) (string, error) {
	if !s.Tree.HasFile(name) {
		return "", nil
	}
	patch, err := s.overridePatch(name)
	if err != nil {
		return "", err
	}
	var src argoSource
	if json.Unmarshal(patch, &src) != nil {
		return string(patch), nil //nolint:nilerr // not a source as Argo CD knows it: all of its text may decide
	}
	if src = src.deciding(); reflect.ValueOf(src).IsZero() {
		return "", nil
	}
	return string(object.JSON(src)), nil
}

// deciding is a source without what chooses the images of containers.
func (src argoSource) deciding() argoSource {
	if k := src.Kustomize; k != nil {
		copied := *k
		copied.Images = nil
		src.Kustomize = &copied
	}
	if h := src.Helm; h != nil {
		copied := *h
		copied.Parameters = nil
		for _, p := range h.Parameters {
			if !chartvalues.InertParameter(p.Name) {
				copied.Parameters = append(copied.Parameters, p)
			}
		}
		if h.Values != "" {
			copied.Values = string(object.JSON(chartvalues.DecidingText([]byte(h.Values))))
		}
		if len(h.ValuesObject) > 0 {
			copied.ValuesObject = object.JSON(chartvalues.DecidingText(h.ValuesObject))
		}
		src.Helm = &copied
	}
	return src.normalized()
}

// asked is a source of an Application that is elsewhere, as it is asked for.
func (src argoSource) asked() plan.Source {
	switch {
	case src.Chart != "":
		out := plan.Source{Kind: plan.ChartSource, Address: src.RepoURL, Name: src.Chart}
		if src.TargetRevision != "" {
			out.Ref = plan.Ref{Kind: plan.RefVersion, Text: src.TargetRevision}
		}
		return out
	case strings.HasPrefix(src.RepoURL, "oci://"):
		out := plan.Source{Kind: plan.ArtifactSource, Address: src.RepoURL}
		if r := origin.ArgoRef(src.TargetRevision); r.Text != "" {
			out.Ref = r
			if r.Kind == plan.RefAny {
				out.Ref.Kind = plan.RefTag
			}
		}
		return out
	}
	return plan.Source{Kind: plan.RepositorySource, Address: src.RepoURL, Ref: origin.ArgoRef(src.git().Revision)}
}
