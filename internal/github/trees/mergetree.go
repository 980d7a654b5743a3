package trees

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// merger merges trees by the ids of their entries, which needs no content.
type merger struct {
	objects *Objects
	digits  int
	// wants names the files whose lines are merged: those that are read.
	wants func(name string) bool
	both  []Clash
	// missing: a folder or file was not there and has been noted.
	missing bool
}

// Clash is a path that both sides changed, in different ways.
type Clash struct {
	Name string
	// Anywhere: other paths may have what becomes of it. It is a folder on one
	// side, or gone there, and git looks for a file of another name that is like it.
	Anywhere bool
}

// Merge merges two trees that came from one: of each entry, what one side
// changed is taken from it, as every three-way merge does. Where both changed a
// file that is wanted, its lines are merged if there is one way to do it. Else its
// path is returned; git may merge the lines, or refuse. Of one that is wanted
// theirs is taken; another is there and cannot be read. What was merged is added
// to the objects. An error is [plan.ErrNotFetched] where something has to be
// brought first.
func Merge(o *Objects, wants func(name string) bool, base, ours, theirs string) (id string, both []Clash, err error) {
	m := &merger{objects: o, digits: len(theirs), wants: wants}
	e, err := m.entry(".", dirOf(base), dirOf(ours), dirOf(theirs))
	if err == nil && m.missing {
		err = plan.ErrNotFetched
	}
	return e.id, m.both, err
}

func dirOf(id string) entry { return entry{name: ".", mode: "040000", id: id} }

// is reports whether two entries are the same thing; the zero entry is absence.
func (e entry) is(other entry) bool {
	return e.id == other.id && strings.TrimPrefix(e.mode, "0") == strings.TrimPrefix(other.mode, "0")
}

// isFile reports whether there is something, and no folder.
func (e entry) isFile() bool { return e.id != "" && !e.isDir() }

func (m *merger) entry(name string, base, ours, theirs entry) (entry, error) {
	switch {
	case ours.is(theirs), base.is(theirs):
		return ours, nil
	case base.is(ours):
		return theirs, nil
	case ours.isDir() && theirs.isFile(), theirs.isDir() && ours.isFile():
		m.both = append(m.both, Clash{name, true})
		return theirs, nil
	case !ours.isDir() && !theirs.isDir():
		return m.file(name, base, ours, theirs)
	}
	if !base.isDir() {
		base = entry{}
	}
	return m.folder(name, base, ours, theirs)
}

// file merges what both sides changed.
func (m *merger) file(name string, base, ours, theirs entry) (entry, error) {
	if regular(base) && regular(ours) && regular(theirs) && m.wants(name) {
		switch merged, err := m.lines(base, ours, theirs); {
		case errors.Is(err, plan.ErrNotFetched):
			m.missing = true
			return theirs, nil
		case err == nil && merged.id != "":
			return merged, nil
		case err != nil && !errors.Is(err, plan.ErrUnreadable):
			return entry{}, err
		}
	}
	gone := ours.id == "" || theirs.id == ""
	m.both = append(m.both, Clash{name, gone})
	if gone || m.wants(name) {
		return theirs, nil
	}
	return entry{name: theirs.name, mode: theirs.mode, id: objectID("clash", []byte(ours.id+theirs.id), m.digits), size: theirs.size,
		unmerged: true}, nil
}

// regular reports whether an entry is a file like most.
func regular(e entry) bool { return e.mode == "100644" }

// lines merges the lines of a file, the zero entry where there is not one way.
func (m *merger) lines(base, ours, theirs entry) (entry, error) {
	var texts [3][]byte
	var lacking error
	for i, e := range []entry{base, ours, theirs} {
		text, err := m.objects.blob(e)
		if err != nil {
			lacking = err // the others are noted in the same round
		}
		texts[i] = text
	}
	if lacking != nil {
		return entry{}, lacking
	}
	merged, ok := mergeLines(texts[0], texts[1], texts[2])
	if !ok {
		return entry{}, nil
	}
	id := objectID("blob", merged, m.digits)
	m.objects.mu.Lock()
	defer m.objects.mu.Unlock()
	m.objects.blobs[id] = merged
	return entry{name: theirs.name, mode: theirs.mode, id: id, size: int64(len(merged))}, nil
}

func (m *merger) folder(name string, base, ours, theirs entry) (entry, error) {
	var sides [3][]entry
	for i, e := range []entry{base, ours, theirs} {
		if e.id == "" {
			continue
		}
		list, err := m.objects.folder(e.id)
		if errors.Is(err, plan.ErrNotFetched) {
			m.missing = true
			continue // the others are noted in the same round
		}
		if err != nil {
			return entry{}, err
		}
		sides[i] = list
	}
	if m.missing {
		return theirs, nil
	}
	var merged []entry
	for _, n := range namesIn(sides[:]) {
		var at [3]entry
		for i, list := range sides {
			at[i] = named(list, n)
		}
		e, err := m.entry(path.Join(name, n), at[0], at[1], at[2])
		if err != nil {
			return entry{}, err
		}
		if e.id != "" {
			merged = append(merged, e)
		}
	}
	if len(merged) == 0 && name != "." {
		return entry{}, nil // git has no empty folders
	}
	id := treeID(merged, m.digits)
	m.objects.mu.Lock()
	defer m.objects.mu.Unlock()
	m.objects.folders[id] = merged
	return entry{name: path.Base(name), mode: "040000", id: id}, nil
}

// named is the entry of a name in a folder, the zero one for none.
func named(list []entry, name string) entry {
	if i, ok := slices.BinarySearchFunc(list, name, func(e entry, want string) int { return strings.Compare(e.name, want) }); ok {
		return list[i]
	}
	return entry{}
}

// namesIn are all names in some folders, sorted.
func namesIn(folders [][]entry) (names []string) {
	for _, f := range folders {
		for _, e := range f {
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
