package github

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	rest "github.com/google/go-github/v60/github"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

func actor(id float64, login string) *pull.Actor {
	return &pull.Actor{Typename: "User", Login: login, DatabaseID: id}
}

// commit is one of dana's, whose message names nobody beside.
func commit(change func(*pull.Commit)) pull.Commit {
	dana := &pull.Person{Name: "Dana", Email: "dana@example.com", User: actor(5, "dana")}
	var c pull.Commit
	c.Commit = &pull.CommitData{OID: "a", Author: dana, Committer: dana}
	c.Commit.Authors = &struct {
		TotalCount int
		Nodes      []*pull.Person
	}{1, []*pull.Person{dana}}
	change(&c)
	return c
}

// What is told of commits: a signature counts where GitHub says that it is
// valid, and where somebody may be missing the commits are not complete.
func TestSignalsOfCommits(t *testing.T) {
	erin := &pull.Person{Email: "erin@example.com", User: actor(6, "erin")}
	signed := func(valid bool) func(*pull.Commit) {
		return func(c *pull.Commit) { c.Commit.Signature = &struct{ IsValid bool }{valid} }
	}
	for what, c := range map[string]struct {
		commit             pull.Commit
		partial            bool
		verified, complete bool
		coAuthors          int
	}{
		"plain":                    {commit: commit(func(*pull.Commit) {}), complete: true},
		"signed":                   {commit: commit(signed(true)), verified: true, complete: true},
		"signed by something else": {commit: commit(signed(false)), complete: true},
		"with a co-author": {commit: commit(func(c *pull.Commit) {
			c.Commit.Authors.Nodes = append(c.Commit.Authors.Nodes, erin)
			c.Commit.Authors.TotalCount = 2
		}), complete: true, coAuthors: 1},
		"with co-authors left out":    {commit: commit(func(c *pull.Commit) { c.Commit.Authors.TotalCount = 2 })},
		"with nobody named":           {commit: commit(func(c *pull.Commit) { c.Commit.Authors.Nodes, c.Commit.Authors.TotalCount = nil, 0 })},
		"whose authors are not told":  {commit: commit(func(c *pull.Commit) { c.Commit.Authors = nil })},
		"that is not told":            {commit: commit(func(c *pull.Commit) { c.Commit = nil })},
		"among more than can be told": {commit: commit(func(*pull.Commit) {}), partial: true},
	} {
		r := &Reading{conversation: &pull.Conversation{Pull: pull.PullRequest{Author: actor(5, "dana")}, Commits: []pull.Commit{c.commit}, Partial: c.partial}}
		r.readSignals()
		s := r.Request.Signals
		if s.CommitsIncomplete == c.complete {
			t.Errorf("a commit %s: complete is %t", what, !s.CommitsIncomplete)
		}
		if c.commit.Commit == nil {
			continue
		}
		if got := s.Commits[0]; got.Verified != c.verified || len(got.CoAuthors) != c.coAuthors {
			t.Errorf("a commit %s: %+v", what, got)
		}
	}
}

// Who opened it is the author; a deleted one is nobody, and no bot.
func TestSignalsOfTheAuthor(t *testing.T) {
	for want, author := range map[rules.Account]*pull.Actor{
		{ID: 5, Login: "dana", Type: "User", App: "helper"}: actor(5, "dana"), {Login: "ghost", Type: "User", App: "helper"}: nil,
	} {
		r := &Reading{via: "helper", conversation: &pull.Conversation{Pull: pull.PullRequest{Author: author}}}
		r.readSignals()
		if got := r.Request.Signals.Author; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// What a dismissed review was, GitHub's timeline tells; where it does not, it
// was an objection. Requests of a time that is not told are as late as can be.
func TestReviewsOfTheTimeline(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	gone := func(id, previous string) pull.TimelineItem {
		return pull.TimelineItem{Typename: "ReviewDismissedEvent", Previous: previous, Review: &struct{ FullDatabaseID string }{id}}
	}
	talk := &pull.Conversation{
		Pull: pull.PullRequest{UpdatedAt: at.Add(time.Hour)},
		Timeline: []pull.TimelineItem{
			gone("1", "APPROVED"), gone("2", "COMMENTED"), gone("3", "CHANGES_REQUESTED"), {Typename: "ReviewDismissedEvent", Previous: "APPROVED"},
			{Typename: "ReviewRequestedEvent", Requested: actor(5, "dana"), Created: at}, {Typename: "BaseRefChangedEvent", From: "dev", To: "main", Created: at},
			{Typename: "HeadRefForcePushedEvent", Before: &pull.Object{OID: "b"}}, {Typename: "HeadRefForcePushedEvent", Before: &pull.Object{OID: "c"}},
		},
		Requests: []rules.Account{{ID: 5}, {ID: 6}},
		Commits:  []pull.Commit{commit(func(*pull.Commit) {}), commit(func(c *pull.Commit) { c.Commit = nil })},
		Siblings: []pull.Sibling{{Number: 7, BaseRefName: "dev"}},
	}
	talk.Reviews = append(talk.Reviews, []pull.Review{{ID: "1", State: "DISMISSED"}, {ID: "2", State: "DISMISSED"}, {ID: "3", State: "DISMISSED"},
		{ID: "4", State: "DISMISSED"}, {ID: "5", State: "APPROVED", Submitted: &at}, {ID: "6", State: "CHANGES_REQUESTED", Submitted: &at, ViewerDidAuthor: true}}...)
	for _, unknown := range []bool{false, true} {
		r := &Reading{conversation: talk}
		r.Request.Evidence.PushesUnknown = unknown
		r.readReviews()
		e := r.Request.Evidence
		var objections []int64
		for _, v := range e.Reviews {
			if v.Objection {
				objections = append(objections, v.ID)
			}
			if v.Own != (v.ID == 6) || v.Submitted.IsZero() != (v.ID < 5) {
				t.Errorf("review %+v", v)
			}
		}
		if !slices.Equal(objections, []int64{3, 4}) {
			t.Errorf("objections %d", objections)
		}
		if len(e.Requests) != 2 || !e.Requests[0].At.Equal(at) || !e.Requests[1].At.Equal(at.Add(time.Hour)) {
			t.Errorf("requests %+v", e.Requests)
		}
		if len(e.Retargets) != 1 || e.Retargets[0].From != "dev" || len(e.Siblings) != 1 {
			t.Errorf("retargets %+v, siblings %+v", e.Retargets, e.Siblings)
		}
		want := []string{"c", "b"} // the latest first
		if unknown {
			want = append(want, "a")
		}
		if !slices.Equal(r.earlier, want) {
			t.Errorf("earlier heads %q, want %q", r.earlier, want)
		}
	}
}

// What a delivery shows is of the kind that its event and action say, and of
// the moment it names.
func TestDeliveriesOfAJob(t *testing.T) {
	at, received := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)
	label := &webhooks.LabelFact{ID: 7, Name: "override", At: at}
	for what, c := range map[string]struct {
		job   webhooks.Job
		kinds []review.DeliveryKind
		names []string
	}{
		"a review":            {webhooks.Job{Kind: webhooks.KindPull, Action: "submitted", Review: &webhooks.ReviewFact{ID: 1, Submitted: at}}, []review.DeliveryKind{review.ReviewSubmitted}, []string{""}},
		"no review":           {webhooks.Job{Kind: webhooks.KindPull, Action: "submitted"}, nil, nil},
		"no label":            {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "labeled"}, nil, nil},
		"an edited review":    {webhooks.Job{Kind: webhooks.KindPull, Action: "edited", Review: &webhooks.ReviewFact{ID: 1, Submitted: at}}, nil, nil},
		"a label":             {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "labeled", Label: label}, []review.DeliveryKind{review.LabelAdded}, []string{"override"}},
		"a label off":         {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "unlabeled", Label: label}, []review.DeliveryKind{review.LabelRemoved}, []string{"override"}},
		"a label's text":      {webhooks.Job{Kind: webhooks.KindPull, Event: "label", Action: "edited", Label: label}, []review.DeliveryKind{review.LabelChanged}, []string{"override"}},
		"a label's name":      {webhooks.Job{Kind: webhooks.KindPull, Event: "label", Action: "edited", Label: &webhooks.LabelFact{Name: "new", From: "override", At: at}}, []review.DeliveryKind{review.LabelChanged, review.LabelChanged}, []string{"new", "override"}},
		"a label, and more":   {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "edited", Label: label}, nil, nil},
		"neither":             {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "edited"}, nil, nil},
		"a branch that moved": {webhooks.Job{Kind: webhooks.KindBase, Event: "label", Label: label}, nil, nil},
		"a name kept":         {webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "labeled", Label: &webhooks.LabelFact{Name: "new", From: "override", At: at}}, []review.DeliveryKind{review.LabelAdded}, []string{"new"}},
	} {
		c.job.Received = received
		var kinds []review.DeliveryKind
		var names []string
		for _, d := range deliveries(c.job) {
			kinds, names = append(kinds, d.Kind), append(names, d.Label)
			if !d.At.Equal(at) {
				t.Errorf("%s: at %s", what, d.At)
			}
		}
		if !slices.Equal(kinds, c.kinds) || !slices.Equal(names, c.names) {
			t.Errorf("%s: %q %q, want %q %q", what, kinds, names, c.kinds, c.names)
		}
	}
	undated := webhooks.Job{Kind: webhooks.KindPull, Event: "label", Received: received, Label: &webhooks.LabelFact{Name: "override"}}
	if d := deliveries(undated); len(d) != 1 || !d[0].At.Equal(received) {
		t.Errorf("without a moment: %+v", d)
	}
}

// A release is put off where what it rests on is another by now, and by nothing
// else: who comments and labels without end could keep it from ever passing.
func TestWhatMoved(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	talk := func() *pull.Conversation {
		v := &pull.Conversation{
			Pull: pull.PullRequest{HeadRefOid: "head", BaseRefName: "main", State: "OPEN", Title: "One", BaseRef: &struct{ Target *pull.Object }{&pull.Object{OID: "base"}}},
			Reviews: []pull.Review{
				{ID: "1", State: "APPROVED", Author: actor(5, "dana"), Submitted: &at}, {ID: "2", State: "COMMENTED", Author: actor(6, "erin"), Submitted: &at},
			},
			Labels:   []string{"Override", "harmless"},
			Siblings: []pull.Sibling{{Number: 7, BaseRefName: "main"}},
			Checks:   []pull.Check{{DatabaseID: 1, Text: "one", Summary: "words"}},
		}
		return v
	}
	byLabel := review.Decision{Releases: []review.Release{{What: "override"}}}
	for what, c := range map[string]struct {
		change   func(*pull.Conversation)
		decision review.Decision
		want     string
	}{
		"nothing":          {func(*pull.Conversation) {}, byLabel, ""},
		"the head":         {func(v *pull.Conversation) { v.Pull.HeadRefOid = "x" }, review.Decision{}, "the head"},
		"the base branch":  {func(v *pull.Conversation) { v.Pull.BaseRefName = "dev" }, review.Decision{}, "the base"},
		"the base commit":  {func(v *pull.Conversation) { v.Pull.BaseRef.Target.OID = "x" }, review.Decision{}, "the base"},
		"the base is gone": {func(v *pull.Conversation) { v.Pull.BaseRef = nil }, review.Decision{}, "the base"},
		"closed":           {func(v *pull.Conversation) { v.Pull.State = "CLOSED" }, review.Decision{}, "the pull request's state"},
		"an objection": {func(v *pull.Conversation) {
			v.Reviews = append(v.Reviews, pull.Review{ID: "3", State: "CHANGES_REQUESTED", Author: actor(7, "bob")})
		}, review.Decision{}, "a review"},
		"dismissed":              {func(v *pull.Conversation) { v.Reviews[0].State = "DISMISSED" }, review.Decision{}, "a review"},
		"asked of who approved":  {func(v *pull.Conversation) { v.Requests = []rules.Account{{ID: 5}} }, review.Decision{}, "a review"},
		"asked of who commented": {func(v *pull.Conversation) { v.Requests = []rules.Account{{ID: 6}} }, review.Decision{}, ""},
		"asked of another":       {func(v *pull.Conversation) { v.Requests = []rules.Account{{ID: 8}} }, review.Decision{}, ""},
		"a comment":              {func(v *pull.Conversation) { v.Reviews = append(v.Reviews, pull.Review{ID: "3", State: "COMMENTED"}) }, review.Decision{}, ""},
		"a review that is begun": {func(v *pull.Conversation) { v.Reviews = append(v.Reviews, pull.Review{ID: "3", State: "PENDING"}) }, review.Decision{}, ""},
		"a review of ours": {func(v *pull.Conversation) {
			v.Reviews = append(v.Reviews, pull.Review{ID: "3", State: "CHANGES_REQUESTED", ViewerDidAuthor: true})
		}, review.Decision{}, ""},
		"the label that released":  {func(v *pull.Conversation) { v.Labels = v.Labels[1:] }, byLabel, "the label"},
		"the label, beside":        {func(v *pull.Conversation) { v.Labels = v.Labels[1:] }, review.Decision{Releases: []review.Release{{What: "approval"}}}, ""},
		"another label":            {func(v *pull.Conversation) { v.Labels = v.Labels[:1] }, byLabel, ""},
		"one more with this head":  {func(v *pull.Conversation) { v.Siblings = append(v.Siblings, pull.Sibling{Number: 8}) }, review.Decision{}, "another pull request with this head"},
		"one with this head went":  {func(v *pull.Conversation) { v.Siblings = nil }, review.Decision{}, "another pull request with this head"},
		"the record":               {func(v *pull.Conversation) { v.Checks[0].Text = "two" }, review.Decision{}, "the ledger"},
		"another run of that text": {func(v *pull.Conversation) { v.Checks[0].DatabaseID = 2 }, review.Decision{}, "the ledger"},
		"a run's words":            {func(v *pull.Conversation) { v.Checks[0].Summary = "others" }, review.Decision{}, ""},
		"the title, and a comment": {func(v *pull.Conversation) {
			v.Pull.Title = "Two"
			v.Comments = append(v.Comments, pull.Comment{ID: "1"})
		}, review.Decision{}, ""},
	} {
		now := talk()
		c.change(now)
		if got := (&Reading{conversation: talk(), override: "override"}).moved(now, c.decision); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// What GitHub answers of somebody's role: all of it is needed, and it is that of
// the account that was meant.
func TestAnswersOfARole(t *testing.T) {
	dana := rules.Account{ID: 5, Login: "dana", Type: "User"}
	for answer, want := range map[string]string{
		`{"permission":"write","role_name":"deployer","user":{"id":5}}`: "deployer write",
		`{"permission":"write","role_name":"write","user":{"id":6}}`:    "none none", // the login was given up
		`{"role_name":"write","user":{"id":5}}`:                         "error",
		`{"permission":"write","user":{"id":5}}`:                        "error",
		`{"permission":"write","role_name":"write"}`:                    "error",
	} {
		var a roleAnswer
		if err := json.Unmarshal([]byte(answer), &a); err != nil {
			t.Fatal(err)
		}
		s, err := a.permission(dana)
		got := s.Role + " " + s.Base
		if err != nil {
			got = "error"
		}
		if got != want || err == nil && s.Account != dana {
			t.Errorf("%s: %s of %+v, want %s", answer, got, s.Account, want)
		}
	}
}

// Nobody is left out of those who have a say: more than can be asked about are
// an error.
func TestTooManyPeople(t *testing.T) {
	r := &Reading{}
	if err := r.ReadPermissions(t.Context(), review.Lookups{People: make([]rules.Account, maxPeople+1)}); !errors.Is(err, api.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

// Two commits are unrelated where GitHub says so, not where it has lost one.
func TestUnrelated(t *testing.T) {
	said := func(code int, message string) error {
		return &rest.ErrorResponse{Response: &http.Response{StatusCode: code, Request: &http.Request{}}, Message: message}
	}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{said(404, "No common ancestor between a and b."), true}, {said(404, "Not Found"), false},
		{said(500, "No common ancestor between a and b."), false}, {errors.New("No common ancestor"), false}, {nil, false},
	} {
		if got := unrelated(c.err); got != c.want {
			t.Errorf("%v: %t, want %t", c.err, got, c.want)
		}
	}
}
