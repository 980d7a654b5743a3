package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// A15: what the machine does not get done is a failure that says so, whatever
// else the change does, and no prediction.
func TestA15UnfinishedIsAFailure(t *testing.T) {
	before, after := t.TempDir(), t.TempDir()
	for _, f := range []struct{ dir, name, text string }{
		{before, "Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n"}, {before, "main.tf", "resource \"aws_db_instance\" \"a\" {}\n"},
		{after, "Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.1\n"},
	} {
		if err := os.WriteFile(filepath.Join(f.dir, f.name), []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"review", "predict"} {
		var out, said bytes.Buffer
		a := &app{ctx: t.Context(), stdin: strings.NewReader(""), stdout: &out, stderr: &said, render: func(requests []request.Request) []request.Rendered {
			out := make([]request.Rendered, len(requests))
			out[0].Failure = &request.Failure{Kind: plan.GapUnfinished, Why: "this machine did not render it within 3m0s"}
			return out
		}}
		status := a.run([]string{command, "--before", before, "--after", after})
		const want = "could not be reviewed: .: this machine did not render it within 3m0s: the time or the memory of the machine came to an end"
		if status != statusFailure || out.Len() > 0 || !strings.Contains(said.String(), want) {
			t.Errorf("%s: status %d, %q, %q", command, status, out.String(), said.String())
		}
	}
}
