package elsewhere

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// Module is what a call leads to that is no folder of its own package.
type Module struct {
	// Source is what was asked for; its Kind is empty where a committed record
	// of the tool's own says where the module lies.
	Source plan.Source
	// Dir is the folder in the tree, "" where it cannot be had.
	Dir string
	// Package is what it lies in, without the tree.
	Package plan.Package
	// Salt is set where the package is private, see [plan.Private].
	Salt string
	// Err is why it cannot be had, nil where it can or has not come yet.
	Err *plan.SourceError
	// Call is the call that names it.
	Call *config.Call
}

// Side is one side of a root that is to be installed.
type Side struct {
	Tree    *Tree
	Root    string // folder
	Module  *config.Module
	Runtime config.Runtime
}

// Installed are the modules from elsewhere of one root on both sides, by the
// path of their call, as init would record them.
type Installed struct {
	Before, After map[string]Module
	// Missing: something that was asked for has not come yet.
	Missing bool
	// Limit says that not all calls were followed, "" where they were.
	Limit string
	// Changed are the files that differ between the two sides' packages, under
	// the names that they have in the trees.
	Changed []string
	// Drifts are references that stand for something else now than before the
	// change, although nothing of the change says so.
	Drifts []Drift
}

// Drift is a reference that moved by itself.
type Drift struct {
	Key      string
	Was, Is  plan.Package
	Source   plan.Source
	Declared hcl.Range
}

// Private is the outermost call on the path of a call whose package not everybody may
// read, "" where there is none.
func Private(of map[string]Module, static string) (call string) {
	for ; static != ""; static = above(static) {
		if of[static].Package.Private != "" {
			call = static
		}
	}
	return call
}

// above is the path of the call that a call stands in.
func above(static string) string { return static[:max(0, strings.LastIndexByte(static, '.'))] }

// maxLevels bounds calls within calls.
const maxLevels = 24

// installer walks the calls of one side.
type installer struct {
	Side
	sources plan.Sources
	side    plan.Side
	loader  *config.Loader
	records map[string]record
	earlier map[plan.Source]plan.Answer // of the before side, by source without side and depth
	out     map[string]Module
	trees   map[string]plan.Package // with their trees
	leads   map[string]bool         // by folder, whether a call from it leads elsewhere
	missing bool
	drifts  []Drift
	salts   map[string]string // by key, of private packages: the same on both sides
	steps   int               // calls that were followed
}

// maxSteps bounds the calls that are followed for one side: modules that each
// call the next several times make more instances than there are files.
const maxSteps = 5_000

// Install lays what both sides of a root call from elsewhere. A side without a
// module has nothing. What a reference means that stands on both sides is what it
// meant before the change.
func Install(sources plan.Sources, loader *config.Loader, before, after Side) Installed {
	left := install(sources, loader, plan.Before, before, nil)
	right := install(sources, loader, plan.After, after, left)
	out := Installed{Before: left.out, After: right.out, Missing: left.missing || right.missing, Drifts: right.drifts}
	if max(left.steps, right.steps) > maxSteps {
		out.Limit = fmt.Sprintf("modules that call external modules are called more than %d times", maxSteps)
	}
	for _, key := range slices.Sorted(maps.Keys(right.trees)) {
		was, ok := left.trees[key]
		is := right.trees[key]
		if !ok || was.Digest == is.Digest {
			continue
		}
		files, err := treediff.Files(was.Tree, is.Tree)
		if err != nil {
			continue // what cannot be listed shows up where it is needed
		}
		for _, f := range files {
			out.Changed = append(out.Changed, path.Join(right.folder(key, is), f.Path))
		}
	}
	return out
}

func install(sources plan.Sources, loader *config.Loader, side plan.Side, of Side, before *installer) *installer {
	in := &installer{Side: of, sources: sources, side: side, loader: loader, earlier: map[plan.Source]plan.Answer{},
		out: map[string]Module{}, trees: map[string]plan.Package{}, leads: map[string]bool{}, salts: map[string]string{}}
	if of.Module == nil {
		return in
	}
	in.records = recorded(of.Tree, of.Root)
	if before != nil {
		in.earlier, in.salts = before.earlier, before.salts
	}
	in.calls(of.Module, of.Root, "", 0, nil)
	return in
}

// calls follows the calls of one module. Depth counts the packages that led
// here, above are the folders on the way.
func (in *installer) calls(m *config.Module, dir, static string, depth int, above []string) {
	if len(above) >= maxLevels || slices.Contains(above, path.Clean(dir)) || !in.leadsElsewhere(dir, m) {
		return
	}
	if in.steps++; in.steps > maxSteps {
		return
	}
	above = append(above[:len(above):len(above)], path.Clean(dir))
	for _, name := range slices.Sorted(maps.Keys(m.Calls)) {
		call := m.Calls[name]
		key := strings.TrimPrefix(static+"."+name, ".")
		to, deeper := path.Join(dir, call.Source), depth
		if !config.IsLocal(call.Source) {
			found := in.find(key, call, depth+1)
			in.out[key] = found
			if to, deeper = found.Dir, depth+1; to == "" {
				continue
			}
		}
		if child, problem := in.loader.Load(in.Tree, to, in.Runtime); problem == nil {
			in.calls(child, to, key, deeper, above)
		}
	}
}

// leadsElsewhere reports whether a module, or one of the same package that it
// leads to, calls something from elsewhere. All others need not be followed.
func (in *installer) leadsElsewhere(dir string, m *config.Module) bool {
	dir = path.Clean(dir)
	if known, ok := in.leads[dir]; ok {
		return known
	}
	in.leads[dir] = in.reaches(dir, m, map[string]bool{})
	return in.leads[dir]
}

func (in *installer) reaches(dir string, m *config.Module, seen map[string]bool) bool {
	seen[dir] = true
	for _, call := range m.Calls {
		if !config.IsLocal(call.Source) {
			return true
		}
		to := path.Join(dir, call.Source)
		if seen[to] {
			continue
		}
		if child, problem := in.loader.Load(in.Tree, to, in.Runtime); problem == nil && in.reaches(to, child, seen) {
			return true
		}
	}
	return false
}

func (in *installer) find(key string, call *config.Call, depth int) Module {
	if r, ok := in.records[key]; ok && !in.withinPrivate(key) && r.fits(call) {
		if dir := path.Join(in.Root, r.Dir); dir != ".." && !strings.HasPrefix(dir, "../") {
			return Module{Dir: dir, Call: call, Package: plan.Package{Version: r.Version}}
		}
	}
	s := plan.Source{Kind: plan.ModuleSource, Address: call.Source, OpenTofu: in.Runtime.Tool == config.OpenTofu}
	if call.Version != "" {
		s.Ref = plan.Ref{Kind: plan.RefVersion, Text: call.Version}
	}
	out := Module{Source: s, Call: call}
	if call.Computed {
		out.Err = &plan.SourceError{Why: plan.SourceUnsupported, Subject: call.Source, Text: "its source is computed"}
		return out
	}
	p, err := in.ask(key, s, call, depth)
	switch {
	case errors.As(err, &out.Err):
		return out
	case err != nil:
		in.missing = true
		return out
	}
	folder := in.folder(key, p)
	in.Tree.Lay(folder, p.Tree)
	in.trees[key], out.Salt = p, in.salts[key]
	out.Dir, out.Package = path.Join(folder, p.Dir), p
	out.Package.Tree = nil
	return out
}

// withinPrivate reports whether a call stands in private content: the record that the
// root has committed says nothing of it, since what it leads to would be handed the
// content's values.
func (in *installer) withinPrivate(key string) bool {
	return Private(in.out, above(key)) != ""
}

// folder is where the package of a call is laid: where it was before the change, if it
// was private then or is now. What private content calls lies as it does.
func (in *installer) folder(key string, p plan.Package) string {
	for over := key; over != "" && in.salts[key] == ""; over = above(over) {
		in.salts[key] = in.salts[over]
	}
	if p.Private != "" && in.salts[key] == "" {
		in.salts[key] = salt(p)
	}
	if in.salts[key] == "" {
		return Folder(in.Root, key)
	}
	return privateFolder(in.Root, key, in.salts[key])
}

// ask takes what the reference meant before the change where it stands on both
// sides, and notes where it means something else now.
func (in *installer) ask(key string, s plan.Source, call *config.Call, depth int) (plan.Package, error) {
	asked := s
	asked.Side, asked.Depth = in.side, depth
	if in.side == plan.Before {
		p, err := in.sources.Package(asked)
		in.earlier[s] = plan.Answer{Package: p, Err: err}
		return p, err
	}
	was, stood := in.earlier[s]
	if stood && (was.Err != nil || was.Package.Moment != plan.MomentAsked) {
		return was.Package, was.Err
	}
	is, err := in.sources.Package(asked)
	if !stood {
		return is, err
	}
	if err == nil && !was.Package.Same(is) {
		d := Drift{Key: key, Was: was.Package, Is: is, Source: s, Declared: call.SourceAt}
		d.Was.Tree, d.Is.Tree = nil, nil
		in.drifts = append(in.drifts, d)
	}
	if errors.Is(err, plan.ErrNotFetched) {
		return plan.Package{}, err
	}
	return was.Package, nil
}
