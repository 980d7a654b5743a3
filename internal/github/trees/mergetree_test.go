package trees

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// scratch is a git repository for one test.
type scratch struct {
	*testing.T
	dir string
}

func (s scratch) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", s.dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

func (s scratch) must(args ...string) string {
	s.Helper()
	out, err := s.git(args...)
	if err != nil {
		s.Fatalf("git %v: %v", args, err)
	}
	return out
}

// commit makes a commit of some files and returns its id and its tree's.
func (s scratch) commit(files map[string]string, parents ...string) (id, tree string) {
	s.Helper()
	for _, dir := range []string{"a", "b"} {
		if err := os.RemoveAll(filepath.Join(s.dir, dir)); err != nil {
			s.Fatal(err)
		}
	}
	for name, text := range files {
		file := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			s.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			s.Fatal(err)
		}
	}
	s.must("add", "-A")
	tree = s.must("write-tree")
	args := []string{"commit-tree", "-m", "x", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return s.must(args...), tree
}

// load notes all folders of a tree.
func (s scratch) load(o *Objects, tree string) {
	s.Helper()
	ids, lists := map[string]string{".": tree}, map[string][]entry{".": {}}
	for line := range strings.SplitSeq(s.must("ls-tree", "-r", "-t", tree), "\n") {
		about, name, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		words := strings.Fields(about)
		if words[1] == "tree" {
			ids[name] = words[2]
		}
		lists[path.Dir(name)] = append(lists[path.Dir(name)], entry{name: path.Base(name), mode: words[0], id: words[2]})
	}
	for dir, list := range lists {
		slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		o.folders[ids[dir]] = list
	}
}

// changed is a copy of files in which some were edited, removed or added. Every
// content is another, so that git sees no renames.
func changed(r *rand.Rand, files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		out[name] = text
	}
	for range 1 + r.IntN(3) {
		name := fmt.Sprintf("%c/%c/%c", 'a'+r.IntN(2), 'a'+r.IntN(2), 'a'+r.IntN(3))
		if r.IntN(3) == 0 {
			delete(out, name)
			continue
		}
		out[name] = fmt.Sprintf("%d %d\n", r.Uint64(), r.Uint64())
	}
	return out
}

// A2: where no file was changed by both, the merge is git's own, to the id of
// its tree; where one was, its path is told.
func TestA2MergeIsGits(t *testing.T) {
	s := scratch{t, t.TempDir()}
	s.must("init", "-q")
	r := rand.New(rand.NewPCG(1, 2))
	clean, others := 0, 0
	for range 40 {
		files := changed(r, changed(r, changed(r, nil)))
		left, right := changed(r, files), changed(r, files)
		base, baseTree := s.commit(files)
		ours, oursTree := s.commit(left, base)
		theirs, theirsTree := s.commit(right, base)
		o := NewObjects()
		for _, tree := range []string{baseTree, oursTree, theirsTree} {
			s.load(o, tree)
		}
		got, both, err := Merge(o, func(string) bool { return false }, baseTree, oursTree, theirsTree)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for _, m := range []map[string]string{files, left, right} {
				for name := range m {
					if !yield(name) {
						return
					}
				}
			}
		}) {
			if left[name] != files[name] && right[name] != files[name] && left[name] != right[name] && !slices.Contains(want, name) {
				want = append(want, name)
			}
		}
		var told []string
		for _, c := range both {
			told = append(told, c.Name)
		}
		slices.Sort(told)
		if !slices.Equal(told, want) {
			t.Fatalf("both changed %q, want %q", told, want)
		}
		if len(want) > 0 {
			others++
			continue
		}
		clean++
		merged, err := s.git("merge-tree", "--write-tree", ours, theirs)
		if err != nil || merged != got {
			t.Fatalf("the merge is %s, git's (%v) is %s", got, err, merged)
		}
	}
	if clean < 10 || others < 3 {
		t.Errorf("%d clean merges and %d others: the test shows nothing", clean, others)
	}
}

// A2: where git finds a changed file under another name, its merge may be another
// than ours. Then something is told.
func TestA2MergeMayFindAnotherName(t *testing.T) {
	s := scratch{t, t.TempDir()}
	s.must("init", "-q")
	text := func(r *rand.Rand) string {
		var lines []string
		for range 12 {
			lines = append(lines, fmt.Sprint(r.Uint64()))
		}
		return strings.Join(lines, "\n") + "\n"
	}
	r := rand.New(rand.NewPCG(3, 4))
	differ := 0
	for range 40 {
		files := map[string]string{"a/kept": "1\n", "b/kept": "1\n"}
		for range 4 {
			files[fmt.Sprintf("a/%d", r.IntN(9))] = text(r)
		}
		sides := [2]map[string]string{maps.Clone(files), maps.Clone(files)}
		for _, side := range sides {
			for _, name := range slices.Sorted(maps.Keys(files)) {
				switch r.IntN(6) {
				case 0:
					side["b/"+path.Base(name)] = side[name]
					delete(side, name)
				case 1:
					side[name] += fmt.Sprint(r.Uint64(), "\n")
				}
			}
		}
		base, baseTree := s.commit(files)
		ours, oursTree := s.commit(sides[0], base)
		theirs, theirsTree := s.commit(sides[1], base)
		o := NewObjects()
		for _, tree := range []string{baseTree, oursTree, theirsTree} {
			s.load(o, tree)
		}
		got, both, err := Merge(o, func(string) bool { return false }, baseTree, oursTree, theirsTree)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := s.git("merge-tree", "--write-tree", ours, theirs)
		if err == nil && merged != got {
			differ++
			if len(both) == 0 {
				t.Errorf("git's merge of %s and %s is %s, ours is %s, and nothing is told", ours, theirs, merged, got)
			}
		}
	}
	if differ < 3 {
		t.Errorf("%d merges differ: the test shows nothing", differ)
	}
}

// A2: what both sides of a merge changed is no content that anybody reads.
func TestA2UnmergedIsUnreadable(t *testing.T) {
	s := scratch{t, t.TempDir()}
	s.must("init", "-q")
	_, base := s.commit(map[string]string{"a/x": "1\n"})
	_, ours := s.commit(map[string]string{"a/x": "2\n"})
	_, theirs := s.commit(map[string]string{"a/x": "3\n"})
	o := NewObjects()
	for _, tree := range []string{base, ours, theirs} {
		s.load(o, tree)
	}
	id, both, err := Merge(o, func(string) bool { return false }, base, ours, theirs)
	if err != nil || len(both) != 1 || both[0].Anywhere {
		t.Fatalf("both changed %v, %v", both, err)
	}
	if _, err := fs.ReadFile(NewTree(id, o), "a/x"); !errors.Is(err, plan.ErrUnreadable) {
		t.Errorf("reading it: %v, want that it cannot be read", err)
	}
}
