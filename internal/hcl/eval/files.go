package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Read is funcs.Files: name is relative to the root's folder.
func (w *World) Read(name string) ([]byte, error) {
	target, err := w.find(name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(w.Tree, target)
	if err != nil {
		return nil, absentOr(err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("it is a directory, not a file")
	}
	if plan.IsSubmodule(info) {
		return nil, fmt.Errorf("%w: it is a git submodule", funcs.ErrHidden)
	}
	if w.readBytes += int(info.Size()); w.readBytes > maxReadBytes {
		return nil, fmt.Errorf("%w: more than %d bytes are read by file functions", expr.ErrLimit, maxReadBytes)
	}
	if err := w.Spend(1 + int(info.Size())/readUnits); err != nil {
		return nil, fmt.Errorf("%w: %w", expr.ErrLimit, err)
	}
	b, err := fs.ReadFile(w.Tree, target)
	if err != nil {
		return nil, absentOr(err)
	}
	if plan.IsLFSPointer(b) {
		return nil, fmt.Errorf("%w: it is a Git LFS pointer", funcs.ErrHidden)
	}
	return b, nil
}

func absentOr(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return funcs.ErrAbsent
	}
	return fmt.Errorf("%w: %w", funcs.ErrHidden, err)
}

// find turns a path of the configuration into one of the tree.
func (w *World) find(name string) (string, error) {
	if path.IsAbs(name) {
		return "", fmt.Errorf("%w: it is an absolute path", funcs.ErrHidden)
	}
	joined := path.Join(w.Dir, name)
	if joined == ".." || len(joined) > 2 && joined[:3] == "../" {
		return "", fmt.Errorf("%w: it is outside the repository", funcs.ErrHidden)
	}
	w.Reads[joined] = true
	target, err := plan.Resolve(w.Tree, joined)
	if err != nil {
		return "", absentOr(err)
	}
	w.Reads[target] = true
	return target, nil
}

// List is funcs.Files. Links to files count, links to folders are not entered.
func (w *World) List(folder string) ([]string, error) {
	target, err := w.find(folder)
	if errors.Is(err, funcs.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.lists[target] = true
	var out []string
	err = fs.WalkDir(w.Tree, target, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return absentOr(err)
		}
		if e.IsDir() {
			return nil
		}
		if e.Type()&fs.ModeIrregular != 0 {
			return fmt.Errorf("%w: %s is a git submodule", funcs.ErrHidden, name)
		}
		if e.Type()&fs.ModeSymlink != 0 {
			real, err := plan.Resolve(w.Tree, name)
			if err != nil {
				return nil //nolint:nilerr // a link to nowhere is no file
			}
			if info, err := fs.Stat(w.Tree, real); err != nil || info.IsDir() {
				return nil //nolint:nilerr // as above
			}
		}
		if target != "." {
			name = name[len(target)+1:]
		}
		if out = append(out, name); len(out) > maxInstances {
			return fs.SkipAll
		}
		return nil
	})
	return out, err
}

// Listed reports whether a file lies in a folder that fileset looked through.
func (w *World) Listed(name string) bool {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if w.lists[dir] {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
