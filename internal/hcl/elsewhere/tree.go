// Package elsewhere lays modules that are not in the repository where
// `terraform init` puts them: below .terraform/modules of the root that calls
// them, in a folder named by the path of the call.
package elsewhere

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Folder is where the module of a call lies: root is the folder of the root
// module, key the path of the call, `vpc.subnets` (terraform internal/initwd).
func Folder(root, key string) string { return path.Join(root, folders, key) }

const folders = ".terraform/modules"

// privateFolder is where private content lies. Nobody can name it who has not read
// the content: no function, link, source or record of the caller leads there.
func privateFolder(root, key, salt string) string { return Folder(root, key+salted+salt) }

// salted ends the path of a call in the name of a folder. No name of a call has it.
const salted = "~"

// salt is known to who has read the content alone: it is made of the id of its tree,
// which nothing says.
func salt(p plan.Package) string {
	id := string(plan.ID(p.Tree, "."))
	if id == "" {
		id = p.Digest
	}
	sum := sha256.Sum256([]byte("private content " + id))
	return hex.EncodeToString(sum[:16])
}

// Tree is a tree with modules from elsewhere laid over it. They are found by
// name and not listed: who walks the repository does not come across them. What
// was there at the same name is hidden.
type Tree struct {
	under  fs.FS
	mounts map[string]fs.FS // by folder
	above  map[string]bool  // folders on the way to a mount
}

// Over begins with the tree alone.
func Over(tree fs.FS) *Tree {
	return &Tree{under: tree, mounts: map[string]fs.FS{}, above: map[string]bool{}}
}

// Lay puts a package into a folder made by [Folder]. One that was there before
// goes.
func (t *Tree) Lay(folder string, pkg fs.FS) {
	t.mounts[folder] = pkg
	t.above[path.Dir(folder)] = true
	t.above[path.Dir(path.Dir(folder))] = true
}

// Of splits a name into the folder of the package that it lies in and the name
// there; ok is false where it lies in none.
func (t *Tree) Of(name string) (folder, rest string, ok bool) {
	if len(t.mounts) == 0 {
		return "", "", false
	}
	from := 0
	for {
		i := strings.Index(name[from:], folders+"/")
		if i < 0 {
			return "", "", false
		}
		i += from
		from = i + len(folders) + 1
		if i > 0 && name[i-1] != '/' {
			continue
		}
		key, rest, _ := strings.Cut(name[from:], "/")
		if folder := name[:from] + key; t.mounts[folder] != nil {
			if rest == "" {
				rest = "."
			}
			return folder, rest, true
		}
	}
}

func (t *Tree) find(name string) (fs.FS, string) {
	if folder, rest, ok := t.Of(name); ok {
		return t.mounts[folder], rest
	}
	return t.under, name
}

// Open opens a file or folder.
func (t *Tree) Open(name string) (fs.File, error) {
	tree, rest := t.find(name)
	return tree.Open(rest)
}

// Lstat describes an entry; a link is described itself.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	tree, rest := t.find(name)
	info, err := fs.Lstat(tree, rest)
	if t.above[name] && (errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir()) {
		return wayside(path.Base(name)), nil
	}
	return info, err
}

// Stat is Lstat: a tree follows no link.
func (t *Tree) Stat(name string) (fs.FileInfo, error) { return t.Lstat(name) }

// ReadLink returns the target of a symbolic link.
func (t *Tree) ReadLink(name string) (string, error) {
	tree, rest := t.find(name)
	return fs.ReadLink(tree, rest)
}

// ReadDir lists a folder.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	tree, rest := t.find(name)
	return fs.ReadDir(tree, rest)
}

// ReadFile returns the content of a file.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	tree, rest := t.find(name)
	return fs.ReadFile(tree, rest)
}

// wayside is a folder that is there only because something lies below it.
type wayside string

func (w wayside) Name() string     { return string(w) }
func (wayside) Size() int64        { return 0 }
func (wayside) Mode() fs.FileMode  { return fs.ModeDir | 0o755 }
func (wayside) ModTime() time.Time { return time.Time{} }
func (wayside) IsDir() bool        { return true }
func (wayside) Sys() any           { return nil }

var (
	_ fs.ReadLinkFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
)

// Key is the path of the call whose package a file lies in, below a root.
func Key(root, file string) (string, bool) {
	rest, ok := strings.CutPrefix(file, path.Join(root, folders)+"/")
	if !ok {
		return "", false
	}
	key, _, ok := strings.Cut(rest, "/")
	key, _, _ = strings.Cut(key, salted)
	return key, ok
}
