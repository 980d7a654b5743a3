package pull

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Branch is a branch and its tip.
type Branch struct {
	Name   string
	Target *Object
}

// refsFields are the branches in a query; the arguments of refs stand before.
const (
	refsFields = "{" + pageFields + " nodes{name target{__typename oid ...on Commit{tree{oid}}}}}"
	RefsField  = "refs(refPrefix:\"refs/heads/\",first:100)" + refsFields
)

// Sharing lists the existing branches whose check GitHub may take for that of a
// base, by name and without the base. repo has the first of all branches.
func (c Reader) Sharing(ctx context.Context, repo Repository, names rules.Names, base string) ([]Branch, error) {
	all, cursor, err := repo.Refs.Page("branches")
	if err != nil {
		return nil, err
	}
	switch {
	case cursor != "" && names.Gives(base):
		more, err := c.branches(ctx, cursor, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	case cursor != "":
		// Only names that differ by case are looked for. GitHub does not say
		// whether its filter regards case, so the default branch is added.
		more, err := c.branches(ctx, nil, base)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
		if d := repo.DefaultBranchRef; d != nil {
			all = append(all, Branch{d.Name, d.Target})
		}
	}
	var shared []Branch
	for _, b := range all {
		if b.Name == base || !names.Shared(b.Name, base) || strings.HasPrefix(b.Name, webhooks.QueuePrefix) {
			continue // nobody can push to the queue's own branches
		}
		if b.Target == nil || !api.IsObjectID(b.Target.OID) || b.Target.Tree.ID() == "" {
			return nil, fmt.Errorf("GitHub does not say where branch %s is", b.Name)
		}
		shared = append(shared, b)
	}
	slices.SortFunc(shared, func(a, b Branch) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(shared, func(a, b Branch) bool { return a.Name == b.Name }), nil
}

// branches lists branches behind a cursor, or those that are like a name; nil
// is from the beginning, and all.
func (c Reader) branches(ctx context.Context, after, like any) ([]Branch, error) {
	return listed[Branch](ctx, c, "branches", "query Branches($owner:String!,$name:String!,$after:String,$like:String)",
		"refs(refPrefix:\"refs/heads/\",first:100,after:$after,query:$like)"+refsFields, map[string]any{"like": like}, after)
}
