package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// SourceSet is sources, at whatever moment and depth. The zero value is empty and
// ready. It is safe for concurrent use.
type SourceSet struct {
	mu  sync.Mutex
	has map[Source]bool
}

// Add puts a source in.
func (s *SourceSet) Add(source Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.has == nil {
		s.has = map[Source]bool{}
	}
	s.has[timeless(source)] = true
}

// Has reports whether a source is in it.
func (s *SourceSet) Has(source Source) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has[timeless(source)]
}

func timeless(s Source) Source {
	s.Side, s.Depth = "", 0
	return s
}

// Naming passes on what is asked for, and notes what the tree before the change names
// itself.
type Naming struct {
	Sources
	Named *SourceSet
}

// Package asks and notes.
func (n Naming) Package(s Source) (Package, error) {
	if s.Side == Before && s.Depth <= 1 {
		n.Named.Add(s)
	}
	return n.Sources.Package(s)
}

// ID names a source, at whatever moment, by 32 hexadecimal digits.
func (s Source) ID() string {
	parts := []string{string(s.Kind), s.Address, s.Name, string(s.Ref.Kind), s.Ref.Text, fmt.Sprint(s.OpenTofu)}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:16])
}
