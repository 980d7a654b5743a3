package sources

import (
	"context"
	"encoding/base64"
	"errors"
	"sync/atomic"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/chart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/git"
	"github.com/holdpoint-dev/holdpoint/internal/sources/oci"
	"github.com/holdpoint-dev/holdpoint/internal/sources/registry"
)

func basic(s Secret) string {
	if s.User == "" && s.Password == "" {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.User+":"+s.Password))
}

// Resolve finds what a source stands for, within the budget.
func (s *Session) Resolve(ctx context.Context, source plan.Source) (plan.Package, error) {
	a, err := address.Parse(source)
	if err != nil {
		return plan.Package{}, err
	}
	ctx, stop := fetch.Within(ctx, s.config.Client.Clock(), "package-time", s.config.Budget.PackageTime)
	defer stop()
	var requests atomic.Int64
	found, err := s.follow(fetch.Counting(ctx, &requests), source, a)
	if err == nil {
		err = ended(ctx)
	}
	if err != nil {
		return plan.Package{}, because(ctx, err)
	}
	found.Dir, err = git.Folder(found.Tree, found.Dir, found.glob)
	if err != nil {
		return plan.Package{}, private(err, found.Private)
	}
	s.used(source, found, int(requests.Load()))
	return found.Package, nil
}

// found is a package before its folder is looked for.
type found struct {
	plan.Package
	glob bool
}

func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// because makes an error that came of the end of the time the limit's.
func because(ctx context.Context, err error) error {
	var why *plan.SourceError
	if !errors.As(err, &why) && ctx.Err() != nil && errors.As(context.Cause(ctx), &why) {
		return why
	}
	return err
}

// private marks a refusal that tells of something that only some may read.
func private(err error, name string) error {
	var why *plan.SourceError
	if name == "" || !errors.As(err, &why) {
		return err
	}
	marked := *why
	marked.Private = name
	return &marked
}

func (s *Session) used(source plan.Source, f found, requests int) {
	shown := f.Package
	shown.Tree = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses = append(s.uses, Use{source, shown, requests})
}

// moment is when a reference of this side is looked up; zero is now.
func (s *Session) moment(source plan.Source) (time.Time, bool) {
	if source.Side == plan.Before {
		return s.review.BasePushed, true
	}
	return time.Time{}, false
}

func (s *Session) scope() cache.Scope { return cache.Installation(s.review.Installation) }

func (s *Session) follow(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	switch a.Kind {
	case address.Registry:
		return s.module(ctx, source, a)
	case address.GitHub:
		return s.repository(ctx, source, a)
	case address.Archive:
		return s.archive(ctx, source, a)
	case address.File:
		return s.file(ctx, source, a)
	case address.OCI:
		return s.artifact(ctx, source, a)
	case address.Repository:
		return s.chart(ctx, source, a)
	}
	return found{}, &plan.SourceError{Why: plan.SourceUnsupported, Subject: source.Address, Text: "addresses of this kind are not followed"}
}

func (s *Session) registryReview(source plan.Source) registry.Review {
	return registry.Review{Scope: s.scope(), Anew: s.review.Anew, OpenTofu: source.OpenTofu}
}

func (s *Session) chartReview() chart.Review {
	return chart.Review{Scope: s.scope(), Anew: s.review.Anew}
}

func (s *Session) ociReview() oci.Review {
	return oci.Review{Scope: s.scope(), Anew: s.review.Anew}
}

// mirrored prefixes the digest of what a mirror served: it may be something
// else than the host would have served.
func (s *Session) mirrored(host, digest string) string {
	if m := s.config.Client.Hosts().Mirror(host); m != "" {
		return "mirror:" + m + ":" + digest
	}
	return digest
}

// secretOf is the mark of a host that not everybody may read: one that wants a
// credential of ours, or lies in a private range.
func (s *Session) secretOf(host string) string {
	if s.config.Secrets[host] != (Secret{}) || s.config.Client.Hosts().Private(host) {
		return host
	}
	return ""
}

// loaded is a content that this review has, or is about to have.
type loaded struct {
	done chan struct{}
	tree *content.Tree
	err  error
}

// load brings the content of a digest once, however many ask for it, and counts
// it against the budget. A failure is not kept: who asks next has its own time.
func (s *Session) load(ctx context.Context, digest string, bring func() (*content.Tree, error)) (*content.Tree, error) {
	for {
		s.mu.Lock()
		l := s.trees[digest]
		if l == nil {
			break
		}
		s.mu.Unlock()
		select {
		case <-l.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if l.err == nil {
			return l.tree, nil
		}
	}
	// Those that run at once may be ahead of one that is wanted before them; the
	// limit itself is applied in order, see admit.
	if len(s.trees) >= s.config.Budget.Packages+s.config.Budget.Together {
		s.mu.Unlock()
		return nil, content.Over("packages", digest, int64(s.config.Budget.Packages), "packages in one review")
	}
	l := &loaded{done: make(chan struct{})}
	s.trees[digest] = l
	s.mu.Unlock()
	l.tree, l.err = bring()
	if l.err != nil {
		s.mu.Lock()
		delete(s.trees, digest)
		s.mu.Unlock()
	}
	close(l.done)
	return l.tree, l.err
}
