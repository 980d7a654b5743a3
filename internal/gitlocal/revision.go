package gitlocal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// revision gives the tree of a commit. Nothing is read until it is asked for,
// so a folder that nobody opens costs nothing.
func (o *objects) revision(root plan.ObjectID) *tree {
	trees := &treeCache{objects: o, seen: map[plan.ObjectID]func() ([]entry, error){}}
	return &tree{Root: trees.folder("", root)}
}

// treeCache remembers listings by object id, so that a folder that occurs in
// several revisions is read once.
type treeCache struct {
	objects *objects
	mu      sync.Mutex
	seen    map[plan.ObjectID]func() ([]entry, error)
}

func (c *treeCache) folder(name string, id plan.ObjectID) entry {
	return entry{name: name, mode: fs.ModeDir | 0o755, id: known(id), list: func() ([]entry, error) {
		c.mu.Lock()
		list, ok := c.seen[id]
		if !ok {
			list = listOnce(func() ([]entry, error) { return c.read(id) })
			c.seen[id] = list
		}
		c.mu.Unlock()
		return list()
	}}
}

func (c *treeCache) read(id plan.ObjectID) ([]entry, error) {
	obj, err := c.objects.get(string(id))
	if err != nil {
		return nil, missing(err, "folder", id)
	}
	if obj.kind != "tree" {
		return nil, fmt.Errorf("object %s is a %s, not a tree", id, obj.kind)
	}
	return c.parse(obj.content, len(id)/2)
}

// parse reads a tree object: `<octal mode> <name> NUL <id in idSize bytes>`,
// repeated (gitformat-pack and git's fsck.c know no other form).
func (c *treeCache) parse(content []byte, idSize int) ([]entry, error) {
	var entries []entry
	for len(content) > 0 {
		head, rest, ok := bytes.Cut(content, []byte{0})
		mode, name, named := strings.Cut(string(head), " ")
		if !ok || !named || len(rest) < idSize || name == "" || strings.Contains(name, "/") {
			return nil, errors.New("damaged tree object")
		}
		id := plan.ObjectID(hex.EncodeToString(rest[:idSize]))
		content = rest[idSize:]
		e, err := c.entry(mode, name, id)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// fileMode translates a git mode, which is one of five (and 100664 in very
// old commits).
func fileMode(mode string) (fs.FileMode, error) {
	switch mode {
	case "40000", "040000":
		return fs.ModeDir | 0o755, nil
	case "100644", "100664":
		return 0o644, nil
	case "100755":
		return 0o755, nil
	case "120000":
		return fs.ModeSymlink | 0o777, nil
	case "160000":
		return fs.ModeIrregular, nil
	default:
		return 0, fmt.Errorf("git mode %s is not known", mode)
	}
}

func (c *treeCache) entry(mode, name string, id plan.ObjectID) (entry, error) {
	m, err := fileMode(mode)
	if err != nil {
		return entry{}, fmt.Errorf("read entry %q: %w", name, err)
	}
	if m.IsDir() {
		return c.folder(name, id), nil
	}
	return c.objects.blob(name, m, id), nil
}

// blob is an entry whose content is the blob id.
func (o *objects) blob(name string, mode fs.FileMode, id plan.ObjectID) entry {
	read := func() ([]byte, error) {
		obj, err := o.get(string(id))
		if err != nil {
			return nil, missing(err, "file", id)
		}
		return obj.content, nil
	}
	return entry{name: name, mode: mode, id: known(id), read: read, size: sizeByReading(read)}
}

// sizeByReading tells a size where it has to be read for; a file that cannot
// be read for its size still tells it.
func sizeByReading(read func() ([]byte, error)) func() int64 {
	return sync.OnceValue(func() int64 {
		content, err := read()
		var large *TooLargeError
		if errors.As(err, &large) {
			return large.Size
		}
		return int64(len(content))
	})
}

// missing says what an absent object means: the clone is not whole.
func missing(err error, what string, id plan.ObjectID) error {
	if errors.Is(err, errMissing) {
		return fmt.Errorf("%s %s is not in this clone (a partial clone?): fetch it with `git fetch --refetch --no-filter`, or clone the "+
			"repository whole", what, id)
	}
	return err
}
