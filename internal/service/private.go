package service

import (
	"context"
	"errors"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/sources/access"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
)

// privateSources decides which private repositories a review may read: by what
// GitHub and the default branch say, never by what the pull request says. A merge
// group reads what was read for its pull requests.
func privateSources(reading *github.Reading, set *rules.Set) *access.Access {
	ref, named := reading.Request.Ref, reading.Request.Named
	rules := access.Rules{GitHub: rights{reading}, Repository: ref.Owner + "/" + ref.Repo, Fork: reading.FromFork(),
		DefaultBranch: reading.ToDefault(), OnDefault: named.Has}
	if reading.IsGroup() {
		read := reading.ReadForMembers()
		rules.OnDefault = func(s plan.Source) bool { return slices.Contains(read, s.ID()) }
		return access.New(rules)
	}
	rules.Named = review.SourceSettings(reading.Request, set).Repositories
	if people, known := reading.Proposers(); known {
		rules.People = people
	}
	return access.New(rules)
}

// rights asks GitHub for the rules of access.
type rights struct{ reading *github.Reading }

// Mint makes a token for one repository.
func (r rights) Mint(ctx context.Context, repositories []string) (string, error) {
	if len(repositories) != 1 {
		return "", errors.New("a token is made for one repository alone")
	}
	token, ok, err := r.reading.ReadTokenOf(ctx, repositories[0])
	if err == nil && !ok {
		err = access.ErrNotInstalled
	}
	return token, err
}

// CanRead reports whether a user may read a repository.
func (r rights) CanRead(ctx context.Context, owner, name, user string) (bool, error) {
	return r.reading.CanRead(ctx, owner, name, user)
}

// permits answers which private sources may be read. What the default branch has
// comes first, since it names the repositories of the others.
func permits(ctx context.Context, of *access.Access, wishes []apart.Wish) ([]apart.Permit, error) {
	for _, w := range wishes {
		of.Names(w.Repository, w.Source)
	}
	out := make([]apart.Permit, len(wishes))
	for i, w := range wishes {
		if w.Source.Kind != plan.ModuleSource {
			out[i].Refused = &plan.SourceError{Why: plan.SourcePrivate, Subject: "github.com/" + w.Repository,
				Text: "there is no such repository, or it is private; only modules are read from private ones"}
			continue
		}
		token, err := of.Private(ctx, w.Repository, w.Source)
		if err != nil && !errors.As(err, &out[i].Refused) {
			return nil, err
		}
		out[i].Token = token
	}
	return out, nil
}
