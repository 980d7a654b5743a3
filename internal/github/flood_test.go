package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// flood is a world in which somebody acts on a pull request without end.
type flood struct {
	*world
	pull *githubtest.Pull
	// calls are the requests that GitHub answered, reads and writes.
	calls int
}

func newFlood(t *testing.T) *flood {
	f := &flood{world: settled(t, "unknown_requester: accept\n")}
	f.pull = f.open(f.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	f.settle()
	f.concluded(f.pull, "failure")
	f.hub.Log()
	return f
}

// count adds the requests since it was last asked.
func (f *flood) count() int {
	for _, e := range f.hub.Log() {
		if !strings.HasSuffix(e.Path, "/access_tokens") {
			f.calls++
		}
	}
	return f.calls
}

func (f *flood) toggle(label string, by *githubtest.User, n int) {
	if n%2 == 0 {
		f.pull.AddLabel(label, by, "")
	} else {
		f.pull.RemoveLabel(label, by)
	}
}

// A13: toggles of a label that means nothing cost nothing once the settings are
// known, whether they are worked off one by one or together.
func TestA13OtherLabelsCostNothing(t *testing.T) {
	for _, together := range []bool{false, true} {
		f := newFlood(t)
		for n := range 60 {
			f.toggle("infra", f.agent, n)
			if !together {
				f.settle()
			}
		}
		f.settle()
		f.fine()
		if calls := f.count(); calls > 0 {
			t.Errorf("together %t: 60 toggles take %d requests, want none", together, calls)
		}
		f.concluded(f.pull, "failure")
	}
}

// A13: toggles of the override label that wait together take few reviews: one
// that begins after them has seen them all.
func TestA13WaitingTogglesCoalesce(t *testing.T) {
	for who, by := range map[string]func(f *flood) *githubtest.User{
		"the agent":            func(f *flood) *githubtest.User { return f.agent },
		"a person who may not": func(f *flood) *githubtest.User { return f.dana },
		"a maintainer":         func(f *flood) *githubtest.User { return f.alice }} {
		f := newFlood(t)
		for n := range 60 {
			f.toggle("holdpoint-override", by(f), n)
		}
		f.settle()
		f.fine()
		if calls := f.count(); calls > 40 {
			t.Errorf("%s: 60 toggles take %d requests, want 40 at most", who, calls)
		}
		f.concluded(f.pull, "failure")
		// What comes after the flood is seen: a maintainer's label counts.
		f.pull.AddLabel("holdpoint-override", f.alice, "")
		f.settle()
		f.fine()
		f.concluded(f.pull, "success")
		f.pull.RemoveLabel("holdpoint-override", f.alice)
		f.settle()
		f.concluded(f.pull, "failure")
	}
}

// later works as the service does: a job that was put off comes when its time
// has come, behind what came in meanwhile.
func (f *flood) later(until time.Time) {
	f.Helper()
	f.receive()
	waiting := f.queue[:0:0]
	for len(f.queue) > 0 {
		job := f.queue[0]
		f.queue = f.queue[1:]
		if job.NotBefore.After(until) {
			waiting = append(waiting, job)
			continue
		}
		result, err := f.do(f.Context(), job)
		if err != nil {
			f.Fatal(err)
		}
		f.receive()
		f.queue = append(f.queue, result.More...)
	}
	f.queue = waiting
}

// A13: an hour of toggles, each worked off before the next, stays far below
// what an installation may ask for in that time (5,000 requests an hour); the
// pull request is reviewed every minute, and released in the end.
func TestA13AnHourOfToggles(t *testing.T) {
	for what, c := range map[string]struct {
		acts int
		act  func(f *flood, n int)
	}{
		"override label": {360, func(f *flood, n int) { f.toggle("holdpoint-override", f.dana, n) }},
		"title":          {180, func(f *flood, n int) { f.pull.Edit(fmt.Sprint("Title ", n), f.agent) }},
		"draft":          {180, func(f *flood, n int) { f.pull.SetDraft(n%2 == 0, f.agent) }},
		"comment":        {120, func(f *flood, n int) { f.pull.Submit(f.dana, "COMMENTED", "") }},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFlood(t)
			start := f.hub.Now()
			for n := range c.acts {
				if wait := start.Add(time.Duration(n) * time.Hour / time.Duration(c.acts)).Sub(f.hub.Now()); wait > 0 {
					f.hub.Advance(wait)
				}
				c.act(f, n)
				f.later(f.hub.Now())
			}
			if calls := f.count(); calls > 1000 || calls == 0 {
				t.Errorf("%d acts in an hour take %d requests, want 1000 at most", c.acts, calls)
			}
			f.pull.Submit(f.alice, "APPROVED", "")
			f.later(f.hub.Now())
			f.concluded(f.pull, "success")
		})
	}
}

// A13: who waits behind a flood waits for a handful of requests, not for a
// review of each delivery.
func TestA13OthersDoNotWait(t *testing.T) {
	f := newFlood(t)
	for n := range 300 {
		f.toggle("holdpoint-override", f.dana, n)
	}
	other := f.open(f.agent, githubtest.Files{"README.md": "Words.\n"})
	before := -1
	f.receive()
	for len(f.queue) > 0 && before < 0 {
		job := f.queue[0]
		f.queue = f.queue[1:]
		if job.Number == other.Number {
			before = f.count()
		}
		if _, err := f.do(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	if before > 40 {
		t.Errorf("%d requests come before the other pull request's, want 40 at most", before)
	}
	f.concluded(other, "success")
}

// A13: thousands of label events make nothing unreleasable: an approval counts,
// and so does the override, before them where the flood is not too large, and
// after them always.
func TestA13ThousandsOfLabelEvents(t *testing.T) {
	f := newFlood(t)
	f.pull.AddLabel("holdpoint-override", f.alice, "")
	f.pull.Toggle("infra", f.agent, 700)
	f.settle()
	f.fine()
	f.concluded(f.pull, "success")

	f.pull.Toggle("infra", f.agent, 3200)
	f.pull.Edit("Again", f.dana)
	f.settle()
	f.fine()
	if c := f.concluded(f.pull, "failure"); !strings.Contains(c.Summary, "does not show who set it; remove it and set it again") {
		t.Errorf("it does not say what would settle it:\n%s", c.Summary)
	}
	f.pull.RemoveLabel("holdpoint-override", f.alice)
	f.pull.AddLabel("holdpoint-override", f.alice, "")
	f.settle()
	f.fine()
	f.concluded(f.pull, "success")

	f.pull.RemoveLabel("holdpoint-override", f.alice)
	f.settle()
	f.concluded(f.pull, "failure")
	f.pull.Submit(f.dana, "APPROVED", "")
	f.settle()
	f.fine()
	f.concluded(f.pull, "success")
}

// A13: what goes on in the very moment of a release and has no part in it does
// not keep it from being written; what it rests on does.
func TestA13ReleaseUnderAFlood(t *testing.T) {
	const last = "POST /graphql Conversation"
	for name, c := range map[string]struct {
		release func(f *flood)
		act     func(f *flood, n int)
		want    string
	}{
		"other labels":                    {approve, func(f *flood, n int) { f.toggle("infra", f.agent, n) }, "success"},
		"the override label, by approval": {approve, func(f *flood, n int) { f.toggle("holdpoint-override", f.agent, n) }, "success"},
		"comments":                        {approve, func(f *flood, n int) { f.pull.Submit(f.agent, "COMMENTED", "") }, "success"},
		"requests of others":              {approve, func(f *flood, n int) { f.pull.AskReview(f.hub.User("erin"), f.agent) }, "success"},
		"the override label, by itself": {func(f *flood) { f.pull.AddLabel("holdpoint-override", f.alice, "") },
			func(f *flood, n int) { f.pull.RemoveLabel("holdpoint-override", f.alice) }, "failure"},
		"an objection": {approve, func(f *flood, n int) { f.pull.Submit(f.alice, "CHANGES_REQUESTED", "") }, "failure"},
		"asked again":  {approve, func(f *flood, n int) { f.pull.AskReview(f.dana, f.agent) }, "failure"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlood(t)
			c.release(f)
			n := 0
			var again func()
			again = func() {
				c.act(f, n)
				n++
				if n < 8 {
					f.hub.On(last, 0, again)
				}
			}
			f.hub.On(last, 1, again) // the first look sees nothing of it
			f.settle()
			if check := f.concluded(f.pull, c.want); c.want == "failure" && slices.Contains(check.Conclusions, "success") {
				t.Errorf("it passed for a moment: %v", check.Conclusions)
			}
		})
	}
}

func approve(f *flood) { f.pull.Submit(f.dana, "APPROVED", "") }
