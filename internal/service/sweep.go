package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// SweepGitHub is what the sweep asks of GitHub. *github.App is the one.
type SweepGitHub interface {
	HookDeliveries(ctx context.Context, since time.Time) (all []api.HookDelivery, whole bool, err error)
	Redeliver(ctx context.Context, id int64) error
	Installations(ctx context.Context) ([]api.Installation, error)
	Repositories(ctx context.Context, installation int64) ([]api.Repository, error)
	OpenPulls(ctx context.Context, installation int64, r api.Repository) ([]github.OpenPull, error)
	Checked(ctx context.Context, installation int64, r api.Repository, sha string) (bool, error)
}

var _ SweepGitHub = (*github.App)(nil)

// Sweeper finds what was missed: deliveries that failed, open pull requests
// without a check run of ours, verdicts that nothing has looked at for a day
// (the base may have moved, an approver may have left). It keeps no state: the
// time says which part it looks at.
type Sweeper struct {
	GitHub func(context.Context) (SweepGitHub, error)
	Queue  Queue
	// Every is the time between two sweeps.
	Every time.Duration
	Meter Meter
	Log   *slog.Logger
	Now   func() time.Time
}

// Bounds of one sweep.
const (
	// leastLookBack is how far back failed deliveries and changed pull
	// requests are looked for, at the least.
	leastLookBack = time.Hour
	// maxAttempts is how often one event is delivered before the sweep leaves
	// it to people: an answer that never changes is no accident.
	maxAttempts   = 4
	maxRedelivers = 200
	// reposPerSweep are looked at in one sweep; the next goes on behind them.
	reposPerSweep = 200
	// rotation is the time in which every open pull request is reviewed anew.
	rotation = 24 * time.Hour
)

// Sweep makes one sweep. An error in one place does not keep it from the
// others; all are returned together.
func (s Sweeper) Sweep(ctx context.Context) error {
	app, err := s.GitHub(ctx)
	if err != nil {
		return err
	}
	now := s.Now()
	errs := []error{s.redeliver(ctx, app, now)}
	installations, err := app.Installations(ctx)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, i := range installations {
		if i.Suspended {
			s.Log.Warn("installation is suspended", "installation", i.ID)
			continue
		}
		errs = append(errs, s.installation(ctx, app, i, now))
	}
	return errors.Join(errs...)
}

func (s Sweeper) lookBack() time.Duration { return max(leastLookBack, 4*s.Every) }

// redeliver asks for the events again whose every delivery failed.
func (s Sweeper) redeliver(ctx context.Context, app SweepGitHub, now time.Time) error {
	deliveries, whole, err := app.HookDeliveries(ctx, now.Add(-s.lookBack()))
	if err != nil {
		return err
	}
	if !whole {
		s.Log.Warn("more webhook deliveries than one sweep looks at", "looked_at", len(deliveries))
	}
	attempts, taken := map[string]int{}, map[string]bool{}
	for _, d := range deliveries {
		attempts[d.GUID]++
		taken[d.GUID] = taken[d.GUID] || d.OK()
	}
	asked := 0
	for _, d := range deliveries { // newest first: one attempt of each event
		if taken[d.GUID] || attempts[d.GUID] >= maxAttempts || asked == maxRedelivers {
			continue
		}
		taken[d.GUID] = true
		if err := app.Redeliver(ctx, d.ID); err != nil {
			return err
		}
		asked++
		s.Log.Info("event redelivered", "delivery", d.GUID, "event", d.Event, "status", d.StatusCode)
	}
	s.Meter.Add(Swept, float64(asked), "redelivered")
	return nil
}

// installation looks at a part of an installation's repositories.
func (s Sweeper) installation(ctx context.Context, app SweepGitHub, i api.Installation, now time.Time) error {
	repos, err := app.Repositories(ctx, i.ID)
	if err != nil {
		return s.unlessLimited(i, err)
	}
	repos = slices.DeleteFunc(repos, func(r api.Repository) bool { return r.Archived })
	slices.SortFunc(repos, func(a, b api.Repository) int { return cmp.Compare(a.ID, b.ID) })
	tick := now.UnixNano() / int64(s.Every)
	var errs []error
	for n := range min(len(repos), reposPerSweep) {
		r := repos[(int(tick%int64(len(repos)))*reposPerSweep+n)%len(repos)]
		err := s.repository(ctx, app, i, r, now, tick)
		var later *api.LaterError
		if errors.As(err, &later) || ctx.Err() != nil {
			return errors.Join(append(errs, s.unlessLimited(i, err))...)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// unlessLimited passes an error on, but for a rate limit: the next sweep goes
// on where this one ended.
func (s Sweeper) unlessLimited(i api.Installation, err error) error {
	var later *api.LaterError
	if errors.As(err, &later) {
		s.Log.Warn("sweep ends early", "installation", i.ID, "error", err)
		return nil
	}
	return err
}

func (s Sweeper) repository(ctx context.Context, app SweepGitHub, i api.Installation, r api.Repository, now time.Time, tick int64) error {
	pulls, err := app.OpenPulls(ctx, i.ID, r)
	if err != nil {
		return err
	}
	turns := max(int64(rotation/s.Every), 1)
	for _, p := range pulls {
		found := ""
		if (int64(p.Number)+tick)%turns == 0 {
			found = "stale"
		} else if p.Updated.After(now.Add(-s.lookBack())) {
			checked, err := app.Checked(ctx, i.ID, r, p.HeadSHA)
			if err != nil {
				return err
			}
			if !checked {
				found = "unchecked"
			}
		}
		if found == "" {
			continue
		}
		if err := s.queue(ctx, i, r, p, found, now, tick); err != nil {
			return err
		}
	}
	return nil
}

// queue asks for a review. The id is that of the sweep's turn, so that one
// that is made twice queues it once.
func (s Sweeper) queue(ctx context.Context, i api.Installation, r api.Repository, p github.OpenPull, found string, now time.Time,
	tick int64) error {
	job := webhooks.Job{Delivery: fmt.Sprintf("sweep-%d-%d-%d-%.12s", tick, r.ID, p.Number, p.HeadSHA), Kind: webhooks.KindPull,
		Event: "sweep", Action: found,
		Received: now, Installation: i.ID, RepoID: r.ID, Owner: r.Owner, Repo: r.Name,
		Number: p.Number, HeadSHA: p.HeadSHA, BaseRef: p.BaseRef, BaseSHA: p.BaseSHA}
	m, err := NewMessage(job)
	if err != nil {
		return err
	}
	if err := s.Queue.Send(ctx, m); err != nil {
		return err
	}
	s.Meter.Add(Swept, 1, found)
	s.Log.Info("pull request queued by the sweep", append([]any{"found", found, "delivery", m.ID}, JobAttrs(job, m.Trace)...)...)
	return nil
}
