package gitlocal_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// watchedGit stands before the real git on the PATH: it writes down every
// start, and ends the one that the test chose as the test says.
type watchedGit struct {
	t   *testing.T
	log string
	env []string
}

const gitScript = `#!/bin/sh
echo "$$ $*" >> "$STARTS"
if [ "$(wc -l < "$STARTS")" -eq "$END_AT" ]; then eval "$END_BY"; fi
exec "$REAL" "$@"
`

func newWatchedGit(t *testing.T) *watchedGit {
	t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(gitScript), 0o755); err != nil {
		t.Fatal(err)
	}
	g := &watchedGit{t: t, log: filepath.Join(dir, "starts")}
	g.env = []string{"STARTS=" + g.log, "REAL=" + real}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return g
}

// ending is the environment in which the start of that number, from 1, ends by
// the shell command; 0 for none.
func (g *watchedGit) ending(number int, by string) []string {
	g.t.Helper()
	if err := os.WriteFile(g.log, nil, 0o600); err != nil {
		g.t.Fatal(err)
	}
	return append(slices.Clone(g.env), "END_AT="+strconv.Itoa(number), "END_BY="+by)
}

// starts are the commands since the last ending, as "PID ARGUMENTS".
func (g *watchedGit) starts() []string {
	g.t.Helper()
	data, err := os.ReadFile(g.log)
	if err != nil {
		g.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// child is the process that reads objects, once it runs.
func (g *watchedGit) child() (id int) {
	eventually.True(g.t, "git reads objects", func() bool {
		for _, start := range g.starts() {
			if pid, args, _ := strings.Cut(start, " "); strings.Contains(args, "cat-file --batch") {
				n, err := strconv.Atoi(pid)
				if err != nil {
					g.t.Fatal(err)
				}
				id = n
			}
		}
		return id != 0
	})
	return id
}

// losing is a clone whose change takes one of two databases away.
func losing(t *testing.T) *clone {
	c := newClone(t)
	files := map[string]string{
		"live/main.tf":  "resource \"aws_db_instance\" \"a\" {}\n",
		"live/more.tf":  "resource \"aws_db_instance\" \"b\" {}\nmodule \"net\" {\n  source = \"../modules/net\"\n}\n",
		"live/x.tfvars": "a = 1\n", "modules/net/main.tf": "resource \"aws_vpc\" \"v\" {}\n",
		"apps/kustomization.yaml": "resources: [web.yaml]\n",
		"apps/web.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: \"1\"}\n",
	}
	c.commit("one", files)
	c.git("switch", "-q", "-c", "change")
	c.commit("two", map[string]string{"live/main.tf": "# gone\n", "apps/web.yaml": strings.Replace(files["apps/web.yaml"], "1", "2", 1)})
	return c
}

func judge(t *testing.T, req review.Request) (review.Report, error) {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	return review.Run(req, set, review.Predictors(req.Ref, facts.Load(), set.Losses(), nil))
}

// Whichever git command of a load is killed or fails, the load fails: what it
// would have said is not taken for absent.
func TestGitIsKilledAtAnyStart(t *testing.T) {
	c := losing(t)
	g := newWatchedGit(t)
	for name, opt := range map[string]gitlocal.Options{
		"revisions": {Before: "main", After: "change"}, "default branch": {}, "work tree": {WorkTree: true},
	} {
		load := func(env []string) error {
			opt.Dir, opt.Env = c.dir, append(slices.Clone(c.env), env...)
			_, closeTrees, err := gitlocal.Load(context.Background(), opt)
			if err == nil {
				err = closeTrees()
			}
			return err
		}
		if err := load(g.ending(0, "")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all := g.starts()
		for n := range all {
			for _, by := range []string{"kill -TERM $$", "exit 128"} {
				if err := load(g.ending(n+1, by)); err == nil {
					t.Errorf("%s: %q ends by %s, and nobody notices", name, all[n], by)
				}
			}
		}
	}
}

// Git is killed at any moment of a review: the review fails, or says what it
// says otherwise.
func TestGitIsKilledDuringAReview(t *testing.T) {
	c := losing(t)
	g := newWatchedGit(t)
	opt := gitlocal.Options{Dir: c.dir, Env: append(slices.Clone(c.env), g.ending(0, "")...), Before: "main", After: "change"}
	// reviewed reviews; the child is killed at the read of that number.
	reviewed := func(kill int64, by syscall.Signal) (review.Report, int64, error) {
		g.ending(0, "")
		req, closeTrees, err := gitlocal.Load(context.Background(), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer closeTrees() //nolint:errcheck // closed below
		var reads atomic.Int64
		at := func(string, string) error {
			if reads.Add(1) == kill {
				return syscall.Kill(g.child(), by)
			}
			return nil
		}
		req.Comparisons[0].Before = plantest.Failing{FS: req.Comparisons[0].Before, Fail: at}
		req.Comparisons[0].After = plantest.Failing{FS: req.Comparisons[0].After, Fail: at}
		rep, err := judge(t, req)
		if err == nil {
			err = closeTrees()
		}
		return rep, reads.Load(), err
	}
	want, all, err := reviewed(0, 0)
	if err != nil || len(want.Holding()) == 0 {
		t.Fatalf("%d findings hold, error %v", len(want.Holding()), err)
	}
	failed := 0
	for n := int64(1); n <= all; n += max(1, all/12) {
		for _, by := range []syscall.Signal{syscall.SIGTERM} {
			got, _, err := reviewed(n, by)
			if err != nil {
				failed++
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("git is killed at read %d of %d (%s), and the review says something else", n, all, by)
			}
		}
	}
	if failed == 0 {
		t.Error("no kill struck")
	}
}

// In a partial clone a git that a signal ended says nothing about an object.
func TestGitIsKilledInAPartialClone(t *testing.T) {
	c := losing(t)
	c.git("config", "uploadpack.allowFilter", "true")
	partial := *c
	partial.dir = t.TempDir()
	partial.git("clone", "-q", "--filter=blob:limit=1m", "file://"+c.dir, ".")
	g := newWatchedGit(t)
	repo, err := gitlocal.Open(context.Background(), partial.dir, append(slices.Clone(partial.env), g.ending(0, "")...))
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close() //nolint:errcheck // it is broken
	if err := syscall.Kill(g.child(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Tree("origin/change"); err == nil || strings.Contains(err.Error(), "not in this repository") {
		t.Errorf("got %v", err)
	}
}

// A folder's file that cannot be read is no absent one: neither one without
// permission nor one that goes away after it was listed.
func TestUnreadableFilesFail(t *testing.T) {
	if os.Getuid() != 0 { // root reads everything
		dir := t.TempDir()
		for _, side := range []string{"before", "after"} {
			write(t, filepath.Join(dir, side, "main.tf"), "resource \"aws_db_instance\" \"a\" {}\n")
			write(t, filepath.Join(dir, side, "more.tf"), side)
		}
		if err := os.Chmod(filepath.Join(dir, "after", "main.tf"), 0); err != nil {
			t.Fatal(err)
		}
		opt := gitlocal.Options{Dir: dir, Before: filepath.Join(dir, "before"), After: filepath.Join(dir, "after")}
		_, _, err := gitlocal.Load(context.Background(), opt)
		if err == nil || !strings.Contains(err.Error(), "main.tf: permission denied") {
			t.Errorf("got %v", err)
		}
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sub", "main.tf"), "x")
	tree, closeTree, err := gitlocal.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTree() //nolint:errcheck // it was only read
	if _, err := fs.ReadDir(tree, "sub"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "sub")); err != nil {
		t.Fatal(err)
	}
	_, err = fs.ReadFile(tree, "sub/main.tf")
	if err == nil || strings.Contains(err.Error(), "not exist") {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
