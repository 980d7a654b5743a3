package gitlocal

import (
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hashing is the object format of a repository: it makes new hashes.
type hashing func() hash.Hash

func sha1Format() hash.Hash   { return sha1.New() }
func sha256Format() hash.Hash { return sha256.New() }

// id is the git object id of content (gitformat-loose: `<kind> <size> NUL`
// before it).
func (h hashing) id(kind string, content []byte) plan.ObjectID {
	sum := h()
	fmt.Fprintf(sum, "%s %d\x00", kind, len(content))
	sum.Write(content)
	return plan.ObjectID(hex.EncodeToString(sum.Sum(nil)))
}

// tree is the id git would give a folder with these entries, or "" where one
// of them has none. Git knows no empty folders: they do not count.
func (h hashing) tree(entries []entry) plan.ObjectID {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b entry) int { return cmp.Compare(treeKey(a), treeKey(b)) })
	empty := h.id("tree", nil)
	var content []byte
	for _, e := range sorted {
		id := e.id()
		if id == empty && e.mode.IsDir() {
			continue
		}
		raw, err := hex.DecodeString(string(id))
		if err != nil || len(raw) == 0 {
			return ""
		}
		content = fmt.Appendf(content, "%s %s\x00", gitMode(e.mode), e.name)
		content = append(content, raw...)
	}
	return h.id("tree", content)
}

// treeKey orders a tree object: a folder sorts as if its name ended in a slash.
func treeKey(e entry) string {
	if e.mode.IsDir() {
		return e.name + "/"
	}
	return e.name
}

func gitMode(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "40000"
	case mode&fs.ModeSymlink != 0:
		return "120000"
	case mode&fs.ModeIrregular != 0:
		return "160000"
	case mode&0o111 != 0:
		return "100755"
	default:
		return "100644"
	}
}
