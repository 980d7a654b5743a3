// Package tree is one side of a comparison as files: what was read and parsed is
// kept, and shared with the other side where the content is the same.
package tree

import (
	"bytes"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// MaxFile is the size in bytes of the largest file that is read.
const MaxFile = 8 << 20

// Tree is one side of a comparison with a memory: what was read and parsed is
// kept, and shared with the other side where the content is the same.
type Tree struct {
	Side  plan.Side
	fsys  fs.FS
	files map[string]fs.FileInfo
	names []string
	dirs  map[string][]string
	// links: the tree holds symbolic links.
	links bool

	texts  map[string]text
	parsed map[string]parsed
	other  *Tree
	// whole is the side that this is a part of, nil for a whole one.
	whole *Tree
	// top is the folder that a package from elsewhere stands in, "" for the
	// repository itself.
	top string
	// packages stand beside the files of the repository, by their top. They are
	// not among its names.
	packages map[string]*Tree
}

// Open walks a tree. other is the side that was opened before, or nil.
func Open(fsys fs.FS, side plan.Side, other *Tree) (*Tree, error) {
	return OpenAt(fsys, "", side, other)
}

// OpenAt walks a tree whose paths begin with a folder.
func OpenAt(fsys fs.FS, top string, side plan.Side, other *Tree) (*Tree, error) {
	t := &Tree{
		Side: side, fsys: fsys, top: top, other: other, files: map[string]fs.FileInfo{}, dirs: map[string][]string{},
		texts: map[string]text{}, parsed: map[string]parsed{}, packages: map[string]*Tree{},
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		info, err := fs.Lstat(fsys, name)
		if err != nil {
			return err
		}
		name = path.Join(top, name)
		t.files[name] = info
		t.links = t.links || info.Mode()&fs.ModeSymlink != 0
		t.names = append(t.names, name)
		t.dirs[path.Dir(name)] = append(t.dirs[path.Dir(name)], path.Base(name))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("walk the tree: %w", err)
	}
	slices.Sort(t.names)
	return t, nil
}

// Only is a side with some of its files.
func (t *Tree) Only(keep func(name string, info fs.FileInfo) bool) *Tree {
	part := &Tree{Side: t.Side, fsys: t.fsys, whole: t, files: map[string]fs.FileInfo{}, dirs: map[string][]string{}}
	for _, name := range t.names {
		if info := t.files[name]; keep(name, info) {
			part.files[name] = info
			part.names = append(part.names, name)
			part.dirs[path.Dir(name)] = append(part.dirs[path.Dir(name)], path.Base(name))
		}
	}
	return part
}

// Names are the paths of all files, sorted.
func (t *Tree) Names() []string { return t.names }

// home is the tree that a path belongs to: a package, or the one at hand.
func (t *Tree) home(name string) *Tree {
	of := t
	if t.whole != nil {
		of = t.whole
	}
	if of.top != "" && Under(name, of.top) {
		return t
	}
	for top, p := range of.packages {
		if Under(name, top) {
			return p
		}
	}
	return t
}

// entry is what stands at that very path.
func (t *Tree) entry(name string) (fs.FileInfo, bool) {
	info, ok := t.home(name).files[name]
	return info, ok
}

// Has reports whether there is an entry of that very path.
func (t *Tree) Has(name string) bool {
	_, ok := t.entry(name)
	return ok
}

// resolve follows links inside the tree.
func (t *Tree) resolve(name string) (string, error) {
	inside := name
	if t.top != "" {
		inside = strings.TrimPrefix(name, t.top+"/")
	}
	real, err := plan.Resolve(t.fsys, inside)
	return path.Join(t.top, real), err
}

// Inside is a path as the package has it.
func (t *Tree) Inside(name string) string {
	if t.top == "" {
		return name
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, t.top), "/")
}

// HasFile reports whether there is a file, or a link to one, of that path.
func (t *Tree) HasFile(name string) bool {
	if t.Has(name) {
		return true
	}
	at := t.home(name)
	if !at.links {
		return false
	}
	real, err := at.resolve(name)
	if err != nil {
		return false
	}
	_, ok := at.files[real]
	return ok
}

// HasDir reports whether a folder of that path holds a file at any depth.
func (t *Tree) HasDir(name string) bool {
	if name == "." {
		return len(t.names) > 0
	}
	prefix, names := name+"/", t.home(name).names
	i, _ := slices.BinarySearch(names, prefix)
	return i < len(names) && strings.HasPrefix(names[i], prefix)
}

// Submodule is the submodule that a path is or lies in, "" where it is in none.
func (t *Tree) Submodule(name string) string {
	for d := name; d != "." && d != "/" && d != ".."; d = path.Dir(d) {
		if info, ok := t.entry(d); ok && plan.IsSubmodule(info) {
			return d
		}
	}
	return ""
}

// In are the names of the files directly in a folder, sorted.
func (t *Tree) In(dir string) []string { return t.home(dir).dirs[dir] }

// Below are the paths of all files in a folder at any depth, sorted.
func (t *Tree) Below(dir string) []string {
	if dir == "." {
		return t.names
	}
	prefix, names := dir+"/", t.home(dir).names
	i, _ := slices.BinarySearch(names, prefix)
	j := i
	for j < len(names) && strings.HasPrefix(names[j], prefix) {
		j++
	}
	return names[i:j]
}

// ID is the object id of a file, "" where it is not known.
func (t *Tree) ID(name string) plan.ObjectID {
	info, ok := t.entry(name)
	if !ok {
		return ""
	}
	id, _ := info.Sys().(plan.ObjectID)
	return id
}

// Same reports whether a path is the same entry on both sides; a path that is
// on neither is the same.
func Same(a, b *Tree, name string) bool {
	x, inA := a.entry(name)
	y, inB := b.entry(name)
	if !inA || !inB {
		return inA == inB
	}
	if x.Mode().Type() != y.Mode().Type() {
		return false
	}
	if id := a.ID(name); id != "" && b.ID(name) != "" {
		return id == b.ID(name)
	}
	left, errA := a.Read(name)
	right, errB := b.Read(name)
	return errA == nil && errB == nil && bytes.Equal(left, right)
}

// Changed are the paths that differ between the sides, sorted.
func Changed(before, after *Tree) []string {
	var out []string
	for _, name := range before.names {
		if !Same(before, after, name) {
			out = append(out, name)
		}
	}
	for _, name := range after.names {
		if _, ok := before.files[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Under reports whether a path is a folder or lies below it.
func Under(name, dir string) bool {
	dir = path.Clean(dir)
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

// Top is the folder that the paths of a side begin from, "." for the repository
// itself.
func (t *Tree) Top() string {
	switch {
	case t.top != "":
		return t.top
	case t.whole != nil && t.whole.top != "":
		return t.whole.top
	}
	return "."
}

// Stand lets a package stand beside the files of this side, at its top.
func (t *Tree) Stand(p *Tree) {
	t.packages[p.top] = p
	p.packages = t.packages
}

// Dirs are the folders that hold files themselves, in no order.
func (t *Tree) Dirs() iter.Seq[string] { return maps.Keys(t.dirs) }
