package pull

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// listed pages a connection of the repository from a cursor to its end; nil is
// from the beginning. query declares its variables, $owner, $name and $after among
// them, and field is its text.
func listed[T any](ctx context.Context, c Reader, name, query, field string, variables map[string]any, after any) ([]T, error) {
	variables = maps.Clone(variables)
	variables["owner"], variables["name"], variables["after"] = c.Owner, c.Repo, after
	var found []T
	for range api.MaxPages {
		var out struct {
			Repository *struct {
				Page *api.Connection[T] `json:"page"`
			} `json:"repository"`
		}
		err := c.GraphQL(ctx, query+"{repository(owner:$owner,name:$name){databaseId page:"+field+"}}", variables, &out)
		if api.Missing(err) {
			err = fmt.Errorf("%w: %w", api.ErrGone, err)
		}
		if err == nil && out.Repository == nil {
			err = errors.New("GitHub did not answer")
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", name, err)
		}
		list, cursor, err := out.Repository.Page.Page(name)
		if err != nil {
			return nil, err
		}
		if found = append(found, list...); cursor == "" {
			return found, nil
		}
		variables["after"] = cursor
	}
	return nil, fmt.Errorf("list %s: %w", name, api.ErrTooLarge)
}

// all pages a connection of the pull request to its end. field is its text
// with the place for the cursor; the count must agree in the end, unless most
// (GitHub's own cap, 0 for none) is reached.
func all[T any](ctx context.Context, c Reader, number int, name, field string, first *api.Connection[T], most int) (
	list []T, complete bool, err error) {
	list, cursor, err := first.Page(name)
	if err != nil {
		return nil, false, err
	}
	total := *first.TotalCount
	for n := 0; cursor != ""; n++ {
		if n == api.MaxPages {
			return list, false, fmt.Errorf("%s: more than %d pages: %w", name, api.MaxPages, api.ErrTooLarge)
		}
		query := "query More($owner:String!,$name:String!,$number:Int!,$after:String)" +
			"{repository(owner:$owner,name:$name){pullRequest(number:$number){page:" +
			strings.Replace(field, "first:100", "first:100,after:$after", 1) + "}}}"
		var out struct {
			Repository *struct {
				PullRequest *struct {
					Page *api.Connection[T] `json:"page"`
				} `json:"pullRequest"`
			} `json:"repository"`
		}
		variables := map[string]any{"owner": c.Owner, "name": c.Repo, "number": number, "after": cursor}
		if err := c.GraphQL(ctx, query, variables, &out); err != nil {
			return nil, false, fmt.Errorf("read more %s: %w", name, err)
		}
		if out.Repository == nil || out.Repository.PullRequest == nil {
			return nil, false, fmt.Errorf("read more %s: GitHub did not answer", name)
		}
		var more []T
		if more, cursor, err = out.Repository.PullRequest.Page.Page(name); err != nil {
			return nil, false, err
		}
		// The timeline counts what is left from the cursor on.
		if t := *out.Repository.PullRequest.Page.TotalCount; t+len(list) != total {
			total = t
		}
		list = append(list, more...)
	}
	if len(list) == total {
		return list, true, nil
	}
	if most > 0 && len(list) >= most && total > len(list) {
		return list, false, nil
	}
	return nil, false, fmt.Errorf("GitHub counts %d %s and lists %d; something changed meanwhile", total, name, len(list))
}
