package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/service"
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

// TestWorkTriesAgain: while GitHub is away every message leaves the queue for
// one that counts the try; afterwards all are done.
func TestWorkTriesAgain(t *testing.T) {
	load, aws := queuedLoad(t, 1, 3)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	load.Hub.Inject(&githubtest.Fault{Status: http.StatusBadGateway, Message: "Server Error"})
	response, _, err := aws.queue.deliver(work, 3)
	if err != nil || len(response.BatchItemFailures) != 0 {
		t.Fatalf("failed are %v, error %v\n%s", failures(response), err, work.logged())
	}
	if tries := aws.queue.tries(t); !slices.Equal(tries, []int{1, 1, 1}) {
		t.Errorf("the queue holds messages with %v tries, want one each", tries)
	}
	load.Hub.Heal()
	// One that is handed out before its time is hidden until then.
	if r, some, err := aws.queue.deliver(work, 1); !some || err != nil || len(r.BatchItemFailures) != 1 {
		t.Errorf("before the pause is over: failed are %v, error %v", failures(r), err)
	}
	if again := aws.queue.receive(3); len(again) != 0 {
		t.Errorf("%d are handed out before the pause is over", len(again))
	}
	aws.queue.later(t)
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
	// Giving up, ending the process and sources do more; ReceiveMessage is Lambda's own.
	checkActions(t, "Work", aws.called("work"), []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
		"lambda:InvokeFunction", "s3:GetObject", "s3:ListBucket", "s3:DeleteObject"})
}

// TestWorkWithoutTheQueue: a message whose successor the queue does not take
// stays, and is handed out again.
func TestWorkWithoutTheQueue(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	load.Hub.Inject(&githubtest.Fault{Status: http.StatusBadGateway, Message: "Server Error"})
	aws.refuse("sqs:SendMessage", 100)
	r, _, err := aws.queue.deliver(work, 1)
	if err != nil || len(r.BatchItemFailures) != 1 {
		t.Fatalf("failed are %v, error %v\n%s", failures(r), err, work.logged())
	}
	aws.refuse("sqs:SendMessage", 0)
	load.Hub.Heal()
	aws.queue.later(t)
	if r, some, err := aws.queue.deliver(work, 1); !some || err != nil || len(r.BatchItemFailures) != 0 {
		t.Errorf("afterwards: failed are %v, error %v\n%s", failures(r), err, work.logged())
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
}

// TestWorkGivesUp: what was tried often enough is held and said to be, and
// goes among the dead letters; replayed, it has all its tries again.
func TestWorkGivesUp(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	// Its files cannot be read; that it is so can be written.
	for _, call := range []string{"POST /graphql Blobs", "GET /repos/{owner}/{repo}/git/blobs/{file_sha}"} {
		load.Hub.Inject(&githubtest.Fault{Call: call, Status: http.StatusBadGateway, Message: "Server Error"})
	}
	for n := range service.Tries + 1 {
		aws.queue.later(t)
		r, some, err := aws.queue.deliver(work, 1)
		if err != nil || !some || len(r.BatchItemFailures) != 0 {
			t.Fatalf("receive %d: a message %t, failed are %v, error %v\n%s", n+1, some, failures(r), err, work.logged())
		}
	}
	if waiting, dead := aws.queue.counts(); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d dead letters; want one dead letter", waiting, dead)
	}
	titles := load.Titles()
	if len(titles) != 1 || titles[0] != "failure: This change could not be reviewed" {
		t.Errorf("check runs %q\n%s", titles, work.logged())
	}
	load.Hub.Heal()
	aws.queue.replay()
	if r, some, err := aws.queue.deliver(work, 1); !some || err != nil || len(r.BatchItemFailures) != 0 {
		t.Fatalf("replayed: failed are %v, a message %t, error %v\n%s", failures(r), some, err, work.logged())
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
}

// TestSweepFindsWhatWasGivenUp: the sweep asks for it again once GitHub is well.
func TestSweepFindsWhatWasGivenUp(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	load.Hub.Inject(&githubtest.Fault{Call: "POST /graphql Blobs", Status: http.StatusBadGateway, Message: "Server Error"})
	for range service.Tries + 1 {
		aws.queue.later(t)
		if _, _, err := aws.queue.deliver(work, 1); err != nil {
			t.Fatalf("%v\n%s", err, work.logged())
		}
	}
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
	checkActions(t, "Sweep", aws.called("sweep"), nil)
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
	work := newFunction(t, 4*time.Second, aws.env("work", "HOLDPOINT_APP_ID=4711", "HOLDPOINT_APP_KEY_ARN="+keyARN,
		"HOLDPOINT_GITHUB_URL="+silent.URL, "HOLDPOINT_JOB_SECONDS=300")...)
	r, _, err := aws.queue.deliver(work, 1)
	if tries := aws.queue.tries(t); err != nil || len(r.BatchItemFailures) != 0 || !slices.Equal(tries, []int{1}) {
		t.Errorf("failed are %v, tries %v, error %v; want one try, in time\n%s", failures(r), tries, err, work.logged())
	}
	silent.CloseClientConnections()
}

// TestWorkIsKilled: a process that dies in the middle of a job loses nothing.
func TestWorkIsKilled(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
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
	benchmarkColdStart(b, workFunction(b, aws, load.Hub, "work", sourcesFunction+"="+functionName, sourcesBucket+"="+bucketName))
}

// TestWorkBuriesWhatItCannotRead: a message that is none keeps its repository
// waiting for no more than one receive.
func TestWorkBuriesWhatItCannotRead(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 1, 8)
	aws := newFakeAWS(t)
	work := workFunction(t, aws, load.Hub, "work")
	aws.queue.send("7/42", "junk", "no JSON")
	if r, some, err := aws.queue.deliver(work, 1); err != nil || !some || len(r.BatchItemFailures) != 0 {
		t.Fatalf("failed are %v, error %v\n%s", failures(r), err, work.logged())
	}
	if waiting, dead := aws.queue.counts(); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d dead letters; want it among the dead letters at once", waiting, dead)
	}
}

// killedAt lets a delivery be handed out and kills the process at a call that
// every review makes.
func killedAt(t *testing.T, load *servicetest.Load, aws *fakeAWS, work *function) {
	t.Helper()
	killed := make(chan struct{})
	load.Hub.On("POST /graphql Blobs", 0, func() {
		work.kill()
		close(killed)
	})
	aws.queue.later(t)
	if _, some, err := aws.queue.deliver(work, 1); !some || !errors.Is(err, errExit) {
		t.Fatalf("a message %t, error %v; want the end of the process\n%s", some, err, work.logged())
	}
	<-killed
}

// TestA16KilledWorkIsNoTry: more kills than a job may fail, and it is reviewed.
func TestA16KilledWorkIsNoTry(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	for range service.Tries + 2 {
		killedAt(t, load, aws, work)
	}
	aws.queue.later(t)
	if r, some, err := aws.queue.deliver(work, 1); !some || err != nil || len(r.BatchItemFailures) != 0 {
		t.Fatalf("failed are %v, error %v\n%s", failures(r), err, work.logged())
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	if waiting, dead := aws.queue.counts(); waiting+dead != 0 {
		t.Errorf("%d wait, %d dead letters", waiting, dead)
	}
}

// TestA16PoisonEnds: what ends the process each time is given up and said to be.
func TestA16PoisonEnds(t *testing.T) {
	load, aws := queuedLoad(t, 1, 1)
	work := workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=300")
	for range service.Interruptions + 1 {
		killedAt(t, load, aws, work)
	}
	aws.queue.later(t)
	if r, some, err := aws.queue.deliver(work, 1); !some || err != nil || len(r.BatchItemFailures) != 0 {
		t.Fatalf("failed are %v, error %v\n%s", failures(r), err, work.logged())
	}
	if waiting, dead := aws.queue.counts(); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d dead letters; want one dead letter", waiting, dead)
	}
	if titles := load.Titles(); len(titles) != 1 || titles[0] != "failure: This change could not be reviewed" {
		t.Errorf("check runs %q\n%s", titles, work.logged())
	}
}
