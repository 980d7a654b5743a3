// Package unit finds what is applied as one: folders of manifests,
// kustomizations, charts with their values, and what Argo CD and Flux objects
// name. It reads files and renders nothing.
package unit

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
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
	Tool    Tool
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
	Release Release
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
	// claims: Root is what an owner applies; deep: with all below it.
	claims, deep bool
}

// Home is the folder of the repository that the unit is told of by.
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

// Moved reports whether two sides read another content by their sources. One
// that gets another name alone, or is only written down now, has not moved.
func (s Source) Moved(after Source) bool {
	if s.Text != "" && after.Text != "" {
		return s.Text != after.Text
	}
	return s.Name != after.Name
}

// config is what beside the files decides about the objects.
func (u *Unit) config() string {
	text, err := json.Marshal([]any{
		u.Tool, u.Root, u.Owner.Cluster, u.Namespace, u.Manifests, u.Fields, string(u.Written), u.Release, u.Values, u.WithoutDefaults,
		u.Vendored, u.Substitute, u.Config, u.Charts,
	})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// SameInputs reports whether two sides of a unit are made from the same.
func SameInputs(before *Unit, tb *Tree, after *Unit, ta *Tree) bool {
	if !slices.Equal(before.Files, after.Files) || before.config() != after.config() || !sameOutside(before, after) {
		return false
	}
	if len(before.Gaps) > 0 != (len(after.Gaps) > 0) {
		return false
	}
	for _, name := range before.Files {
		if !Same(tb, ta, name) {
			return false
		}
	}
	return true
}

// sameOutside: what is added to what neither side can be made from takes
// nothing away, unless it alters what is there.
func sameOutside(before, after *Unit) bool {
	all := func(Outside) bool { return true }
	if len(before.Gaps) > 0 && len(after.Gaps) > 0 {
		b, a := outsideIDs(before, all), outsideIDs(after, all)
		altering := func(o Outside) bool { return o.Alters }
		return !slices.ContainsFunc(b, func(id string) bool { return !slices.Contains(a, id) }) &&
			slices.Equal(outsideIDs(before, altering), outsideIDs(after, altering))
	}
	return slices.Equal(outsideIDs(before, all), outsideIDs(after, all))
}

func outsideIDs(u *Unit, counts func(Outside) bool) []string {
	var ids []string
	for _, o := range u.Outside {
		if counts(o) {
			ids = append(ids, o.What+"\x00"+o.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Request collects the files of a unit that has to be rendered.
func (u *Unit) Request(t *Tree) (Request, *plan.Gap) {
	req := Request{Tool: u.Tool, Files: map[string][]byte{}, Root: u.Root, Fields: u.Fields, Release: u.Release}
	for _, name := range u.Files {
		data, err := t.Read(name)
		if err != nil {
			kind, line, why := Trouble(err)
			return req, &plan.Gap{At: plan.Range{File: name, Line: line, EndLine: line, Side: t.Side}, Root: u.Root, Kind: kind, Subject: name, Why: why}
		}
		req.Files[name] = data
	}
	for _, p := range u.Placed {
		if p.Entry != "" {
			req.Files[p.File] = withEntry(req.Files[p.File], p.Entry, p.To)
		}
	}
	for _, o := range u.Outside {
		switch {
		case o.Entry != "":
			req.Files[o.File] = withoutEntry(req.Files[o.File], o.Entry)
		case o.Line > 0:
			req.Files[o.File] = blank(req.Files[o.File], o.Line, o.EndLine)
		}
	}
	if u.Written != nil {
		req.Files[path.Join(u.Root, kustomizationNames[0])] = u.Written
	}
	for _, name := range slices.Sorted(maps.Keys(u.Vendored)) {
		dir := u.Vendored[name]
		for _, file := range t.Below(dir) {
			if data, ok := req.Files[file]; ok {
				req.Files[path.Join(u.Root, "charts", name, strings.TrimPrefix(file, dir+"/"))] = data
			}
		}
	}
	req.Release.Values = append(req.Release.Values, texts(req.Files, u.Values)...)
	for _, c := range u.Charts {
		req.Files[c.Kustomization] = withoutCharts(req.Files[c.Kustomization])
		release := c.Release
		release.Values = texts(req.Files, c.Values)
		req.Charts = append(req.Charts, Chart{Into: c.Into, Kustomization: c.Kustomization, Root: c.Root, Release: release})
	}
	if own := path.Join(u.Root, "values.yaml"); u.WithoutDefaults && req.Files[own] != nil {
		req.Files[own] = []byte("{}\n")
	}
	return req, nil
}

// texts are documents of values as they stand.
func texts(files map[string][]byte, values []ValueSource) [][]byte {
	var out [][]byte
	for _, v := range values {
		text := v.Text
		if v.File != "" {
			text = files[v.File]
		}
		out = append(out, text)
	}
	return out
}

// blank empties lines without moving the others.
func blank(data []byte, from, to int) []byte {
	lines := strings.Split(string(data), "\n")
	for i := max(from, 1); i <= min(to, len(lines)); i++ {
		lines[i-1] = ""
	}
	return []byte(strings.Join(lines, "\n"))
}

func sortedSet(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }
