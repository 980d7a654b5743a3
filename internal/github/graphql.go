package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// graphql makes a query. GitHub answers 200 with errors beside the data; any
// error is one here, because what it left out looks like nothing.
func (c *client) graphql(ctx context.Context, query string, variables map[string]any, out any) error {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if _, err := c.do(ctx, http.MethodPost, c.app.config.GraphQLURL, map[string]any{"query": query, "variables": variables}, &answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		if e := &answer.Errors[0]; e.Type != "RATE_LIMITED" {
			return e
		}
		return &LaterError{After: firstPause, Limited: true, Why: "GitHub's GraphQL rate limit is reached"}
	}
	if len(answer.Data) == 0 || string(answer.Data) == "null" {
		return errors.New("GraphQL answer has no data")
	}
	if err := json.Unmarshal(answer.Data, out); err != nil {
		return fmt.Errorf("read GraphQL answer: %w", err)
	}
	return nil
}

// graphqlError is one error of a GraphQL answer.
type graphqlError struct {
	Type    string `json:"type"`
	Path    []any  `json:"path"`
	Message string `json:"message"`
}

func (e *graphqlError) Error() string { return fmt.Sprintf("GraphQL %s: %s", e.Type, e.Message) }

// missing reports whether a GraphQL error says that the thing does not exist.
func missing(err error) bool {
	var e *graphqlError
	return errors.As(err, &e) && e.Type == "NOT_FOUND"
}

// connection is a list as GraphQL pages it. A null one, or one that lacks its
// parts, is an error when it is used: it would read like an empty list.
type connection[T any] struct {
	TotalCount *int `json:"totalCount"`
	PageInfo   *struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	} `json:"pageInfo"`
	Nodes []*T `json:"nodes"`
}

// page returns the nodes and the cursor of the next page, "" for none.
func (c *connection[T]) page(name string) ([]T, string, error) {
	if c == nil || c.PageInfo == nil || c.TotalCount == nil || c.Nodes == nil {
		return nil, "", fmt.Errorf("GitHub did not answer for %s", name)
	}
	out := make([]T, 0, len(c.Nodes))
	for _, n := range c.Nodes {
		if n == nil {
			return nil, "", fmt.Errorf("GitHub left out one of the %s", name)
		}
		out = append(out, *n)
	}
	if !c.PageInfo.HasNextPage {
		return out, "", nil
	}
	if c.PageInfo.EndCursor == "" || len(out) == 0 {
		return nil, "", fmt.Errorf("GitHub says there are more %s, and not where", name)
	}
	return out, c.PageInfo.EndCursor, nil
}

// all pages a connection of the pull request to its end. field is its text
// with the place for the cursor; the count must agree in the end, unless most
// (GitHub's own cap, 0 for none) is reached.
func all[T any](ctx context.Context, c *client, number int, name, field string, first *connection[T], most int) (list []T, complete bool, err error) {
	list, cursor, err := first.page(name)
	if err != nil {
		return nil, false, err
	}
	total := *first.TotalCount
	for n := 0; cursor != ""; n++ {
		if n == pages {
			return list, false, fmt.Errorf("%s: more than %d pages: %w", name, pages, ErrTooLarge)
		}
		query := "query More($owner:String!,$name:String!,$number:Int!,$after:String){repository(owner:$owner,name:$name){pullRequest(number:$number){page:" +
			strings.Replace(field, "first:100", "first:100,after:$after", 1) + "}}}"
		var out struct {
			Repository *struct {
				PullRequest *struct {
					Page *connection[T] `json:"page"`
				} `json:"pullRequest"`
			} `json:"repository"`
		}
		variables := map[string]any{"owner": c.owner, "name": c.repo, "number": number, "after": cursor}
		if err := c.graphql(ctx, query, variables, &out); err != nil {
			return nil, false, fmt.Errorf("read more %s: %w", name, err)
		}
		if out.Repository == nil || out.Repository.PullRequest == nil {
			return nil, false, fmt.Errorf("read more %s: GitHub did not answer", name)
		}
		var more []T
		if more, cursor, err = out.Repository.PullRequest.Page.page(name); err != nil {
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
