package github_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// A18: what a commit takes back of one before it is kept by a merge, and taken
// from the base by rebasing.
func TestA18RebaseMergeDestroys(t *testing.T) {
	with, without := infra["prod/db.tf"], withoutOrders
	for name, c := range map[string]struct {
		// commits are prod/db.tf in the commits of the pull request, on top of what
		// main was before it got the database.
		commits []string
		// update merges main into the branch behind them.
		update, noRebase, held bool
	}{
		"taken back":          {commits: []string{with, without}, held: true},
		"taken back, merged":  {commits: []string{with, without}, update: true, held: true},
		"no such merge":       {commits: []string{with, without}, noRebase: true},
		"one commit":          {commits: []string{without}},
		"nothing is taken":    {commits: []string{"# One.\n" + without, "# One.\n# Two.\n" + without}},
		"a branch up to date": {commits: []string{"# One.\n" + without, "# One.\n# Two.\n" + without}, update: true},
	} {
		t.Run(name, func(t *testing.T) {
			git := githubtest.NewGit(t)
			w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{"prod/db.tf": without}))
			w.repo.NoRebase = c.noRebase
			tip := w.commit(w.base, githubtest.Files{"prod/db.tf": with}, w.dana)
			head := w.base
			for _, text := range c.commits {
				head = w.commit(head, githubtest.Files{"prod/db.tf": text}, w.agent)
			}
			if c.update {
				head = git.Merge(head, tip)
			}
			head = w.commit(head, githubtest.Files{"README.md": "Words.\n", "prod/db.tf": git.Files(head)["prod/db.tf"]}, w.agent)
			w.repo.Push("main", tip, w.dana)
			p := w.offer("one", "main", head)
			w.settle()
			w.fine()
			rebased, ok := git.Rebase(tip, head)
			if lost := ok && !strings.Contains(git.Files(rebased)["prod/db.tf"], "\"orders\""); lost != (c.held || c.noRebase) {
				t.Errorf("rebasing loses the database: %t", lost)
			}
			if !c.held {
				w.concluded(p, "success")
				return
			}
			if run := w.concluded(p, "failure"); !strings.Contains(run.Summary, "aws_db_instance.orders") {
				t.Errorf("the check does not name the database:\n%s", run.Summary)
			}
		})
	}
}
