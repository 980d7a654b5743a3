package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// mergeBase is where two commits parted.
type mergeBase struct {
	commit, tree string
	// ahead is how many commits the head has that the base has not.
	ahead int
}

// mergeBase asks for the merge base of two commits. It never changes.
func (c *client) mergeBase(ctx context.Context, base, head string) (mergeBase, error) {
	if !api.IsObjectID(base) || !api.IsObjectID(head) {
		return mergeBase{}, fmt.Errorf("compare %q with %q: no commit ids", base, head)
	}
	if m, ok := c.app.kept.bases.Get([2]string{base, head}); ok {
		return m, nil
	}
	var answer struct {
		Ahead     int `json:"ahead_by"`
		MergeBase *struct {
			SHA    string `json:"sha"`
			Commit struct {
				Tree struct {
					SHA string `json:"sha"`
				} `json:"tree"`
			} `json:"commit"`
		} `json:"merge_base_commit"`
	}
	// One commit a page: the commits and files of a comparison are capped and
	// not used.
	if _, err := c.Do(ctx, http.MethodGet, c.RepoPath("/compare/%s...%s?per_page=1", base, head), nil, &answer); err != nil {
		return mergeBase{}, err
	}
	if answer.MergeBase == nil || !api.IsObjectID(answer.MergeBase.SHA) || !api.IsObjectID(answer.MergeBase.Commit.Tree.SHA) {
		return mergeBase{}, fmt.Errorf("compare %.12s with %.12s: GitHub names no merge base", base, head)
	}
	m := mergeBase{answer.MergeBase.SHA, answer.MergeBase.Commit.Tree.SHA, answer.Ahead}
	c.app.kept.bases.Put([2]string{base, head}, m)
	return m, nil
}
