package pull

import (
	"context"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// OpenOf are the open pull requests with a commit as their head, but for those
// of a commit that the default branch has.
func (c Reader) OpenOf(ctx context.Context, sha string) ([]WithCommit, error) {
	pulls, err := api.ListAll[WithCommit](ctx, c.Client, c.RepoPath("/commits/%s/pulls?per_page=100", sha))
	return slices.DeleteFunc(pulls, func(p WithCommit) bool { return p.State != "open" || p.Head.SHA != sha }), err
}

// WithCommit is a pull request in the list of those that have a commit.
type WithCommit struct {
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
