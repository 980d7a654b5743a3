package sources

import (
	"context"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/git"
)

// module finds a module of a registry: the version, where the registry has it,
// and what is there.
func (s *Session) module(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	r := s.registryReview(source)
	version, moment := "", plan.MomentExact
	if exact, ok := choose.ExactModule(a.Ref.Text); ok {
		version = exact
	} else {
		list, err := s.registry.Versions(ctx, r, a)
		if err != nil {
			return found{}, err
		}
		date := func(v string) time.Time { return s.published(ctx, source, a, v) }
		choice, err := s.choice(source, a.Ref.Text, choose.Module(source.OpenTofu), list, date)
		if err != nil {
			return found{}, about(err, source.Address)
		}
		version, moment = choice.Version, choice.Moment
	}
	to, err := s.registry.Location(ctx, r, a, version)
	if err != nil {
		return found{}, private(about(err, source.Address), s.secretOf(a.Host))
	}
	located := source
	located.Side = plan.After // the version was chosen for the moment; its tag is not looked up at another
	out, err := s.follow(ctx, located, to)
	if err != nil {
		return found{}, err
	}
	out.Version, out.Moment = version, moment
	if out.Private == "" {
		out.Private = s.secretOf(a.Host)
	}
	return out, nil
}

// maxDates is how many versions are asked for their dates, newest first.
const maxDates = 12

// choice picks a version for the side of a source. Only the dates of those
// versions are asked for that could be it.
func (s *Session) choice(
	source plan.Source, constraint string, pick choose.Pick, list []choose.Published, date func(string) time.Time,
) (choose.Choice, error) {
	moment, earlier := s.moment(source)
	if !earlier {
		return choose.Now(constraint, pick, list)
	}
	if moment.IsZero() {
		return choose.At(moment, constraint, pick, list)
	}
	dated := append([]choose.Published(nil), list...)
	for range maxDates {
		v, ok := choose.Undated(moment, constraint, pick, dated)
		if !ok {
			break
		}
		at := date(dated[v].Version)
		if at.IsZero() {
			break
		}
		dated[v].At = at
	}
	return choose.At(moment, constraint, pick, dated)
}

// published is the date of a version: the registry's, else that of the commit
// that the version is.
func (s *Session) published(ctx context.Context, source plan.Source, a address.Address, version string) time.Time {
	r := s.registryReview(source)
	plain, err := choose.Module(true)(version, []string{version})
	if err != nil {
		plain = version
	}
	if at := s.registry.Date(ctx, r, a, plain); !at.IsZero() {
		return at
	}
	to, err := s.registry.Location(ctx, r, a, plain)
	if err != nil || to.Kind != address.GitHub {
		return time.Time{}
	}
	grant, err := s.grant(ctx, source, to.Path)
	if err != nil {
		return time.Time{}
	}
	c, err := s.github.Resolve(ctx, grant, to.Path, to.Ref, style(source, to), time.Time{})
	if err != nil {
		return time.Time{}
	}
	return c.Date
}

// style is how the tool that reads a source makes a commit of a reference.
func style(source plan.Source, a address.Address) git.Style {
	switch {
	case source.Kind == plan.BaseSource:
		return git.Fetch
	case source.Kind == plan.ModuleSource && a.Depth > 0:
		return git.Clone
	case source.Kind == plan.ModuleSource:
		return git.Checkout
	}
	return git.Track
}
