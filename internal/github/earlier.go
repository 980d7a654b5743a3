package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxEarlier is how many earlier heads are looked at for the ledger they hold.
const maxEarlier = 10

// earlierHead is a head that the pull request had, with our check runs on it.
type earlierHead struct {
	sha    string
	checks []graphCheck
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
		if sha != r.Request.Ref.HeadSHA && isObjectID(sha) && !slices.Contains(heads, sha) && len(heads) < maxEarlier {
			heads = append(heads, sha)
		}
	}
	r.earlier = heads
	if len(heads) == 0 {
		return nil
	}
	found := map[string][]graphCheck{}
	if err := r.client.checksOf(ctx, heads, found); err != nil {
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

// checksOf adds our check runs on some commits to found, by commit. A commit
// that GitHub does not have is left out.
func (c *client) checksOf(ctx context.Context, heads []string, found map[string][]graphCheck) error {
	if len(heads) == 0 {
		return nil
	}
	var q strings.Builder
	q.WriteString("query Checks($owner:String!,$name:String!,$app:Int!){repository(owner:$owner,name:$name){")
	for i, sha := range heads {
		if !isObjectID(sha) {
			return fmt.Errorf("read checks: %q is no commit id", sha)
		}
		fmt.Fprintf(&q, "o%d:object(oid:%q){__typename ...on Commit{oid %s}}", i, sha, checksField)
	}
	q.WriteString("}}")
	var out struct{ Repository map[string]*graphHead }
	if err := c.graphql(ctx, q.String(), map[string]any{"owner": c.owner, "name": c.repo, "app": c.app.config.AppID}, &out); err != nil {
		return fmt.Errorf("read checks: %w", err)
	}
	if out.Repository == nil {
		return errors.New("read checks: GitHub did not answer")
	}
	for i, sha := range heads {
		head := out.Repository[fmt.Sprintf("o%d", i)]
		if head == nil {
			continue
		}
		checks, err := head.checks()
		if err != nil {
			return err
		}
		found[sha] = checks
	}
	return nil
}
