package upload

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Without is a tree with some of its files left out. Folders have no object id:
// not all that is below them counts.
func Without(tree fs.FS, hidden map[string]bool) fs.FS { return part{tree, hidden} }

type part struct {
	whole  fs.FS
	hidden map[string]bool
}

func (p part) refuse(op, name string) error {
	if p.hidden[path.Clean(name)] {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

// Open implements [fs.FS].
func (p part) Open(name string) (fs.File, error) {
	if err := p.refuse("open", name); err != nil {
		return nil, err
	}
	return p.whole.Open(name)
}

// ReadFile implements [fs.ReadFileFS].
func (p part) ReadFile(name string) ([]byte, error) {
	if err := p.refuse("open", name); err != nil {
		return nil, err
	}
	return fs.ReadFile(p.whole, name)
}

// ReadDir implements [fs.ReadDirFS].
func (p part) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(p.whole, name)
	return slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool { return p.hidden[path.Join(name, e.Name())] }), err
}

// Stat implements [fs.StatFS].
func (p part) Stat(name string) (fs.FileInfo, error) {
	if err := p.refuse("stat", name); err != nil {
		return nil, err
	}
	return withoutID(fs.Stat(p.whole, name))
}

// Lstat implements [fs.ReadLinkFS].
func (p part) Lstat(name string) (fs.FileInfo, error) {
	if err := p.refuse("lstat", name); err != nil {
		return nil, err
	}
	return withoutID(fs.Lstat(p.whole, name))
}

// ReadLink implements [fs.ReadLinkFS].
func (p part) ReadLink(name string) (string, error) {
	if err := p.refuse("readlink", name); err != nil {
		return "", err
	}
	return fs.ReadLink(p.whole, name)
}

func withoutID(info fs.FileInfo, err error) (fs.FileInfo, error) {
	if err != nil || !info.IsDir() {
		return info, err
	}
	return folder{info}, nil
}

// folder is a folder whose object id is not given.
type folder struct{ fs.FileInfo }

func (folder) Sys() any { return plan.ObjectID("") }

// maxMatches bounds the patterns tried on the files of a folder.
const maxMatches = 1_000_000

// Hidden are the files of a tree that do not reach HCP Terraform when a folder
// of it is uploaded: those that a rule names, and all below a folder that one
// names for good. It is an error to try too many patterns on too many files.
func Hidden(tree fs.FS, dir string, rules Rules) (map[string]bool, error) {
	out, tried, below := map[string]bool{}, 0, ""
	err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if below != "" && strings.HasPrefix(name, below) {
			if !e.IsDir() {
				out[name] = true
			}
			return nil
		}
		if tried += len(rules); tried > maxMatches {
			return fmt.Errorf("its %d patterns are too many for the files below it", len(rules))
		}
		inside := name
		if dir != "." {
			inside = name[len(dir)+1:]
		}
		if e.IsDir() {
			if hidden, last := rules.match(inside + "/"); hidden && last {
				below = name + "/"
			}
			return nil
		}
		if hidden, _ := rules.match(inside); hidden {
			out[name] = true
		}
		return nil
	})
	return out, err
}
