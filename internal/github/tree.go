package github

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

// MaxBlob is the largest file that is read, in bytes. A larger one is there,
// with its size and id, and reading it is an error.
const MaxBlob = 5 << 20

// entry is one name in a folder.
type entry struct {
	name string
	mode string // as git writes it, "100644"
	id   string
	size int64 // of a file, as GitHub tells it
}

func (e entry) isDir() bool { return e.mode == "040000" || e.mode == "40000" }

// fileMode is one of the five modes git knows.
func (e entry) fileMode() fs.FileMode {
	switch e.mode {
	case "040000", "40000":
		return fs.ModeDir | 0o755
	case "100755":
		return 0o755
	case "120000":
		return fs.ModeSymlink | 0o777
	case "160000":
		return fs.ModeIrregular
	}
	return 0o644
}

// objects is what a job has of git's objects, pinned for as long as it runs,
// and what was asked for and is not here. It is safe for concurrent use.
type objects struct {
	mu            sync.Mutex
	blobs         map[string][]byte
	folders       map[string][]entry
	wantedBlobs   map[string]int64 // id -> size
	wantedFolders map[string]bool
}

func newObjects() *objects {
	return &objects{blobs: map[string][]byte{}, folders: map[string][]entry{}, wantedBlobs: map[string]int64{}, wantedFolders: map[string]bool{}}
}

func (o *objects) folder(id string) ([]entry, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := o.folders[id]; ok {
		return f, nil
	}
	o.wantedFolders[id] = true
	return nil, plan.ErrNotFetched
}

func (o *objects) blob(e entry) ([]byte, error) {
	if e.size > MaxBlob {
		return nil, fmt.Errorf("file has %d bytes, more than the %d that are read", e.size, MaxBlob)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if b, ok := o.blobs[e.id]; ok {
		return b, nil
	}
	o.wantedBlobs[e.id] = e.size
	return nil, plan.ErrNotFetched
}

// want notes a file to be fetched, without reading it.
func (o *objects) want(e entry) {
	if e.size <= MaxBlob {
		_, _ = o.blob(e)
	}
}

// tree is an fs.FS over the objects of a job, from one tree on. It follows no
// symbolic link. Content that is not here is plan.ErrNotFetched, and noted.
type tree struct {
	root    string
	objects *objects
}

var (
	_ fs.ReadLinkFS = (*tree)(nil)
	_ fs.ReadDirFS  = (*tree)(nil)
	_ fs.ReadFileFS = (*tree)(nil)
	_ fs.StatFS     = (*tree)(nil)
)

// find walks to a name. A symbolic link on the way ends the walk.
func (t *tree) find(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at := entry{name: ".", mode: "040000", id: t.root}
	if name == "." {
		return at, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !at.isDir() {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		entries, err := t.objects.folder(at.id)
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
	if e.fileMode()&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := t.objects.blob(e)
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
	if !e.isDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	entries, err := t.objects.folder(e.id)
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
	switch mode := e.fileMode(); {
	case mode.IsDir():
		err = errors.New("is a folder")
	case mode&fs.ModeSymlink != 0:
		err = errors.New("is a symbolic link")
	case mode&fs.ModeIrregular != 0:
		err = errors.New("is a git submodule")
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	content, err := t.objects.blob(e)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return slices.Clone(content), nil
}

// Open opens a file or folder.
func (t *tree) Open(name string) (fs.File, error) {
	e, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.isDir() {
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
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.fileMode() }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.isDir() }
func (i info) Sys() any           { return plan.ObjectID(i.id) }

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
		n = len(d.entries)
	} else if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	some := d.entries[:n]
	d.entries = d.entries[n:]
	return some, nil
}
