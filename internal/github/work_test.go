package github_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// The purpose of it all: an agent's pull request that loses a database fails
// its check and gets a review on the deleted line.
func TestAgentsDestructionIsHeld(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.fine()
	c := w.concluded(p, "failure")
	if !strings.Contains(c.Summary, "aws_db_instance.orders") {
		t.Errorf("the check run does not name the database:\n%s", c.Summary)
	}
	reviews := p.Reviews(w.hub.Bot())
	if len(reviews) != 1 || reviews[0].State != "CHANGES_REQUESTED" {
		t.Fatalf("reviews: %+v, want one that requests changes", reviews)
	}
	if reviews[0].Commit != p.HeadSHA() {
		t.Errorf("the review is of %s, want the head", reviews[0].Commit)
	}
	inline := p.Inline()
	// The old lines go back behind line 2: a suggestion stands on the right.
	if len(inline) != 1 || inline[0].Path != "prod/db.tf" || inline[0].Side != "RIGHT" || inline[0].Line != 2 ||
		!strings.Contains(inline[0].Body, "```suggestion") {
		t.Fatalf("inline comments: %+v, want one with a suggestion on the right side of prod/db.tf, line 2", inline)
	}
	if n := len(p.Comments(w.hub.Bot())); n != 1 {
		t.Errorf("%d summaries, want 1", n)
	}
}

// Where nothing can be suggested the comment stands on the deleted line, which
// only the left side of the diff has.
func TestDeletedLinesAreOnTheLeft(t *testing.T) {
	name := strings.Repeat("l", 600) // no removed block of so long a line is suggested
	long := "resource \"aws_db_instance\" \"" + name + "\" {\n" + strings.Repeat("  # words\n", 12) + "}\n"
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{"prod/long.tf": "# Head.\n\n" + long + "\n# Foot.\n"}))
	p := w.open(w.agent, githubtest.Files{"prod/long.tf": "# Head.\n\n# Foot.\n"})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	inline := p.Inline()
	if len(inline) != 1 || inline[0].Path != "prod/long.tf" || inline[0].Side != "LEFT" || inline[0].Line != 3 {
		t.Fatalf("inline comments: %+v, want one on the left side of prod/long.tf, line 3", inline)
	}
}

func TestWhatDestroysNothingPasses(t *testing.T) {
	w := newWorld(t)
	harmless := w.open(w.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# The only one.\n"})
	docs := w.open(w.agent, githubtest.Files{"README.md": "Infrastructure.\n"})
	w.settle()
	w.fine()
	for _, p := range []*githubtest.Pull{harmless, docs} {
		w.concluded(p, "success")
		if len(p.Reviews(w.hub.Bot())) != 0 || len(p.Comments(w.hub.Bot())) != 0 {
			t.Errorf("a change without loss got a review or a comment")
		}
	}
}

// The default holds the loss of data for everyone and the rest for agents.
func TestPersonsAreHeldForDataAlone(t *testing.T) {
	w := newWorld(t)
	data := w.open(w.dana, githubtest.Files{"prod/db.tf": withoutOrders})
	network := w.open(w.dana, githubtest.Files{"dev/main.tf": ""})
	same := w.open(w.agent, githubtest.Files{"dev/main.tf": "", "README.md": "Infrastructure.\n"})
	w.settle()
	w.fine()
	w.concluded(data, "failure")
	w.concluded(network, "success")
	w.concluded(same, "failure")
}
