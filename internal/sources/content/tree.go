package content

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/gitfs"
)

// Tree is a package in memory. It is an [fs.FS] that never changes.
type Tree = gitfs.FS[*Node]

// Node is one entry of a tree.
type Node struct {
	name     string
	mode     fs.FileMode
	id       plan.ObjectID
	size     int64
	content  []byte // of a file, the target of a link
	absent   bool   // the file is too large to be kept
	most     int64
	children []*Node // of a folder, by name
}

func (n *Node) Name() string           { return n.name }
func (n *Node) Mode() fs.FileMode      { return n.mode }
func (n *Node) ID() plan.ObjectID      { return n.id }
func (n *Node) Size() int64            { return n.size }
func (n *Node) List() ([]*Node, error) { return n.children, nil }

// Child finds an entry of a folder.
func (n *Node) Child(name string) (*Node, bool, error) {
	i, ok := slices.BinarySearchFunc(n.children, name, func(e *Node, want string) int { return cmp.Compare(e.name, want) })
	if !ok {
		return nil, false, nil
	}
	return n.children[i], true, nil
}

// Read is the content, which the caller may change.
func (n *Node) Read() ([]byte, error) {
	if n.absent {
		return nil, fmt.Errorf("file has %d bytes, more than the %d that are read", n.size, n.most)
	}
	return slices.Clone(n.content), nil
}

// Builder takes the entries of a package one by one.
type Builder struct {
	limits   Limits
	root     *Node
	folders  map[string]*Node // by path, with entries in the order of coming
	index    map[string]*Node
	expanded int64
	entries  int
}

// NewBuilder begins an empty package.
func NewBuilder(limits Limits) *Builder {
	root := &Node{name: ".", mode: fs.ModeDir | 0o755}
	return &Builder{limits: limits, root: root, folders: map[string]*Node{".": root}, index: map[string]*Node{}}
}

// Count takes account of one entry more, kept or not.
func (b *Builder) Count(name string) error {
	if b.entries++; b.entries > b.limits.Entries {
		return Over("entries", "", int64(b.limits.Entries), "entries")
	}
	if len(name) > b.limits.Path {
		return Over("path", "", int64(b.limits.Path), "bytes in one path")
	}
	return nil
}

// Clean makes a path of an archive a path of the tree, and refuses one that
// leads out of it.
func Clean(name string) (string, error) {
	if path.IsAbs(name) || strings.ContainsRune(name, 0) || slices.Contains(strings.Split(name, "/"), "..") {
		return "", Refused(strconv.Quote(name), "a path of the archive leads out of it")
	}
	return path.Clean(name), nil
}

// Folder adds a folder and those above it.
func (b *Builder) Folder(name string) error {
	_, err := b.folder(name)
	return err
}

func (b *Builder) folder(name string) (*Node, error) {
	if n, ok := b.folders[name]; ok {
		return n, nil
	}
	if _, ok := b.index[name]; ok {
		return nil, Refused(strconv.Quote(name), "is a file and a folder in one archive")
	}
	above, err := b.folder(path.Dir(name))
	if err != nil {
		return nil, err
	}
	n := &Node{name: path.Base(name), mode: fs.ModeDir | 0o755}
	b.folders[name] = n
	above.children = append(above.children, n)
	return n, nil
}

// File adds a file that is read from r to its end. A file beyond the limit of
// one file is counted, hashed and not kept; size must be its length then.
func (b *Builder) File(name string, executable bool, size int64, r io.Reader) error {
	n := &Node{mode: 0o644}
	if executable {
		n.mode = 0o755
	}
	if size < 0 || size > b.limits.Expanded-b.expanded {
		return Over("expanded", "", b.limits.Expanded, "bytes when unpacked")
	}
	if size > b.limits.File {
		hash := blobHash(size)
		read, err := io.Copy(hash, io.LimitReader(r, size))
		if err != nil {
			return err
		}
		if read != size {
			return io.ErrUnexpectedEOF
		}
		if err := ended(r); err != nil {
			return err
		}
		n.id, n.size, n.absent, n.most = sum(hash), size, true, b.limits.File
		return b.add(name, n)
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(r, content); err != nil {
		return err
	}
	if err := ended(r); err != nil {
		return err
	}
	n.content = content
	return b.add(name, n)
}

// ended reads past the last byte: only there does an archive check its sums.
func ended(r io.Reader) error {
	var one [1]byte
	n, err := r.Read(one[:])
	if n > 0 {
		return errors.New("a file is longer than its header says")
	}
	if err != nil && err != io.EOF {
		return err
	}
	return nil
}

// Absent adds a file whose content is elsewhere: it has a size and an id.
func (b *Builder) Absent(name string, executable bool, size int64, id plan.ObjectID) error {
	n := &Node{mode: 0o644, size: size, id: id, absent: true, most: b.limits.File}
	if executable {
		n.mode = 0o755
	}
	return b.add(name, n)
}

// Link adds a symbolic link. That it stays inside is for the reader to see, as
// plan.Resolve does; Inside refuses it at once.
func (b *Builder) Link(name, target string) error {
	return b.add(name, &Node{mode: fs.ModeSymlink | 0o777, content: []byte(target)})
}

// Submodule adds a git submodule at a commit.
func (b *Builder) Submodule(name string, commit plan.ObjectID) error {
	return b.add(name, &Node{mode: fs.ModeIrregular, id: commit})
}

// Inside reports whether a link at name leads to a place in the tree.
func Inside(name, target string) bool {
	joined := path.Join(path.Dir(name), target)
	return !path.IsAbs(target) && joined != ".." && !strings.HasPrefix(joined, "../") && !strings.ContainsRune(target, 0)
}

func (b *Builder) add(name string, n *Node) error {
	if name == "." {
		return Refused(strconv.Quote(name), "the top of the archive is not a folder")
	}
	if _, ok := b.folders[name]; ok {
		return Refused(strconv.Quote(name), "is a file and a folder in one archive")
	}
	if n.content != nil || n.id == "" {
		n.size = int64(len(n.content))
		n.id = BlobID(n.content)
	}
	if !n.absent || n.size > 0 {
		if b.expanded += n.size; b.expanded > b.limits.Expanded {
			return Over("expanded", "", b.limits.Expanded, "bytes when unpacked")
		}
	}
	n.name = path.Base(name)
	if old, ok := b.index[name]; ok { // the later entry of an archive wins, as it does when unpacked
		*old = *n
		return nil
	}
	above, err := b.folder(path.Dir(name))
	if err != nil {
		return err
	}
	b.index[name] = n
	above.children = append(above.children, n)
	return nil
}

// Tree finishes the package.
func (b *Builder) Tree() *Tree {
	b.root.finish()
	return &Tree{Root: b.root}
}

// Strip finishes the package without its single top folder, as archives of
// repositories have one. It is nil where there is more or less than that.
func (b *Builder) Strip() *Tree {
	if len(b.root.children) != 1 || !b.root.children[0].mode.IsDir() {
		return nil
	}
	top := b.root.children[0]
	top.name = "."
	top.finish()
	return &Tree{Root: top}
}

// Without returns a tree that lacks some entries of its top, such as .git.
func Without(t *Tree, names ...string) *Tree {
	top := &Node{name: ".", mode: t.Root.mode}
	for _, c := range t.Root.children {
		if !slices.Contains(names, c.name) {
			top.children = append(top.children, c)
		}
	}
	top.finish()
	return &Tree{Root: top}
}

// finish sorts a folder and computes its id.
func (n *Node) finish() {
	for _, c := range n.children {
		if c.mode.IsDir() && c.id == "" {
			c.finish()
		}
	}
	slices.SortFunc(n.children, func(a, b *Node) int { return cmp.Compare(a.name, b.name) })
	n.id = TreeID(n.children)
}

// TreeID is git's id of a folder with these entries. Git has no empty folders,
// so they are left out.
func TreeID(children []*Node) plan.ObjectID {
	sorted := slices.DeleteFunc(slices.Clone(children), func(n *Node) bool { return n.mode.IsDir() && n.empty() })
	slices.SortFunc(sorted, func(a, b *Node) int { return cmp.Compare(a.sortName(), b.sortName()) })
	var body []byte
	for _, c := range sorted {
		body = append(body, gitMode(c.mode)+" "+c.name+"\x00"...)
		id, _ := hex.DecodeString(string(c.id))
		body = append(body, id...)
	}
	h := sha1.New()
	fmt.Fprintf(h, "tree %d\x00", len(body))
	h.Write(body)
	return sum(h)
}

func (n *Node) empty() bool {
	return !slices.ContainsFunc(n.children, func(c *Node) bool { return !c.mode.IsDir() || !c.empty() })
}

// sortName is the name as git orders it: folders as if they ended in a slash.
func (n *Node) sortName() string {
	if n.mode.IsDir() {
		return n.name + "/"
	}
	return n.name
}

func gitMode(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "40000"
	case mode&fs.ModeSymlink != 0:
		return "120000"
	case mode&fs.ModeIrregular != 0:
		return "160000"
	case mode&0o100 != 0:
		return "100755"
	}
	return "100644"
}

// BlobID is git's id of a file.
func BlobID(content []byte) plan.ObjectID {
	h := blobHash(int64(len(content)))
	_, _ = h.Write(content) // a hash does not fail
	return sum(h)
}

type hasher interface {
	io.Writer
	Sum([]byte) []byte
}

func blobHash(size int64) hasher {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	return h
}

func sum(h hasher) plan.ObjectID { return plan.ObjectID(hex.EncodeToString(h.Sum(nil))) }

// Blobs finds the files and links of a tree by their ids.
func Blobs(t *Tree) map[plan.ObjectID]*Node {
	out := map[plan.ObjectID]*Node{}
	t.Root.blobs(out)
	return out
}

func (n *Node) blobs(out map[plan.ObjectID]*Node) {
	for _, c := range n.children {
		if c.mode.IsDir() {
			c.blobs(out)
		} else if c.mode&fs.ModeIrregular == 0 {
			out[c.id] = c
		}
	}
}

// Keep adds a file or link that another tree has, with the mode of this place.
func (b *Builder) Keep(name, mode string, from *Node) error {
	n := &Node{size: from.size, id: from.id, content: from.content, absent: from.absent, most: from.most}
	switch mode {
	case "100644":
		n.mode = 0o644
	case "100755":
		n.mode = 0o755
	case "120000":
		n.mode = fs.ModeSymlink | 0o777
	default:
		return Refused(strconv.Quote(name), "has the unknown mode "+mode)
	}
	return b.add(name, n)
}

// NewBlob is a file by itself.
func NewBlob(data []byte) *Node {
	return &Node{id: BlobID(data), size: int64(len(data)), content: data}
}
