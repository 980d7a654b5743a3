// Package trees reads git's trees and files as GitHub serves them, checks each by
// its id, and merges trees as git does.
package trees

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/gitfs"
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
	// unmerged: both sides of a merge changed it, so its content is not known.
	unmerged bool
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

// Objects is what a job has of git's objects, pinned for as long as it runs,
// and what was asked for and is not here. It is safe for concurrent use.
type Objects struct {
	mu            sync.Mutex
	blobs         map[string][]byte
	folders       map[string][]entry
	wantedBlobs   map[string]int64 // id -> size
	wantedFolders map[string]bool
}

// NewObjects are those of a job that has read nothing.
func NewObjects() *Objects {
	return &Objects{blobs: map[string][]byte{}, folders: map[string][]entry{}, wantedBlobs: map[string]int64{},
		wantedFolders: map[string]bool{}}
}

func (o *Objects) folder(id string) ([]entry, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := o.folders[id]; ok {
		return f, nil
	}
	o.wantedFolders[id] = true
	return nil, plan.ErrNotFetched
}

func (o *Objects) blob(e entry) ([]byte, error) {
	if e.unmerged {
		return nil, fmt.Errorf("both sides of the merge changed it: %w", plan.ErrUnreadable)
	}
	if e.size > MaxBlob {
		return nil, fmt.Errorf("file has %d bytes, more than the %d that are read: %w", e.size, MaxBlob, plan.ErrUnreadable)
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
func (o *Objects) want(e entry) {
	if e.size <= MaxBlob {
		_, _ = o.blob(e)
	}
}

// Tree is an fs.FS over the objects of a job, from one tree on. Content that is
// not here is plan.ErrNotFetched, and noted.
type Tree = gitfs.FS[node]

// NewTree is the tree of an id.
func NewTree(root string, o *Objects) *Tree {
	return &Tree{Root: node{entry{name: ".", mode: "040000", id: root}, o}}
}

// node is an entry of a tree, with the objects that have its content.
type node struct {
	entry
	objects *Objects
}

func (n node) Name() string { return n.name }

func (n node) Mode() fs.FileMode { return n.fileMode() }

func (n node) ID() plan.ObjectID { return plan.ObjectID(n.id) }

func (n node) Size() int64 { return n.size }

// Here reports whether the content was brought, and asks for nothing.
func (n node) Here() bool {
	n.objects.mu.Lock()
	defer n.objects.mu.Unlock()
	if n.isDir() {
		_, ok := n.objects.folders[n.id]
		return ok
	}
	_, ok := n.objects.blobs[n.id]
	return ok
}

func (n node) List() ([]node, error) {
	entries, err := n.objects.folder(n.id)
	if err != nil {
		return nil, err
	}
	out := make([]node, len(entries))
	for i, e := range entries {
		out[i] = node{e, n.objects}
	}
	return out, nil
}

func (n node) Child(name string) (node, bool, error) {
	entries, err := n.objects.folder(n.id)
	i, ok := slices.BinarySearchFunc(entries, name, func(e entry, want string) int { return cmp.Compare(e.name, want) })
	if err != nil || !ok {
		return node{}, false, err
	}
	return node{entries[i], n.objects}, true, nil
}

func (n node) Read() ([]byte, error) {
	content, err := n.objects.blob(n.entry)
	return slices.Clone(content), err
}

// Missing reports whether something was asked for that is not here.
func (o *Objects) Missing() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.wantedBlobs)+len(o.wantedFolders) > 0
}

// noTree is the id of a tree without entries.
const noTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// Empty is a tree without entries.
func Empty(o *Objects) *Tree {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.folders[noTree] = []entry{}
	return NewTree(noTree, o)
}

// RootID is the id of a tree, empty where it is none of ours.
func RootID(f fs.FS) string {
	if t, ok := f.(*Tree); ok {
		return t.Root.id
	}
	return ""
}

// WantFile notes a file of a tree to be fetched, if it is there. An error is
// [plan.ErrNotFetched] where a folder on the way has to be brought first.
func WantFile(t *Tree, name string) (found bool, err error) {
	n, err := t.Find("open", name)
	if err == nil {
		n.objects.want(n.entry)
		return true, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return false, err
}

// WantFiles notes the files of a tree that wants names: all that are known, or those
// alone that near names where they are more than few.
func WantFiles(t *Tree, wants, near func(name string) bool, few int) error {
	var all, close []entry
	if err := walk(t, ".", func(name string, e entry) {
		if !wants(name) {
			return
		}
		all = append(all, e)
		if near(name) {
			close = append(close, e)
		}
	}); err != nil {
		return err
	}
	if len(all) > few {
		all = close
	}
	for _, e := range all {
		t.Root.objects.want(e)
	}
	return nil
}

// walk visits every file that is known, folders that were not fetched left
// out.
func walk(t *Tree, dir string, visit func(name string, e entry)) error {
	at, err := t.Find("readdir", dir)
	if err != nil {
		return err
	}
	at.objects.mu.Lock()
	entries := at.objects.folders[at.id]
	at.objects.mu.Unlock()
	for _, e := range entries {
		name := path.Join(dir, e.name)
		if e.isDir() {
			if err := walk(t, name, visit); err != nil {
				return err
			}
			continue
		}
		if e.mode != "160000" {
			visit(name, e)
		}
	}
	return nil
}
