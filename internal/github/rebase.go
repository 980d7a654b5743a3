package github

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// readRebase adds the comparison of the tip of the base with what merging by
// rebasing makes of it, where the repository allows that and it may be something
// else than what was read already. base is the tree where the two parted.
func (r *Reading) readRebase(ctx context.Context, base string) error {
	b := trees.Rebase{Objects: r.objects, Base: base, Head: r.headTree(), Onto: trees.RootID(r.Request.Base), Merged: r.headTree(),
		Steps: r.rebaseSteps()}
	last, talk := r.Request.Comparisons[len(r.Request.Comparisons)-1], r.conversation
	moved, flat := r.Request.Ref.MergeBase != r.Request.Ref.BaseSHA, len(b.Steps) == len(talk.Commits)
	switch {
	case !talk.Repo.RebaseMergeAllowed, flat && !talk.Partial && (!moved || len(b.Steps) < 2), moved && last.Name != "merge":
		return nil
	case talk.Partial:
		r.gap("rebase merging", fmt.Sprintf("the pull request has more than %d commits, so what rebasing them would destroy cannot be told; "+
			"make it smaller, or allow no rebase merging", pull.MaxCommits))
		return nil
	case moved:
		b.Merged = trees.RootID(last.After)
	}
	id, both, err := r.rebased(ctx, &b)
	if err != nil {
		return fmt.Errorf("rebase: %w", err)
	}
	for _, c := range both {
		if c.Anywhere || r.client.app.wants(c.Name) {
			r.gap(c.Name, "the base changed it as well, so what rebasing this pull request, commit by commit, would make of it cannot be told; "+
				"put its commits onto the base, or make one of them")
		}
	}
	if id != b.Merged {
		r.Request.Comparisons = append(r.Request.Comparisons, review.Comparison{Name: "rebase", Before: r.Request.Base, After: r.tree(id)})
	}
	return nil
}

// rebaseSteps are the commits that rebasing applies, the first one first.
func (r *Reading) rebaseSteps() (steps []trees.RebaseStep) {
	for _, c := range r.conversation.Commits {
		if c.Commit == nil {
			continue
		}
		switch parents := c.Commit.Parents.Nodes; len(parents) {
		case 0:
			steps = append(steps, trees.RebaseStep{Before: trees.RootID(trees.Empty(r.objects)), After: c.Commit.Tree.ID()})
		case 1:
			steps = append(steps, trees.RebaseStep{Before: parents[0].Tree.ID(), After: c.Commit.Tree.ID()})
		}
	}
	return steps
}

// rebased applies all commits, and brings what is needed for that.
func (r *Reading) rebased(ctx context.Context, b *trees.Rebase) (id string, both []trees.Clash, err error) {
	b.Want()
	for range maxRounds {
		if id, both, err = b.Apply(r.client.app.wants); !errors.Is(err, plan.ErrNotFetched) {
			return id, both, err
		}
		if _, err := r.Complete(ctx); err != nil {
			return "", nil, err
		}
	}
	return "", nil, api.ErrTooLarge
}
