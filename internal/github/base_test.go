package github_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// many opens harmless pull requests of an agent, and forgets their deliveries.
func (w *world) many(n int) (pulls []*githubtest.Pull) {
	for i := range n {
		name := fmt.Sprintf("many-%d", i)
		w.branch(name, githubtest.Files{"README.md": name + "\n"}, w.agent)
		pulls = append(pulls, w.repo.Open(githubtest.PullOf{Author: w.agent, Head: name, Base: "main", Title: name}))
	}
	w.hub.Deliveries()
	return pulls
}

// moveBase pushes to main and returns the job of it.
func (w *world) moveBase(text string) webhooks.Job {
	w.Helper()
	w.base = w.commit(w.base, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# " + text + "\n"}, w.dana)
	w.repo.Push("main", w.base, w.dana)
	w.receive()
	job := w.queue[len(w.queue)-1]
	w.queue = nil
	if job.Kind != webhooks.KindBase {
		w.Fatalf("the push is a job of kind %q", job.Kind)
	}
	return job
}

// lead does a job of a base, and returns the pull requests it leads to at once
// and the job for the rest, nil where none are left.
func (w *world) lead(job webhooks.Job) (numbers []int, rest *webhooks.Job) {
	w.Helper()
	result, err := w.do(w.Context(), job)
	if err != nil {
		w.Fatal(err)
	}
	for _, next := range result.More {
		if next.Kind == webhooks.KindBase {
			rest = &next
			continue
		}
		numbers = append(numbers, next.Number)
	}
	return numbers, rest
}

// A12: a push to the base leads to every pull request that it can concern, some
// at a time, and lists them once.
func TestA12EveryPullRequestIsLookedAt(t *testing.T) {
	const open = 103
	w := newWorld(t)
	w.many(open)
	first := w.moveBase("one")
	w.hub.Log()
	var seen []int
	most := 0
	for job, n := &first, 0; job != nil; n++ {
		numbers, rest := w.lead(*job)
		if calls := len(w.hub.Log()); n > 0 && calls > 0 {
			t.Errorf("the job for the rest makes %d requests, want none", calls)
		}
		seen, most, job = append(seen, numbers...), max(most, len(numbers)), rest
	}
	slices.Sort(seen)
	if len(slices.Compact(slices.Clone(seen))) != open || len(seen) != open {
		t.Errorf("%d jobs for %d pull requests, want %d, each once: %v", len(seen), len(slices.Compact(slices.Clone(seen))), open, seen)
	}
	if most > 25 {
		t.Errorf("%d at once keep others waiting, want 25 at most", most)
	}
}

// A12: where the next push comes before the sweep of the last one is done, who
// waited longest comes first; nobody is passed over for ever.
func TestA12LongestAgoComesFirst(t *testing.T) {
	const open = 30
	w := newWorld(t)
	pulls := w.many(open)
	review := func(numbers []int) {
		for _, n := range numbers {
			w.hub.Advance(time.Second)
			w.queue = append(w.queue, webhooks.Job{Kind: webhooks.KindPull, Event: "push", Installation: githubtest.Installation, RepoID: w.repo.ID, Owner: "acme", Repo: "infra", Number: n})
			w.work()
		}
		w.fine()
	}
	looked := map[int]int{}
	for round := range 4 {
		w.hub.Advance(time.Minute)
		job := w.moveBase(fmt.Sprint("round ", round))
		numbers, rest := w.lead(job)
		if len(numbers) != 25 || rest == nil || len(rest.Rest) != open-25 {
			t.Fatalf("round %d leads to %v, rest %+v", round, numbers, rest)
		}
		if next := w.moveBase(fmt.Sprint("next ", round)); !next.Replaces(job) || !next.Replaces(*rest) || rest.Replaces(next) {
			t.Fatal("a later push does not take the place of an earlier one")
		}
		review(numbers) // the rest is dropped for the next push
		for _, n := range numbers {
			looked[n]++
		}
	}
	for _, p := range pulls {
		if looked[p.Number] < 3 {
			t.Errorf("#%d was looked at %d times in 4 sweeps that were cut off after 25 of %d", p.Number, looked[p.Number], open)
		}
	}
}

// A12: what the push cannot change is left alone: what is held and nobody
// approved, what goes elsewhere, and what was reviewed against this very commit.
func TestA12OnlyWhatThePushConcerns(t *testing.T) {
	w := newWorld(t)
	clear := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	held := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	approved := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "More words.\n"})
	w.repo.Push("dev", w.base, w.dana)
	w.branch("elsewhere", githubtest.Files{"README.md": "Elsewhere.\n"}, w.agent)
	w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "elsewhere", Base: "dev", Title: "Elsewhere"})
	w.settle()
	approved.Submit(w.dana, "APPROVED", "")
	w.settle()
	job := w.moveBase("one")
	numbers, _ := w.lead(job)
	slices.Sort(numbers)
	if want := []int{clear.Number, approved.Number}; !slices.Equal(numbers, want) {
		t.Errorf("the push leads to %v, want %v and not %d", numbers, want, held.Number)
	}
	clear.Edit("Again", w.agent)
	w.settle()
	w.fine()
	if numbers, _ = w.lead(job); !slices.Equal(numbers, []int{approved.Number}) {
		t.Errorf("after #%d was reviewed on the new base the push leads to %v, want #%d alone", clear.Number, numbers, approved.Number)
	}
}
