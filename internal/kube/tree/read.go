package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

type text struct {
	data []byte
	err  error
}

type parsed struct {
	file object.File
	err  error
}

// Unreadable is an entry that cannot be read as a file.
type Unreadable struct {
	Kind plan.GapKind
	Why  string
	// Err is what the tree said, nil where the entry itself says it.
	Err error
}

func (e *Unreadable) Error() string { return e.Why }

func (e *Unreadable) Unwrap() error { return e.Err }

// Read returns the content of a file, following links inside the tree. Errors
// are *Unreadable.
func (t *Tree) Read(name string) ([]byte, error) {
	if at := t.home(name); at != t {
		return at.Read(name)
	}
	if t.whole != nil {
		if err := t.lacks(name); err != nil {
			return nil, err
		}
		return t.whole.Read(name)
	}
	if got, ok := t.texts[name]; ok {
		return got.data, got.err
	}
	var got text
	if t.other != nil && t.sameFile(name) {
		got.data, got.err = t.other.Read(name)
	} else {
		got.data, got.err = t.read(name)
	}
	t.texts[name] = got
	return got.data, got.err
}

// lacks is the error of reading what the whole side may have and this part has
// not.
func (t *Tree) lacks(name string) error {
	if t.Has(name) {
		return nil
	}
	return &Unreadable{plan.GapUnreadable, name + " is excluded from what is applied", fs.ErrNotExist}
}

func (t *Tree) sameFile(name string) bool {
	id := t.ID(name)
	return id != "" && id == t.other.ID(name) && t.files[name].Mode()&fs.ModeSymlink == 0
}

func (t *Tree) read(name string) ([]byte, error) {
	real, err := t.resolve(name)
	if err != nil {
		return nil, &Unreadable{plan.GapUnreadable, OneLine(err), err}
	}
	real = t.Inside(real)
	info, err := fs.Lstat(t.fsys, real)
	switch {
	case err != nil:
		return nil, &Unreadable{plan.GapUnreadable, OneLine(err), err}
	case plan.IsSubmodule(info):
		return nil, &Unreadable{plan.GapOpaque, "it is a submodule, whose content is in another repository", nil}
	case info.Size() > MaxFile:
		return nil, &Unreadable{plan.GapLimit, fmt.Sprintf("it is larger than %d MiB", MaxFile>>20), nil}
	}
	data, err := fs.ReadFile(t.fsys, real)
	if err != nil {
		return nil, &Unreadable{plan.GapUnreadable, OneLine(err), err}
	}
	if plan.IsLFSPointer(data) {
		return nil, &Unreadable{plan.GapUnreadable, "it is a Git LFS pointer, the content is not in the repository", nil}
	}
	return data, nil
}

// Parse reads a file as manifests.
func (t *Tree) Parse(name string) (object.File, error) {
	if at := t.home(name); at != t {
		return at.Parse(name)
	}
	if t.whole != nil {
		if err := t.lacks(name); err != nil {
			return object.File{}, err
		}
		return t.whole.Parse(name)
	}
	if got, ok := t.parsed[name]; ok {
		return got.file, got.err
	}
	var got parsed
	if t.other != nil && t.sameFile(name) {
		got.file, got.err = t.other.Parse(name)
	} else if data, err := t.Read(name); err != nil {
		got.err = err
	} else {
		got.file, got.err = object.Parse(name, data, object.Limits{})
	}
	t.parsed[name] = got
	return got.file, got.err
}

// Trouble turns an error of Read or Parse into the kind of a gap, the line it
// is about, and its words.
func Trouble(err error) (kind plan.GapKind, line int, why string) {
	var unreadable *Unreadable
	if errors.As(err, &unreadable) {
		return unreadable.Kind, 0, unreadable.Why
	}
	var bad *object.Error
	if errors.As(err, &bad) {
		if bad.Limit {
			return plan.GapLimit, bad.Line, bad.Why
		}
		return plan.GapParse, bad.Line, bad.Why
	}
	return plan.GapInternal, 0, OneLine(err)
}

// OneLine is the text of an error without line breaks.
func OneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
