package apart_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// How the child of a test behaves.
const (
	behaviour = "HOLDPOINT_TEST_CHILD"
	hangs     = "hangs"
	dies      = "dies" // at the first call, and the file of its name is gone
)

// TestMain makes this test program the child of its tests. It may ask no host.
func TestMain(m *testing.M) {
	if !apart.ChildRequested(os.Args, os.Environ()) {
		os.Exit(m.Run())
	}
	for _, v := range os.Environ() {
		if strings.Contains(v, "SECRET") {
			os.Exit(9)
		}
	}
	switch how := os.Getenv(behaviour); {
	case how == hangs:
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case strings.HasPrefix(how, dies) && os.Remove(strings.TrimPrefix(how, dies)) == nil:
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(1)
	}
	hosts, err := fetch.NewHosts(fetch.HostRules{})
	if err != nil {
		os.Exit(8)
	}
	f := sources.New(sources.Config{Client: fetch.New(hosts, fetch.Network{}, fetch.SystemClock(), nil), Store: &cache.Memory{},
		Limits: content.DefaultLimits(), Budget: sources.DefaultBudget()})
	os.Exit(apart.Main(os.Stdin, os.Stdout, f, &cache.Memory{}))
}

func child(t *testing.T, how string) *apart.Process {
	t.Helper()
	t.Setenv("A_SECRET", "of the parent")
	p := &apart.Process{Program: os.Args[0], Environment: []string{behaviour + "=" + how}, Memory: 256 << 20, Patience: 5 * time.Minute}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func askChild(ctx context.Context, p *apart.Process) (string, error) {
	s := apart.Client{Call: p.Call, Store: &cache.Memory{}, Limits: content.DefaultLimits()}.Begin(apart.Review{
		Token: func(context.Context) (string, error) { return token, nil }})
	var answers plan.Answers
	m := module("https://example.com/a.zip")
	_, _ = answers.Package(m)
	if err := s.Answer(ctx, &answers); err != nil {
		return "", err
	}
	_, err := answers.Package(m)
	return why(err), nil
}

// The child answers, many at once, and does not have its parent's environment.
func TestChildAnswers(t *testing.T) {
	p := child(t, "")
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			got, err := askChild(t.Context(), p)
			if err == nil && got != "not-listed" {
				t.Errorf("the answer is %s, want not-listed", got)
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// One that died is started again.
func TestChildDies(t *testing.T) {
	file := t.TempDir() + "/alive"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := askChild(t.Context(), child(t, dies+file)); err != nil || got != "not-listed" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("no child died: the test shows nothing")
	}
}

// One that does not answer is an error: the review is tried again.
func TestChildHangs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := child(t, hangs)
	cancel()
	if _, err := askChild(ctx, p); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("want an error that says so, got %v", err)
	}
}

// A program that cannot be started is one too.
func TestNoChild(t *testing.T) {
	p := child(t, "")
	p.Program = "/nonexistent"
	if _, err := askChild(t.Context(), p); err == nil {
		t.Error("there is no such program")
	}
}
