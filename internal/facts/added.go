package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

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
	if provider != strings.ToLower(provider) {
		return nil, fmt.Errorf("facts %s: write the provider in lower case", name)
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

// Bounds of what a repository may add.
const (
	mostAdded    = 20
	largestAdded = 4 << 20
)

// ReadFolder reads the packs in a folder, in the order of their names. A folder
// that is not there has none. Of a repository's it is to be the tree of the
// default branch's commit, never the head's: a change of a pack must not decide
// about itself.
func ReadFolder(tree fs.FS, folder string) ([]*Added, error) {
	entries, err := fs.ReadDir(tree, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list facts: %w", err)
	}
	var out []*Added
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".facts") {
			continue
		}
		name := path.Join(folder, e.Name())
		info, err := e.Info()
		switch {
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", name, err)
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%s: want a plain file, not a link or folder", name)
		case info.Size() > largestAdded:
			return nil, fmt.Errorf("%s: larger than %d bytes", name, largestAdded)
		case len(out) == mostAdded:
			return nil, fmt.Errorf("%s: more than %d packs", folder, mostAdded)
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		pack, err := ReadAdded(name, data)
		if err != nil {
			return nil, err
		}
		out = append(out, pack)
	}
	return out, nil
}

// Shadowed lists the types of a pack that the program knows, whose facts a
// repository's pack does not change.
func (p *Added) Shadowed() []string {
	l := embedded()
	return slices.DeleteFunc(p.Types(), func(t string) bool { return l.facts(p.Provider, p.Version, t) == nil })
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

// Load is the function Load with more packs.
func (p Packs) Load() plan.Facts { return p.library().facts }

// TypeFacts is the function TypeFacts with more packs.
func (p Packs) TypeFacts(name string) []*plan.TypeFacts { return p.library().every(name) }

func (p Packs) library() *library {
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
	return l
}

func (p *Added) asFile() *file {
	return &file{
		provider: p.Provider, version: parseVersion(p.Version),
		header: func() Header { return p.Header }, open: func() *File { return p.file },
	}
}
