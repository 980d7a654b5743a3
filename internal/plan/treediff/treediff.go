// Package treediff lists the paths that differ between two trees.
package treediff

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Files compares two trees and returns the paths that differ, sorted. Folders
// of equal object id are skipped whole; files without one are compared by
// their content. A file that goes from one path to another unchanged is one
// Renamed entry. What cannot be read on either side is an error: a list cut
// short would look like a smaller change.
func Files(before, after fs.FS) ([]plan.File, error) {
	d := differ{before: before, after: after}
	if err := d.folder("."); err != nil {
		return nil, err
	}
	files := pair(d.files, func(removed, added side) bool {
		return removed.id != "" && removed.id == added.id && removed.mode.Type() == added.mode.Type()
	})
	return list(files), nil
}

// side is a path as one tree has it.
type side struct {
	path string
	mode fs.FileMode
	id   plan.ObjectID
}

// change is a path that differs; one of its sides may be empty.
type change struct{ before, after side }

type differ struct {
	before, after fs.FS
	files         []change
}

// folder compares one folder that exists on at least one side.
func (d *differ) folder(name string) error {
	if id := plan.ID(d.before, name); id != "" && id == plan.ID(d.after, name) {
		return nil
	}
	left, err := entries(d.before, name)
	if err != nil {
		return err
	}
	right, err := entries(d.after, name)
	if err != nil {
		return err
	}
	for entry := range names(left, right) {
		if err := d.entry(path.Join(name, entry), left[entry], right[entry]); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) entry(name string, left, right fs.DirEntry) error {
	if isDir(left) || isDir(right) {
		if err := d.folder(name); err != nil {
			return err
		}
	}
	l, err := file(name, left)
	if err != nil {
		return err
	}
	r, err := file(name, right)
	if err != nil {
		return err
	}
	if l.path == "" && r.path == "" {
		return nil
	}
	same, err := d.same(l, r)
	if err != nil {
		return err
	}
	if !same {
		d.files = append(d.files, change{before: l, after: r})
	}
	return nil
}

// same compares two sides of one path by id, else by content.
func (d *differ) same(l, r side) (bool, error) {
	if l.path == "" || r.path == "" || l.mode != r.mode {
		return false, nil
	}
	if l.id != "" && r.id != "" {
		return l.id == r.id, nil
	}
	if !l.mode.IsRegular() {
		return false, nil
	}
	before, err := fs.ReadFile(d.before, l.path)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", l.path, err)
	}
	after, err := fs.ReadFile(d.after, r.path)
	if err != nil {
		return false, fmt.Errorf("compare %s: %w", r.path, err)
	}
	return bytes.Equal(before, after), nil
}

// entries lists a folder by name; one that is not there has none.
func entries(tree fs.FS, name string) (map[string]fs.DirEntry, error) {
	info, err := fs.Lstat(tree, name)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !info.IsDir()) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describe folder %s: %w", name, err)
	}
	found, err := fs.ReadDir(tree, name)
	if err != nil {
		return nil, fmt.Errorf("list folder %s: %w", name, err)
	}
	byName := make(map[string]fs.DirEntry, len(found))
	for _, e := range found {
		byName[e.Name()] = e
	}
	return byName, nil
}

func names(left, right map[string]fs.DirEntry) map[string]struct{} {
	all := make(map[string]struct{}, len(left)+len(right))
	for name := range left {
		all[name] = struct{}{}
	}
	for name := range right {
		all[name] = struct{}{}
	}
	return all
}

func isDir(e fs.DirEntry) bool { return e != nil && e.IsDir() }

// file is one side of a path; the zero side where there is no file there.
func file(name string, e fs.DirEntry) (side, error) {
	if e == nil || e.IsDir() {
		return side{}, nil
	}
	info, err := e.Info()
	if err != nil {
		return side{}, fmt.Errorf("describe %s: %w", name, err)
	}
	id, _ := info.Sys().(plan.ObjectID)
	return side{path: name, mode: info.Mode(), id: id}, nil
}

// pair joins a removed and an added path that match into one change. A
// partner of the same file name is preferred, then the first in order.
func pair(changes []change, match func(removed, added side) bool) []change {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.path(), b.path()) })
	taken := make([]bool, len(changes))
	for i, removed := range changes {
		if removed.after.path != "" {
			continue
		}
		best := -1
		for j, added := range changes {
			if added.before.path != "" || taken[j] || !match(removed.before, added.after) {
				continue
			}
			if best < 0 || path.Base(added.after.path) == path.Base(removed.before.path) {
				best = j
			}
			if path.Base(changes[best].after.path) == path.Base(removed.before.path) {
				break
			}
		}
		if best >= 0 {
			changes[best].before, taken[best], taken[i] = removed.before, true, true
			changes[i] = change{}
		}
	}
	return slices.DeleteFunc(changes, func(c change) bool { return c == change{} })
}

func (c change) path() string { return cmp.Or(c.after.path, c.before.path) }

func list(changes []change) []plan.File {
	files := make([]plan.File, 0, len(changes))
	for _, c := range changes {
		f := plan.File{Path: c.path(), From: cmp.Or(c.before.path, c.after.path), BeforeMode: c.before.mode, AfterMode: c.after.mode}
		switch {
		case c.before.path == "":
			f.Status = plan.Added
		case c.after.path == "":
			f.Status = plan.Removed
		case c.before.path != c.after.path:
			f.Status = plan.Renamed
		default:
			f.Status = plan.Modified
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b plan.File) int { return cmp.Compare(a.Path, b.Path) })
	return files
}
