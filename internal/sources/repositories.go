package sources

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/git"
)

func about(err error, subject string) error {
	var why *plan.SourceError
	if errors.As(err, &why) && why.Subject == "" {
		named := *why
		named.Subject = subject
		return &named
	}
	return err
}

// repository finds a repository of GitHub at a reference.
func (s *Session) repository(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	how := style(source, a)
	if id, ok := commit(a.Ref, how); ok {
		// What is kept for everybody was public when it was kept: nobody needs
		// to be asked again.
		public := git.Grant{Scope: cache.Public}
		digest := s.mirrored(git.API, git.Digest(a.Path, id))
		tree, err := s.load(ctx, inScope(public, digest), func() (*content.Tree, error) {
			if t, ok := s.github.Cached(ctx, public, a.Path, id); ok {
				return t, nil
			}
			return nil, errNotKept
		})
		if err == nil {
			return found{Package: plan.Package{Tree: tree, Dir: a.Dir, Digest: digest, Moment: plan.MomentExact}, glob: a.Glob}, nil
		}
		if !errors.Is(err, errNotKept) {
			return found{}, err
		}
	}
	grant, err := s.grant(ctx, source, a.Path)
	if err != nil {
		return found{}, err
	}
	out, err := s.at(ctx, source, a, how, grant)
	return out, private(err, grant.Private)
}

var errNotKept = errors.New("not in the cache")

func commit(ref plan.Ref, how git.Style) (string, bool) {
	exact := ref.Kind == plan.RefCommit || ref.Kind == plan.RefAny && how != git.Clone && address.IsCommit(ref.Text)
	return ref.Text, exact
}

func (s *Session) at(ctx context.Context, source plan.Source, a address.Address, how git.Style, grant git.Grant) (found, error) {
	moment, earlier := s.moment(source)
	c, err := s.github.Resolve(ctx, grant, a.Path, a.Ref, how, moment)
	if err != nil {
		return found{}, err
	}
	if earlier && moment.IsZero() && c.Moment == plan.MomentAsked {
		c.Moment = plan.MomentNow
	}
	digest := s.mirrored(git.API, git.Digest(a.Path, c.ID))
	tree, err := s.load(ctx, inScope(grant, digest), func() (*content.Tree, error) {
		if t, ok := s.github.Cached(ctx, grant, a.Path, c.ID); ok {
			return t, nil
		}
		return s.github.Tree(ctx, grant, a.Path, c)
	})
	if err != nil {
		return found{}, err
	}
	return found{Package: plan.Package{Tree: tree, Dir: a.Dir, Digest: digest, Version: c.Version, Moment: c.Moment,
		Private: grant.Private}, glob: a.Glob}, nil
}

// inScope keeps what was read as a private repository apart from what was read
// as a public one, so that the mark of the first is never lost.
func inScope(grant git.Grant, digest string) string { return string(grant.Scope) + " " + digest }

// grant decides how a repository may be read. A public one is read with the
// reviewed repository's own token, which can read nothing else that is private;
// whether it is public is remembered for this installation alone, because the
// same question about a private one must not be answered to another.
func (s *Session) grant(ctx context.Context, source plan.Source, name string) (git.Grant, error) {
	own, token, err := s.review.Access.Own(ctx)
	if err != nil {
		return git.Grant{}, err
	}
	ask := git.Grant{Token: token, Scope: s.scope(), Anew: s.review.Anew}
	repo, err := s.github.Repo(ctx, ask, name)
	var why *plan.SourceError
	switch {
	case err == nil && !repo.Private:
		return git.Grant{Token: token, Scope: cache.Public, Anew: s.review.Anew, Main: repo.Default}, nil
	case err == nil && strings.EqualFold(name, own):
		ask.Private, ask.Main = name, repo.Default
		return ask, nil
	case err != nil && (!errors.As(err, &why) || why.Why != plan.SourceGone && why.Why != plan.SourcePrivate):
		return git.Grant{}, err
	}
	token, err = s.review.Access.Private(ctx, name, source)
	if err != nil {
		return git.Grant{}, private(err, "")
	}
	return git.Grant{Token: token, Scope: s.scope(), Anew: s.review.Anew, Private: name}, nil
}

// Public is an Access that reads what everybody may, without any credential.
type Public struct{}

// Own is no repository and no token.
func (Public) Own(context.Context) (string, string, error) { return "", "", nil }

// Private refuses.
func (Public) Private(_ context.Context, name string, _ plan.Source) (string, error) {
	return "", &plan.SourceError{Why: plan.SourcePrivate, Subject: "github.com/" + name, Text: "there is no such repository, or it is private"}
}

// archive finds an archive over https: of a module, or of a chart.
func (s *Session) archive(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	format, err := formatOf(a)
	if err != nil {
		return found{}, err
	}
	data, sum, err := s.charts.Download(ctx, s.chartReview(), a.URL, "")
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	digest := s.mirrored(a.Host, "archive:"+place(a.URL)+"@sha256:"+sum)
	tree, err := s.load(ctx, digest, func() (*content.Tree, error) {
		return unpack(data, format, source.Kind == plan.ChartSource, s.config.Limits, a.URL)
	})
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	return found{Package: plan.Package{Tree: tree, Dir: a.Dir, Digest: digest, Moment: s.movable(source),
		Private: s.secretOf(a.Host)}, glob: a.Glob}, nil
}

// movable is the moment of a reference whose earlier state nobody tells.
func (s *Session) movable(source plan.Source) plan.Moment {
	if source.Side == plan.Before {
		return plan.MomentNow
	}
	return plan.MomentAsked
}

// place is an address without what may be secret in it.
func place(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	return u.Host + u.EscapedPath()
}

func formatOf(a address.Address) (content.Format, error) {
	switch a.Format {
	case "tar.gz", "tgz":
		return content.TarGzip, nil
	case "tar.bz2", "tar.tbz2":
		return content.TarBzip2, nil
	case "zip":
		return content.Zip, nil
	}
	return "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: a.URL,
		Text: fmt.Sprintf("archives of the kind %q are not read", a.Format)}
}

// file finds one file over https, as a tree that has nothing else. What is not
// there is looked for as a repository, as Kustomize does.
func (s *Session) file(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	data, sum, err := s.charts.Download(ctx, s.chartReview(), a.URL, "")
	var why *plan.SourceError
	if errors.As(err, &why) && a.Or != nil && (why.Why == plan.SourceGone || why.Why == plan.SourcePrivate) {
		return s.follow(ctx, source, *a.Or)
	}
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	digest := s.mirrored(a.Host, "file:"+place(a.URL)+"@sha256:"+sum)
	tree, err := s.load(ctx, digest, func() (*content.Tree, error) {
		if int64(len(data)) > s.config.Limits.File {
			return nil, content.Over("file", a.URL, s.config.Limits.File, "bytes")
		}
		b := content.NewBuilder(s.config.Limits)
		if err := b.Keep(a.Dir, "100644", content.NewBlob(data)); err != nil {
			return nil, err
		}
		return b.Tree(), nil
	})
	if err != nil {
		return found{}, err
	}
	return found{Package: plan.Package{Tree: tree, Dir: a.Dir, Digest: digest, Moment: s.movable(source), Private: s.secretOf(a.Host)}}, nil
}
