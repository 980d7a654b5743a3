package hcl

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/upload"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// uploads adds what HCP Terraform would destroy because .terraformignore keeps
// a file from it. It counts in the folder that is uploaded: the root, or one
// above it where the workspace names a working directory (terraform internal/cloud,
// which strips that from the path of the root and uploads the rest). Which one
// that is stands in no file, so each that has one is tried.
func (p *prediction) uploads(root string, plain plan.Plan) plan.Plan {
	if !p.remote(root) {
		return plain
	}
	for dir := root; ; dir = path.Dir(dir) {
		name := path.Join(dir, upload.IgnoreFile)
		if exists(p.before, name) || exists(p.after, name) {
			plain = plan.Join(plain, p.uploaded(root, dir, name, plain))
		}
		if dir == "." {
			return plain
		}
	}
}

// remote reports whether a root may run on HCP Terraform: it says so, or it
// says nothing of its state, as one does that a workspace takes from the
// repository. Another backend has it run where its files are.
func (p *prediction) remote(root string) bool {
	for which, tree := range p.trees() {
		s := p.load(tree, which, root)
		if !s.exists() {
			continue
		}
		if state := s.module.Settings.State; state == "" || strings.HasPrefix(state, "cloud ") || strings.HasPrefix(state, "backend remote ") {
			return true
		}
	}
	return false
}

// uploaded is what goes when the files below one folder count without those
// that its file of patterns names, beside what goes anyway.
func (p *prediction) uploaded(root, dir, name string, plain plan.Plan) plan.Plan {
	was, errBefore := p.hides(p.before, dir, name)
	is, errAfter := p.hides(p.after, dir, name)
	_, changed := slices.BinarySearch(p.changed, name)
	at := p.changedLine(plan.Range{File: name, Line: 1, EndLine: 1, Side: plan.After})
	for _, err := range []error{errBefore, errAfter} {
		switch {
		case err != nil && changed:
			return plan.Plan{Gaps: []plan.Gap{{At: at, Root: root, Kind: plan.GapUnreadable, Subject: name,
				Why: "it decides which files reach HCP Terraform and cannot be read: " + err.Error()}}}
		case err != nil:
			return plan.Plan{}
		}
	}
	if hidden := union(was, is); !p.reads(root, hidden) {
		return plan.Plan{}
	}
	part := *p
	part.before, part.after = upload.Without(p.before, was), upload.Without(p.after, is)
	for _, file := range slices.Sorted(maps.Keys(union(was, is))) {
		if was[file] != is[file] {
			part.changed = append(slices.Clip(part.changed), file)
		}
	}
	slices.Sort(part.changed)
	part.changed = slices.Compact(part.changed)
	return beyond(plain, part.root(root), plan.Cause{Range: at, Text: name + " decides which files reach HCP Terraform"}, changed)
}

// reads reports whether a root may read one of some files.
func (p *prediction) reads(root string, files map[string]bool) bool {
	reach := &reach{p: p, folders: map[string]bool{}}
	for which, tree := range p.trees() {
		s := p.load(tree, which, root)
		reach.add(tree, root, s.module, s.runtime, 0)
	}
	for f := range files {
		if reach.holds(root, f) {
			return true
		}
	}
	return false
}

// hides are the files of one side that the patterns in a folder keep from HCP
// Terraform.
func (p *prediction) hides(tree fs.FS, dir, name string) (map[string]bool, error) {
	var text []byte
	if exists(tree, name) {
		real, err := plan.Resolve(tree, name)
		if err != nil {
			return nil, err
		}
		if text, err = fs.ReadFile(tree, real); err != nil {
			return nil, err
		}
		if plan.IsLFSPointer(text) {
			return nil, errors.New("it is a Git LFS pointer, the content is not in the repository")
		}
	}
	rules, err := upload.Parse(string(text))
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(tree, dir); err != nil {
		return nil, nil //nolint:nilerr // a folder that is not there hides nothing
	}
	return upload.Hidden(tree, dir, rules)
}

func union(a, b map[string]bool) map[string]bool {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]bool{}
	}
	maps.Copy(out, b)
	return out
}

// beyond is what a plan destroys and cannot tell beyond another one. because
// comes first where it is a changed place.
func beyond(plain, other plan.Plan, because plan.Cause, changed bool) plan.Plan {
	type key struct {
		address plan.Address
		action  plan.Action
	}
	known := map[key]bool{}
	for _, c := range plain.Changes {
		known[key{c.Address, c.Action}] = true
	}
	var out plan.Plan
	for _, c := range other.Changes {
		if !c.Action.Destroys() || known[key{c.Address, c.Action}] {
			continue
		}
		if changed && (len(c.Causes) == 0 || c.Causes[0].File != because.File) {
			c.Causes = append([]plan.Cause{because}, c.Causes...)
		}
		out.Changes = append(out.Changes, c)
	}
	for _, g := range other.Gaps {
		if !slices.ContainsFunc(plain.Gaps, func(h plan.Gap) bool { return h.Kind == g.Kind && h.Why == g.Why && h.At == g.At }) {
			out.Gaps = append(out.Gaps, g)
		}
	}
	return out
}
