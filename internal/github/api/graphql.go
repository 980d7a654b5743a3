package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// GraphQL makes a query. GitHub answers 200 with errors beside the data; any
// error is one here, because what it left out looks like nothing.
func (c *Client) GraphQL(ctx context.Context, query string, variables map[string]any, out any) error {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if _, err := c.Do(ctx, http.MethodPost, c.App.Config.GraphQLURL, map[string]any{"query": query, "variables": variables},
		&answer); err != nil {
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

// Missing reports whether a GraphQL error says that the thing does not exist.
func Missing(err error) bool {
	var e *graphqlError
	return errors.As(err, &e) && e.Type == "NOT_FOUND"
}

// Connection is a list as GraphQL pages it. A null one, or one that lacks its
// parts, is an error when it is used: it would read like an empty list.
type Connection[T any] struct {
	TotalCount *int `json:"totalCount"`
	PageInfo   *struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	} `json:"pageInfo"`
	Nodes []*T `json:"nodes"`
}

// Page returns the nodes and the cursor of the next page, "" for none.
func (c *Connection[T]) Page(name string) ([]T, string, error) {
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
		return nil, "", fmt.Errorf("GitHub reports more %s, without a cursor", name)
	}
	return out, c.PageInfo.EndCursor, nil
}
