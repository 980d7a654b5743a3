package github_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	oneForReleases = "version: 1\nchecks:\n  - {name: release, bases: [\"release/*\"]}\n"
	oneForAll      = "version: 1\nchecks:\n  - {name: release, bases: [\"**\"]}\n"
)

// newShared is a world in which the branches of a pattern share a name of the
// check, which is required on all of them. lost is main's first commit without
// the orders database.
func newShared(t *testing.T, settings string) (w *world, lost string) {
	t.Helper()
	git := githubtest.NewGit(t)
	w = worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{rules.SettingsPath: settings}))
	for _, base := range []string{"main", "release/1", "release/2", "release/3"} {
		w.repo.Require(base, "holdpoint: release", githubtest.AppID)
	}
	return w, w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.dana)
}

// offer opens a pull request of a new branch.
func (w *world) offer(branch, base, head string) *githubtest.Pull {
	w.repo.Push(branch, head, w.agent)
	return w.repo.Open(githubtest.PullOf{Author: w.agent, Head: branch, Base: base, Title: "Clean up"})
}

// shared expects what the check of the name says on a commit.
func (w *world) shared(sha, want string, words ...string) {
	w.Helper()
	c := w.check(sha, "holdpoint: release")
	if c == nil || c.Conclusion != want {
		w.Errorf("the check is %+v, want %s", c, want)
		return
	}
	for _, s := range words {
		if !strings.Contains(c.Title+c.Summary, s) {
			w.Errorf("the check does not say %q:\n%s\n%s", s, c.Title, c.Summary)
		}
	}
}

// A2: a head that passes on one branch of a name is not mergeable into another,
// where it destroys, from the moment on at which it is offered there.
func TestA2NoGreenWindow(t *testing.T) {
	w, lost := newShared(t, oneForAll)
	w.repo.Push("scratch", lost, w.agent)
	head := w.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)
	p := w.offer("one", "scratch", head)
	w.settle()
	w.shared(head, "failure", "main", "aws_db_instance.orders")
	w.repo.Push("two", head, w.agent)
	other := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "main", Title: "Clean up"})
	if w.repo.Mergeable(other) {
		t.Error("it can be merged into main")
	}
	w.settle()
	p.Edit("Again", w.agent)
	w.settle()
	w.fine()
	(&story{world: w}).neverPassed(head)
	// The twin: what people release for main passes, before and after there is
	// a pull request that goes there.
	other.Close(w.agent, false)
	w.settle()
	w.approve(p)
	w.shared(head, "success", "main")
	w.fine()
}

// A2: branches of one pattern that went apart are no reason to hold.
func TestA2HarmlessOnAllPasses(t *testing.T) {
	w, lost := newShared(t, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	w.repo.Push("release/2", w.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "dev/main.tf": infra["dev/main.tf"] + "# Two.\n", "README.md": "Two.\n"}, w.dana), w.dana)
	// Both changed README.md, which nothing is predicted from.
	head := w.commit(w.base, githubtest.Files{"README.md": "One.\n", "prod/network.tf": infra["prod/network.tf"] + "# One.\n"}, w.agent)
	p := w.offer("one", "release/1", head)
	w.settle()
	w.fine()
	w.shared(head, "success")
	if !w.repo.Mergeable(p) {
		t.Error("it cannot be merged")
	}
	// Main is judged by itself.
	if c := w.check(head, "holdpoint: main"); c != nil {
		t.Errorf("there is a check of main: %+v", c)
	}
}

// A2: each branch is judged by its own settings, and what people release is
// what the check lists for each.
func TestA2EachByItsOwnSettings(t *testing.T) {
	w, _ := newShared(t, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	w.repo.Push("release/2", w.commit(w.base, githubtest.Files{rules.SettingsPath: oneForReleases + "unknown_requester: accept\napprovals:\n  - {number: 2, roles: [maintain]}\n"}, w.dana), w.dana)
	head := w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent)
	p := w.offer("one", "release/1", head)
	w.settle()
	w.shared(head, "failure")
	w.approve(p) // alice and dana: enough for the first
	w.shared(head, "failure", "release/2", "more approval")
	w.hub.Advance(1)
	w.repo.Grant(w.dana, "maintain")
	p.Edit("Again", w.agent)
	w.settle()
	w.shared(head, "success")
	// A pull request to the other, with that head, waits for its own release.
	other := w.offer("two", "release/2", head)
	w.settle()
	w.shared(head, "failure")
	w.approve(other)
	w.fine()
	w.shared(head, "success")
}

// A2: a branch that appears later is judged before its name counts, and one that
// moves is judged anew.
func TestA2LaterBranch(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(w *world, lost string) string
	}{
		"appears": {nil, func(w *world, _ string) string { return w.base }},
		"moves": {func(w *world, lost string) string { return lost },
			func(w *world, lost string) string {
				return w.commit(lost, githubtest.Files{"prod/db.tf": infra["prod/db.tf"]}, w.dana)
			}},
	} {
		t.Run(name, func(t *testing.T) {
			w, lost := newShared(t, oneForReleases)
			w.repo.Push("release/1", lost, w.dana)
			if c.before != nil {
				w.repo.Push("release/3", c.before(w, lost), w.dana)
			}
			// The head removes the database where it still is.
			head := w.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)
			p := w.offer("one", "release/1", head)
			w.settle()
			w.shared(head, "success")
			w.repo.Push("release/3", c.after(w, lost), w.dana)
			w.receive()
			if c.before == nil {
				// Nothing but the first job: the verdict is taken back at once.
				if _, err := w.do(t.Context(), w.queue[0]); err != nil {
					t.Fatal(err)
				}
				w.shared(head, "failure", "Being reviewed again")
			}
			w.work()
			w.settle()
			w.fine()
			if c.before == nil {
				w.shared(head, "failure", "release/3", "aws_db_instance.orders")
				w.approve(p)
				w.shared(head, "success")
				return
			}
			// A merge of the head brings the loss nowhere back: what the branch
			// restored stays.
			w.shared(head, "success")
		})
	}
}

// A2: more branches of a name than are judged hold, and the check says so.
func TestA2ManyBranches(t *testing.T) {
	w, _ := newShared(t, oneForReleases)
	for i := range 20 {
		w.repo.Push(fmt.Sprintf("release/%d", i+1), w.base, w.dana)
	}
	w.settle()
	head := w.commit(w.base, githubtest.Files{"README.md": "Words.\n"}, w.agent)
	w.offer("one", "release/1", head)
	w.settle()
	w.shared(head, "success")
	w.repo.Push("release/21", w.base, w.dana)
	w.settle()
	w.fine()
	w.shared(head, "failure", "21 branches have this check name")
}

// A2: a file that both the head and another branch changed is merged where there
// is one way to do it; else it is a gap that names what would settle it.
func TestA2BothChangedAFile(t *testing.T) {
	for name, c := range map[string]struct {
		theirs, here string
		apart        bool
	}{
		"apart":        {infra["dev/main.tf"] + "# Two.\n", "# One.\n" + infra["dev/main.tf"], true},
		"side by side": {infra["dev/main.tf"] + "# Two.\n", infra["dev/main.tf"] + "# One.\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newShared(t, oneForReleases)
			w.repo.Push("release/1", w.base, w.dana)
			w.repo.Push("release/2", w.commit(w.base, githubtest.Files{"dev/main.tf": c.theirs}, w.dana), w.dana)
			head := w.commit(w.base, githubtest.Files{"dev/main.tf": c.here}, w.agent)
			p := w.offer("one", "release/1", head)
			w.settle()
			w.fine()
			if c.apart {
				w.shared(head, "success")
				return
			}
			w.shared(head, "failure", "dev/main.tf", "a pull request to release/2")
			w.approve(p)
			w.fine()
			w.shared(head, "success")
		})
	}
}

// A2: what only the merge of both changes destroys is found in the merged file.
func TestA2MergedFileDestroys(t *testing.T) {
	w, _ := newShared(t, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	moved := infra["prod/db.tf"] + "\nresource \"aws_lb\" \"front\" {\n}\n"
	w.repo.Push("release/2", w.commit(w.base, githubtest.Files{"prod/db.tf": moved}, w.dana), w.dana)
	head := w.commit(w.base, githubtest.Files{"prod/db.tf": "# The databases.\n" + infra["prod/db.tf"]}, w.agent)
	w.offer("one", "release/1", head)
	w.settle()
	w.shared(head, "success")
	head = w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent)
	w.offer("two", "release/1", head)
	w.settle()
	w.fine()
	w.shared(head, "failure", "release/2", "aws_db_instance.orders")
}

// A2: a merge group of a shared name is judged against the other branches too.
func TestA2Group(t *testing.T) {
	w, lost := newShared(t, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	w.repo.Push("release/2", w.base, w.dana)
	p := w.offer("one", "release/1", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent))
	w.settle()
	w.approve(p)
	w.shared(p.HeadSHA(), "success")
	group := w.repo.Enqueue(w.alice, p)
	w.settle()
	w.shared(group, "success")
	// On a base that lost it already, nothing has to be released here; a group
	// of it would destroy on the other.
	w2, _ := newShared(t, oneForReleases)
	_ = lost
	lost = w2.commit(w2.base, githubtest.Files{"prod/db.tf": withoutOrders}, w2.dana)
	w2.repo.Push("release/1", lost, w2.dana)
	q := w2.offer("one", "release/1", w2.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w2.agent))
	w2.settle()
	w2.shared(q.HeadSHA(), "success")
	group = w2.repo.Enqueue(w2.alice, q)
	w2.repo.Push("release/2", w2.base, w2.dana)
	w2.settle()
	w2.shared(group, "failure")
	w.fine()
	w2.fine()
}

// A2: the check that marks the installation says nothing of the commit, so it
// fails where other branches have the name.
func TestA2InstallationReleasesNothing(t *testing.T) {
	for settings, want := range map[string]string{oneForAll: "failure", "version: 1\n": "success"} {
		w, lost := newShared(t, settings)
		w.repo.Push("scratch", lost, w.agent)
		_ = w.hub.Deliveries()
		job := webhooks.Job{Kind: webhooks.KindInstall, Installation: githubtest.Installation, Repos: []webhooks.RepoName{{Owner: "acme", Repo: "infra"}}}
		if _, err := w.do(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		name := map[bool]string{true: "holdpoint: release", false: "holdpoint: main"}[settings == oneForAll]
		if c := w.check(w.base, name); c == nil || c.Conclusion != want {
			t.Errorf("the check of the installation is %+v, want %s", c, want)
		}
	}
}

// A2: a branch of the name that is made or moves between the judgement and the
// release keeps the release back.
func TestA2ChangeBeforeTheRelease(t *testing.T) {
	for name, branch := range map[string]string{"made": "release/3", "moved": "release/2"} {
		t.Run(name, func(t *testing.T) {
			w, lost := newShared(t, oneForReleases)
			w.repo.Push("release/1", lost, w.dana)
			w.repo.Push("release/2", lost, w.dana)
			w.settle()
			head := w.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)
			p := w.offer("one", "release/1", head)
			w.hub.On("POST /graphql Conversation", 1, func() {
				w.repo.Push(branch, w.commit(w.base, githubtest.Files{"README.md": "Moved.\n"}, w.dana), w.dana)
			})
			w.receive()
			_, err := w.do(t.Context(), w.queue[len(w.queue)-1])
			var later *api.LaterError
			if !errors.As(err, &later) {
				t.Errorf("error %v, want one that asks to come later", err)
			}
			if c := w.check(head, "holdpoint: release"); c != nil {
				t.Errorf("a check run says %s for what was not judged", c.Conclusion)
			}
			w.work()
			w.settle()
			w.shared(head, "failure", branch)
			w.approve(p)
			w.fine()
			w.shared(head, "success")
		})
	}
}

// A2: in a repository with many branches all of a pattern are found.
func TestA2BranchesArePaged(t *testing.T) {
	w, lost := newShared(t, oneForReleases)
	w.repo.Push("release/1", lost, w.dana)
	for i := range 9 {
		w.repo.Push(fmt.Sprintf("feature/%d", i), w.base, w.dana)
	}
	w.repo.Push("release/2", w.base, w.dana)
	w.settle()
	w.hub.PageSize(3)
	head := w.commit(lost, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)
	w.offer("one", "release/1", head)
	w.settle()
	w.fine()
	w.shared(head, "failure", "release/2")
}

// A2: what git would merge elsewhere, or from several last common commits, is a
// gap: a merge that is made file by file shows the database where git loses it.
func TestA2MergeOfOurOwnIsNotGits(t *testing.T) {
	kept := infra["prod/db.tf"]
	for name, make := range map[string]func(w *world) (first, second, head string){
		"another name": func(w *world) (string, string, string) {
			first := w.commit(w.base, githubtest.Files{"prod/db.txt": kept + "# Words.\n"}, w.dana)
			second := w.commit(first, githubtest.Files{"prod/db.txt": withoutOrders + "# Words.\n"}, w.dana)
			return first, second, w.commit(first, githubtest.Files{"prod/db.tf": "", "prod/all.tf": kept + "# Words.\n"}, w.agent)
		},
		"two origins": func(w *world) (string, string, string) {
			w.files = infra.With(githubtest.Files{"prod/db.tf": withoutOrders})
			first := w.commit(w.base, githubtest.Files{"README.md": "One.\n"}, w.dana)
			side := w.commit(w.base, githubtest.Files{"prod/orders.tf": kept}, w.dana)
			both := githubtest.CommitOf{Files: w.files.With(githubtest.Files{"README.md": "One.\n", "prod/orders.tf": kept}),
				Parents: []string{first, side}, Message: "Merge", Author: githubtest.Person{Name: "dana", Email: w.dana.Email()}}
			second := w.git.Commit(both)
			both.Files = w.files.With(githubtest.Files{"README.md": "One.\n", "dev/main.tf": infra["dev/main.tf"] + "# One.\n"})
			return first, second, w.git.Commit(both)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newShared(t, oneForReleases)
			first, second, head := make(w)
			if id, ok := w.git.TryMerge(second, head); !ok || strings.Contains(fmt.Sprint(w.git.Files(id)), "orders\" {") {
				t.Fatalf("git's own merge loses no database")
			}
			w.repo.Push("release/1", first, w.dana)
			w.repo.Push("release/2", second, w.dana)
			w.settle()
			p := w.offer("one", "release/1", head)
			w.settle()
			w.fine()
			w.shared(head, "failure", "release/2")
			p.Close(w.agent, false)
			// The twin: the merge that GitHub makes tells.
			w.offer("two", "release/2", head)
			w.settle()
			w.shared(head, "failure", "aws_db_instance.orders")
			w.fine()
		})
	}
}
