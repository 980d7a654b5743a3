package config

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Absence says what of the way to a folder a tree does not hold.
type Absence struct {
	// Top is the git submodule that the folder lies in, or the first folder on
	// the way that is not there.
	Top string
	// Commit is what the submodule stands at, empty where Top is none.
	Commit string
}

// AbsentAt reports whether a tree does not hold a folder, and where it ends.
func AbsentAt(tree fs.FS, dir string) (Absence, bool) {
	for end := range len(dir) + 1 {
		if end < len(dir) && dir[end] != '/' {
			continue
		}
		name, err := plan.Resolve(tree, dir[:end])
		var info fs.FileInfo
		if err == nil {
			info, err = fs.Lstat(tree, name)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return Absence{Top: dir[:end]}, true
		case err != nil:
			return Absence{}, false
		case plan.IsSubmodule(info):
			return Absence{Top: dir[:end], Commit: string(plan.ID(tree, name))}, true
		}
	}
	return Absence{}, false
}

// Brings reports whether what lies at or below Top would bring a folder.
func (a Absence) Brings(dir string) bool { return dir == a.Top || strings.HasPrefix(dir, a.Top+"/") }
