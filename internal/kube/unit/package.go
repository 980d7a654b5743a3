package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// packagesTop is the folder that packages from elsewhere stand in. Where the
// repository has one of that name, it gets another.
const packagesTop = ".elsewhere"

// Asking is a scan of the same side that brings what is elsewhere.
func (s *Scan) Asking(ask Ask) *Scan {
	out := *s
	out.ask = ask
	out.owned, out.artifacts = memo[[]*Unit]{}, map[string]artifact{}
	out.graph = s.graph.placing(out.bringFor, s.graph.packages)
	return &out
}

// bring asks for a source and lets its package stand beside the files of the
// repository. It returns the package's own scan and where the source points.
func (s *Scan) bring(source plan.Source) (*Scan, string, error) {
	if s.ask == nil {
		return nil, "", plan.ErrNotFetched
	}
	source.Depth = s.depth + 1
	p, err := s.ask(source)
	if err != nil {
		return nil, "", err
	}
	seen, err := s.stand(p)
	if err != nil {
		return nil, "", err
	}
	return seen, path.Join(seen.top(), p.Dir), nil
}

// stand puts a package beside the files of the repository.
func (s *Scan) stand(p plan.Package) (*Scan, error) {
	home := s.repository()
	seen, ok := home.packages[p.Digest]
	if !ok {
		var err error
		if seen, err = home.open(p, s.depth+1); err != nil {
			return nil, err
		}
		home.packages[p.Digest] = seen
	}
	out := *seen
	out.ask, out.home = home.ask, home
	out.graph = seen.graph.placing(out.bringFor, home.graph.packages)
	out.artifacts = map[string]artifact{}
	return &out, nil
}

// open scans a package, from then on a part of what can be read on this side.
func (s *Scan) open(p plan.Package, depth int) (*Scan, error) {
	top := s.folderOf(p.Digest)
	opened, err := tree.OpenAt(p.Tree, top, s.Tree.Side, nil)
	if err != nil {
		return nil, fmt.Errorf("read the package %s: %w", p.Digest, err)
	}
	seen := NewScan(opened, s.settings)
	seen.depth, seen.Other = depth, s.Other
	s.Tree.Stand(opened)
	s.graph.packages[top] = seen.graph
	return seen, nil
}

// folderOf is the folder of a package: a name that neither side has.
func (s *Scan) folderOf(digest string) string {
	top := packagesTop
	for s.Tree.Has(top) || s.Tree.HasDir(top) || s.Other != nil && (s.Other.Has(top) || s.Other.HasDir(top)) {
		top += "_"
	}
	sum := sha256.Sum256([]byte(digest))
	return path.Join(top, hex.EncodeToString(sum[:16]))
}

// bringFor brings what a kustomization names.
func (s *Scan) bringFor(from string, source plan.Source) (string, error) {
	asking := s
	for _, seen := range s.repository().packages {
		if tree.Under(from, seen.top()) {
			asking = seen
		}
	}
	if !origin.Askable(source) {
		return "", plan.ErrNotFetched
	}
	at := *s
	at.depth = asking.depth
	_, to, err := at.bring(source)
	return to, err
}

// Package is what stands in a folder of packages, and the path inside it.
func (s *Scan) Package(name string) (digest, inside string, ok bool) {
	for digest, seen := range s.repository().packages {
		if top := seen.top(); tree.Under(name, top) {
			return digest, seen.Tree.Inside(name), true
		}
	}
	return "", "", false
}

// fetched makes a unit of what a source holds, with make; where it cannot be
// had it is the unit that stands for that, with the reason.
func (s *Scan) fetched(source plan.Source, missing *Unit, make func(seen *Scan, at string) *Unit) *Unit {
	if missing.elsewhere == nil {
		missing.elsewhere = &Elsewhere{What: origin.From(source)}
	}
	if source.Kind != "" {
		missing.elsewhere.Source = source
	}
	if !origin.Askable(source) {
		missing.elsewhere.Source.Kind = ""
		return missing
	}
	seen, at, err := s.bring(source)
	if err != nil {
		return missing
	}
	u := make(seen, at)
	if u == nil {
		return missing
	}
	u.home, u.claims, u.deep = missing.Home(), missing.claims, missing.deep
	u.Selectors = append(slices.Clip(u.Selectors), missing.Selectors...)
	u.Placed = append(slices.Clip(u.Placed), Placed{Top: seen.top(), At: missing.elsewhere.At})
	return u
}
