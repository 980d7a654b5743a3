package gitlocal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// disk reads files below one folder of the machine and never leaves it, not
// even through a symbolic link.
type disk struct {
	root   *os.Root
	hashes hashing
}

func openDisk(dir string, hashes hashing) (*disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	return &disk{root: root, hashes: hashes}, nil
}

// tree is the whole folder as a tree. A `.git` in any folder is left out.
func (d *disk) tree() *tree {
	return &tree{Root: d.folder(".", ".")}
}

func (d *disk) folder(name, at string) entry {
	list := listOnce(func() ([]entry, error) { return d.list(at) })
	return entry{name: name, mode: fs.ModeDir | 0o755, list: list, id: sync.OnceValue(func() plan.ObjectID {
		entries, err := list()
		if err != nil {
			return ""
		}
		return d.hashes.tree(entries)
	})}
}

func (d *disk) list(at string) ([]entry, error) {
	dir, err := d.root.Open(at)
	if err != nil {
		return nil, listed(err)
	}
	defer dir.Close()
	found, err := dir.ReadDir(-1)
	if err != nil {
		return nil, listed(err)
	}
	entries := make([]entry, 0, len(found))
	for _, f := range found {
		if f.Name() == ".git" {
			continue
		}
		e, err := d.entry(path.Join(at, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it went away before anybody saw it
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// entry is what lies at a path now. Pipes, sockets and devices keep their
// mode, so that readers refuse them.
func (d *disk) entry(at string) (entry, error) {
	found, err := d.root.Lstat(at)
	if err != nil {
		return entry{}, plain(err)
	}
	name := path.Base(at)
	switch mode := found.Mode(); {
	case mode.IsDir():
		return d.folder(name, at), nil
	case mode&fs.ModeSymlink != 0:
		return d.blob(name, at, fs.ModeSymlink|0o777, found.Size(), d.readLink), nil
	case mode.IsRegular() && mode&0o111 != 0:
		return d.blob(name, at, 0o755, found.Size(), d.readFile), nil
	case mode.IsRegular():
		return d.blob(name, at, 0o644, found.Size(), d.readFile), nil
	default:
		return entry{name: name, mode: mode, id: known(""), size: func() int64 { return 0 }}, nil
	}
}

func (d *disk) blob(name, at string, mode fs.FileMode, size int64, read func(string) ([]byte, error)) entry {
	return entry{
		name: name, mode: mode,
		size: func() int64 { return size },
		read: func() ([]byte, error) { return read(at) },
		id: sync.OnceValue(func() plan.ObjectID {
			content, err := read(at)
			if err != nil {
				return ""
			}
			return d.hashes.id("blob", content)
		}),
	}
}

func (d *disk) readLink(at string) ([]byte, error) {
	target, err := d.root.Readlink(at)
	return []byte(target), listed(err)
}

func (d *disk) readFile(at string) ([]byte, error) {
	f, err := d.root.Open(at)
	if err != nil {
		return nil, listed(err)
	}
	defer f.Close()
	found, err := f.Stat()
	if err != nil {
		return nil, listed(err)
	}
	if found.Size() > MaxFile {
		return nil, &TooLargeError{Size: found.Size()}
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, listed(err)
	}
	if len(content) > MaxFile {
		return nil, &TooLargeError{Size: int64(len(content))}
	}
	return content, nil
}

// errChanged means that the folder changes while it is read.
var errChanged = errors.New("it went away while it was read: try again when nothing writes there")

// listed is the error of reading what a listing showed: it cannot be absent.
func listed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errChanged
	}
	return plain(err)
}

// plain takes the path off an error of the os package; the tree names it in
// its own terms.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
