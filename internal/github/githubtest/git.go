package githubtest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
)

// Git is a bare repository on disk, as git itself reads it. Objects never
// change, so several simulated GitHubs may share one; branches are theirs.
type Git struct {
	t    testing.TB
	dir  string
	mu   sync.Mutex
	memo map[string]string
	// kept are objects that were read or written lately.
	kept map[string]stored
}

// stored is an object as it is kept.
type stored struct {
	kind    string
	content []byte
}

// maxKept is how many objects are kept in memory.
const maxKept = 20_000

func (g *Git) keep(id, kind string, content []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.kept) >= maxKept {
		clear(g.kept)
	}
	g.kept[id] = stored{kind, content}
}

func (g *Git) keeps(id string) (o stored, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	o, ok = g.kept[id]
	return o, ok
}

// Files is the content of a commit by path. Link, Submodule and Executable
// make values other than plain files.
type Files map[string]string

// Special kinds of files. No text file starts with their mark.
const mark = "\x00githubtest "

// Link is a symbolic link.
func Link(target string) string { return mark + "120000 " + target }

// Submodule is a submodule at a commit.
func Submodule(sha string) string { return mark + "160000 " + sha }

// Executable is a file with the executable bit.
func Executable(content string) string { return mark + "100755 " + content }

// With returns the files with some replaced; an empty string removes.
func (f Files) With(changes Files) Files {
	out := Files{}
	for k, v := range f {
		out[k] = v
	}
	for k, v := range changes {
		if v == "" {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

// NewGit makes an empty repository that goes away with the test.
func NewGit(t testing.TB) *Git {
	t.Helper()
	g := &Git{t: t, dir: t.TempDir(), memo: map[string]string{}, kept: map[string]stored{}}
	if out, err := exec.Command("git", "init", "-q", "--bare", g.dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	return g
}

// object writes a loose object and returns its id.
func (g *Git) object(kind string, content []byte) string {
	whole := append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...)
	sum := sha1.Sum(whole)
	id := hex.EncodeToString(sum[:])
	if _, kept := g.keeps(id); kept {
		return id
	}
	g.keep(id, kind, content)
	name := filepath.Join(g.dir, "objects", id[:2], id[2:])
	if _, err := os.Stat(name); err == nil {
		return id
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(whole)
	_ = w.Close()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o444); err != nil {
		g.t.Fatal(err)
	}
	return id
}

// read returns an object's kind and content; "" where there is none.
func (g *Git) read(id string) (kind string, content []byte) {
	if len(id) != 40 {
		return "", nil
	}
	if o, kept := g.keeps(id); kept {
		return o.kind, o.content
	}
	f, err := os.Open(filepath.Join(g.dir, "objects", id[:2], id[2:]))
	if err != nil {
		return "", nil
	}
	defer f.Close()
	z, err := zlib.NewReader(f)
	if err != nil {
		g.t.Fatalf("object %s: %v", id, err)
	}
	whole, err := io.ReadAll(z)
	if err != nil {
		g.t.Fatalf("object %s: %v", id, err)
	}
	header, content, _ := bytes.Cut(whole, []byte{0})
	kind, _, _ = strings.Cut(string(header), " ")
	g.keep(id, kind, content)
	return kind, content
}

// Tree writes a tree and returns its id.
func (g *Git) Tree(files Files) string {
	type entry struct{ name, mode, id string }
	var entries []entry
	folders := map[string]Files{}
	for name, content := range files {
		first, rest, nested := strings.Cut(name, "/")
		if nested {
			if folders[first] == nil {
				folders[first] = Files{}
			}
			folders[first][rest] = content
			continue
		}
		mode := "100644"
		if special, ok := strings.CutPrefix(content, mark); ok {
			mode, content, _ = strings.Cut(special, " ")
		}
		if mode == "160000" {
			entries = append(entries, entry{name, mode, content})
			continue
		}
		entries = append(entries, entry{name, mode, g.object("blob", []byte(content))})
	}
	for name, below := range folders {
		entries = append(entries, entry{name, "40000", g.Tree(below)})
	}
	key := func(e entry) string {
		if e.mode == "40000" {
			return e.name + "/"
		}
		return e.name
	}
	sort.Slice(entries, func(i, j int) bool { return key(entries[i]) < key(entries[j]) })
	var b bytes.Buffer
	for _, e := range entries {
		raw, _ := hex.DecodeString(e.id)
		fmt.Fprintf(&b, "%s %s\x00%s", e.mode, e.name, raw)
	}
	return g.object("tree", b.Bytes())
}

// entry is one line of a tree.
type entry struct {
	path, mode, kind, id string
	size                 int
}

// list lists a tree, folders below it included where recursive.
func (g *Git) list(tree, prefix string, recursive bool) []entry {
	_, content := g.read(tree)
	var out []entry
	for len(content) > 0 {
		head, rest, _ := bytes.Cut(content, []byte{0})
		mode, name, _ := strings.Cut(string(head), " ")
		id := hex.EncodeToString(rest[:20])
		content = rest[20:]
		e := entry{path: path.Join(prefix, name), mode: mode, kind: "blob", id: id}
		switch mode {
		case "40000":
			e.mode, e.kind = "040000", "tree"
		case "160000":
			e.kind = "commit"
		default:
			_, blob := g.read(id)
			e.size = len(blob)
		}
		out = append(out, e)
		if recursive && e.kind == "tree" {
			out = append(out, g.list(id, e.path, true)...)
		}
	}
	return out
}

// run asks git, once for the same question.
func (g *Git) run(args ...string) (string, error) {
	key := strings.Join(args, "\x00")
	g.mu.Lock()
	defer g.mu.Unlock()
	if out, ok := g.memo[key]; ok {
		return out, nil
	}
	cmd := exec.Command("git", append([]string{"-C", g.dir, "-c", "core.quotePath=false"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	g.memo[key] = string(out)
	return string(out), nil
}

// Dir is the repository's folder, for git itself.
func (g *Git) Dir() string { return g.dir }

// Files are the plain files of a commit.
func (g *Git) Files(commit string) Files {
	out := Files{}
	for _, e := range g.list(g.treeOf(commit), "", true) {
		if e.kind == "blob" {
			_, content := g.read(e.id)
			out[e.path] = string(content)
		}
	}
	return out
}
