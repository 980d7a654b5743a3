package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Ask finds what a source stands for; see plan.Sources. The side is the asked
// one's to choose.
type Ask func(plan.Source) (plan.Package, error)

// packagesTop is the folder that packages from elsewhere stand in. Where the
// repository has one of that name, it gets another.
const packagesTop = ".elsewhere"

// Asking is a scan of the same side that brings what is elsewhere.
func (s *Scan) Asking(ask Ask) *Scan {
	out := *s
	out.ask = ask
	out.owned, out.ownedFrom, out.artifacts = map[ownedKey][]*Unit{}, map[ownedKey]map[string]any{}, map[string]artifact{}
	out.graph = s.graph.placing(out.bringFor, s.graph.packages)
	return &out
}

// repository is the scan of the repository that this one belongs to.
func (s *Scan) repository() *Scan {
	if s.home != nil {
		return s.home
	}
	return s
}

// top is the folder that paths of this side begin from.
func (s *Scan) top() string {
	if s.Tree.top != "" {
		return s.Tree.top
	}
	if w := s.Tree.whole; w != nil && w.top != "" {
		return w.top
	}
	return "."
}

// below is a path of a package, or of the repository, as the side has it.
func (s *Scan) below(name string) string { return path.Join(s.top(), name) }

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
	tree, err := openAt(p.Tree, top, s.Tree.Side, nil)
	if err != nil {
		return nil, fmt.Errorf("read the package %s: %w", p.Digest, err)
	}
	seen := NewScan(tree, s.settings)
	seen.depth, seen.Other = depth, s.Other
	s.Tree.packages[top] = tree
	tree.packages = s.Tree.packages
	s.graph.packages[top] = seen.graph
	return seen, nil
}

// folderOf is the folder of a package: a name that neither side has.
func (s *Scan) folderOf(digest string) string {
	top := packagesTop
	for s.Tree.has(top) || s.Tree.HasDir(top) || s.Other != nil && (s.Other.has(top) || s.Other.HasDir(top)) {
		top += "_"
	}
	sum := sha256.Sum256([]byte(digest))
	return path.Join(top, hex.EncodeToString(sum[:16]))
}

// inside is a path as the package has it.
func (s *Scan) inside(name string) string {
	if top := s.top(); top != "." {
		return strings.TrimPrefix(strings.TrimPrefix(name, top), "/")
	}
	return name
}

// bringFor brings what a kustomization names.
func (s *Scan) bringFor(from string, source plan.Source) (string, error) {
	asking := s
	for _, seen := range s.repository().packages {
		if under(from, seen.top()) {
			asking = seen
		}
	}
	if !askable(source) {
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
		if top := seen.top(); under(name, top) {
			return digest, seen.Tree.inside(name), true
		}
	}
	return "", "", false
}
