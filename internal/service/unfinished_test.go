package service_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// A15: what a busy machine does not get done is tried again. Where it never
// does, the change is held as one that could not be reviewed, and nothing is
// predicted of it; where another try does, that one's verdict stands alone.
func TestA15UnfinishedIsTriedAgain(t *testing.T) {
	git := githubtest.NewGit(t)
	chart := githubtest.Files{"app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n", "app/templates/a.yaml": "{{ .Values.a }}", "app/values.yaml": "a: 1\n"}
	for name, c := range map[string]struct {
		failing int
		want    string
	}{
		"never":              {service.Tries + 1, "failure: This change could not be reviewed"},
		"at the second time": {1, "success: "},
	} {
		t.Run(name, func(t *testing.T) {
			w := newModelWorld(t, git, &setup{}, map[string]int{})
			calls := 0
			real, err := service.NewPipeline(func(requests []request.Request) []request.Rendered {
				out := make([]request.Rendered, len(requests))
				if calls++; calls <= c.failing {
					for i := range out {
						out[i].Failure = &request.Failure{Kind: plan.GapUnfinished, Why: "this machine did not render it within 3m0s"}
					}
				}
				return out
			})
			if err != nil {
				t.Fatal(err)
			}
			pipeline := w.worker.Reviewer.(service.Pipeline)
			pipeline.Predictors = real.Predictors
			w.worker.Reviewer = pipeline
			before := w.commit(chart, nil, "dana@example.com")
			w.repo.Push("charts", before, w.users["dana"])
			after := w.commit(chart.With(githubtest.Files{"app/values.yaml": "a: 2\n"}), []string{before}, "dana@example.com")
			w.repo.Push("change", after, w.users["dana"])
			p := w.repo.Open(githubtest.PullOf{Author: w.users["dana"], Head: "change", Base: "charts", Title: "Two"})
			w.send()
			for _, d := range w.underway {
				w.arrive(d)
			}
			w.work()
			said := ""
			for _, check := range w.repo.Checks(p.HeadSHA()) {
				said += check.Conclusion + ": " + check.Title
			}
			if !strings.HasPrefix(said, c.want) {
				t.Errorf("the check says %q, want %q", said, c.want)
			}
			if want := min(c.failing, service.Tries-1) + 1; calls != want {
				t.Errorf("rendered %d times, want %d", calls, want)
			}
		})
	}
}
