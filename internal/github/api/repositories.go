package api

import (
	"context"
	"fmt"
	"net/http"
)

// Repository is one repository that an installation has given to the App.
type Repository struct {
	ID          int64
	Owner, Name string
	// Archived repositories take no pull requests.
	Archived bool
}

// Repositories lists what an installation has given to the App.
func (a *App) Repositories(ctx context.Context, installation int64) ([]Repository, error) {
	c, err := a.ClientFor(Scope{Installation: installation}, "", "")
	if err != nil {
		return nil, err
	}
	var all []Repository
	path := "installation/repositories?per_page=100"
	for {
		var page struct {
			Repositories []struct {
				ID    int64  `json:"id"`
				Name  string `json:"name"`
				Owner struct {
					Login string `json:"login"`
				} `json:"owner"`
				Archived bool `json:"archived"`
				Disabled bool `json:"disabled"`
			} `json:"repositories"`
		}
		resp, err := c.Do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, fmt.Errorf("list repositories of installation %d: %w", installation, err)
		}
		for _, r := range page.Repositories {
			all = append(all, Repository{ID: r.ID, Owner: r.Owner.Login, Name: r.Name, Archived: r.Archived || r.Disabled})
		}
		next := Linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return all, nil
		}
		if path, err = c.Relative(next); err != nil {
			return nil, err
		}
	}
}
