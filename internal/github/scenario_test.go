package github_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// scenario is one of the main stories. Its steps run one after the other, and
// after each of them all deliveries are handled.
type scenario struct {
	name string
	// steps are what happens; the deliveries of each are handled after it.
	steps []func(s *story)
	// final is what must be so in the end, stated as errors of the test. It is
	// asked for again after faults are over.
	final func(s *story)
	// again is what people do once more where their act came before the check
	// had listed the findings: it cannot count.
	again func(s *story)
}

// story is a scenario that runs.
type story struct {
	*world
	pull, other *githubtest.Pull
	group       string
	review      *githubtest.Review
}

// neverPassed expects that no check of ours on the head ever said success.
func (s *story) neverPassed(sha string) {
	s.Helper()
	for _, c := range s.repo.Checks(sha) {
		for _, was := range c.Conclusions {
			if was != "failure" && c.App == githubtest.AppID {
				s.Errorf("%s: the check run on %.12s said %s", s.Name(), sha, was)
			}
		}
	}
}

// told expects what a held pull request shows in the end: one review that
// stands and tells of the lost database, inline or in its body, and one
// summary.
func (s *story) told(p *githubtest.Pull) {
	s.Helper()
	standing, names := 0, false
	for _, r := range p.Reviews(s.hub.Bot()) {
		if r.State == "CHANGES_REQUESTED" || r.State == "COMMENTED" {
			standing++
			names = names || strings.Contains(r.Body, "aws_db_instance.orders")
		}
	}
	for _, c := range p.Inline() {
		names = names || strings.Contains(c.Body, "aws_db_instance.orders")
	}
	summaries := p.Comments(s.hub.Bot())
	if standing != 1 || !names || len(summaries) != 1 || !strings.Contains(summaries[0].Body, "aws_db_instance.orders") {
		s.Errorf("%d reviews stand, the database named: %t, summaries %+v; want one review that names it, and one summary that does", standing,
			names, summaries)
	}
	if c := s.check(p.HeadSHA(), "holdpoint: main"); c == nil || !strings.Contains(c.Summary, "aws_db_instance.orders") {
		s.Errorf("the check run does not name the database: %+v", c)
	}
}

// atMost expects no more of each than a run without faults leaves.
func (s *story) atMost(p *githubtest.Pull, reviews, inline, comments int) {
	s.Helper()
	if n := len(p.Reviews(s.hub.Bot())); n > reviews {
		s.Errorf("%d reviews of ours, want %d at most", n, reviews)
	}
	if n := len(p.Inline()); n > inline {
		s.Errorf("%d inline comments, want %d at most", n, inline)
	}
	if n := len(p.Comments(s.hub.Bot())); n > comments {
		s.Errorf("%d summaries, want %d at most", n, comments)
	}
}

func (s *story) conclusion(p *githubtest.Pull, name string) string {
	if c := s.check(p.HeadSHA(), name); c != nil {
		return c.Conclusion
	}
	return ""
}

func (s *story) want(p *githubtest.Pull, conclusion string) {
	s.Helper()
	if got := s.conclusion(p, "holdpoint: main"); got != conclusion {
		s.Errorf("check run is %q, want %s", got, conclusion)
		if c := s.check(p.HeadSHA(), "holdpoint: main"); c != nil {
			s.Logf("%s\n%s\n%s", c.Title, c.Summary, c.Text)
		}
	}
}

func openHeld(s *story) { s.pull = s.open(s.agent, githubtest.Files{"prod/db.tf": withoutOrders}) }

func stillHeld(s *story) {
	s.want(s.pull, "failure")
	s.neverPassed(s.pull.HeadSHA())
	s.atMost(s.pull, 1, 1, 1)
	s.told(s.pull)
}

func released(s *story) {
	s.want(s.pull, "success")
	// A second review where the first was dismissed and a fault held again.
	s.atMost(s.pull, 2, 1, 1)
	for _, r := range s.pull.Reviews(s.hub.Bot()) {
		if r.State == "CHANGES_REQUESTED" {
			s.Errorf("our review still requests changes")
		}
	}
}

// beforeRelease notes that the head had not passed before people acted.
func beforeRelease(s *story) { s.neverPassed(s.pull.HeadSHA()) }

// scenarios are the ten main stories and the installation.
var scenarios = []scenario{
	{name: "agent destroys", steps: []func(*story){openHeld}, final: stillHeld},
	{name: "harmless", steps: []func(*story){func(s *story) {
		s.pull = s.open(s.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# The only one.\n"})
	}}, final: func(s *story) { s.want(s.pull, "success"); s.atMost(s.pull, 0, 0, 0) }},
	{name: "fixed by a push", steps: []func(*story){openHeld, func(s *story) {
		beforeRelease(s)
		s.pull.Push(s.commit(s.base, githubtest.Files{"README.md": "Cleaned.\n"}, s.agent), s.agent)
	}}, final: func(s *story) {
		released(s)
		for _, c := range s.pull.Inline() {
			if !strings.HasPrefix(c.Body, "**Fixed**") {
				s.Errorf("the comment is not marked as fixed")
			}
		}
	}},
	{name: "approved", steps: []func(*story){openHeld, func(s *story) {
		beforeRelease(s)
		s.pull.Submit(s.alice, "APPROVED", "")
		s.pull.Submit(s.dana, "APPROVED", "")
	}}, final: released, again: func(s *story) {
		s.pull.Submit(s.alice, "APPROVED", "")
		s.pull.Submit(s.dana, "APPROVED", "")
	}},
	{name: "approval dismissed", steps: []func(*story){openHeld, func(s *story) {
		beforeRelease(s)
		s.pull.Submit(s.dana, "APPROVED", "")
		s.review = s.pull.Submit(s.alice, "APPROVED", "")
	}, func(s *story) { s.pull.Dismiss(s.review, s.dana) }}, final: func(s *story) {
		// A third review where a fault held in between: our own dismissals take two back.
		s.want(s.pull, "failure")
		s.atMost(s.pull, 3, 1, 1)
		s.told(s.pull)
	}},
	{name: "overridden", steps: []func(*story){openHeld, func(s *story) {
		beforeRelease(s)
		s.pull.AddLabel("holdpoint-override", s.alice, "")
	}}, final: released, again: func(s *story) {
		s.pull.RemoveLabel("holdpoint-override", s.alice)
		s.pull.AddLabel("holdpoint-override", s.alice, "")
	}},
	{name: "retargeted", steps: []func(*story){func(s *story) {
		s.repo.Push("dev", s.commit(s.base, githubtest.Files{"prod/db.tf": withoutOrders}, s.dana), s.dana)
		s.branchOn("rest", s.repo.Branch("dev"), githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Rest.\n"}, s.agent)
		s.pull = s.repo.Open(githubtest.PullOf{Author: s.agent, Head: "rest", Base: "dev", Title: "Rest"})
	}, func(s *story) { s.pull.Retarget("main", s.agent) }}, final: func(s *story) {
		s.want(s.pull, "failure")
		s.atMost(s.pull, 1, 1, 1)
		s.told(s.pull)
		if c := s.check(s.pull.HeadSHA(), "holdpoint: main"); c != nil && slices.Contains(c.Conclusions, "success") {
			s.Errorf("the check of main passed: %q", c.Conclusions)
		}
	}},
	{name: "base moved", steps: []func(*story){func(s *story) {
		s.pull = s.open(s.agent, githubtest.Files{"README.md": "Other words.\n"})
	}, func(s *story) {
		s.repo.Push("main", s.commit(s.base, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# The only one.\n"}, s.dana), s.dana)
	}}, final: func(s *story) { s.want(s.pull, "success"); s.atMost(s.pull, 0, 0, 0) }},
	{name: "same head twice", steps: []func(*story){openHeld, func(s *story) {
		s.repo.Push("side", s.base, s.dana)
		s.repo.Push("copy", s.pull.HeadSHA(), s.agent)
		s.other = s.repo.Open(githubtest.PullOf{Author: s.agent, Head: "copy", Base: "side", Title: "Copy"})
	}, func(s *story) { s.other.Close(s.agent, false) }}, final: stillHeld},
	{name: "merge group", steps: []func(*story){func(s *story) {
		s.pull = s.open(s.agent, githubtest.Files{"README.md": "Other words.\n"})
	}, func(s *story) { s.group = s.repo.Enqueue(s.dana, s.pull) }}, final: func(s *story) {
		s.want(s.pull, "success")
		if c := s.check(s.group, "holdpoint: main"); c == nil || c.Conclusion != "success" {
			s.Errorf("the group's check run is %+v, want success", c)
		}
	}},
	{name: "merge group of a held one", steps: []func(*story){openHeld, func(s *story) { s.group = s.repo.Enqueue(s.dana, s.pull) }},
		final: func(s *story) {
			stillHeld(s)
			s.neverPassed(s.group)
			if c := s.check(s.group, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
				s.Errorf("the group's check run is %+v, want failure", c)
			}
		}},
	{name: "merged past the check", steps: []func(*story){openHeld, func(s *story) { s.pull.Close(s.dana, true) }}, final: func(s *story) {
		s.neverPassed(s.pull.HeadSHA())
		s.atMost(s.pull, 1, 1, 2)
		notes := 0
		for _, c := range s.pull.Comments(s.hub.Bot()) {
			if strings.Contains(c.Body, "Merged while held") {
				notes++
			}
		}
		if notes != 1 {
			s.Errorf("%d notes on the merge, want one", notes)
		}
	}},
	{name: "installed", steps: []func(*story){func(s *story) { s.hub.Install(s.dana, s.repo) }}, final: func(s *story) {
		if c := s.check(s.base, "holdpoint: main"); c == nil || c.Conclusion != "success" {
			s.Errorf("the check run of the installation is %+v, want success", c)
		}
	}},
}

func TestScenarios(t *testing.T) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			s := &story{world: newWorld(t)}
			for _, step := range sc.steps {
				step(s)
				s.settle()
			}
			s.fine()
			sc.final(s)
		})
	}
}
