package content

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Pack writes a tree in one piece, for a cache. Each entry is a line
//
//	MODE ID SIZE KEPT LENGTH
//
// and then LENGTH bytes of path and, where KEPT is 1, SIZE bytes of content.
func Pack(t *Tree) []byte {
	var b bytes.Buffer
	t.Root.pack(&b, "")
	return b.Bytes()
}

func (n *Node) pack(b *bytes.Buffer, at string) {
	for _, c := range n.children {
		name := at + c.name
		kept := 1
		if c.absent || c.mode&(fs.ModeDir|fs.ModeIrregular) != 0 {
			kept = 0
		}
		fmt.Fprintf(b, "%s %s %d %d %d\n%s", gitMode(c.mode), c.id, c.size, kept, len(name), name)
		if kept == 1 {
			b.Write(c.content)
		}
		c.pack(b, name+"/")
	}
}

var errPacked = errors.New("a packed tree is damaged")

// Load reads what Pack wrote. Ids are computed from the content again, except
// those of files that were too large to keep; who trusts the tree compares its
// id.
func Load(packed []byte, limits Limits) (*Tree, error) {
	b := NewBuilder(limits)
	for len(packed) > 0 {
		line, rest, ok := bytes.Cut(packed, []byte("\n"))
		f := strings.Fields(string(line))
		if !ok || len(f) != 5 {
			return nil, errPacked
		}
		size, err1 := strconv.ParseInt(f[2], 10, 64)
		length, err2 := strconv.Atoi(f[4])
		if err1 != nil || err2 != nil || length < 1 || length > len(rest) {
			return nil, errPacked
		}
		name := string(rest[:length])
		rest = rest[length:]
		var body []byte
		if f[3] == "1" {
			if size < 0 || size > int64(len(rest)) {
				return nil, errPacked
			}
			body, rest = rest[:size], rest[size:]
		}
		if err := b.load(f[0], plan.ObjectID(f[1]), name, size, f[3] == "1", body); err != nil {
			return nil, err
		}
		packed = rest
	}
	return b.Tree(), nil
}

func (b *Builder) load(mode string, id plan.ObjectID, name string, size int64, kept bool, body []byte) error {
	if err := b.Count(name); err != nil {
		return err
	}
	switch {
	case mode == "40000":
		return b.Folder(name)
	case mode == "160000":
		return b.Submodule(name, id)
	case mode == "120000" && kept:
		return b.Link(name, string(body))
	case !kept:
		return b.Absent(name, mode == "100755", size, id)
	case mode != "100644" && mode != "100755":
		return errPacked
	}
	n := &Node{mode: 0o644, content: body}
	if mode == "100755" {
		n.mode = 0o755
	}
	return b.add(name, n)
}
