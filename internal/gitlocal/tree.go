package gitlocal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// entry is one name in a folder. Its mode is one of the five git knows: a
// folder, a file (0644 or 0755), a symbolic link, a submodule.
type entry struct {
	name string
	mode fs.FileMode
	// id returns the git object id; it may have to read the file or the
	// whole folder, and does so once. "" where it cannot be told.
	id func() plan.ObjectID
	// list reads a folder, read a file or the target of a link.
	list func() ([]entry, error)
	read func() ([]byte, error)
	// size in bytes of what read gives; it may have to ask.
	size func() int64
}

// tree is an fs.FS over entries that are listed and read when asked for.
// It follows no symbolic link.
type tree struct{ root entry }

var (
	_ fs.ReadLinkFS = (*tree)(nil)
	_ fs.ReadDirFS  = (*tree)(nil)
	_ fs.ReadFileFS = (*tree)(nil)
	_ fs.StatFS     = (*tree)(nil)
)

// find walks to a name. A symbolic link on the way ends the walk, as the
// contract of a tree says; plan.Resolve is there to follow it.
func (t *tree) find(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at := t.root
	if name == "." {
		return at, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !at.mode.IsDir() {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		entries, err := at.list()
		if err != nil {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
		}
		i, ok := slices.BinarySearchFunc(entries, part, func(e entry, want string) int { return cmp.Compare(e.name, want) })
		if !ok {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		at = entries[i]
	}
	return at, nil
}

// Lstat describes an entry; a link is described itself.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	e, err := t.find("lstat", name)
	if err != nil {
		return nil, err
	}
	return info{e}, nil
}

// Stat is Lstat: the tree follows no link.
func (t *tree) Stat(name string) (fs.FileInfo, error) { return t.Lstat(name) }

// ReadLink returns the target of a symbolic link.
func (t *tree) ReadLink(name string) (string, error) {
	e, err := t.find("readlink", name)
	if err != nil {
		return "", err
	}
	if e.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := e.read()
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(target), nil
}

// ReadDir lists a folder in the order of names.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !e.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	entries, err := e.list()
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		out[i] = fs.FileInfoToDirEntry(info{e})
	}
	return out, nil
}

// ReadFile returns the content of a file. The caller may change it.
func (t *tree) ReadFile(name string) ([]byte, error) {
	e, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if err := readable(e); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	content, err := e.read()
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return content, nil
}

func readable(e entry) error {
	switch {
	case e.mode.IsRegular():
		return nil
	case e.mode.IsDir():
		return errors.New("is a folder")
	case e.mode&fs.ModeSymlink != 0:
		return errors.New("is a symbolic link")
	case e.mode&fs.ModeIrregular != 0:
		return errors.New("is a git submodule")
	default:
		return fmt.Errorf("is not a regular file: %s", e.mode.Type())
	}
}

// Open opens a file or folder.
func (t *tree) Open(name string) (fs.File, error) {
	e, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.mode.IsDir() {
		entries, err := t.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &openDir{info: info{e}, entries: entries}, nil
	}
	content, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{info: info{e}, Reader: bytes.NewReader(content)}, nil
}

// info is an entry as fs.FileInfo. Git records no times.
type info struct{ entry }

func (i info) Name() string       { return i.name }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) Sys() any           { return i.id() }
func (i info) Size() int64 {
	if i.mode.IsDir() || i.size == nil {
		return 0
	}
	return i.size()
}

type openFile struct {
	info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }
func (f *openFile) Size() int64                { return f.info.Size() }

type openDir struct {
	info
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error)   { return 0, errors.New("is a folder") }
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		all := d.entries
		d.entries = nil
		return all, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	some := d.entries[:n]
	d.entries = d.entries[n:]
	return some, nil
}

// known is an id that need not be worked out.
func known(id plan.ObjectID) func() plan.ObjectID {
	return func() plan.ObjectID { return id }
}

// listOnce keeps the first answer of a listing, in the order of names. An
// error is kept as well: a tree does not change its mind.
func listOnce(list func() ([]entry, error)) func() ([]entry, error) {
	return sync.OnceValues(func() ([]entry, error) {
		entries, err := list()
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		return entries, err
	})
}
