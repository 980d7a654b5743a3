package hcl_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var (
	repository = flag.String("repo", "", "git directory of a repository whose last commits to predict")
	commits    = flag.Int("commits", 20, "how many commits of -repo")
	allRoots   = flag.String("roots", "", "comma-separated roots to declare for -repo")
	commented  = flag.Bool("commented", false, "compare each commit of -repo with itself and a comment in every .tf file: nothing may be told")
	head       = flag.String("head", "HEAD", "last commit of -repo to predict")
	stride     = flag.Int("stride", 1, "how many commits of -repo one comparison spans")
)

// TestRepository predicts each of the last commits of a real repository. It
// looks for panics and prints what is told, for a person to judge.
func TestRepository(t *testing.T) {
	if *repository == "" {
		t.Skip("no repository named by -repo")
	}
	var opt hcl.Options
	if *allRoots != "" {
		opt.Roots = strings.Split(*allRoots, ",")
	}
	blobs := map[string][]byte{}
	list := strings.Fields(string(git(t, "log", "--format=%H", "-n", fmt.Sprint(*commits**stride+1), *head)))
	for i := 0; i+*stride < len(list); i += *stride {
		after, before := gitTree(t, list[i], blobs), gitTree(t, list[i+*stride], blobs)
		if *commented {
			before, after = after, withComment(after)
		}
		start := time.Now()
		p := hcl.Predict(before, after, facts.Load(), opt)
		t.Logf("%s %s: %d changes, %d gaps, %v\n%s", list[i][:10], strings.TrimSpace(string(git(t, "log", "-1", "--format=%s", list[i]))),
			len(p.Changes), len(p.Gaps), time.Since(start), describe(p))
	}
}

func git(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command("git", append([]string{"--git-dir", *repository}, args...)...).Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return out
}

// gitTree is the tree of a commit; blobs are kept between trees.
func gitTree(t *testing.T, commit string, blobs map[string][]byte) fs.FS {
	t.Helper()
	tree := fstest.MapFS{}
	var missing []string
	listed := git(t, "ls-tree", "-r", commit)
	for line := range strings.Lines(string(listed)) {
		head, _, _ := strings.Cut(line, "\t")
		if id := strings.Fields(head); id[1] == "blob" && blobs[id[2]] == nil {
			missing = append(missing, id[2])
			blobs[id[2]] = []byte{}
		}
	}
	readBlobs(t, missing, blobs)
	for line := range strings.Lines(string(listed)) {
		head, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		f := strings.Fields(head)
		entry := &fstest.MapFile{Data: blobs[f[2]], Mode: 0o644, Sys: plan.ObjectID(f[2])}
		switch f[0] {
		case "120000":
			entry.Mode = fs.ModeSymlink | 0o777
		case "160000":
			entry.Mode = fs.ModeIrregular
		}
		tree[name] = entry
	}
	return tree
}

func readBlobs(t *testing.T, ids []string, blobs map[string][]byte) {
	cmd := exec.Command("git", "--git-dir", *repository, "cat-file", "--batch")
	cmd.Stdin = strings.NewReader(strings.Join(ids, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(bytes.NewReader(out))
	for range ids {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		size, _ := strconv.Atoi(f[2])
		data := make([]byte, size+1)
		if _, err := io.ReadFull(r, data); err != nil {
			return
		}
		blobs[f[0]] = data[:size]
	}
}
