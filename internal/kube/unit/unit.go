// Package unit finds what is applied as one: folders of manifests,
// kustomizations, charts with their values, and what Argo CD and Flux objects
// name. It reads files and renders nothing.
package unit

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Unit is one side of what is applied as one.
type Unit struct {
	// Key is the same on both sides for the same unit.
	Key string
	// Root is the folder it stands in, the root of its addresses.
	Root string
	// Variant tells units of one root apart: the values file of a chart.
	Variant string
	Tool    request.Tool
	Owner   owner.Owner
	// Namespace is where objects go that name none, "" where that is not
	// known.
	Namespace string
	// Files is everything that the objects are made from, sorted.
	Files []string
	// Manifests are the files of a Folder, sorted.
	Manifests []string
	// Fields are as in Request.
	Fields map[string]any
	// Written is the kustomization that the owner writes into Root where
	// there is none, nil else.
	Written []byte
	// Release is as in Request, with Values left to ValueSources.
	Release request.Release
	// Values are the sources of a release's values, the last wins.
	Values []ValueSource
	// WithoutDefaults: the chart's own values.yaml does not count.
	WithoutDefaults bool
	// Vendored are folders of charts that a chart depends on and that do not lie
	// in its own folder, by the name of the dependency.
	Vendored map[string]string
	// Substitute are the variables Flux puts in after building.
	Substitute map[string]string
	// Selectors are files that decide which files count, such as
	// .sourceignore.
	Selectors []string
	// Overrides are those of them that override the source of an Application.
	Overrides []string
	// Outside is what the unit takes from outside the repository. It is left
	// out on both sides; where it differs the result is a gap.
	Outside []Outside
	// Placed is what the unit takes from elsewhere and stands beside the
	// repository's files for it.
	Placed []Placed
	// Charts are what its kustomizations have Helm render.
	Charts []Inflated
	// Decrypted is what its kustomizations have ksops decrypt.
	Decrypted []Decrypted
	// Gaps say why the unit cannot be rendered; empty where it can.
	Gaps []plan.Gap
	// Source is the Git source of a Flux Kustomization.
	Source Source
	// Config is what else decides about the objects, in text.
	Config string
	// Generated are the objects of a unit that an owner makes up.
	Generated []object.Object
	// Guesses are those of them that something outside the repository decides
	// about.
	Guesses map[object.Key]bool

	// shape is what its kustomizations do to what is beneath them.
	shape []string
	// home is the folder of the repository that stands for a Root elsewhere.
	home string
	// elsewhere is what the owner names that is not here, nil where it is.
	elsewhere *Elsewhere
	// again makes the unit anew, with what a scan can bring.
	again func(*Scan) *Unit
	// claims: Root is what an owner applies; deep: with all below it. Of the Root
	// only these folders are, where claimed names any.
	claims, deep bool
	claimed      []string
}

// Home is the folder of the repository that findings name for the unit.
func (u *Unit) Home() string {
	if u.home != "" {
		return u.home
	}
	return u.Root
}

// Lacks reports whether a part of the unit is elsewhere and might be brought.
func (u *Unit) Lacks() bool {
	return u.elsewhere != nil || slices.ContainsFunc(u.Outside, func(o Outside) bool { return o.Source != "" })
}

// Elsewhere is what the owner names that is not here, nil where it is here.
func (u *Unit) Elsewhere() *Elsewhere { return u.elsewhere }

// Again is the unit as a scan makes it that brings what is elsewhere.
func (u *Unit) Again(s *Scan) *Unit {
	if u.again == nil {
		return u
	}
	next := u.again(s)
	if next == nil {
		return u
	}
	next.Key, next.Variant, next.Owner, next.again = u.Key, u.Variant, u.Owner, u.again
	return next
}

// ValueSource is one document of values: a file or text in place.
type ValueSource struct {
	File string
	Text []byte
}

// Outside is a part that is defined elsewhere.
type Outside struct {
	// What names the part; two parts of the same name and ID are equal.
	What, ID string
	File     string
	// Line and EndLine are blanked before the file is used; 0 where nothing
	// has to go.
	Line, EndLine int
	// Alters: it may change and remove what the unit has of its own, so that
	// one that is added counts as well. What is not so only adds.
	Alters bool
	// Entry is an entry of a list of the file that is taken out before the file
	// is used.
	Entry string
	// Why says in words why it is not here, where What does not.
	Why string
	// Selects: it also chooses by labels and annotations what it alters.
	Selects bool
	// Source is the address that its content may be had from, "" where none is.
	Source string
	// Whole: File itself is the part. Holds: it may hold objects of the unit.
	Whole, Holds bool
}

// Placed is a part that is defined elsewhere and was brought.
type Placed struct {
	// File names it, by Entry, at a place; To is where it stands, seen from the
	// folder of File. Both are empty for what an owner names.
	File, Entry, To string
	At              plan.Range
	// Top is the folder that the package stands in.
	Top string
}

// Source names what an owner reads, and what the repository says of it: URL and
// reference as JSON, "" where it is not written down.
type Source struct {
	Name, Text string
	At         plan.Range
}

// Inflated is a chart of `helmCharts`, with its values still to be read.
type Inflated struct {
	request.Chart
	Values []ValueSource
}

// Elsewhere is what an owner names that is not in the tree at hand.
type Elsewhere struct {
	// Source is what is asked for; its Kind is empty where nothing can be.
	Source plan.Source
	// What names it without its version: `the chart redis of https://...`.
	What string
	// Values are what a chart is given, one document after the other.
	Values []any
	// At is where the tree says which state of it counts.
	At plan.Range
}

func (u *Unit) addValuesFile(name string) {
	u.Values = append(u.Values, ValueSource{File: name})
	if !slices.Contains(u.Files, name) {
		u.Files = append(u.Files, name)
		slices.Sort(u.Files)
	}
}

// Beside finds an object among those that are applied together with an owner:
// a generated ConfigMap stands in no file. It may be nil.
type Beside func(kind, namespace, name string) (object.Object, bool)
