package github_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// job receives what waits and returns the last job of a kind, which the others
// do not take part in.
func (w *world) job(kind webhooks.Kind) webhooks.Job {
	w.Helper()
	w.queue = nil
	w.receive()
	all := w.queue
	w.queue = nil
	for _, job := range slices.Backward(all) {
		if job.Kind == kind {
			return job
		}
	}
	w.Fatalf("no job of kind %q in %v", kind, all)
	return webhooks.Job{}
}

// on is a world with settings on main.
func on(t *testing.T, git *githubtest.Git, settings string) *world {
	files := infra
	if settings != "" {
		files = infra.With(githubtest.Files{".github/holdpoint.yaml": settings})
	}
	return worldOn(t, git, githubtest.New(t, git), files)
}

// overridden is an agent's pull request that loses a
// database and was released by its label.
func (w *world) overridden() *githubtest.Pull {
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.AddLabel("holdpoint-override", w.alice, "")
	w.settle()
	w.concluded(p, "success")
	return p
}

// clear is a pull request that passed.
func (w *world) clear() *githubtest.Pull {
	p := w.open(w.agent, githubtest.Files{"README.md": "Other words.\n"})
	w.settle()
	w.concluded(p, "success")
	return p
}

// onRelease is a world in which two branches have one name of the check, and a
// pull request to the first that passed on both.
func onRelease(t *testing.T, git *githubtest.Git) (*world, *githubtest.Pull) {
	w := on(t, git, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	w.repo.Push("release/2", w.base, w.dana)
	p := w.offer("one", "release/1", w.commit(w.base, githubtest.Files{"README.md": "Words.\n"}, w.agent))
	w.settle()
	w.shared(p.HeadSHA(), "success")
	return w, p
}

// jobs are jobs of every kind, each with what leads to it.
var jobs = map[string]func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job){
	"a review asked for by an approval": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "version: 1\nunknown_requester: accept\napprovals:\n  - {teams: [acme/db]}\noverride: {teams: [acme/other]}\n")
		w.hub.SetTeam("acme", "db", w.dana)
		w.hub.SetTeam("acme", "other", w.alice)
		p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
		w.settle()
		p.Submit(w.dana, "APPROVED", "")
		return w, w.job(webhooks.KindPull)
	},
	"a review asked for by a label": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
		w.settle()
		p.AddLabel("holdpoint-override", w.alice, "")
		return w, w.job(webhooks.KindPull)
	},
	"a review of a new head": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		p := w.clear()
		p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent), w.agent)
		return w, w.job(webhooks.KindPull)
	},
	"a review of a person's change": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.open(w.dana, githubtest.Files{"dev/main.tf": "# gone\n"})
		return w, w.job(webhooks.KindPull)
	},
	"a review on branches of one name": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w, p := onRelease(t, git)
		p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent), w.agent)
		return w, w.job(webhooks.KindPull)
	},
	"a base that was changed": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.repo.Push("dev", w.base, w.dana)
		p := w.clear()
		p.Retarget("dev", w.agent)
		p.Retarget("main", w.agent)
		return w, w.job(webhooks.KindPull)
	},
	"a check that is asked for again": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.repo.Rerequest(w.clear().HeadSHA(), w.agent)
		return w, w.job(webhooks.KindCommit)
	},
	"a check of what main has": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.repo.Push("dev", w.commit(w.base, githubtest.Files{"README.md": "Dev.\n"}, w.dana), w.dana)
		p := w.offer("one", "dev", w.base)
		w.settle()
		w.repo.Rerequest(p.HeadSHA(), w.agent)
		return w, w.job(webhooks.KindCommit)
	},
	"a base that moved": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.clear()
		return w, w.moveBase("one")
	},
	"a base of a shared name that moved": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w, _ := onRelease(t, git)
		w.repo.Push("release/2", w.commit(w.base, githubtest.Files{"dev/main.tf": infra["dev/main.tf"] + "# Two.\n"}, w.dana), w.dana)
		return w, w.job(webhooks.KindBase)
	},
	"a branch of a shared name that is new": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w, _ := onRelease(t, git)
		w.repo.Push("release/3", w.base, w.dana)
		return w, w.job(webhooks.KindBase)
	},
	"a label that was renamed": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.overridden()
		w.repo.RenameLabel("holdpoint-override", "old", w.agent)
		return w, w.job(webhooks.KindLabel)
	},
	"a label that was deleted": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.overridden()
		w.repo.DeleteLabel("holdpoint-override", w.agent)
		return w, w.job(webhooks.KindLabel)
	},
	"a pull request that was closed": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.clear().Close(w.agent, false)
		return w, w.job(webhooks.KindClosed)
	},
	"a merge past the check": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
		w.settle()
		p.Close(w.dana, true)
		return w, w.job(webhooks.KindClosed)
	},
	"a merge under a shared name": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w, p := onRelease(t, git)
		p.Close(w.dana, true)
		return w, w.job(webhooks.KindClosed)
	},
	"a merge group": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, "")
		w.repo.Enqueue(w.dana, w.clear())
		return w, w.job(webhooks.KindGroup)
	},
	"a merge group under a shared name": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w, p := onRelease(t, git)
		w.repo.Enqueue(w.dana, p)
		return w, w.job(webhooks.KindGroup)
	},
	"an installation": func(t *testing.T, git *githubtest.Git) (*world, webhooks.Job) {
		w := on(t, git, oneForAll)
		w.repo.Push("scratch", w.base, w.dana)
		w.hub.Deliveries()
		w.hub.Install(w.dana, w.repo)
		return w, w.job(webhooks.KindInstall)
	},
}

// spares are calls that a job does without: they tell whether the check is
// required, which is a line of the summary.
var spares = []string{"GET /repos/{owner}/{repo}/rules/branches/{branch}", "GET /repos/{owner}/{repo}/branches/{branch}"}

// refusal is GitHub's refusal of a call that is to come later, and nothing that
// the call is about.
func refusal(n int) *githubtest.Fault {
	f := githubtest.SecondaryLimited("", "60")
	f.Skip = n
	return f
}

// Every call of every job is refused in turn because of GitHub's limits: the job
// says that it is to come later, and is neither done without what it asked for
// nor dropped nor failed.
func TestJobsComeLaterWithTheirCalls(t *testing.T) {
	git := githubtest.NewGit(t)
	for name, make := range jobs {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				w, job := make(t, git)
				w.hub.Log()
				w.app = w.newApp() // which has nothing in memory
				w.hub.Inject(refusal(n))
				_, err := w.do(context.Background(), job)
				struck := ""
				for _, e := range w.hub.Log() {
					if e.Fault {
						struck = e.String()
					}
				}
				var later *api.LaterError
				switch {
				case struck == "" && n == 0:
					t.Fatal("the job makes no calls")
				case struck == "":
					return
				case !errors.As(err, &later) && !slices.Contains(spares, struck):
					t.Errorf("call %d, %s, is refused: error %v, want one that says when", n, struck, err)
				case errors.Is(err, api.ErrGone) || errors.Is(err, api.ErrRepository):
					t.Errorf("call %d, %s, is refused and the job is dropped: %v", n, struck, err)
				}
			}
		})
	}
}
