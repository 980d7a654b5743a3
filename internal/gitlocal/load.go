// Package gitlocal reads a clone or plain folders on this machine as the two
// sides of a review. It checks nothing out and writes nothing.
package gitlocal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan/reads"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Options say what to compare.
type Options struct {
	// Dir is any folder of the clone.
	Dir string
	// Before and After are revisions, or both folders. An empty After is
	// HEAD, an empty Before the merge base of After and the default branch.
	// A revision wins over a folder of the same name; `./name` is always
	// the folder.
	Before, After string
	// WorkTree compares with the work tree, in the place of After.
	WorkTree bool
	// Env is the environment that git runs in.
	Env []string
}

// ErrUsage marks an error in what was asked for, not in what was found.
var ErrUsage = errors.New("usage")

// Load reads two sides into a request. Its trees read lazily: close must be
// called when the review is over. Now and Evidence are left empty.
func Load(ctx context.Context, opt Options) (req review.Request, close func() error, err error) {
	if opt.WorkTree && opt.After != "" {
		return review.Request{}, nil, fmt.Errorf("%w: give a revision to compare with or the work tree, not both", ErrUsage)
	}
	repo, err := Open(ctx, opt.Dir, opt.Env)
	if repo == nil {
		if folders(opt, func(string) bool { return noRepository(err) }) {
			return loadFolders(opt.Before, opt.After)
		}
		return review.Request{}, nil, err
	}
	unclaimed := func(name string) bool {
		found, failed := repo.has(name)
		err = errors.Join(err, failed)
		return !found
	}
	if folders(opt, unclaimed) && err == nil {
		if err := repo.Close(); err != nil {
			return review.Request{}, nil, err
		}
		return loadFolders(opt.Before, opt.After)
	}
	if err == nil {
		req, err = repo.load(ctx, opt)
	}
	if err != nil {
		repo.Close() //nolint:errcheck // the first failure is the one to tell
		return review.Request{}, nil, err
	}
	return req, repo.Close, nil
}

// noRepository reports that there is none, or no git: a name can be that of a
// folder alone.
func noRepository(err error) bool {
	return errors.Is(err, ErrNotRepository) || errors.Is(err, exec.ErrNotFound)
}

// folders reports whether both sides are folders of the machine rather than
// revisions. unclaimed is asked of a name that could be either.
func folders(opt Options, unclaimed func(name string) bool) bool {
	isFolder := func(name string) bool {
		found, err := os.Stat(name)
		if name == "" || err != nil || !found.IsDir() {
			return false // who takes it for a revision says what is wrong with it
		}
		explicit := filepath.IsAbs(name) || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") || name == "." || name == ".."
		return explicit || unclaimed(name)
	}
	return !opt.WorkTree && isFolder(opt.Before) && isFolder(opt.After)
}

// Folder opens a plain folder as a tree, with the object ids git would give
// its entries, worked out when asked for.
func Folder(dir string) (tree fs.FS, close func() error, err error) {
	d, err := openDisk(dir, sha1Format)
	if err != nil {
		return nil, nil, err
	}
	return d.tree(), d.root.Close, nil
}

func loadFolders(before, after string) (review.Request, func() error, error) {
	left, closeLeft, err := Folder(before)
	if err != nil {
		return review.Request{}, nil, err
	}
	right, closeRight, err := Folder(after)
	if err != nil {
		return review.Request{}, nil, errors.Join(err, closeLeft())
	}
	closeBoth := func() error { return errors.Join(closeLeft(), closeRight()) }
	c, err := compare(left, right)
	if err != nil {
		return review.Request{}, nil, errors.Join(err, closeBoth())
	}
	return review.Request{
		Comparisons: []review.Comparison{c},
		Base:        left,
	}, closeBoth, nil
}

func compare(before, after fs.FS) (review.Comparison, error) {
	var log reads.Log
	left, right := log.Tree("the tree before the change", before), log.Tree("the tree after the change", after)
	files, err := treediff.Files(left, right)
	if err == nil {
		files = treediff.Similar(left, right, files)
		err = log.Err()
	}
	if err != nil {
		return review.Comparison{}, fmt.Errorf("compare the two trees: %w", err)
	}
	return review.Comparison{Name: "change", Before: before, After: after, Files: files}, nil
}

// load reads two revisions, or one and the work tree.
func (r *Repository) load(ctx context.Context, opt Options) (review.Request, error) {
	after, err := r.resolve(orHead(opt.After))
	if err != nil {
		return review.Request{}, err
	}
	before, base, err := r.before(ctx, opt, after)
	if err != nil {
		return review.Request{}, err
	}
	right := r.objects.revision(after.tree)
	if opt.WorkTree {
		if right, err = r.workTree(ctx); err != nil {
			return review.Request{}, err
		}
	}
	c, err := compare(r.objects.revision(before.tree), right)
	if err != nil {
		return review.Request{}, err
	}
	commits, err := r.commits(ctx, before, after)
	if err != nil {
		return review.Request{}, err
	}
	branch, err := r.branch(ctx, orHead(opt.After))
	if err != nil {
		return review.Request{}, err
	}
	origin, err := r.config(ctx, "remote.origin.url")
	if err != nil {
		return review.Request{}, err
	}
	standard, err := r.base(ctx, "")
	if err != nil {
		return review.Request{}, err
	}
	owner, name := ownerAndName(origin)
	return review.Request{
		Ref: review.Ref{
			Host: host(origin), Owner: owner, Repo: name, Title: title(commits), BaseRef: base, DefaultBranch: standard, HeadRef: branch,
			BaseSHA: string(before.id), MergeBase: string(before.id), HeadSHA: string(after.id),
		},
		Comparisons: []review.Comparison{c},
		Base:        c.Before,
		Signals:     rules.Signals{Branch: branch, Commits: commits},
	}, nil
}

func orHead(rev string) string {
	if rev == "" {
		return "HEAD"
	}
	return rev
}

// before finds the commit to compare with, and the name of the branch that the
// change goes to.
func (r *Repository) before(ctx context.Context, opt Options, after commit) (commit, string, error) {
	if opt.Before != "" {
		c, err := r.resolve(opt.Before)
		if err != nil {
			return commit{}, "", err
		}
		base, err := r.base(ctx, opt.Before)
		return c, base, err
	}
	base, err := r.defaultBranch(ctx)
	if err != nil {
		return commit{}, "", err
	}
	tip, err := r.resolve(base)
	if err != nil {
		return commit{}, "", err
	}
	id, err := r.mergeBase(ctx, tip, after)
	if err != nil {
		return commit{}, "", err
	}
	if id == after.id && !opt.WorkTree {
		return commit{}, "", fmt.Errorf("%w: %s is part of %s already, there is nothing to compare: give --before REV (such as HEAD~1), or "+
			"--worktree for what is not committed",
			ErrUsage, orHead(opt.After), shortRef(base))
	}
	c, err := r.resolve(string(id))
	return c, shortRef(base), err
}

// base is the branch that a change goes to: the one that a revision is, else the
// default branch; "" where that is not known.
func (r *Repository) base(ctx context.Context, rev string) (string, error) {
	if rev != "" {
		if branch, err := r.branch(ctx, rev); err != nil || branch != "" {
			return branch, err
		}
	}
	branch, err := r.defaultBranch(ctx)
	if errors.Is(err, errNoDefaultBranch) {
		return "", nil // nothing needs it but to tell branches apart
	}
	return shortRef(branch), err
}

// branch is the short name of a revision that is a branch, "" where it is not.
func (r *Repository) branch(ctx context.Context, rev string) (string, error) {
	out, _, err := r.git.asked(ctx, "rev-parse", "--symbolic-full-name", "--verify", "--quiet", "--end-of-options", rev)
	if err != nil {
		return "", fmt.Errorf("find the branch of %s: %w", rev, err)
	}
	ref := strings.TrimSpace(string(out))
	if !strings.HasPrefix(ref, "refs/") || strings.HasPrefix(ref, "refs/tags/") {
		return "", nil
	}
	return shortRef(ref), nil
}

// title is what GitHub would call the pull request: the subject of its commit
// where there is one.
func title(commits []rules.Commit) string {
	if len(commits) != 1 {
		return ""
	}
	subject, _, _ := strings.Cut(commits[0].Message, "\n")
	return subject
}

// remoteURL matches the end of a remote's address, in both of its forms:
// https://github.com/owner/name.git and git@github.com:owner/name.
var remoteURL = regexp.MustCompile(`[:/]([^/:]+)/([^/:]+?)(?:\.git)?/?$`)

// remoteHost matches the server in the address of a remote, in both of its forms.
var remoteHost = regexp.MustCompile(`^(?:[a-z+]+://(?:[^/@]*@)?|[^/@]+@)([^/:]+)`)

// host is the server of a remote, empty where it is a path on this machine.
func host(url string) string {
	m := remoteHost.FindStringSubmatch(url)
	if m == nil || strings.HasPrefix(url, "file:") {
		return ""
	}
	return m[1]
}

// ownerAndName reads them from the address of the remote; both are empty
// where it is a path on this machine or there is none.
func ownerAndName(url string) (owner, name string) {
	m := remoteURL.FindStringSubmatch(url)
	if m == nil || strings.HasPrefix(url, "file:") || !strings.ContainsAny(url, ":@") {
		return "", ""
	}
	return m[1], m[2]
}
