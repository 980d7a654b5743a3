package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// sourcesFunctionOn is the function that fetches, from the internet of a test.
func sourcesFunctionOn(t *testing.T, aws *fakeAWS, n *sourcestest.Internet, more ...string) *function {
	t.Helper()
	file := filepath.Join(t.TempDir(), "internet.json")
	n.Write(t, file)
	f := newFunction(t, eventually.DeadMan, aws.env("sources", append([]string{internetVariable + "=" + file,
		sourcesBucket + "=" + bucketName}, more...)...)...)
	f.program = os.Executable
	aws.sources = f
	return f
}

// elsewhere is the whole way: a registry on an internet, GitHub, AWS, the three
// functions that a review passes through.
type elsewhere struct {
	t        *testing.T
	aws      *fakeAWS
	registry *servicetest.Registry
	internet *sourcestest.Internet
	work     *function
}

// newElsewhere has one pull request for each version queued.
func newElsewhere(t *testing.T, versions ...string) (e *elsewhere, checks []func() []githubtest.Check) {
	t.Helper()
	e = &elsewhere{t: t, aws: newFakeAWS(t), internet: sourcestest.New(t)}
	e.registry = servicetest.NewRegistry(t, e.internet)
	sourcesFunctionOn(t, e.aws, e.internet)
	e.work = workFunction(t, e.aws, e.registry.Hub, "work", sourcesFunction+"="+functionName, sourcesBucket+"="+bucketName)
	for _, v := range versions {
		checks = append(checks, e.registry.Open("devin-ai-integration[bot]", v))
	}
	receive := receiveFunction(t, e.aws)
	e.aws.set(webhookARN, githubtest.Secret)
	for _, d := range e.registry.Hub.Deliveries() {
		if status := post(t, receive, d); status != 202 {
			t.Fatalf("delivery: %d", status)
		}
	}
	return e, checks
}

// drain works until the queue is empty.
func (e *elsewhere) drain() {
	e.t.Helper()
	for some := true; some; {
		e.aws.queue.later(e.t)
		var err error
		if _, some, err = e.aws.queue.deliver(e.work, 1); err != nil {
			e.t.Fatalf("work: %v\n%s", err, e.work.logged())
		}
	}
}

// only is the one check run there is.
func only(t *testing.T, checks func() []githubtest.Check) githubtest.Check {
	t.Helper()
	all := checks()
	if len(all) != 1 {
		t.Fatalf("%d check runs, want one", len(all))
	}
	return all[0]
}

// TestWorkFetchesSources: an agent raises the version of a module. Work has it
// fetched by the other function and names what the new version destroys; the
// version that destroys nothing passes.
func TestWorkFetchesSources(t *testing.T) {
	e, checks := newElsewhere(t, servicetest.Destroys, servicetest.Harmless)
	e.drain()
	// Faults do more.
	checkActions(t, "Work", e.aws.called("work"), []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
		"sqs:SendMessage", "s3:ListBucket", "s3:DeleteObject"})
	held, other := only(t, checks[0]), only(t, checks[1])
	if held.Conclusion != "failure" || !strings.Contains(held.Summary+held.Text, servicetest.Destroyed) {
		t.Errorf("what destroys: %s without %s:\n%s\n%s", held.Conclusion, servicetest.Destroyed, held.Summary, e.work.logged())
	}
	if other.Conclusion != "success" {
		t.Errorf("what is harmless: %s:\n%s", other.Conclusion, other.Summary)
	}
	t.Logf("calls to AWS: %v", e.aws.calls)
	checkActions(t, "Sources", e.aws.called("sources"), nil)
	for line := range strings.Lines(e.aws.sources.logged()) {
		if !strings.Contains(line, `"role":"sources"`) {
			t.Errorf("a line of the function that fetches: %s", line)
		}
	}
}

// TestWorkWithoutSources: where no function is named nothing is fetched, and
// what is not known holds.
func TestWorkWithoutSources(t *testing.T) {
	e, checks := newElsewhere(t, servicetest.Harmless)
	e.work = workFunction(t, e.aws, e.registry.Hub, "work")
	e.drain()
	if held := only(t, checks[0]); held.Conclusion != "failure" || !strings.Contains(held.Summary+held.Text, "acme/db/aws") {
		t.Errorf("%s:\n%s", held.Conclusion, held.Summary)
	}
	if called := e.aws.called("sources"); len(called) > 0 {
		t.Errorf("sources called %v", called)
	}
}

// TestWorkWithFaultsOfSources: whatever fails on the way to the content, the
// try is made again and no verdict is given before it is there.
func TestWorkWithFaultsOfSources(t *testing.T) {
	always := 1000
	for _, c := range []struct {
		name       string
		fail, mend func(*elsewhere)
		why        string // in the log of work
	}{
		{"it may not be called",
			func(e *elsewhere) { e.aws.refuse("lambda:InvokeFunction", always) }, func(e *elsewhere) {
				e.aws.refuse("lambda:InvokeFunction",
					0)
			}, "AccessDeniedException"},
		{"it does not start",
			func(e *elsewhere) { sourcesFunctionOn(e.t, e.aws, e.internet, "HOLDPOINT_SOURCES_MIRRORS=nonsense") },
			func(e *elsewhere) { sourcesFunctionOn(e.t, e.aws, e.internet) }, "Runtime.ExitError"},
		{"its time is over",
			func(e *elsewhere) { e.aws.sources.timeout = lastMoment }, func(e *elsewhere) { e.aws.sources.timeout = 25 * time.Second },
			"deadline exceeded"},
		{"nothing can be kept",
			func(e *elsewhere) { e.aws.refuse("s3:PutObject", always) }, func(e *elsewhere) { e.aws.refuse("s3:PutObject", 0) }, "AccessDenied"},
		{"something else is kept",
			func(e *elsewhere) {
				e.aws.bucket.spoiling(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("replica"), []byte("nothing")) })
			},
			func(e *elsewhere) { e.aws.bucket.spoiling(nil) }, "kept content has the id"},
		{"half of it is kept",
			func(e *elsewhere) { e.aws.bucket.spoiling(func(b []byte) []byte { return b[:len(b)/2] }) },
			func(e *elsewhere) { e.aws.bucket.spoiling(nil) }, "a packed tree is damaged"},
		{"nothing is kept", func(e *elsewhere) { e.aws.bucket.losing(true) }, func(e *elsewhere) { e.aws.bucket.losing(false) },
			"file does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, checks := newElsewhere(t, servicetest.Harmless)
			c.fail(e)
			for some := true; some; { // until what is left has to wait
				r, more, err := e.aws.queue.deliver(e.work, 1)
				if some = more && len(r.BatchItemFailures) == 0; err != nil {
					t.Fatalf("work: %v\n%s", err, e.work.logged())
				}
			}
			if tries := e.aws.queue.tries(t); !slices.Equal(tries, []int{1}) || !strings.Contains(e.work.logged(), c.why) {
				t.Errorf("the queue holds messages with %v tries, want one with one, because of %s\n%s", tries, c.why, e.work.logged())
			}
			for _, check := range checks[0]() {
				if check.Status == "completed" {
					t.Errorf("a verdict without the content: %s %s", check.Conclusion, check.Title)
				}
			}
			c.mend(e)
			e.drain()
			got := only(t, checks[0])
			if got.Conclusion != "success" || slices.Contains(got.Conclusions, "failure") {
				t.Errorf("afterwards: %v\n%s\n%s", got.Conclusions, got.Summary, e.work.logged())
			}
			checkLog(t, e.work.logged())
			if c.name == "nothing is kept" && !slices.Contains(e.aws.called("work"), "s3:ListBucket") {
				t.Error("work did not need to list the bucket")
			}
		})
	}
}

// sdk is the SDK with the key of a role.
func (a *fakeAWS) sdk(role string) cloud {
	return cloud{config: aws.Config{Region: "eu-west-1", BaseEndpoint: aws.String(a.server.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: role, SecretAccessKey: "example"}, nil
		})}}
}

// TestTokenOfSources: the token reads GitHub, and is in no object of the bucket
// and no line of a log, also where calls fail.
func TestTokenOfSources(t *testing.T) {
	const canary = "ghs_canary0123456789"
	n, aws := sourcestest.New(t), newFakeAWS(t)
	hosts := (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{"acme/infra": canary},
		Activity: map[string]string{}}).On(n)
	id := hosts.Publish(t, "acme/infra", map[string]string{"main.tf": "# private\n"})[0]
	f := sourcesFunctionOn(t, aws, n, "HOLDPOINT_LOG_LEVEL=debug")
	ask := func(call apart.Caller) (*plan.Answers, error) {
		client := aws.sdk("work").sourcesClient(functionName, bucketName)
		if call != nil {
			client.Call = call
		}
		session := client.Begin(apart.Review{Repository: "acme/infra", Installation: "7",
			Token: func(context.Context) (string, error) { return canary, nil }})
		var answers plan.Answers
		_, _ = answers.Package(privateModule(id))
		return &answers, session.Answer(t.Context(), &answers)
	}
	answers, err := ask(nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.logged())
	}
	p, err := answers.Package(privateModule(id))
	if err != nil {
		t.Fatalf("the token did not read the repository: %v", err)
	}
	if text, err := fs.ReadFile(p.Tree, "main.tf"); string(text) != "# private\n" {
		t.Errorf("content %q %v", text, err)
	}
	said := f.logged()
	for name, value := range aws.bucket.all() {
		said += name + string(value)
	}
	if len(aws.bucket.all()) == 0 {
		t.Error("the bucket is empty: the test shows nothing")
	}
	for action, times := range map[string]int{"s3:PutObject": 100, "lambda:InvokeFunction": 1} {
		aws.bucket.empty()
		aws.refuse(action, times)
		_, err := ask(nil)
		if err == nil {
			t.Errorf("without %s there was an answer", action)
		}
		said += fmt.Sprint(err) + f.logged()
		aws.refuse(action, 0)
	}
	if strings.Contains(said, canary) {
		t.Errorf("the token is told:\n%s", said)
	}
}

func privateModule(id string) plan.Source {
	return plan.Source{Kind: plan.ModuleSource, Address: "github.com/acme/infra?ref=" + id, Side: plan.After}
}

// TestBucket: what is put is had again by its key alone; what is not there is
// fs.ErrNotExist, and nothing else is; a scope is dropped as a whole.
func TestBucket(t *testing.T) {
	fake := newFakeAWS(t)
	fake.bucket.page = 2
	b := fake.sdk("sources").bucket(bucketName)
	ctx, seven := t.Context(), cache.Installation("7")
	public := cache.Key{Scope: cache.Public, Name: "../a & b"}
	if _, err := b.Get(ctx, public); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing is there: %v", err)
	}
	for i := range 5 {
		if err := b.Put(ctx, cache.Key{Scope: seven, Name: fmt.Sprint(i)}, []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Put(ctx, public, []byte("public")); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(ctx, cache.Key{Scope: cache.Installation("77"), Name: "0"}, []byte("other")); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(ctx, cache.Key{Scope: seven, Name: "3"}); err != nil || !bytes.Equal(got, []byte{3}) {
		t.Errorf("%v, %v", got, err)
	}
	fake.refuse("s3:GetObject", 1)
	if _, err := b.Get(ctx, public); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refusal is taken for nothing there: %v", err)
	}
	if err := b.Drop(ctx, seven); err != nil {
		t.Fatal(err)
	}
	if left := slices.Sorted(maps.Keys(fake.bucket.all())); len(left) != 2 || !strings.HasPrefix(left[0], "installation-77/") ||
		!strings.HasPrefix(left[1], "public/") {
		t.Errorf("left are %v", left)
	}
	if err := b.Drop(ctx, seven); err != nil {
		t.Errorf("an empty scope: %v", err)
	}
}

// BenchmarkColdStartSources: targets 120 ms and 100 MiB on two processors.
func BenchmarkColdStartSources(b *testing.B) {
	aws := newFakeAWS(b)
	benchmarkColdStart(b, newFunction(b, 25*time.Second, aws.env("sources", sourcesBucket+"="+bucketName)...))
}

// TestUninstall: what was kept for an installation goes with it, by the role of work.
func TestUninstall(t *testing.T) {
	e, _ := newElsewhere(t)
	for _, id := range []string{"7", fmt.Sprint(githubtest.Installation)} {
		key := cache.Key{Scope: cache.Installation(id), Name: "x"}
		if err := e.aws.sdk("sources").bucket(bucketName).Put(t.Context(), key, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	e.registry.Hub.Uninstall(e.registry.Hub.User("dana"))
	receive := receiveFunction(t, e.aws)
	for _, d := range e.registry.Hub.Deliveries() {
		if status := post(t, receive, d); status != 202 {
			t.Fatalf("delivery: %d", status)
		}
	}
	e.drain()
	if left := slices.Sorted(maps.Keys(e.aws.bucket.all())); len(left) != 1 || !strings.HasPrefix(left[0], "installation-7/") {
		t.Errorf("left are %v", left)
	}
	if !slices.Contains(e.aws.called("work"), "s3:DeleteObject") {
		t.Errorf("work called %v", e.aws.called("work"))
	}
}
