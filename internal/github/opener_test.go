package github_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

const issueCall = "GET /repos/{owner}/{repo}/issues/{issue_number}"

// opened opens dana's pull request, by herself or through an app, which takes
// away what only agents are held for. Its delivery is lost: another event leads
// to it.
func (w *world) opened(via string) *githubtest.Pull {
	w.branch("lb", githubtest.Files{"dev/main.tf": "# gone\n"}, w.dana)
	p := w.repo.Open(githubtest.PullOf{Author: w.dana, Via: via, Head: "lb", Base: "main", Title: "Clean up"})
	w.hub.Deliveries()
	p.Edit("Clean up more", w.dana)
	return p
}

// A11: an app that opens a pull request with a person's token makes it an
// agent's, whatever became of the deliveries.
func TestA11AppBehindAPerson(t *testing.T) {
	for name, c := range map[string]struct{ via, want, says string }{
		"by herself":           {"", "success", ""},
		"a known agent's app":  {"claude", "failure", "Made by `Claude Code` (`opened through the app claude`)"},
		"an app of no record":  {"some-agent", "failure", "Made by `some-agent` (`opened through the app some-agent`)"},
		"a known one's second": {"openai-codex", "failure", "Made by `OpenAI Codex` (`opened through the app openai-codex`)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.opened(c.via)
			w.settle()
			w.fine()
			if check := w.concluded(p, c.want); !strings.Contains(check.Summary, c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, check.Summary)
			}
		})
	}
}

// A11: who opened it never changes, so it is read once; a bot needs no reading.
func TestA11IsReadOnce(t *testing.T) {
	w := newWorld(t)
	p := w.opened("claude")
	w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	for range 3 {
		p.Edit("Again "+w.hub.Now().String(), w.dana)
		w.settle()
	}
	w.fine()
	w.concluded(p, "failure")
	reads := 0
	for _, e := range w.hub.Log() {
		if e.String() == issueCall {
			reads++
		}
	}
	if reads != 1 {
		t.Errorf("read %d times, want 1", reads)
	}
}

// A11: an installation that may not read issues goes by the other signals; one
// whose answer fails does not.
func TestA11NoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		fault githubtest.Fault
		want  string
	}{
		"no permission":    {githubtest.Fault{Status: 403, Message: "Resource not accessible by integration"}, "success"},
		"not shown":        {githubtest.Fault{Status: 404}, "success"},
		"an error":         {githubtest.Fault{Status: 502}, "failure"},
		"an empty answer":  {githubtest.Fault{Kind: githubtest.Empty}, "failure"},
		"a broken answer":  {githubtest.Fault{Kind: githubtest.Cut}, "failure"},
		"an error, mended": {githubtest.Fault{Status: 502, Times: 2}, "success"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.opened("")
			c.fault.Call = issueCall
			w.hub.Inject(&c.fault)
			w.settle()
			w.concluded(p, c.want)
		})
	}
}
