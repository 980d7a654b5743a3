package github_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// F67: the limits that GitHub tells are kept; the job comes later and the
// check holds meanwhile.
func TestF67RateLimits(t *testing.T) {
	for name, c := range map[string]struct {
		fault *githubtest.Fault
		after time.Duration
	}{
		"primary":            {githubtest.RateLimited("", time.Date(2026, 3, 2, 9, 20, 0, 0, time.UTC)), 19 * time.Minute},
		"secondary":          {githubtest.SecondaryLimited("", "45"), 45 * time.Second},
		"secondary, no time": {&githubtest.Fault{Times: 1, Status: 403, Message: "You have exceeded a secondary rate limit."}, time.Minute},
		"429":                {&githubtest.Fault{Times: 1, Status: 429}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.receive()
			job := w.queue[len(w.queue)-1]
			c.fault.Skip = 3
			w.hub.Inject(c.fault)
			_, err := w.do(t.Context(), job)
			var later *api.LaterError
			if !errors.As(err, &later) || !later.Limited || later.After < c.after {
				t.Fatalf("error %v, want one that asks to come in %s", err, c.after)
			}
			w.hub.Log()
			if _, err = w.do(t.Context(), job); !errors.As(err, &later) || len(w.hub.Log()) != 0 {
				t.Errorf("before the time is over: error %v, and calls were made", err)
			}
			w.hub.Advance(later.After + time.Second)
			if _, err := w.do(t.Context(), job); err != nil {
				t.Error(err)
			}
			w.concluded(p, "failure")
		})
	}
}

// F67, E48: an installation has a budget of its own, so that a flood of
// events cannot use up GitHub's.
func TestF67E48OwnBudget(t *testing.T) {
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.receive()
	job := w.queue[len(w.queue)-1]
	w.queue = nil
	for n := 0; ; n++ {
		_, err := w.do(t.Context(), job)
		var later *api.LaterError
		if errors.As(err, &later) && later.Limited {
			break
		}
		if err != nil || n > 500 {
			t.Fatalf("after %d reviews: %v, want the budget to end", n, err)
		}
	}
	if n := len(w.hub.Log()); n > 900 {
		t.Errorf("%d calls within a minute", n)
	}
}

// F68: the token is for one repository, is kept, and is made anew when GitHub
// refuses it.
func TestF68Tokens(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Edit("Again", w.agent)
	w.settle()
	tokens := 0
	for _, e := range w.hub.Log() {
		if strings.Contains(e.Path, "access_tokens") {
			tokens++
			if !strings.Contains(e.Body, fmt.Sprint(w.repo.ID)) && !strings.Contains(e.Body, ".github") {
				t.Errorf("token for %s, want one repository", e.Body)
			}
		}
	}
	if tokens > 2 {
		t.Errorf("%d tokens, want one for the repository and one for the organization's settings", tokens)
	}
	w.hub.ExpireTokens()
	p.Edit("And again", w.agent)
	w.settle()
	w.concluded(p, "failure")
}

// F69: a suspended installation is nothing to try again.
func TestF69Suspended(t *testing.T) {
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.receive()
	w.hub.Inject(&githubtest.Fault{Call: "POST /app/installations/{installation_id}/access_tokens", Status: 403, Message: "This installation has been suspended"})
	if _, err := w.do(t.Context(), w.queue[len(w.queue)-1]); !errors.Is(err, api.ErrGone) {
		t.Errorf("error %v, want %v", err, api.ErrGone)
	}
}

// F72: GitHub Enterprise Server, at its own addresses and description.
func TestF72EnterpriseServer(t *testing.T) {
	git := githubtest.NewGit(t)
	hub := githubtest.NewEnterprise(t, git)
	w := worldOn(t, git, hub, infra, func(c *github.Config) { c.APIURL, c.GraphQLURL = "", "" })
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// The budget of a typical pull request: ten changed files in two roots.
func TestRequestBudget(t *testing.T) {
	before, after := githubtest.Files{".github/holdpoint.yaml": "version: 1\n"}, githubtest.Files{"prod/db.tf": withoutOrders}
	for i := range 12 {
		root := []string{"prod", "dev"}[i%2]
		name := fmt.Sprintf("%s/part%d.tf", root, i)
		before[name] = fmt.Sprintf("resource \"aws_iam_role\" \"r%d\" {\n}\n", i)
		if i < 9 {
			after[name] = before[name] + "# changed\n"
		}
	}
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(before))
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	p := w.open(w.agent, after)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	count := func() (n int) {
		for _, r := range w.results {
			n = max(n, r.requests)
		}
		w.results = nil
		return n
	}
	if n := count(); n > 15 {
		t.Errorf("%d requests cold, want 15 at most: %v", n, w.hub.Log())
	}
	w.hub.Log()
	p.Submit(w.alice, "COMMENTED", "")
	w.settle()
	if n := count(); n > 9 {
		t.Errorf("%d requests warm, want 9 at most: %v", n, w.hub.Log())
	}
	w.hub.Log()
	p.Push(w.commit(p.HeadSHA(), after.With(githubtest.Files{"README.md": "More.\n", ".github/holdpoint.yaml": "version: 1\n"}), w.agent), w.agent)
	w.settle()
	if n := count(); n > 9 {
		t.Errorf("%d requests after a push, want 9 at most: %v", n, w.hub.Log())
	}
}
