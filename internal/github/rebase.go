package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// GitHub may also merge by rebasing: it applies one commit of the pull request
// after the other to the tip of the base, those that merge not at all. What a
// later commit takes back of an earlier one is then taken from the base too, where
// a merge of the two ends leaves it alone.

// rebase is what rebasing a pull request makes, by the ids of trees.
type rebase struct {
	objects *objects
	// base and head are the ends of the change, onto is the tip of the base
	// branch, merged what merging makes of it.
	base, head, onto, merged string
	steps                    []rebaseStep
}

// rebaseStep is a commit that is applied.
type rebaseStep struct{ before, after string }

// readRebase adds the comparison of the tip of the base with what rebasing makes
// of it, where the repository allows that and it may be something else than what
// was read already. base is the tree where the two parted.
func (r *Reading) readRebase(ctx context.Context, base string) error {
	b := rebase{objects: r.objects, base: base, head: r.headTree(), onto: treeOf(r.Request.Base), merged: r.headTree(), steps: r.rebaseSteps()}
	last := r.Request.Comparisons[len(r.Request.Comparisons)-1]
	moved, flat := r.Request.Ref.MergeBase != r.Request.Ref.BaseSHA, len(b.steps) == len(r.conversation.commits)
	switch {
	case !r.conversation.repo.RebaseMergeAllowed, flat && !r.conversation.partial && (!moved || len(b.steps) < 2), moved && last.Name != "merge":
		return nil
	case r.conversation.partial:
		r.gap("rebase merging", fmt.Sprintf("the pull request has more than %d commits, so what rebasing them would destroy cannot be told; make it smaller, or allow no rebase merging", maxCommits))
		return nil
	case moved:
		b.merged = treeOf(last.After)
	}
	id, both, err := b.all(ctx, r)
	if err != nil {
		return fmt.Errorf("rebase: %w", err)
	}
	for _, c := range both {
		if c.anywhere || r.client.app.config.Wants(c.name) {
			r.gap(c.name, "the base changed it as well, so what rebasing this pull request, commit by commit, would make of it cannot be told; put its commits onto the base, or make one of them")
		}
	}
	if id != b.merged {
		r.Request.Comparisons = append(r.Request.Comparisons, review.Comparison{Name: "rebase", Before: r.Request.Base, After: r.tree(id)})
	}
	return nil
}

// rebaseSteps are the commits that rebasing applies, the first one first.
func (r *Reading) rebaseSteps() (steps []rebaseStep) {
	for _, c := range r.conversation.commits {
		if c.Commit == nil {
			continue
		}
		switch parents := c.Commit.Parents.Nodes; len(parents) {
		case 0:
			r.objects.folders[noTree] = []entry{}
			steps = append(steps, rebaseStep{noTree, c.Commit.Tree.id()})
		case 1:
			steps = append(steps, rebaseStep{parents[0].Tree.id(), c.Commit.Tree.id()})
		}
	}
	return steps
}

// all applies all commits, and brings what is needed for that.
func (b *rebase) all(ctx context.Context, r *Reading) (id string, both []clash, err error) {
	for _, s := range b.steps {
		for _, tree := range []string{s.before, s.after} {
			_, _ = b.objects.folder(tree) // noted, so that all come at once
		}
	}
	for range maxRounds {
		if id, both, err = b.apply(r.client.app.config.Wants); !errors.Is(err, plan.ErrNotFetched) {
			return id, both, err
		}
		if _, err := r.Complete(ctx); err != nil {
			return "", nil, err
		}
	}
	return "", nil, ErrTooLarge
}

func (b *rebase) apply(wants func(string) bool) (id string, both []clash, err error) {
	id = b.onto
	for _, s := range b.steps {
		m := &merger{objects: b.objects, digits: len(id), wants: wants, settled: b.settled}
		if id, err = m.trees(s.before, id, s.after); err != nil {
			return "", nil, err
		}
		both = append(both, m.both...)
	}
	return id, both, nil
}

// settled is a file as merging leaves it, where no commit takes back what
// another one did to it: applied one by one they make the same.
func (b *rebase) settled(name string) (e entry, ok bool, err error) {
	sum := map[[2]string]int{}
	for _, s := range b.steps {
		did, ok, err := b.did(name, s.before, s.after)
		if err != nil || !ok {
			return entry{}, false, err
		}
		for at, n := range did {
			if n*sum[at] < 0 {
				return entry{}, false, nil
			}
			sum[at] += n
		}
	}
	did, ok, err := b.did(name, b.base, b.head)
	if err != nil || !ok || !maps.Equal(did, sum) {
		return entry{}, false, err
	}
	e, err = b.find(b.merged, name)
	return e, regular(e), err
}

// did counts which neighbouring lines a change of a file adds, and removes.
func (b *rebase) did(name, before, after string) (did map[[2]string]int, ok bool, err error) {
	var sides [2]entry
	for i, tree := range []string{before, after} {
		if sides[i], err = b.find(tree, name); err != nil {
			return nil, false, err
		}
	}
	did = map[[2]string]int{}
	if sides[0].is(sides[1]) {
		return did, true, nil
	}
	for i, e := range sides {
		if !regular(e) {
			return nil, false, nil
		}
		text, err := b.objects.blob(e)
		if errors.Is(err, plan.ErrUnreadable) {
			return nil, false, nil
		} else if err != nil {
			return nil, false, err
		}
		last := ""
		for line := range bytes.Lines(text) {
			did[[2]string{last, string(line)}] += 2*i - 1
			last = string(line)
		}
	}
	maps.DeleteFunc(did, func(_ [2]string, n int) bool { return n == 0 })
	return did, true, nil
}

// find is an entry below a tree, the zero one for none.
func (b *rebase) find(tree, name string) (entry, error) {
	e := dirOf(tree)
	for part := range strings.SplitSeq(name, "/") {
		if !e.isDir() {
			return entry{}, nil
		}
		list, err := b.objects.folder(e.id)
		if err != nil {
			return entry{}, err
		}
		if e = named(list, part); e.id == "" {
			return e, nil
		}
	}
	return e, nil
}
