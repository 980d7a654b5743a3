// Package request is what a renderer is asked and what it answers, and what it
// must be refused.
package request

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Tool turns files into objects. The zero value is invalid.
type Tool string

const (
	Folder    Tool = "folder"    // the manifests of a folder as they stand
	Kustomize Tool = "kustomize" // a kustomization
	Helm      Tool = "helm"      // a chart with its values
	Generated Tool = "generated" // objects that a controller makes up
)

// Request asks for the objects of one kustomization or chart. It carries
// everything the rendering may read: nothing else is reachable for it.
type Request struct {
	Tool Tool
	// Files are the files of the unit by their path in the repository.
	Files map[string][]byte
	// Root is the folder of the kustomization or the chart.
	Root string
	// Fields are set in the kustomization file before it is built, as Argo CD
	// and Flux do with what their own objects say (namePrefix, images, ...).
	// A list value is appended to a list that is there.
	Fields map[string]any
	// Release is used by charts only.
	Release Release
	// Charts are what kustomizations would have Helm render.
	Charts []Chart
}

// Chart is a chart that a kustomization renders, with what it gives it.
type Chart struct {
	// Into is the file in which the rendered objects stand for it; the
	// kustomization that names them lies beside it.
	Into string
	// Kustomization is the file that gets Into as a resource.
	Kustomization string
	Root          string
	Release       Release
}

// Release is what Helm is given beside the chart.
type Release struct {
	Name, Namespace string
	// Values are YAML documents in the order of precedence, the last wins.
	Values [][]byte
	// Set are `--set` parameters, applied after Values.
	Set []Parameter
	// SkipCRDs leaves out the chart's crds folder.
	SkipCRDs bool
}

// Parameter is one `--set name=value`.
type Parameter struct {
	Name, Value string
	// String keeps the value a string (`--set-string`).
	String bool
	// Literal takes the value as it stands (`--set-file`).
	Literal bool
}

// Rendered is the answer to a Request.
type Rendered struct {
	Docs []Doc
	// Missing are the charts that are used but not in the repository. What
	// they would add is not among Docs.
	Missing []Missing
	// Failure is set where there is no answer; Docs is empty then. One of the
	// kind plan.GapUnfinished says nothing of the unit.
	Failure *Failure
	// Work is what rendering took.
	Work Work
}

// Work is what rendering takes. It depends on what is rendered, and not on how
// busy the machine is.
type Work struct {
	Steps uint64 // nodes of templates that were run in loops and named templates
	Bytes uint64 // allocated, all in all
}

// Doc is one rendered document or stream of documents.
type Doc struct {
	// Source is the path of the file it was made from, in the repository,
	// empty where that is not known. For a generated object it is the file
	// that declares the generator.
	Source string
	// Generated is set for the objects of kustomize's generators.
	Generated bool
	// Stable is the object's name without the hash of its content, empty
	// where the name carries none.
	Stable string
	// CRD marks the files of a chart's crds folder, which Helm installs but
	// never updates or deletes.
	CRD     bool
	Content []byte
}

// Missing is a chart dependency that is not in the repository.
type Missing struct {
	Name, Version, Repository string
	// Chart is the name of the chart itself where Name is an alias.
	Chart string
	// Nested: another chart than the one at the root depends on it.
	Nested bool
	// Digest identifies the values it would be rendered with, as far as they
	// may decide which objects there are ([chartvalues.Deciding]).
	Digest string
}

// Failure says why there is no answer.
type Failure struct {
	Kind plan.GapKind
	Why  string
}

// Renderer answers requests, in their order. It never fails as a whole: what
// it could not render carries a Failure.
type Renderer func([]Request) []Rendered
