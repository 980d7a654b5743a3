package github

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// Proposers are the logins of who made the change: the authors of its pull requests
// and everybody who pushed to their heads. known is false where GitHub does not tell
// all of them.
func (r *Reading) Proposers() (logins []string, known bool) {
	add := func(login string) {
		if known = known && login != ""; !slices.Contains(logins, login) {
			logins = append(logins, login)
		}
	}
	known = true
	if r.group != nil {
		for _, m := range r.group.Members {
			add(m.Author.Account().Login)
		}
		for _, m := range r.Request.Evidence.Group.Members {
			for _, login := range m.Ledger.Pushers(m.Number, m.BaseRef) {
				add(login)
			}
		}
		return logins, known && len(logins) > 0
	}
	if r.conversation == nil {
		return nil, false
	}
	e := r.Request.Evidence
	known = !e.PushesUnknown
	add(r.Request.Signals.Author.Login)
	for _, p := range e.Pushes {
		add(p.By.Login)
	}
	for _, login := range e.Ledger.Pushers(r.Request.Ref.Number, r.Request.Ref.BaseRef) {
		add(login)
	}
	return logins, known
}

// FromFork reports whether the head is in another repository than the base. A merge
// group is in the base's.
func (r *Reading) FromFork() bool {
	return r.conversation != nil && r.conversation.Pull.IsCrossRepository
}

// ReadTokenOf makes a token that may read the contents of one other repository of
// the installation and nothing else. ok is false where there is no such repository,
// or the App is not installed on it.
func (r *Reading) ReadTokenOf(ctx context.Context, name string) (token string, ok bool, err error) {
	c := r.client
	token, err = c.App.ReadToken(ctx, api.Scope{Installation: r.job.Installation, Name: name})
	if code := api.Status(err); code == http.StatusUnprocessableEntity || code == http.StatusNotFound {
		return "", false, nil
	}
	return token, err == nil, err
}

// CanRead reports whether a user may read another repository of the installation.
func (r *Reading) CanRead(ctx context.Context, owner, name, login string) (bool, error) {
	other, err := r.client.app.on(api.Scope{Installation: r.job.Installation, Name: name}, owner, name)
	if err != nil {
		return false, err
	}
	var answer roleAnswer
	path := other.RepoPath("/collaborators/%s/permission", url.PathEscape(login))
	_, err = other.Do(ctx, http.MethodGet, path, nil, &answer)
	switch code := api.Status(err); {
	case code == http.StatusNotFound || code == http.StatusForbidden || code == http.StatusUnprocessableEntity:
		return false, nil
	case err != nil:
		return false, err
	}
	return slices.Contains([]string{"read", "write", "admin"}, answer.Permission), nil
}
