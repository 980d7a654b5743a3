// Package plantest builds trees for tests from plain maps and txtar archives.
package plantest

import (
	"crypto/sha1"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Tree is a tree of the given files with the object ids git would give their
// blobs. Folders have no id.
func Tree(files map[string]string) fs.FS {
	tree := fstest.MapFS{}
	for name, content := range files {
		tree[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644, Sys: blobID(content)}
	}
	return tree
}

// Below is a tree of those of some files that lie below a folder.
func Below(files map[string]string, folder string) fs.FS {
	below := map[string]string{}
	for name, content := range files {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			below[rest] = content
		}
	}
	return Tree(below)
}

// Archive splits a txtar archive into the trees below `before/` and `after/`,
// and the files outside both. What stands below `both/` is in both trees.
//
// A file whose name ends in `@` is a symbolic link; its content is the target.
func Archive(data []byte) (before, after fs.FS, rest map[string]string) {
	left, right := fstest.MapFS{}, fstest.MapFS{}
	sides := map[string][]fstest.MapFS{"before": {left}, "after": {right}, "both": {left, right}}
	rest = map[string]string{}
	for _, file := range txtar.Parse(data).Files {
		side, name, _ := strings.Cut(file.Name, "/")
		trees, ok := sides[side]
		if !ok || name == "" {
			rest[file.Name] = string(file.Data)
			continue
		}
		entry := &fstest.MapFile{Data: file.Data, Mode: 0o644, Sys: blobID(string(file.Data))}
		if link, isLink := strings.CutSuffix(name, "@"); isLink {
			target := strings.TrimSpace(string(file.Data))
			name, entry = link, &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777, Sys: blobID(target)}
		}
		for _, tree := range trees {
			tree[name] = entry
		}
	}
	return left, right, rest
}

func blobID(content string) plan.ObjectID {
	return plan.ObjectID(fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))))
}
