package github

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// rulesFor is how long a branch's rules are taken as known: they only decide
// about a line of the summary.
const rulesFor = 10 * time.Minute

// required is whether a branch requires a check of a name.
type required struct {
	names map[string]bool
	at    time.Time
	known bool
}

// notRequired reports whether the base branch surely does not require the
// check, neither by a ruleset nor by branch protection. What cannot be read is
// not sure.
func (p *publisher) notRequired(ctx context.Context) bool {
	ref := p.r.Request.Ref
	key := p.Owner + "/" + p.Repo + " " + ref.BaseRef
	p.app.mu.Lock()
	have, ok := p.app.rules[key]
	p.app.mu.Unlock()
	if !ok || p.app.config.Now().Sub(have.at) > rulesFor {
		have = p.requiredChecks(ctx, ref.BaseRef, p.text.Decision.CheckName)
		have.at = p.app.config.Now()
		p.app.mu.Lock()
		p.app.rules[key] = have
		p.app.mu.Unlock()
	}
	return have.known && !have.names[p.text.Decision.CheckName]
}

// requiredChecks reads the rules of a branch; go-github v60 fails on kinds of
// rules that are newer than it. Classic protection is asked for only where the
// rules do not name the check.
func (p *publisher) requiredChecks(ctx context.Context, branch, name string) required {
	out := required{names: map[string]bool{}}
	list, err := api.ListAll[struct {
		Type       string          `json:"type"`
		Parameters json.RawMessage `json:"parameters"`
	}](ctx, p.Client, p.RepoPath("/rules/branches/%s?per_page=100", url.PathEscape(branch)))
	if err != nil {
		return out
	}
	for _, rule := range list {
		var parameters struct {
			Checks []struct {
				Context string `json:"context"`
				App     *int64 `json:"integration_id"`
			} `json:"required_status_checks"`
		}
		if rule.Type != "required_status_checks" || json.Unmarshal(rule.Parameters, &parameters) != nil {
			continue
		}
		for _, c := range parameters.Checks {
			if c.App == nil || *c.App <= 0 || *c.App == p.app.config.AppID {
				out.names[c.Context] = true
			}
		}
	}
	if out.names[name] {
		out.known = true
		return out
	}
	var answer struct {
		Protection struct {
			Checks struct {
				Contexts []string `json:"contexts"`
			} `json:"required_status_checks"`
		} `json:"protection"`
	}
	if _, err := p.Do(ctx, http.MethodGet, p.RepoPath("/branches/%s", url.PathEscape(branch)), nil, &answer); err != nil {
		return out
	}
	for _, c := range answer.Protection.Checks.Contexts {
		out.names[c] = true
	}
	out.known = true
	return out
}
