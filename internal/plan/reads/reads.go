// Package reads tells absence from failure. A predictor tries many names and
// takes an error for "not there" or for a gap; both are right only where the
// tree really said so. A [Log] watches the trees of one run and keeps the
// first read that failed: what was predicted is worth nothing then.
package reads

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Log keeps the first failed read of the trees it watches. The zero value is
// ready. It is safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	err error
}

// Err is the first failed read with the name of its tree, nil for none. It
// wraps [plan.ErrNotFetched] where a failure was that content is not here yet.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Tree is a tree whose failed reads the log notices; name is for the error
// ("the tree before the change"). It is nil where the tree is.
func (l *Log) Tree(name string, tree fs.FS) fs.FS {
	if tree == nil {
		return nil
	}
	return watched{tree: tree, name: name, log: l}
}

// failed reports whether an error is a failure: neither an answer about the
// content (absent, of another kind, too large) nor about the question (no
// valid name).
func failed(err error) bool {
	return err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, plan.ErrUnreadable) && !errors.Is(err, fs.ErrInvalid)
}

func (l *Log) note(name string, err error) {
	if !failed(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = fmt.Errorf("read %s: %w", name, err)
	}
}

// watched passes everything on and notes what failed.
type watched struct {
	tree fs.FS
	name string
	log  *Log
}

var (
	_ fs.ReadLinkFS = watched{}
	_ fs.ReadFileFS = watched{}
	_ fs.ReadDirFS  = watched{}
	_ fs.StatFS     = watched{}
)

// Lstat describes an entry; a link is described itself.
func (w watched) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(w.tree, name)
	w.log.note(w.name, err)
	return info, err
}

// Stat describes an entry.
func (w watched) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(w.tree, name)
	w.log.note(w.name, err)
	return info, err
}

// ReadLink returns the target of a symbolic link.
func (w watched) ReadLink(name string) (string, error) {
	target, err := fs.ReadLink(w.tree, name)
	w.log.note(w.name, err)
	return target, err
}

// ReadDir lists a folder.
func (w watched) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.tree, name)
	w.log.note(w.name, err)
	return w.entries(entries), err
}

func (w watched) entries(found []fs.DirEntry) []fs.DirEntry {
	out := make([]fs.DirEntry, len(found))
	for i, e := range found {
		out[i] = entry{e, w}
	}
	return out
}

// ReadFile returns the content of a file.
func (w watched) ReadFile(name string) ([]byte, error) {
	content, err := fs.ReadFile(w.tree, name)
	w.log.note(w.name, err)
	return content, err
}

// Open opens a file or folder.
func (w watched) Open(name string) (fs.File, error) {
	f, err := w.tree.Open(name)
	w.log.note(w.name, err)
	if err != nil {
		return nil, err
	}
	return file{f, w}, nil
}

// entry notes an Info that fails.
type entry struct {
	fs.DirEntry
	of watched
}

func (e entry) Info() (fs.FileInfo, error) {
	info, err := e.DirEntry.Info()
	e.of.log.note(e.of.name, err)
	return info, err
}

// file notes what fails once it is open.
type file struct {
	fs.File
	of watched
}

func (f file) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	f.of.log.note(f.of.name, err)
	return info, err
}

func (f file) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	if err != io.EOF { //nolint:errorlint // io.Reader returns it as it is
		f.of.log.note(f.of.name, err)
	}
	return n, err
}

// ReadDir lists an open folder; a file has no entries.
func (f file) ReadDir(n int) ([]fs.DirEntry, error) {
	dir, ok := f.File.(fs.ReadDirFile)
	if !ok {
		return nil, fmt.Errorf("not a folder: %w", plan.ErrUnreadable)
	}
	entries, err := dir.ReadDir(n)
	if err != io.EOF { //nolint:errorlint // as above
		f.of.log.note(f.of.name, err)
	}
	return f.of.entries(entries), err
}
