package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// readFaults are the ways in which the reading of a tree or a file goes wrong,
// for one call and for good.
var readFaults = []githubtest.Fault{
	{Status: http.StatusForbidden}, {Status: http.StatusNotFound}, {Status: http.StatusUnprocessableEntity},
	{Status: http.StatusInternalServerError},
	{Kind: githubtest.HangUp}, {Kind: githubtest.Cut}, {Kind: githubtest.Empty}, {Kind: githubtest.Partial},
}

// objectCall is a call that reads a tree or files.
var objectCall = regexp.MustCompile(`/git/(trees|blobs)/| Blobs$`)

// A14: every call that reads a tree or a file fails in turn, once and from
// then on, with trees that come whole and trees that GitHub cuts. The job
// fails, to be tried again, or publishes what it publishes otherwise.
func TestFailingReadsPublishNothingElse(t *testing.T) {
	for _, whole := range []bool{true, false} {
		git := githubtest.NewGit(t)
		w := worldOn(t, git, githubtest.New(t, git), production.With(githubtest.Files{
			"prod/latin1.tf": "# caf\xe9\n", // GraphQL does not give it byte for byte
			"apps/web.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
			"net/main.tf":    "module \"net\" {\n  source = \"../modules/net\"\n}\n", "modules/net/main.tf": "resource \"aws_vpc\" \"v\" {}\n",
		})).real()
		if !whole {
			w.hub.PageSize(1) // trees are cut after four entries
		}
		pulls := map[string]*githubtest.Pull{
			"a loss":   w.open(w.agent, githubtest.Files{"prod/terraform.tfvars": "keep_orders = false\n"}),
			"harmless": w.open(w.dana, githubtest.Files{"net/main.tf": "# Ours.\nmodule \"net\" {\n  source = \"../modules/net\"\n}\n"}),
		}
		w.hub.Deliveries()
		for name, p := range pulls {
			t.Run(fmt.Sprintf("%s, trees whole %t", name, whole), func(t *testing.T) { failReads(t, w, p) })
		}
	}
}

// failReads does the job of a pull request again and again, by processes that
// know nothing yet.
func failReads(t *testing.T, w *world, p *githubtest.Pull) {
	job := webhooks.Job{Kind: webhooks.KindPull, Installation: githubtest.Installation, RepoID: w.repo.ID, Owner: "acme", Repo: "infra",
		Number: p.Number, HeadSHA: p.HeadSHA(), BaseRef: "main", Received: w.hub.Now()}
	do := func(faults ...*githubtest.Fault) (string, error) {
		w.real()
		w.hub.Heal()
		w.hub.Log()
		for _, f := range faults {
			w.hub.Inject(f)
		}
		result, err := w.do(context.Background(), job)
		if !result.Published {
			return "", err
		}
		return fmt.Sprint(result.Decision.Conclusion, result.Decision.Basis, result.Decision.Counts), err
	}
	want, err := do()
	if err != nil || want == "" {
		t.Fatalf("published %q, error %v", want, err)
	}
	calls := map[string]int{}
	for _, e := range w.hub.Log() {
		if objectCall.MatchString(e.String()) {
			calls[e.String()]++
		}
	}
	if len(calls) != 3 {
		t.Fatalf("read by %v: want trees, many files at once, and single ones", calls)
	}
	for call, times := range calls {
		for n := range times {
			for _, f := range readFaults {
				for _, times := range []int{1, 0} {
					f := f // requests that are given up may still look at the last one
					f.Call, f.Skip, f.Times = call, n, times
					got, err := do(&f)
					switch {
					case err == nil && got != want:
						t.Errorf("%s, number %d, %s: published %q, want %q or an error", call, n, describe(f), got, want)
					case err != nil && (got != "" || errors.Is(err, api.ErrGone)):
						t.Errorf("%s, number %d, %s: published %q, error %v: want a retry", call, n, describe(f), got, err)
					}
				}
			}
		}
	}
}
