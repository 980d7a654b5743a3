package pull

import (
	"context"
	"fmt"
	"net/http"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// Proposing are the open pull requests with a commit as their head, those of forks
// included. An error wraps [api.ErrGone] where GitHub does not have the commit.
func (c Reader) Proposing(ctx context.Context, sha string) (found []Sibling, err error) {
	pulls, err := api.ListAll[withCommit](ctx, c.Client, c.RepoPath("/commits/%s/pulls?per_page=100", sha))
	if code := api.Status(err); code == http.StatusNotFound || code == http.StatusUnprocessableEntity {
		err = fmt.Errorf("%w: %w", api.ErrGone, err)
	}
	if err != nil {
		return nil, fmt.Errorf("pull requests of %.12s: %w", sha, err)
	}
	for _, p := range pulls {
		if p.State == "open" && p.Head.SHA == sha {
			found = append(found, Sibling{Number: p.Number, State: "OPEN", HeadRefOid: sha, BaseRefName: p.Base.Ref})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	// GitHub's list has no open ones once the default branch has the commit.
	return c.OpenWith(ctx, sha)
}

// withCommit is a pull request in the list of those that have a commit.
type withCommit struct {
	Number int          `json:"number"`
	State  string       `json:"state"`
	Head   webhooks.Tip `json:"head"`
	Base   webhooks.Tip `json:"base"`
}

// OpenWith finds the open pull requests with a head among all that are open.
func (c Reader) OpenWith(ctx context.Context, head string) (found []Sibling, err error) {
	open, err := c.OpenPulls(ctx, "labels", "[String!]", nil)
	for _, p := range open {
		if p.HeadRefOid == head {
			found = append(found, Sibling{Number: p.Number, State: "OPEN", HeadRefOid: head, BaseRefName: p.BaseRefName})
		}
	}
	return found, err
}

// Open is an open pull request in a list.
type Open struct {
	Number      int
	HeadRefOid  string
	BaseRefName string
	Approved    *struct{ TotalCount int }
}

// OpenPulls lists the open pull requests that filter, a GraphQL argument,
// selects.
func (c Reader) OpenPulls(ctx context.Context, filter, kind string, value any) ([]Open, error) {
	return listed[Open](ctx, c, "open pull requests", "query Open($owner:String!,$name:String!,$after:String,$value:"+kind+")",
		"pullRequests(first:100,after:$after,states:[OPEN],"+filter+":$value){"+pageFields+
			" nodes{number headRefOid baseRefName approved:reviews(first:1,states:[APPROVED]){totalCount}}}",
		map[string]any{"value": value}, nil)
}
