package github_test

import (
	"net/url"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// A5: a request says of which server and default branch the repository is, for
// a pull request to another base and for a merge group too.
func TestA5WhereItGoes(t *testing.T) {
	w := newWorld(t)
	w.branch("release", githubtest.Files{"README.md": "Release.\n"}, w.dana)
	w.branch("fix", githubtest.Files{"README.md": "Fix.\n"}, w.dana)
	w.repo.Open(githubtest.PullOf{Author: w.dana, Head: "fix", Base: "release", Title: "Fix"})
	one := w.open(w.dana, githubtest.Files{"README.md": "One.\n"})
	w.repo.Enqueue(w.dana, one)
	w.receive()
	server, err := url.Parse(w.hub.WebURL())
	if err != nil {
		t.Fatal(err)
	}
	bases := map[string]int{}
	for _, job := range w.queue {
		if job.Kind != webhooks.KindPull && job.Kind != webhooks.KindGroup {
			continue
		}
		r, err := w.app.Fetch(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		ref := r.Request.Ref
		bases[ref.BaseRef]++
		if ref.Host != server.Host || ref.DefaultBranch != "main" {
			t.Errorf("%s: host %q, default branch %q", job, ref.Host, ref.DefaultBranch)
		}
	}
	if bases["release"] != 1 || bases["main"] != 2 {
		t.Errorf("the bases are %v, want release once and main for the pull request and its group", bases)
	}
}
