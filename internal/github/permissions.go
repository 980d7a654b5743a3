package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxPeople is how many people are asked about for one job. Leaving some out
// could leave out an objection.
const maxPeople = 100

// ReadPermissions brings what the people may do in the repository, in which of the
// teams they are, and which teams cannot be found. One in which somebody is a
// member exists.
func (r *Reading) ReadPermissions(ctx context.Context, lookups review.Lookups) error {
	accounts, teams := lookups.People, lookups.Teams
	if len(accounts) > maxPeople {
		return fmt.Errorf("%d people have a say in %s: %w", len(accounts), r.job, api.ErrTooLarge)
	}
	e := &r.Request.Evidence
	for _, a := range accounts {
		s, err := r.client.permission(ctx, a, teams)
		if err != nil {
			return fmt.Errorf("read what @%s may do: %w", a.Login, err)
		}
		e.Permissions = append(e.Permissions, s)
	}
	for _, t := range teams {
		if slices.ContainsFunc(e.Permissions, func(s review.Permission) bool { return slices.Contains(s.Teams, t) }) {
			continue
		}
		found, err := r.client.knowsTeam(ctx, t)
		if err != nil {
			return fmt.Errorf("read team %s: %w", t, err)
		}
		if !found {
			e.UnresolvedTeams = append(e.UnresolvedTeams, t)
		}
	}
	return nil
}

// roleAnswer is what GitHub answers for the permission of an account.
type roleAnswer struct {
	Permission string    `json:"permission"`
	Role       string    `json:"role_name"`
	User       *restUser `json:"user"`
}

// permission takes the answer apart. There is none where the login belongs to
// somebody else by now.
func (answer roleAnswer) permission(a rules.Account) (review.Permission, error) {
	switch {
	case answer.Permission == "" || answer.Role == "" || answer.User == nil:
		return review.Permission{}, errors.New("GitHub did not answer for the role")
	case answer.User.ID != a.ID:
		return nobody(a), nil
	}
	return review.Permission{Account: a, Role: answer.Role, Base: answer.Permission}, nil
}

func nobody(a rules.Account) review.Permission {
	return review.Permission{Account: a, Role: "none", Base: "none"}
}

// permission asks for the role, and for the teams of who has one. The settings name
// teams as org/slug.
func (c *client) permission(ctx context.Context, a rules.Account, teams []string) (review.Permission, error) {
	var answer roleAnswer
	_, err := c.Do(ctx, http.MethodGet, c.RepoPath("/collaborators/%s/permission", url.PathEscape(a.Login)), nil, &answer)
	if api.Status(err) == http.StatusNotFound {
		return nobody(a), nil
	}
	if err != nil {
		return review.Permission{}, err
	}
	s, err := answer.permission(a)
	if err != nil || s.Role == "none" {
		return s, err
	}
	for _, t := range teams {
		var membership struct {
			State string `json:"state"`
		}
		if err := c.find(ctx, teamPath(t)+"/memberships/"+url.PathEscape(a.Login), &membership); err != nil {
			return s, err
		}
		if membership.State == "active" {
			s.Teams = append(s.Teams, t)
		}
	}
	return s, nil
}

// knowsTeam reports whether a team can be found.
func (c *client) knowsTeam(ctx context.Context, team string) (bool, error) {
	var answer struct {
		ID int64 `json:"id"`
	}
	err := c.find(ctx, teamPath(team), &answer)
	return answer.ID != 0, err
}

func teamPath(team string) string {
	org, slug, _ := strings.Cut(team, "/")
	return fmt.Sprintf("orgs/%s/teams/%s", url.PathEscape(org), url.PathEscape(slug))
}

// find reads what may not be there, or may be hidden: no team, no member. It leaves
// the answer empty then.
func (c *client) find(ctx context.Context, path string, into any) error {
	_, err := c.Do(ctx, http.MethodGet, path, nil, into)
	if code := api.Status(err); code == http.StatusNotFound || code == http.StatusForbidden {
		return nil
	}
	return err
}
