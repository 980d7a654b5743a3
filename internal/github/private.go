package github

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// Proposers are the logins of who made the change: the author of the pull request and
// everybody who pushed to its head. known is false where GitHub does not tell all of
// them, and for a merge group.
func (r *Reading) Proposers() (logins []string, known bool) {
	if r.conversation == nil {
		return nil, false
	}
	e := r.Request.Evidence
	known = !e.PushesUnknown
	add := func(login string) {
		if known = known && login != ""; !slices.Contains(logins, login) {
			logins = append(logins, login)
		}
	}
	add(r.Request.Signals.Author.Login)
	for _, p := range e.Pushes {
		add(p.By.Login)
	}
	return logins, known
}

// ReadForMembers are the ids of the private sources that the pull requests of a merge
// group were judged with.
func (r *Reading) ReadForMembers() (ids []string) {
	if r.group == nil {
		return nil
	}
	for _, m := range r.group.Members {
		for _, run := range m.Checks {
			ids = append(ids, run.Record().PrivateSources(m.Number, m.BaseRef)...)
		}
	}
	return ids
}

// IsGroup reports whether a merge group was read.
func (r *Reading) IsGroup() bool { return r.group != nil }

// ToDefault reports whether the change goes to the default branch, and is read
// against it.
func (r *Reading) ToDefault() bool {
	own, ref := r.job.BaseRef, r.Request.Ref
	if r.conversation != nil {
		own = r.conversation.Pull.BaseRefName
	}
	return own != "" && own == ref.DefaultBranch && ref.BaseRef == own
}

// FromFork reports whether the head is in another repository than the base.
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
