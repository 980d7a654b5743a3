package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A tree is one side of a comparison: a read-only [fs.FS] that also reads
// links ([fs.ReadLinkFS]) where it can hold them. Symbolic links are not
// followed by the tree; [Resolve] follows them inside it. A git submodule is
// an entry of mode fs.ModeIrregular, which cannot be read.

// ObjectID is the git object id of an entry. A tree that knows it returns it
// as the Sys of the entry's [fs.FileInfo]; equal ids mean equal content, for
// a folder everything below it included.
type ObjectID string

// ID returns the object id of an entry, or "" where the tree has none.
func ID(tree fs.FS, name string) ObjectID {
	info, err := fs.Lstat(tree, name)
	if err != nil {
		return ""
	}
	id, _ := info.Sys().(ObjectID)
	return id
}

// ErrNotFetched is what a tree returns for content that exists but has not
// been brought here yet. The tree remembers who asked, see internal/github.
var ErrNotFetched = errors.New("content not fetched")

// Partial is a tree that may lack content. Has reports whether an entry can be read
// without bringing anything; to ask is not to ask for it.
type Partial interface{ Has(name string) bool }

// Here reports whether an entry of a tree can be read without bringing anything.
func Here(tree fs.FS, name string) bool {
	partial, ok := tree.(Partial)
	return !ok || partial.Has(name)
}

// ErrUnreadable is what a tree returns for an entry that, by its kind or its
// size, can never be read as asked: a submodule, a folder read as a file, a
// file beyond the limit. It is a fact about the content, no failure.
var ErrUnreadable = errors.New("cannot be read")

// ErrEscapes means that a symbolic link leads out of the tree.
var ErrEscapes = errors.New("symbolic link leads out of the repository")

// maxLinks is the number of links on one path after which it counts as a
// cycle, as in Linux (path_resolution(7), 40).
const maxLinks = 40

// Resolve follows symbolic links in every element of name inside the tree and
// returns the real name. It fails with ErrEscapes for a link that leads out,
// and with an error that wraps fs.ErrNotExist for a broken one.
func Resolve(tree fs.FS, name string) (string, error) {
	links := 0
	done, rest := ".", path.Clean(name)
	for rest != "" && rest != "." {
		first, tail, _ := strings.Cut(rest, "/")
		if first == ".." {
			return "", fmt.Errorf("resolve %s: %w", name, ErrEscapes)
		}
		next := path.Join(done, first)
		info, err := fs.Lstat(tree, next)
		if err != nil {
			return "", fmt.Errorf("resolve %s: %w", name, err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done, rest = next, tail
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("resolve %s: more than %d symbolic links", name, maxLinks)
		}
		target, err := fs.ReadLink(tree, next)
		if err != nil {
			return "", fmt.Errorf("resolve %s: %w", name, err)
		}
		joined := path.Join(done, target, tail)
		if path.IsAbs(target) || joined == ".." || strings.HasPrefix(joined, "../") {
			return "", fmt.Errorf("resolve %s: %w", name, ErrEscapes)
		}
		done, rest = ".", joined
	}
	return done, nil
}

// IsSubmodule reports whether the entry is a git submodule.
func IsSubmodule(info fs.FileInfo) bool { return info.Mode()&fs.ModeIrregular != 0 }

// lfsPrefix starts every Git LFS pointer file (git-lfs docs/spec.md, version 1).
var lfsPrefix = []byte("version https://git-lfs.github.com/spec/")

// IsLFSPointer reports whether content is a Git LFS pointer instead of the
// file it stands for.
func IsLFSPointer(content []byte) bool {
	return len(content) < 1024 && bytes.HasPrefix(content, lfsPrefix)
}

// FileStatus is what happened to a path between two trees. The zero value is
// invalid.
type FileStatus string

const (
	Added    FileStatus = "added"
	Removed  FileStatus = "removed"
	Modified FileStatus = "modified"
	Renamed  FileStatus = "renamed"
)

// File is one path that differs between the two trees. From is the path on
// the before side, equal to Path unless it was renamed.
type File struct {
	Path, From string
	Status     FileStatus
	// BeforeMode and AfterMode are zero where the side has no such path.
	BeforeMode, AfterMode fs.FileMode
}
