package gitlocal

import (
	"cmp"
	"io/fs"
	"slices"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/gitfs"
)

// entry is one name in a folder. Its mode is one of the five git knows: a
// folder, a file (0644 or 0755), a symbolic link, a submodule.
type entry struct {
	name string
	mode fs.FileMode
	// id returns the git object id; it may have to read the file or the
	// whole folder, and does so once. "" where it could not be determined.
	id func() plan.ObjectID
	// list reads a folder, read a file or the target of a link.
	list func() ([]entry, error)
	read func() ([]byte, error)
	// size in bytes of what read gives; it may have to ask.
	size func() int64
}

// tree is an fs.FS over entries that are listed and read when asked for.
type tree = gitfs.FS[entry]

func (e entry) Name() string           { return e.name }
func (e entry) Mode() fs.FileMode      { return e.mode }
func (e entry) ID() plan.ObjectID      { return e.id() }
func (e entry) List() ([]entry, error) { return e.list() }
func (e entry) Read() ([]byte, error)  { return e.read() }
func (e entry) Size() int64 {
	if e.size == nil {
		return 0
	}
	return e.size()
}

func (e entry) Child(name string) (entry, bool, error) {
	entries, err := e.list()
	i, ok := slices.BinarySearchFunc(entries, name, func(e entry, want string) int { return cmp.Compare(e.name, want) })
	if err != nil || !ok {
		return entry{}, false, err
	}
	return entries[i], true, nil
}

// known is an id that need not be worked out.
func known(id plan.ObjectID) func() plan.ObjectID {
	return func() plan.ObjectID { return id }
}

// listOnce keeps the first answer of a listing, in the order of names. An
// error is kept as well: a tree does not change its mind.
func listOnce(list func() ([]entry, error)) func() ([]entry, error) {
	return sync.OnceValues(func() ([]entry, error) {
		entries, err := list()
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		return entries, err
	})
}
