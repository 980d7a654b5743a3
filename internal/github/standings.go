package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxPeople is how many people are asked about for one job. Leaving some out
// could leave out an objection.
const maxPeople = 100

// Standings brings what the accounts may do in the repository, and in which of
// the teams they are. Accounts that were asked for already are passed over. It
// returns true where something came.
func (r *Reading) Standings(ctx context.Context, accounts []rules.Account, teams []string) (bool, error) {
	var ask []rules.Account
	for _, a := range accounts {
		if a.Login != "" && !r.asked[login(a)] {
			r.asked[login(a)] = true
			ask = append(ask, a)
		}
	}
	if len(r.asked) > maxPeople {
		return false, fmt.Errorf("%d people have a say in %s: %w", len(r.asked), r.job, ErrTooLarge)
	}
	e := &r.Request.Evidence
	var found []review.Standing
	for _, a := range ask {
		s, err := r.client.standing(ctx, a, teams)
		if err != nil {
			return false, fmt.Errorf("read what @%s may do: %w", a.Login, err)
		}
		found = append(found, s)
	}
	unresolved, err := r.teams(ctx, teams, found)
	if err != nil {
		return false, err
	}
	e.Standings = append(e.Standings, found...)
	changed := len(found) > 0
	for _, t := range unresolved {
		if !slices.Contains(e.UnresolvedTeams, t) {
			e.UnresolvedTeams = append(e.UnresolvedTeams, t)
			changed = true
		}
	}
	return changed, nil
}

func (c *client) standing(ctx context.Context, a rules.Account, teams []string) (review.Standing, error) {
	s := review.Standing{Account: a, Role: "none", Base: "none"}
	var answer struct {
		Permission string    `json:"permission"`
		Role       string    `json:"role_name"`
		User       *restUser `json:"user"`
	}
	_, err := c.do(ctx, http.MethodGet, c.repoPath("/collaborators/%s/permission", url.PathEscape(a.Login)), nil, &answer)
	switch {
	case status(err) == http.StatusNotFound:
		return s, nil
	case err != nil:
		return s, err
	case answer.Permission == "" || answer.Role == "" || answer.User == nil:
		return s, fmt.Errorf("GitHub did not answer for the role")
	case a.ID != 0 && answer.User.ID != a.ID:
		return s, nil // the login belongs to somebody else by now
	}
	s.Base, s.Role = answer.Permission, answer.Role
	for _, t := range teams {
		org, slug, ok := strings.Cut(t, "/")
		if !ok {
			continue
		}
		var membership struct {
			State string `json:"state"`
		}
		_, err := c.do(ctx, http.MethodGet, fmt.Sprintf("orgs/%s/teams/%s/memberships/%s", url.PathEscape(org), url.PathEscape(slug), url.PathEscape(a.Login)), nil, &membership)
		if code := status(err); code == http.StatusNotFound || code == http.StatusForbidden {
			continue // no member, or no such team: the teams are resolved by themselves
		}
		if err != nil {
			return s, err
		}
		if membership.State == "active" {
			s.Teams = append(s.Teams, strings.ToLower(t))
		}
	}
	return s, nil
}

// teams returns the teams that cannot be found. One in which somebody is a
// member exists.
func (r *Reading) teams(ctx context.Context, teams []string, found []review.Standing) ([]string, error) {
	var unresolved []string
	for _, t := range teams {
		org, slug, ok := strings.Cut(t, "/")
		key := "team " + strings.ToLower(t)
		if r.asked[key] || slices.ContainsFunc(found, func(s review.Standing) bool { return slices.Contains(s.Teams, strings.ToLower(t)) }) {
			continue
		}
		r.asked[key] = true
		if !ok {
			unresolved = append(unresolved, t)
			continue
		}
		var answer struct {
			ID int64 `json:"id"`
		}
		_, err := r.client.do(ctx, http.MethodGet, fmt.Sprintf("orgs/%s/teams/%s", url.PathEscape(org), url.PathEscape(slug)), nil, &answer)
		code := status(err)
		if err != nil && code != http.StatusNotFound && code != http.StatusForbidden {
			return nil, fmt.Errorf("read team %s: %w", t, err)
		}
		if err != nil || answer.ID == 0 {
			unresolved = append(unresolved, t)
		}
	}
	return unresolved, nil
}

// login orders accounts that may lack an id.
func login(a rules.Account) string { return strings.ToLower(cmp.Or(a.Login, fmt.Sprint(a.ID))) }
