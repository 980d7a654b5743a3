package gitlocal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Repository is a clone on this machine, open for reading.
type Repository struct {
	git     git
	objects *objects
	hashes  hashing
	bare    bool
	shallow bool
	crlf    bool // core.autocrlf: text lies on disk with other line ends
	closers []func() error
}

// ErrNotRepository means that a folder is in no git repository.
var ErrNotRepository = errors.New("not a git repository")

// Open opens the repository that dir is in. env is the environment for git.
// Close must be called when its trees are no longer read.
func Open(ctx context.Context, dir string, env []string) (*Repository, error) {
	g, err := newGit(dir, env)
	if err != nil {
		return nil, err
	}
	out, err := g.output(ctx, "rev-parse", "--show-object-format", "--is-bare-repository", "--is-shallow-repository")
	if err != nil {
		if strings.Contains(said(err), "not a git repository") {
			return nil, fmt.Errorf("open %s: %w: name a clone with --repo, or two folders with --before and --after", dir, ErrNotRepository)
		}
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	words := strings.Fields(string(out))
	if len(words) != 3 {
		return nil, fmt.Errorf("open repository %s: git 2.29 or later is needed", dir)
	}
	r := &Repository{git: g, bare: words[1] == "true", shallow: words[2] == "true"}
	switch words[0] {
	case "sha1":
		r.hashes = sha1Format
	case "sha256":
		r.hashes = sha256Format
	default:
		return nil, fmt.Errorf("open repository %s: object format %s is not known", dir, words[0])
	}
	if r.git, err = g.withoutFilters(ctx); err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	crlf, err := r.config(ctx, "core.autocrlf")
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	r.crlf = crlf == "true" || crlf == "input"
	// Objects may be missing that a remote promised.
	_, partial, err := r.git.asked(ctx, "config", "--get-regexp", `^(extensions\.partialclone|remote\..*\.promisor)$`)
	if err != nil {
		return nil, fmt.Errorf("open repository %s: %w", dir, err)
	}
	if r.objects, err = openObjects(ctx, r.git, partial); err != nil {
		return nil, err
	}
	r.closers = append(r.closers, r.objects.close)
	return r, nil
}

// Close ends what Open started.
func (r *Repository) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c())
	}
	r.closers = nil
	return errors.Join(errs...)
}

// config reads one setting, "" where it is not set.
func (r *Repository) config(ctx context.Context, key string) (string, error) {
	out, _, err := r.git.asked(ctx, "config", "--get", key)
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", key, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (r *Repository) topLevel(ctx context.Context) (string, error) {
	if r.bare {
		return "", errors.New("the repository is bare: it has no work tree")
	}
	out, err := r.git.output(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return "", fmt.Errorf("find the work tree: %w", err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// commit is a resolved revision.
type commit struct {
	id, tree plan.ObjectID
}

// resolve finds the commit a revision stands for.
func (r *Repository) resolve(rev string) (commit, error) {
	obj, err := r.objects.get(rev + "^{commit}")
	if errors.Is(err, errMissing) {
		return commit{}, fmt.Errorf("revision %q is not in this repository: %s", rev, r.hint(rev))
	}
	if err != nil {
		return commit{}, fmt.Errorf("read revision %q: %w", rev, err)
	}
	first, _, _ := bytes.Cut(obj.content, []byte("\n"))
	tree, ok := strings.CutPrefix(string(first), "tree ")
	if obj.kind != "commit" || !ok {
		return commit{}, fmt.Errorf("read revision %q: %s is a %s, not a commit", rev, obj.id, obj.kind)
	}
	return commit{id: obj.id, tree: plan.ObjectID(tree)}, nil
}

// hint says what to do about a revision that is not there.
func (r *Repository) hint(rev string) string {
	found, err := os.Stat(rev)
	switch {
	case rev == "HEAD":
		return "it has no commit yet; make one, or compare two folders with --before and --after"
	case err == nil && found.IsDir():
		return "it is a folder, and folders are compared with folders alone: give two, by --before and --after"
	case r.shallow:
		return "the clone is shallow; `git fetch --unshallow` brings the rest"
	}
	return "`git branch -a` and `git log` show what there is"
}

// errNoDefaultBranch: there is no branch that changes are made for.
var errNoDefaultBranch = errors.New(
	"find the default branch: no remote HEAD, no main, no master: name the revision to compare with by --before")

// defaultBranch finds the branch that changes are made for, as a revision:
// what the remote calls its HEAD, else main or master, a remote's before the
// local one, which may lie behind.
func (r *Repository) defaultBranch(ctx context.Context) (string, error) {
	remotes, err := r.remotes(ctx)
	if err != nil {
		return "", err
	}
	var refs []string
	for _, remote := range remotes {
		out, found, err := r.git.asked(ctx, "symbolic-ref", "--quiet", "refs/remotes/"+remote+"/HEAD")
		if err != nil {
			return "", fmt.Errorf("find the default branch: %w", err)
		}
		if found {
			refs = append(refs, strings.TrimSpace(string(out)))
			break
		}
		refs = append(refs, "refs/remotes/"+remote+"/main", "refs/remotes/"+remote+"/master")
	}
	first, err := r.config(ctx, "init.defaultBranch")
	if err != nil {
		return "", err
	}
	if first != "" {
		refs = append(refs, "refs/heads/"+first)
	}
	for _, ref := range append(refs, "refs/heads/main", "refs/heads/master") {
		if found, err := r.has(ref); err != nil || found {
			return ref, err
		}
	}
	return "", errNoDefaultBranch
}

// remotes lists the remotes, origin first.
func (r *Repository) remotes(ctx context.Context) ([]string, error) {
	out, err := r.git.output(ctx, "remote")
	if err != nil {
		return nil, fmt.Errorf("list remotes: %w", err)
	}
	names := strings.Fields(string(out))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return names, nil
}

func rank(remote string) int {
	if remote == "origin" {
		return 0
	}
	return 1
}

// has reports whether there is a commit of that name.
func (r *Repository) has(rev string) (bool, error) {
	_, err := r.objects.get(rev + "^{commit}")
	if errors.Is(err, errMissing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for revision %q: %w", rev, err)
	}
	return true, nil
}

// mergeBase is the commit two revisions have both come from.
func (r *Repository) mergeBase(ctx context.Context, a, b commit) (plan.ObjectID, error) {
	out, found, err := r.git.asked(ctx, "merge-base", string(a.id), string(b.id))
	if err != nil {
		return "", fmt.Errorf("find the merge base of %.12s and %.12s: %w", a.id, b.id, err)
	}
	if found {
		return plan.ObjectID(strings.TrimSpace(string(out))), nil
	}
	hint := "name the revision to compare with by --before"
	if r.shallow {
		hint = "the clone is shallow; `git fetch --unshallow` brings the rest, or " + hint
	}
	return "", fmt.Errorf("%.12s and %.12s have no common history: %s", a.id, b.id, hint)
}

// shortRef takes refs/heads/ or refs/remotes/<remote>/ off a branch.
func shortRef(ref string) string {
	if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return name
	}
	if name, ok := strings.CutPrefix(ref, "refs/remotes/"); ok {
		_, branch, _ := strings.Cut(name, "/")
		return branch
	}
	return ref
}
