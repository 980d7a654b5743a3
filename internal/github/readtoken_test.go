package github_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// asked answers nothing and keeps what it was asked with.
type asked struct {
	t   *testing.T
	job service.SourcesFor
	got *[]string
}

func (a asked) Answer(ctx context.Context, answers *plan.Answers) error {
	token, err := a.job.Token(ctx)
	if err != nil {
		return err
	}
	*a.got = append(*a.got, token)
	for _, s := range answers.Wanted() {
		answers.Put(s, plan.Answer{Err: &plan.SourceError{Why: plan.SourceGone, Subject: s.Address, Text: "it is not there"}})
	}
	return nil
}

// The token that sources are read with is for the one repository and for
// reading its contents; it is another one than the App works with.
func TestTokenForSources(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "\nmodule \"x\" {\n  source = \"acme/x/aws\"\n}\n"})
	var tokens []string
	var job service.SourcesFor
	w.sources = func(j service.SourcesFor) service.Resolving {
		job = j
		return asked{t, j, &tokens}
	}
	w.predictors = []review.Predictor{func(before, after fs.FS, settings rules.Settings, sources plan.Sources) plan.Plan {
		_, _ = sources.Package(plan.Source{Kind: plan.ModuleSource, Address: "acme/x/aws", Side: plan.After})
		return blocks(before, after, settings, sources)
	}}
	w.receive()
	for _, j := range w.queue {
		if _, err := w.do(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	w.concluded(p, "success")
	if len(tokens) != 1 || job.Repository != "acme/infra" || job.Installation != githubtest.Installation || job.Anew {
		t.Fatalf("%d tokens for %+v", len(tokens), job)
	}
	var scoped int
	for _, e := range w.hub.Log() {
		if !strings.HasSuffix(e.Path, "/access_tokens") {
			continue
		}
		var in struct {
			Repositories  []string          `json:"repositories"`
			RepositoryIDs []int64           `json:"repository_ids"`
			Permissions   map[string]string `json:"permissions"`
		}
		if err := json.Unmarshal([]byte(e.Body), &in); err != nil {
			t.Fatal(err)
		}
		if len(in.RepositoryIDs)+len(in.Repositories) != 1 {
			t.Errorf("a token that is not for one repository: %s", e.Body)
		}
		if len(in.Permissions) == 1 && in.Permissions["contents"] == "read" {
			scoped++
		}
	}
	if scoped != 1 {
		t.Errorf("%d tokens for reading contents alone, want one", scoped)
	}
}
