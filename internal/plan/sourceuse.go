package plan

import (
	"errors"
	"slices"
	"sync"
)

// SourceUse is one source that a prediction was made with, and the content that
// it stood for.
type SourceUse struct {
	Source  Source // its Depth is 0
	Digest  string
	Version string
	Moment  Moment
	Private string
	// Direct: a tree of the change names it, and not only another package.
	Direct bool
}

// Offline is a Sources that has nothing: what is not in the trees is not looked
// for.
type Offline struct{}

// Package refuses.
func (Offline) Package(s Source) (Package, error) {
	return Package{}, &SourceError{Why: SourceOffline, Subject: s.Address,
		Text: "it is not in the repository, and external sources are not fetched here"}
}

// SourcesOr is what a predictor asks: sources, or where there are none
// [Offline].
func SourcesOr(s Sources) Sources {
	if s == nil {
		return Offline{}
	}
	return s
}

// SourceLog passes everything on and notes what a run used. The zero value with
// its Sources is ready.
type SourceLog struct {
	Sources

	mu      sync.Mutex
	used    map[Source]SourceUse
	missing []Source
}

// Package asks and notes.
func (l *SourceLog) Package(s Source) (Package, error) {
	p, err := l.Sources.Package(s)
	asked, direct := s, s.Depth <= 1
	s.Depth = 0
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		if l.used == nil {
			l.used = map[Source]SourceUse{}
		}
		l.used[s] = SourceUse{s, p.Digest, p.Version, p.Moment, p.Private, direct || l.used[s].Direct}
	case errors.Is(err, ErrNotFetched):
		l.missing = append(l.missing, asked)
	}
	return p, err
}

// Used lists what was used, in the order of sources.
func (l *SourceLog) Used() []SourceUse {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]SourceUse, 0, len(l.used))
	for _, s := range sortedSources(l.used) {
		out = append(out, l.used[s])
	}
	return out
}

// Missing is the first source, in their order, that had not been fetched when it
// was asked for.
func (l *SourceLog) Missing() (Source, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.missing) == 0 {
		return Source{}, false
	}
	return slices.MinFunc(l.missing, Source.Compare), true
}
