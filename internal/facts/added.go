package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Folder is where a repository keeps packs of its own, in the tree of its
// default branch.
const Folder = ".github/holdpoint/facts"

// Added is a packed file that is not part of the program.
type Added struct {
	Header
	// Digest is the SHA-256 of the file, in hexadecimal.
	Digest string
	file   *File
}

// ReadAdded opens a pack and decodes all of it. Its name has to say what it is:
// `<namespace>_<name>@<version>.facts`.
func ReadAdded(name string, data []byte) (*Added, error) {
	f, err := Open(data)
	if err != nil {
		return nil, fmt.Errorf("facts %s: the file %w", name, err)
	}
	provider, version := splitName(name)
	if f.Provider != provider || f.Version != version {
		return nil, fmt.Errorf("facts %s: they are of %s %s; name the file %s", name, f.Provider, f.Version, f.FileName())
	}
	if provider == builtin {
		return nil, fmt.Errorf("facts %s: the provider that comes with Terraform is known", name)
	}
	for _, t := range f.Names() {
		if _, err := f.Find(t); err != nil {
			return nil, fmt.Errorf("facts %s: %w", name, err)
		}
	}
	sum := sha256.Sum256(data)
	return &Added{Header: f.Header, Digest: hex.EncodeToString(sum[:]), file: f}, nil
}

// Types lists the resource types of a pack.
func (p *Added) Types() []string { return p.file.Names() }

// Packs are what is added to the embedded facts.
type Packs struct {
	// Operator are packs of whoever runs the program; they count as embedded
	// ones do.
	Operator []*Added
	// Repository are packs of the repository under review. They add types and
	// change nothing of a type that is known.
	Repository []*Added
}

// LoadWith is Load with more packs.
func LoadWith(p Packs) plan.Facts {
	l := embedded()
	for _, pack := range p.Operator {
		l.files = slices.DeleteFunc(l.files, func(f *file) bool {
			return f.provider == pack.Provider && f.version == parseVersion(pack.Version)
		})
		l.files = append(l.files, pack.asFile())
	}
	l.sort()
	for _, pack := range p.Repository {
		l.extra = append(l.extra, pack.asFile())
	}
	return l.facts
}

func (p *Added) asFile() *file {
	return &file{
		provider: p.Provider, version: parseVersion(p.Version),
		header: func() Header { return p.Header }, open: func() *File { return p.file },
	}
}
