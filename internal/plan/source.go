package plan

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// Sources gives content that a tree names and does not hold: modules, charts,
// bases and artifacts from elsewhere.
//
// A predictor asks and goes on: with the package, with a reason why it cannot
// be had (an error that is a *[SourceError]), or with [ErrNotFetched], which
// means that the edge has been asked for it and the run will be repeated. The
// answer to a Source never changes within one review, so that equal trees and
// equal digests give an equal plan.
//
// A Sources is safe for concurrent use.
type Sources interface {
	Package(Source) (Package, error)
}

// SourceKind says in which grammar an address is written and what lies behind
// it. The zero value is invalid.
type SourceKind string

const (
	ModuleSource     SourceKind = "module"     // the source of a module call in Terraform or OpenTofu
	ChartSource      SourceKind = "chart"      // a Helm chart of a repository or an OCI registry
	BaseSource       SourceKind = "base"       // an entry of a kustomization that is not in the tree
	RepositorySource SourceKind = "repository" // a git repository as Flux and Argo CD name it
	ArtifactSource   SourceKind = "artifact"   // an OCI artifact of manifests: Flux OCIRepository, Argo CD oci://
	BucketSource     SourceKind = "bucket"     // Flux Bucket
)

// Source is one thing from elsewhere as a tree names it. It is comparable and
// a map key.
type Source struct {
	Kind SourceKind
	// Address is what the tree says, unchanged: the `source` of a module call,
	// the URL of a chart repository, the entry of a kustomization, a repoURL.
	Address string
	// Name is the chart's name in its repository; empty where the address
	// leads to the chart itself.
	Name string
	// Ref is what the tree says beside the address: a version constraint, a
	// branch. The zero Ref means that nothing is said.
	Ref Ref
	// OpenTofu: the module call is OpenTofu's. Its default registry is another
	// one, and it alone knows oci:// addresses.
	OpenTofu bool
	// Side tells at which moment a reference that moves is looked up: before
	// the change, when the base was pushed; after it, now.
	Side Side
	// Depth is 1 for what the repository itself names, 2 for what a package of
	// depth 1 names, and so on.
	Depth int
}

// RefKind says what the text of a Ref is. It is empty only where the text is.
type RefKind string

const (
	RefVersion RefKind = "version" // a version or a constraint, in the syntax of the tool that reads it
	RefAny     RefKind = "any"     // a branch, a tag or a commit, as git resolves it
	RefBranch  RefKind = "branch"
	RefTag     RefKind = "tag" // of git or of an OCI repository
	RefCommit  RefKind = "commit"
	RefName    RefKind = "name"   // a full reference, refs/...
	RefDigest  RefKind = "digest" // of an OCI manifest, sha256:...
)

// Ref picks one state of a source.
type Ref struct {
	Kind RefKind
	Text string
}

// Moment says which state of a source a package is. The zero value is invalid.
type Moment string

const (
	// MomentExact: the reference cannot move: a commit, a digest, or a version
	// of a registry that answers with a commit.
	MomentExact Moment = "exact"
	// MomentAsked: the reference can move, and this is where it pointed at the
	// moment that the side stands for.
	MomentAsked Moment = "asked"
	// MomentNow: the reference can move, and nobody could tell where it pointed
	// when the base was pushed. This is today's state, on both sides.
	MomentNow Moment = "now"
)

// Package is what a source stands for.
type Package struct {
	// Tree is the whole package: everything at a commit, in an archive, in a
	// chart. It gives the git object ids of its entries.
	Tree fs.FS
	// Dir is where in the tree the source points: "." for its top.
	Dir string
	// Digest names the content for good: `git:github.com/o/r@40 hex`,
	// `oci:host/repo@sha256:64 hex`, `chart:host/name@sha256:64 hex`,
	// `archive:host/path@sha256:64 hex`, `file:host/path@sha256:64 hex`,
	// `tree:40 hex`. Equal digests have equal trees.
	Digest string
	// Version is the version that was chosen, empty where the source has none.
	Version string
	Moment  Moment
	// Private is the repository or host that only some may read, `acme/b`, and
	// empty for public content. What is computed from a private package must
	// not be shown to readers of another repository.
	Private string
}

// Same reports whether two answers are the same place in the same content.
func (p Package) Same(as Package) bool { return p.Digest == as.Digest && p.Dir == as.Dir }

// SourceWhy groups the reasons why a source cannot be had. The zero value is
// invalid.
type SourceWhy string

const (
	SourceInvalid     SourceWhy = "invalid"     // the tool itself would refuse the address or the constraint
	SourceUnsupported SourceWhy = "unsupported" // a grammar, host type or content that is not fetched
	SourceNotListed   SourceWhy = "not-listed"  // the host may not be asked
	SourcePrivate     SourceWhy = "private"     // it wants credentials that this review may not use
	SourceGone        SourceWhy = "gone"        // the address answers that there is no such thing
	SourceNoVersion   SourceWhy = "no-version"  // there is no version that satisfies
	SourceDown        SourceWhy = "down"        // no answer, or one that makes no sense
	SourceLimit       SourceWhy = "limit"       // one of our limits was reached; Limit names it
	SourceUntrusted   SourceWhy = "untrusted"   // the bytes are not those of the digest
	SourceOffline     SourceWhy = "offline"     // nothing is fetched in this run; another run could
)

// SourceError is why a source cannot be had, now or ever.
type SourceError struct {
	Why SourceWhy
	// Limit names the limit, for SourceLimit alone.
	Limit string
	// Subject is the host, the repository or the file.
	Subject string
	// Text says what is the matter and the way out, in one line.
	Text string
	// Private is as in Package: the text must not be shown elsewhere.
	Private string
}

func (e *SourceError) Error() string {
	var b strings.Builder
	if e.Subject != "" {
		b.WriteString(e.Subject + ": ")
	}
	b.WriteString(e.Text)
	if e.Limit != "" {
		b.WriteString(" (limit " + e.Limit + ")")
	}
	return b.String()
}

// MaxSourceDepth is how many packages may lead to one another.
const MaxSourceDepth = 8

// Answer is a package or why there is none.
type Answer struct {
	Package Package
	Err     error // nil, or a *SourceError
}

// Answers is a Sources over what is known, which notes what else is asked for.
// The zero value knows nothing and is ready to use.
type Answers struct {
	mu     sync.Mutex
	known  map[Source]Answer
	wanted map[Source]bool
}

// Package answers from what is known; what is not is wanted from now on. How
// deep a source lies is no part of what it is.
func (a *Answers) Package(s Source) (Package, error) {
	if s.Depth > MaxSourceDepth {
		return Package{}, &SourceError{Why: SourceLimit, Limit: "depth", Subject: s.Address,
			Text: "more than 8 packages lead to one another"}
	}
	s.Depth = 0
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.known[s]; ok {
		return known.Package, known.Err
	}
	if a.wanted == nil {
		a.wanted = map[Source]bool{}
	}
	a.wanted[s] = true
	return Package{}, ErrNotFetched
}

// Put makes an answer known. The first answer to a source stays.
func (a *Answers) Put(s Source, answer Answer) {
	s.Depth = 0
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.wanted, s)
	if a.known == nil {
		a.known = map[Source]Answer{}
	}
	if _, ok := a.known[s]; !ok {
		a.known[s] = answer
	}
}

// Wanted lists what was asked for and is not known, in a stable order.
func (a *Answers) Wanted() []Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	return sortedSources(a.wanted)
}

// Known lists what has an answer, in a stable order.
func (a *Answers) Known() []Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	return sortedSources(a.known)
}

func sortedSources[V any](of map[Source]V) []Source {
	out := make([]Source, 0, len(of))
	for s := range of {
		out = append(out, s)
	}
	slices.SortFunc(out, Source.Compare)
	return out
}

// Compare orders sources by kind, address and the rest.
func (s Source) Compare(t Source) int {
	for _, pair := range [...][2]string{
		{string(s.Kind), string(t.Kind)}, {s.Address, t.Address}, {s.Name, t.Name},
		{string(s.Ref.Kind), string(t.Ref.Kind)}, {s.Ref.Text, t.Ref.Text}, {string(t.Side), string(s.Side)},
	} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c
		}
	}
	if s.OpenTofu != t.OpenTofu {
		if t.OpenTofu {
			return -1
		}
		return 1
	}
	return s.Depth - t.Depth
}
