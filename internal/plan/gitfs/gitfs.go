// Package gitfs makes a file system of folders and files that git knows, as
// far as somebody can list and read them: a tree of GitHub's, a revision of a
// clone, a folder on disk.
package gitfs

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Entry is one name in a folder; E is the type itself.
type Entry[E any] interface {
	Name() string
	// Mode is one of the five that git knows: a folder, a file (0644 or 0755),
	// a symbolic link, a submodule ([fs.ModeIrregular]). Others cannot be read.
	Mode() fs.FileMode
	// ID is git's object id, empty where it could not be determined.
	ID() plan.ObjectID
	// Size is what Read gives, in bytes.
	Size() int64
	// Child is an entry of a folder by its name.
	Child(name string) (e E, exists bool, err error)
	// List is a folder in the order of names.
	List() ([]E, error)
	// Read is the content of a file or the target of a link. The caller may
	// change it.
	Read() ([]byte, error)
}

// FS is a tree from its root on. It follows no symbolic link: plan.Resolve is
// there to do so.
type FS[E Entry[E]] struct{ Root E }

// Find walks to a name. A symbolic link on the way ends the walk.
func (t *FS[E]) Find(op, name string) (E, error) {
	at := t.Root
	fail := func(err error) (E, error) { return at, &fs.PathError{Op: op, Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	if name == "." {
		return at, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !at.Mode().IsDir() {
			return fail(fs.ErrNotExist)
		}
		child, exists, err := at.Child(part)
		if err != nil {
			return fail(err)
		}
		if !exists {
			return fail(fs.ErrNotExist)
		}
		at = child
	}
	return at, nil
}

// Has is [plan.Partial]: an entry that can lack its content says so by Here.
func (t *FS[E]) Has(name string) bool {
	if !fs.ValidPath(name) {
		return false
	}
	at := t.Root
	for part := range strings.SplitSeq(name, "/") {
		if !here(at) {
			return false
		}
		if part == "." {
			break
		}
		child, exists, err := at.Child(part)
		if err != nil || !exists {
			return false
		}
		at = child
	}
	return here(at)
}

func here(e any) bool {
	partial, ok := e.(interface{ Here() bool })
	return !ok || partial.Here()
}

// Lstat describes an entry; a link is described itself.
func (t *FS[E]) Lstat(name string) (fs.FileInfo, error) {
	e, err := t.Find("lstat", name)
	if err != nil {
		return nil, err
	}
	return info[E]{e}, nil
}

// Stat is Lstat: the tree follows no link.
func (t *FS[E]) Stat(name string) (fs.FileInfo, error) { return t.Lstat(name) }

// ReadLink returns the target of a symbolic link.
func (t *FS[E]) ReadLink(name string) (string, error) {
	e, err := t.Find("readlink", name)
	if err != nil {
		return "", err
	}
	if e.Mode()&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := e.Read()
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(target), nil
}

// ReadDir lists a folder in the order of names.
func (t *FS[E]) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.Find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !e.Mode().IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: kindError("not a folder")}
	}
	entries, err := e.List()
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		out[i] = fs.FileInfoToDirEntry(info[E]{e})
	}
	return out, nil
}

// ReadFile returns the content of a file. The caller may change it.
func (t *FS[E]) ReadFile(name string) ([]byte, error) {
	e, err := t.Find("open", name)
	if err != nil {
		return nil, err
	}
	if err := readable(e.Mode()); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	content, err := e.Read()
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return content, nil
}

func readable(mode fs.FileMode) error {
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return kindError("is a folder")
	case mode&fs.ModeSymlink != 0:
		return kindError("is a symbolic link")
	case mode&fs.ModeIrregular != 0:
		return kindError("is a git submodule")
	default:
		return kindError("is not a regular file: " + mode.Type().String())
	}
}

// kindError says that an entry is of another kind than what was asked of it.
type kindError string

func (e kindError) Error() string { return string(e) }

// Is reports that the error is a [plan.ErrUnreadable].
func (e kindError) Is(target error) bool { return target == plan.ErrUnreadable }

// Open opens a file or folder.
func (t *FS[E]) Open(name string) (fs.File, error) {
	e, err := t.Find("open", name)
	if err != nil {
		return nil, err
	}
	if e.Mode().IsDir() {
		entries, err := t.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &openDir[E]{info: info[E]{e}, entries: entries}, nil
	}
	content, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile[E]{info: info[E]{e}, Reader: bytes.NewReader(content)}, nil
}

// info is an entry as fs.FileInfo. Git records no times.
type info[E Entry[E]] struct{ e E }

func (i info[E]) Name() string       { return i.e.Name() }
func (i info[E]) Size() int64        { return i.e.Size() }
func (i info[E]) Mode() fs.FileMode  { return i.e.Mode() }
func (i info[E]) ModTime() time.Time { return time.Time{} }
func (i info[E]) IsDir() bool        { return i.e.Mode().IsDir() }
func (i info[E]) Sys() any           { return i.e.ID() }

type openFile[E Entry[E]] struct {
	info[E]
	*bytes.Reader
}

func (f *openFile[E]) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile[E]) Close() error               { return nil }
func (f *openFile[E]) Size() int64                { return f.info.Size() }

type openDir[E Entry[E]] struct {
	info[E]
	entries []fs.DirEntry
}

func (d *openDir[E]) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir[E]) Close() error               { return nil }
func (d *openDir[E]) Read([]byte) (int, error)   { return 0, kindError("is a folder") }
func (d *openDir[E]) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.entries)
	} else if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	some := d.entries[:n]
	d.entries = d.entries[n:]
	return some, nil
}
