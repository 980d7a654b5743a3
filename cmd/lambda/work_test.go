package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
)

// queuedLoad is a load; the receive function has put the webhooks of its pull
// requests into the queue.
func queuedLoad(t *testing.T, repos, pulls int) (*servicetest.Load, *fakeAWS) {
	load := servicetest.NewLoad(t, repos, pulls, 2)
	aws := newFakeAWS(t)
	receive := receiveFunction(t, aws)
	aws.set(webhookARN, githubtest.Secret)
	for _, d := range load.Hub.Deliveries() {
		if d.Event == "pull_request" {
			post(t, receive, d)
		}
	}
	return load, aws
}

func failures(r events.SQSEventResponse) []string {
	var ids []string
	for _, f := range r.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func ids(batch []events.SQSMessage) []string {
	var out []string
	for _, m := range batch {
		out = append(out, m.MessageId)
	}
	return out
}

// TestWorkReportsWhatFailed: while GitHub is away every message comes back,
// those behind a failed one of their repository untried; afterwards all are
// done.
func TestWorkReportsWhatFailed(t *testing.T) {
	load, aws := queuedLoad(t, 1, 3)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=5")
	load.Hub.Inject(&githubtest.Fault{Status: http.StatusBadGateway, Message: "Server Error"})
	batch := aws.queue.receive(3)
	var response events.SQSEventResponse
	if err := work.invoke(events.SQSEvent{Records: batch}, &response); err != nil {
		t.Fatalf("%v\n%s", err, work.logged())
	}
	if got, want := failures(response), ids(batch); len(want) != 3 || !slices.Equal(got, want) {
		t.Errorf("failed are %v, want the whole batch %v", got, want)
	}
	if n := strings.Count(work.logged(), `"msg":"job failed"`); n != 1 {
		t.Errorf("%d jobs were tried, want the first alone", n)
	}
	load.Hub.Heal()
	if again := aws.queue.receive(3); len(again) != 0 {
		t.Errorf("%v are handed out before the pause is over", ids(again))
	}
	for _, m := range batch {
		aws.queue.hide(m.ReceiptHandle, 0)
	}
	for {
		r, some, err := aws.queue.deliver(work, 3)
		if err != nil || len(r.BatchItemFailures) > 0 {
			t.Fatalf("failed are %v, error %v\n%s", failures(r), err, work.logged())
		}
		if !some {
			break
		}
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	checkLog(t, work.logged())
	// A deferral sends; ReceiveMessage and the others are Lambda's own.
	checkActions(t, "Work", slices.DeleteFunc(aws.called(), func(a string) bool { return a == "secretsmanager:GetSecretValue" }),
		[]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
}

// TestWorkGivesUp: what was tried often enough is held and said to be, and
// goes among the dead letters.
func TestWorkGivesUp(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=5")
	// Its files cannot be read; that it is so can be written.
	for _, call := range []string{"POST /graphql Blobs", "GET /repos/{owner}/{repo}/git/blobs/{file_sha}"} {
		load.Hub.Inject(&githubtest.Fault{Call: call, Status: http.StatusBadGateway, Message: "Server Error"})
	}
	for n := range 6 {
		for _, m := range aws.queue.messages {
			m.hidden = time.Time{} // the pause is over
		}
		r, some, err := aws.queue.deliver(work, 1)
		if err != nil {
			t.Fatalf("%v\n%s", err, work.logged())
		}
		if some != (n < 5) || len(r.BatchItemFailures) != min(1, 5-n) {
			t.Fatalf("receive %d: failed are %v", n+1, failures(r))
		}
	}
	if waiting, dead := aws.queue.counts(); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d dead letters; want one dead letter", waiting, dead)
	}
	titles := load.Titles()
	if len(titles) != 1 || titles[0] != "failure: This change could not be reviewed" {
		t.Errorf("check runs %q\n%s", titles, work.logged())
	}
	// The sweep asks for it again once GitHub is well.
	load.Hub.Heal()
	sweep := workFunction(t, aws, load.Hub, "sweep", "HOLDPOINT_SWEEP_MINUTES=5")
	var answer any
	if err := sweep.invoke(map[string]any{}, &answer); err != nil {
		t.Fatalf("%v\n%s", err, sweep.logged())
	}
	if _, some, err := aws.queue.deliver(work, 1); !some || err != nil {
		t.Fatalf("after the sweep: a message %t, error %v\n%s", some, err, sweep.logged())
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	checkLog(t, sweep.logged())
}

// TestSweepActions: the sweep calls what its role allows.
func TestSweepActions(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 1, 3)
	aws := newFakeAWS(t)
	sweep := workFunction(t, aws, load.Hub, "sweep", "HOLDPOINT_SWEEP_MINUTES=5")
	var answer any
	if err := sweep.invoke(map[string]any{}, &answer); err != nil {
		t.Fatalf("%v\n%s", err, sweep.logged())
	}
	checkActions(t, "Sweep", aws.called(), nil)
}

// TestWorkAnswersBeforeItsTimeout: a GitHub that never answers uses up the
// budget, not the function.
func TestWorkAnswersBeforeItsTimeout(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the caller left
		<-r.Context().Done()
	}))
	defer silent.Close()
	aws.set(keyARN, string(load.Hub.PrivateKey()))
	work := newFunction(t, 4*time.Second, aws.env("work", "HOLDPOINT_APP_ID=4711", "HOLDPOINT_APP_KEY_ARN="+keyARN, "HOLDPOINT_GITHUB_URL="+silent.URL)...)
	r, _, err := aws.queue.deliver(work, 1)
	if err != nil || len(r.BatchItemFailures) != 1 {
		t.Errorf("failed are %v, error %v; want the message, in time\n%s", failures(r), err, work.logged())
	}
	silent.CloseClientConnections()
}

// TestWorkIsKilled: a process that dies in the middle of a job loses nothing.
func TestWorkIsKilled(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=5")
	killed := make(chan struct{})
	load.Hub.On("POST /repos/{owner}/{repo}/check-runs", 0, func() {
		go func() {
			defer close(killed)
			work.kill()
		}()
	})
	if _, _, err := aws.queue.deliver(work, 1); err != nil && !errors.Is(err, errExit) {
		t.Fatal(err)
	}
	<-killed // it may come after the answer, and take the next job's process
	for waiting := 1; waiting > 0; waiting, _ = aws.queue.counts() {
		for _, m := range aws.queue.messages {
			m.hidden = time.Time{}
		}
		if _, _, err := aws.queue.deliver(work, 1); err != nil && !errors.Is(err, errExit) {
			t.Fatalf("%v\n%s", err, work.logged())
		}
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
}

// BenchmarkColdStartWork: targets 250 ms and 200 MiB on two processors.
func BenchmarkColdStartWork(b *testing.B) {
	load := servicetest.NewLoad(b, 1, 1, 4)
	aws := newFakeAWS(b)
	benchmarkColdStart(b, workFunction(b, aws, load.Hub, "work"))
}

// TestWorkBuriesWhatItCannotRead: a message that is none keeps its repository
// waiting for no more than the receives that bury it.
func TestWorkBuriesWhatItCannotRead(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 1, 8)
	aws := newFakeAWS(t)
	work := workFunction(t, aws, load.Hub, "work")
	aws.queue.send("7/42", "junk", "no JSON")
	for n := 1; ; n++ {
		r, some, err := aws.queue.deliver(work, 1)
		if err != nil {
			t.Fatalf("%v\n%s", err, work.logged())
		}
		if !some {
			break
		}
		if n > aws.queue.maxReceives || len(r.BatchItemFailures) != 1 {
			t.Fatalf("receive %d: failed are %v", n, failures(r))
		}
	}
	if waiting, dead := aws.queue.counts(); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d dead letters; want it among the dead letters at once", waiting, dead)
	}
}
