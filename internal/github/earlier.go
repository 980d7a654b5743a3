package github

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
)

// earlierHead is a head that the pull request had, with our check runs on it.
type earlierHead struct {
	sha    string
	checks []pull.Check
}

// readEarlier brings the texts of our check runs on the heads before, and of
// those with another name on this one.
func (r *Reading) readEarlier(ctx context.Context) error {
	if r.conversation == nil {
		return nil
	}
	e := &r.Request.Evidence
	var heads []string
	for _, sha := range r.earlier {
		if sha != r.Request.Ref.HeadSHA && api.IsObjectID(sha) && !slices.Contains(heads, sha) && len(heads) < pull.MaxEarlier {
			heads = append(heads, sha)
		}
	}
	r.earlier = heads
	if len(heads) == 0 {
		return nil
	}
	found := map[string][]pull.Check{}
	if err := r.client.ChecksOf(ctx, heads, found); err != nil {
		return fmt.Errorf("read earlier heads: %w", err)
	}
	for _, sha := range heads {
		checks, ok := found[sha]
		if !ok {
			continue // a commit that is not of this repository, or was collected
		}
		r.before = append(r.before, earlierHead{sha, checks})
		for _, k := range checks {
			if k.Text != "" {
				e.Earlier = append(e.Earlier, k.Text)
			}
		}
	}
	return nil
}
