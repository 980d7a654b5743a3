package gitlocal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// clone is a repository made for a test.
type clone struct {
	t   *testing.T
	dir string
	env []string
}

func environment(t *testing.T) []string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("these tests need git")
	}
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=2026-03-01T10:00:00Z",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_COMMITTER_DATE=2026-03-01T10:00:00Z",
	}
}

func newClone(t *testing.T, initArgs ...string) *clone {
	t.Helper()
	c := &clone{t: t, dir: t.TempDir(), env: environment(t)}
	c.git(append([]string{"init", "-q", "-b", "main"}, initArgs...)...)
	return c
}

func (c *clone) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (c *clone) write(files map[string]string) {
	c.t.Helper()
	for name, content := range files {
		path := filepath.Join(c.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *clone) commit(message string, files map[string]string) {
	c.t.Helper()
	c.write(files)
	c.git("add", "-A")
	c.git("commit", "-q", "--allow-empty", "-m", message)
}

func (c *clone) load(opt gitlocal.Options) review.Comparison {
	c.t.Helper()
	return c.request(opt).Comparisons[0]
}

func (c *clone) request(opt gitlocal.Options) review.Request {
	c.t.Helper()
	opt.Dir, opt.Env = c.dir, c.env
	req, closeAll, err := gitlocal.Load(context.Background(), opt)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := closeAll(); err != nil {
			c.t.Errorf("close: %v", err)
		}
	})
	return req
}

func text(files []plan.File) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s %s", f.Status, f.Path)
		if f.From != f.Path {
			fmt.Fprintf(&b, " < %s", f.From)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func read(t *testing.T, tree fs.FS, name string) string {
	t.Helper()
	content, err := fs.ReadFile(tree, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func twoCommits(c *clone) {
	c.commit("one", map[string]string{"main.tf": "one\n", "keep/a.tf": "a\n", "old.tf": "moves\n", "gone.tf": "gone\n"})
	c.git("switch", "-q", "-c", "change")
	c.git("mv", "old.tf", "new.tf")
	c.git("rm", "-q", "gone.tf")
	c.commit("two\n\nCo-authored-by: Bo <bo@example.com>", map[string]string{"main.tf": "two\n"})
}

const twoCommitsChange = "removed gone.tf\nmodified main.tf\nrenamed new.tf < old.tf\n"

// Every kind of repository that git serves gives the same answer.
func TestKindsOfRepository(t *testing.T) {
	kinds := map[string]func(t *testing.T) *clone{
		"plain": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			return c
		},
		"sha256": func(t *testing.T) *clone {
			c := newClone(t, "--object-format=sha256")
			twoCommits(c)
			return c
		},
		"packed": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			c.git("gc", "-q", "--aggressive", "--prune=now")
			return c
		},
		"bare": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			bare := *c
			bare.dir = t.TempDir()
			bare.git("clone", "-q", "--bare", c.dir, ".")
			return &bare
		},
		"worktree": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			linked := *c
			linked.dir = filepath.Join(t.TempDir(), "linked")
			c.git("switch", "-q", "main")
			c.git("worktree", "add", "-q", linked.dir, "change")
			return &linked
		},
		"subfolder": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			sub := *c
			sub.dir = filepath.Join(c.dir, "keep")
			return &sub
		},
		"clone": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			c.git("switch", "-q", "main")
			other := *c
			other.dir = t.TempDir()
			other.git("clone", "-q", c.dir, ".")
			other.git("switch", "-q", "change")
			other.git("branch", "-q", "-D", "main") // the remote's HEAD is enough
			return &other
		},
		"detached": func(t *testing.T) *clone {
			c := newClone(t)
			twoCommits(c)
			c.git("checkout", "-q", "--detach")
			return c
		},
	}
	for name, build := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := build(t)
			req := c.request(gitlocal.Options{})
			got := req.Comparisons[0]
			if text(got.Files) != twoCommitsChange {
				t.Errorf("got:\n%swant:\n%s", text(got.Files), twoCommitsChange)
			}
			if s := read(t, got.Before, "main.tf") + read(t, got.After, "main.tf"); s != "one\ntwo\n" {
				t.Errorf("content: %q", s)
			}
			if a, b := plan.ID(got.Before, "keep"), plan.ID(got.After, "keep"); a == "" || a != b {
				t.Errorf("ids of an untouched folder: %q, %q", a, b)
			}
			if plan.ID(got.Before, ".") == plan.ID(got.After, ".") {
				t.Error("two different trees have one id")
			}
			if len(req.Signals.Commits) != 1 || !strings.Contains(req.Signals.Commits[0].Message, "Co-authored-by: Bo") {
				t.Errorf("commits: %+v", req.Signals.Commits)
			}
		})
	}
}

// A tree keeps to what testing/fstest asks of a file system.
func TestTreesAreFileSystems(t *testing.T) {
	c := newClone(t)
	twoCommits(c)
	dir, closeDir, err := gitlocal.Folder(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDir()
	for name, tree := range map[string]fs.FS{
		"revision": c.load(gitlocal.Options{}).After, "work tree": c.load(gitlocal.Options{WorkTree: true}).After, "folder": dir,
	} {
		if err := fstest.TestFS(tree, "main.tf", "new.tf", "keep/a.tf"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The work tree is what a commit of everything would be, with the same ids.
func TestWorkTree(t *testing.T) {
	c := newClone(t)
	c.commit("one", map[string]string{
		".gitignore": "*.log\n", "main.tf": "one\n", "deep/er/a.tf": "a\n", "gone.tf": "gone\n", "staged.tf": "s\n", "dir/x": "x\n",
	})
	c.write(map[string]string{"main.tf": "two\n", "new/n.tf": "new\n", "debug.log": "ignored\n", "staged.tf": "staged\n"})
	c.git("add", "staged.tf")
	if err := errors.Join(os.Remove(filepath.Join(c.dir, "gone.tf")), os.RemoveAll(filepath.Join(c.dir, "dir")),
		os.WriteFile(filepath.Join(c.dir, "dir"), []byte("now a file\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	got := c.load(gitlocal.Options{WorkTree: true})
	want := "added dir\nremoved dir/x\nremoved gone.tf\nmodified main.tf\nadded new/n.tf\nmodified staged.tf\n"
	if text(got.Files) != want {
		t.Errorf("got:\n%swant:\n%s", text(got.Files), want)
	}
	if s := read(t, got.After, "main.tf"); s != "two\n" {
		t.Errorf("main.tf: %q", s)
	}
	c.git("add", "-A")
	if id := c.git("write-tree"); string(plan.ID(got.After, ".")) != id {
		t.Errorf("id %s, git says %s", plan.ID(got.After, "."), id)
	}
}

// A folder behind a link is not part of the tree, as in git.
func TestWorkTreeBehindLink(t *testing.T) {
	c := newClone(t)
	c.commit("one", map[string]string{"a/x.tf": "x\n", "b/x.tf": "x\n"})
	if err := errors.Join(os.RemoveAll(filepath.Join(c.dir, "a")), os.Symlink("b", filepath.Join(c.dir, "a"))); err != nil {
		t.Fatal(err)
	}
	got := c.load(gitlocal.Options{WorkTree: true})
	if want := "added a\nremoved a/x.tf\n"; text(got.Files) != want {
		t.Errorf("got:\n%swant:\n%s", text(got.Files), want)
	}
	if target, err := fs.ReadLink(got.After, "a"); err != nil || target != "b" {
		t.Errorf("link: %q, %v", target, err)
	}
	if name, err := plan.Resolve(got.After, "a/x.tf"); err != nil || name != "b/x.tf" {
		t.Errorf("resolved: %q, %v", name, err)
	}
}

// Line ends that git itself would convert are no change.
func TestWorkTreeLineEnds(t *testing.T) {
	c := newClone(t)
	c.commit("one", map[string]string{"main.tf": "one\ntwo\n"})
	c.git("config", "core.autocrlf", "true")
	c.write(map[string]string{"main.tf": "one\r\ntwo\r\n"})
	if got := c.load(gitlocal.Options{WorkTree: true}); len(got.Files) != 0 {
		t.Errorf("got: %s", text(got.Files))
	}
}

func TestModes(t *testing.T) {
	c := newClone(t)
	c.write(map[string]string{"run.sh": "#!/bin/sh\n", "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n"})
	if err := errors.Join(os.Chmod(filepath.Join(c.dir, "run.sh"), 0o755), os.Symlink("run.sh", filepath.Join(c.dir, "link"))); err != nil {
		t.Fatal(err)
	}
	c.git("add", "-A")
	c.git("update-index", "--add", "--cacheinfo", "160000,1111111111111111111111111111111111111111,sub")
	c.git("commit", "-q", "-m", "one")
	c.git("commit", "-q", "--allow-empty", "-m", "two")
	tree := c.load(gitlocal.Options{Before: "HEAD~1"}).After
	for name, want := range map[string]fs.FileMode{"run.sh": 0o755, "link": fs.ModeSymlink | 0o777, "sub": fs.ModeIrregular,
		"big.bin": 0o644} {
		info, err := fs.Lstat(tree, name)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	info, err := fs.Lstat(tree, "sub")
	if err != nil || !plan.IsSubmodule(info) {
		t.Errorf("sub is not seen as a submodule: %v", err)
	}
	for _, name := range []string{"sub", "link", "link/x"} {
		if _, err := fs.ReadFile(tree, name); err == nil {
			t.Errorf("%s can be read", name)
		}
	}
	if !plan.IsLFSPointer([]byte(read(t, tree, "big.bin"))) {
		t.Error("the LFS pointer is not seen as one")
	}
}

// A folder of the machine has the ids that git would give it.
func TestFolderIDs(t *testing.T) {
	c := newClone(t)
	c.write(map[string]string{"a.tf": "a\n", "a/b.tf": "b\n", "a-b/c.tf": "c\n", "z": "z"})
	if err := errors.Join(os.Symlink("a.tf", filepath.Join(c.dir, "link")), os.Chmod(filepath.Join(c.dir, "z"), 0o755),
		os.Mkdir(filepath.Join(c.dir, "empty"), 0o755)); err != nil {
		t.Fatal(err)
	}
	c.git("add", "-A")
	want := c.git("write-tree")
	tree, closeTree, err := gitlocal.Folder(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTree()
	if got := plan.ID(tree, "."); string(got) != want {
		t.Errorf("id %s, git says %s", got, want)
	}
	if _, err := fs.Stat(tree, ".git"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf(".git is part of the folder: %v", err)
	}
}

// Nothing in the clone changes by being looked at.
func TestRepositoryIsNotWritten(t *testing.T) {
	c := newClone(t)
	twoCommits(c)
	c.write(map[string]string{"main.tf": "dirty\n", "new.txt": "new\n"})
	before := snapshot(t, c.dir)
	got := c.load(gitlocal.Options{WorkTree: true})
	for _, f := range got.Files {
		if f.Status != plan.Removed {
			read(t, got.After, f.Path)
		}
	}
	if after := snapshot(t, c.dir); !slices.Equal(before, after) {
		t.Errorf("files differ:\n%v\n%v", before, after)
	}
}

func snapshot(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all = append(all, fmt.Sprintf("%s %s %d %d", path, info.Mode(), info.Size(), info.ModTime().UnixNano()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What a clone does not have is an error that says so, and no program or
// remote that the clone names is run to get it.
func TestPartialClone(t *testing.T) {
	c := newClone(t)
	twoCommits(c)
	c.git("config", "uploadpack.allowFilter", "true")
	partial := *c
	partial.dir = t.TempDir()
	partial.git("clone", "-q", "--filter=blob:none", "--no-checkout", "file://"+c.dir, ".")
	got := partial.load(gitlocal.Options{Before: "origin/main", After: "origin/change"})
	_, err := fs.ReadFile(got.After, "main.tf")
	if err == nil || !strings.Contains(err.Error(), "not in this clone") {
		t.Errorf("got %v", err)
	}
}

func TestErrors(t *testing.T) {
	c := newClone(t)
	twoCommits(c)
	c.git("switch", "-q", "--orphan", "alone")
	c.commit("alone", map[string]string{"x": "x"})
	c.git("switch", "-q", "main")
	shallow := *c
	shallow.dir = t.TempDir()
	shallow.git("clone", "-q", "--depth=1", "--no-single-branch", "file://"+c.dir, ".")
	cases := []struct {
		name string
		in   *clone
		opt  gitlocal.Options
		want string
	}{
		{"revision", c, gitlocal.Options{Before: "nowhere"}, `revision "nowhere" is not in this repository`},
		{"option", c, gitlocal.Options{Before: "--upload-pack=x"}, `revision "--upload-pack=x" is not in this repository`},
		{"line break", c, gitlocal.Options{Before: "a\nb"}, "is not in this repository"},
		{"blob", c, gitlocal.Options{Before: "main:main.tf"}, "is not in this repository"},
		{"both", c, gitlocal.Options{After: "main", WorkTree: true}, "not both"},
		{"nothing to compare", c, gitlocal.Options{}, "HEAD is part of main already"},
		{"no common history", c, gitlocal.Options{After: "alone"}, "no common history"},
		{"shallow", &shallow, gitlocal.Options{After: "origin/change"}, "git fetch --unshallow"},
		{"shallow revision", &shallow, gitlocal.Options{Before: "origin/change~1"}, "git fetch --unshallow"},
		{"not a repository", &clone{t: t, dir: t.TempDir(), env: c.env}, gitlocal.Options{}, "not a git repository"},
		{"no such folder", &clone{t: t, dir: "/does/not/exist", env: c.env}, gitlocal.Options{}, "/does/not/exist"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			tc.opt.Dir, tc.opt.Env = tc.in.dir, tc.in.env
			_, _, err := gitlocal.Load(context.Background(), tc.opt)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, tc.want)
			}
		})
	}
}

// Two folders need no repository and no git.
func TestFolders(t *testing.T) {
	before, after := t.TempDir(), t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(before, "a.tf"), []byte("a\n"), 0o644),
		os.WriteFile(filepath.Join(after, "a.tf"), []byte("b\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	req, closeAll, err := gitlocal.Load(context.Background(), gitlocal.Options{Dir: before, Before: before, After: after})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll()
	if got := text(req.Comparisons[0].Files); got != "modified a.tf\n" {
		t.Errorf("got %s", got)
	}
}

// A program that the repository's own configuration names is not run.
func TestHostileConfiguration(t *testing.T) {
	c := newClone(t)
	twoCommits(c)
	proof := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(c.dir, ".git", "evil.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch "+proof+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.fsmonitor", "core.pager", "diff.external", "filter.x.clean", "filter.x.process", "core.sshCommand",
		"gpg.program", "log.showSignature"} {
		c.git("config", key, script)
	}
	c.git("config", "log.showSignature", "true")
	c.write(map[string]string{".gitattributes": "*.tf filter=x diff=x\n", "main.tf": "dirty\n"})
	got := c.load(gitlocal.Options{WorkTree: true})
	if !bytes.Contains([]byte(text(got.Files)), []byte("main.tf")) {
		t.Errorf("got %s", text(got.Files))
	}
	if _, err := os.Stat(proof); err == nil {
		t.Error("a program named by the repository ran")
	}
}
