package github

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// look is what this process keeps of the last review of a pull request. It
// orders and spares work and decides nothing: another process knows nothing of
// it, and does more.
type look struct {
	// began is when the review began to read, base the tip of the base branch
	// that it saw, updated when GitHub said that the pull request last changed.
	began, updated time.Time
	base           string
	// baseRef and label are the base branch and the name of the override label
	// that its settings gave.
	baseRef, label string
	// overridden: the label let it through.
	overridden bool
	// set is the label's last event where it stands; heard is the time of the
	// last one that was reviewed with its own delivery.
	set   review.LabelEvent
	heard time.Time
}

// looked keeps that a review came to its end.
func (r *Reading) looked(d review.Decision) {
	if r.conversation == nil {
		return
	}
	looks, e := r.client.app.kept.looks, r.Request.Evidence
	old, _ := looks.Get(r.job.Key())
	l := look{began: r.began, base: r.Request.Ref.BaseSHA, updated: r.conversation.Pull.UpdatedAt, baseRef: r.Request.Ref.BaseRef,
		label:      r.override,
		overridden: d.ByLabel(), heard: old.heard}
	for _, v := range e.LabelEvents {
		if strings.EqualFold(v.Name, r.override) && !v.At.Before(l.set.At) {
			l.set = v
		}
	}
	if l.showsLast(r.job) {
		l.heard = l.set.At
	}
	looks.Put(r.job.Key(), l)
}

// showsLast reports whether a delivery is of the override label's last event,
// as far as it can tell.
func (l look) showsLast(j webhooks.Job) bool {
	return j.Action == "labeled" && j.Label != nil && strings.EqualFold(j.Label.Name, l.label) && j.Sender.ID == l.set.By.ID &&
		!j.Label.At.Add(review.LabelSlack).Before(l.set.At)
}

// sameBase reports whether a job is a delivery about the base branch that was
// reviewed against.
func (l look) sameBase(job webhooks.Job) bool {
	return job.Kind == webhooks.KindPull && job.BaseRef != "" && job.BaseRef == l.baseRef
}

// lag is how much older an answer of GitHub may be than a delivery that came
// before it was asked for: copies of its database lag.
const lag = 5 * time.Second

// labelKnown is how long the name of the override label is taken to be the one
// that the last review read.
const labelKnown = 10 * time.Minute

// needless reports whether a delivery asks for nothing: it is of a label that
// means nothing, or the last review of the pull request began after it, and it
// tells nothing that the review did not have. Only jobs that are deliveries
// themselves are needless, not those that follow from other jobs.
func (a *App) needless(job webhooks.Job) bool {
	l, ok := a.kept.looks.Get(job.Key())
	if !ok || !l.sameBase(job) || job.Retargeted || job.Event == "label" {
		return false
	}
	if job.Label != nil && !strings.EqualFold(job.Label.Name, l.label) {
		moved, _ := a.kept.moves.Get(job.Branch())
		return l.began.After(moved) && a.config.Now().Sub(l.began) < labelKnown
	}
	if job.Attests() && (job.Label == nil || l.showsLast(job) && !l.heard.Equal(l.set.At)) {
		return false
	}
	after := l.began.Sub(job.Received)
	return after >= lag || after >= 0 && job.Label != nil && l.updated.After(job.Label.At)
}

// What one pull request may take of what an installation has: so many reviews
// at once for events of which there can be any number, and one more every
// while. What is more is put off, and one review then serves for all of it.
const (
	burst = 10
	while = time.Minute
)

// meter counts the reviews of a pull request that are left.
type meter struct {
	left float64
	at   time.Time
	// due is when the review comes to which others were put off.
	due time.Time
}

// floods are the actions that cost nothing and can be repeated without end.
var floods = map[string][]string{
	"pull_request": {"labeled", "unlabeled", "edited", "ready_for_review", "converted_to_draft", "review_requested",
		"review_request_removed", "enqueued", "dequeued", "synchronize"},
	"check_run":   {"rerequested", "requested_action"},
	"check_suite": {"rerequested", "requested_action"},
}

// repeatable reports whether a job is one of those that are put off when there
// are too many. Approvals, objections and changes of the base are not, nor is
// taking off the label that lets it through.
func (a *App) repeatable(job webhooks.Job) bool {
	l, _ := a.kept.looks.Get(job.Key())
	switch {
	case job.Kind != webhooks.KindPull || job.Retargeted || !job.NotBefore.IsZero(), job.Action == "unlabeled" && l.overridden:
		return false
	case job.Event == "pull_request_review":
		return !job.Attests() && job.Action != "dismissed"
	}
	return slices.Contains(floods[job.Event], job.Action)
}

// Deferred reports whether a job need not be done, or not now, and which jobs take
// its place: none where another review serves for it too.
func (a *App) Deferred(ctx context.Context, job webhooks.Job) (more []webhooks.Job, off bool) {
	if a.needless(job) {
		return nil, true
	}
	return a.put(ctx, job)
}

// put reports whether a job is put off, because its pull request asks for too
// much, and to which job: none where one comes already that will do.
func (a *App) put(ctx context.Context, job webhooks.Job) (more []webhooks.Job, off bool) {
	if !a.repeatable(job) {
		return nil, false
	}
	now := a.config.Now()
	m, ok := a.kept.meters.Get(job.Key())
	if !ok {
		m = meter{left: burst, at: now}
	}
	m.left, m.at = min(m.left+max(now.Sub(m.at), 0).Seconds()/while.Seconds(), burst), now
	defer func() { a.kept.meters.Put(job.Key(), m) }()
	if m.left >= 1 {
		m.left--
		return nil, false
	}
	comes := m.due.After(now)
	if comes && !job.Attests() {
		return nil, true
	}
	if !comes {
		m.due = now.Add(time.Duration((1 - m.left) * float64(while)))
		m.left-- // it takes its turn now
		a.config.Log.WarnContext(ctx, "pull request asks for too many reviews", "job", job.String(), "put_off_to", m.due)
	}
	job.NotBefore = m.due
	return []webhooks.Job{job}, true
}

// lookedAt is when a pull request was looked at last: as this process knows, or
// as its check run tells, which stays as it is where nothing changed.
func (a *App) lookedAt(job webhooks.Job, number int, checked time.Time) time.Time {
	if l, ok := a.kept.looks.Get(job.Pull(number, "").Key()); ok && l.began.After(checked) {
		return l.began
	}
	return checked
}

// sawBase reports whether a pull request was reviewed against the very commit
// that the job's branch moved to.
func (a *App) sawBase(job webhooks.Job, number int) bool {
	l, ok := a.kept.looks.Get(job.Pull(number, "").Key())
	return ok && l.base != "" && l.base == job.BaseSHA
}
