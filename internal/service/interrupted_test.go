package service_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// TestA16KilledTriesDoNotCount runs the queue in processes that are killed in
// the middle of a job, more often than a job may fail. Whatever kills them, it
// is no try of the job's, and the next process does it.
func TestA16KilledTriesDoNotCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	if file := os.Getenv("RUNNER_TEST_FILE"); file != "" {
		runnerChild(t, file, os.Getenv("RUNNER_TEST_POISON"))
		return
	}
	sendJobs(t, path, 1, 2)
	for range service.Tries + 2 {
		runnerKilled(t, path, "none", func(line string) bool { return strings.HasPrefix(line, "begins") }) // in the middle of the first
		pauseIsOver(t, path)
	}
	said := runnerKilled(t, path, "nothing hangs", func(line string) bool { return line == "empty" })
	if !slices.Contains(said, "ends 1") || !slices.Contains(said, "ends 2") || strings.Contains(strings.Join(said, ", "), "given up") {
		t.Errorf("after the kills: %v", said)
	}
	if dead := letters(t, path); len(dead) != 0 {
		t.Errorf("dead letters %+v", dead)
	}
}

// TestA16PoisonEnds: a job that ends the process each time is given up, by
// itself: what was under way with it once is done.
func TestA16PoisonEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	sendJobs(t, path, 13, 1, 2, 3)
	var said []string
	starts := 0
	for !slices.Contains(said, "empty") {
		if starts++; starts > service.Interruptions+3 {
			t.Fatalf("after %d starts it goes on: %v", starts, said)
		}
		said = append(said, runnerKilled(t, path, "13", func(line string) bool { return line == "empty" })...)
		pauseIsOver(t, path)
	}
	for _, want := range []string{"given up 13", "ends 1", "ends 2", "ends 3"} {
		if n := len(slices.DeleteFunc(slices.Clone(said), func(l string) bool { return l != want })); n != 1 {
			t.Errorf("%q was said %d times: %v", want, n, said)
		}
	}
	dead := letters(t, path)
	if len(dead) != 1 || dead[0].Interrupted != service.Interruptions+1 || !strings.Contains(dead[0].Reason, "the service ended 11 times") {
		t.Errorf("dead letters %+v", dead)
	}
}

// pauseIsOver opens the queue after a process died, by a clock that is behind:
// the pause that begins then is over for the next process.
func pauseIsOver(t *testing.T, path string) {
	t.Helper()
	q := openQueue(t, path, func() time.Time { return time.Now().Add(-time.Hour) })
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

// sendJobs queues one job for each repository of that number.
func sendJobs(t *testing.T, path string, numbers ...int) {
	t.Helper()
	q := openQueue(t, path, time.Now)
	for _, n := range numbers {
		m := message(t, n)
		m.Group = strconv.Itoa(n)
		if err := q.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

func letters(t *testing.T, path string) []service.DeadLetter {
	t.Helper()
	q := openQueue(t, path, time.Now)
	defer q.Close() //nolint:errcheck // it was only read
	dead, err := q.DeadLetters()
	if err != nil {
		t.Fatal(err)
	}
	return dead
}

// runnerKilled lets a process work until it says the line, and kills it then.
// It returns what it said.
func runnerKilled(t *testing.T, path, poison string, at func(line string) bool) (said []string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestA16KilledTriesDoNotCount$")
	child.Env = append(os.Environ(), "RUNNER_TEST_FILE="+path, "RUNNER_TEST_POISON="+poison)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said = append(said, lines.Text()); at(lines.Text()) {
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	return said
}

// runnerChild works the queue off. Without poison a job goes on until the
// process is killed; the poison is the job that ends the process, and the
// others wait until it does so for the first time.
func runnerChild(t *testing.T, path, poison string) {
	q, err := service.OpenBolt(path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := service.Worker{Reviewer: childJobs{poison}, Queue: q, Budget: time.Hour, Meter: &tally{},
		Log: slog.New(slog.DiscardHandler), Now: time.Now}
	go func() {
		for {
			if s, err := q.Stats(); err == nil && s.Waiting == 0 {
				fmt.Println("empty")
				os.Exit(0)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_ = service.Runner{Queue: q, Worker: w, Workers: 4, Grace: time.Hour}.Run(context.Background())
}

// childJobs says what it does, a line a write.
type childJobs struct{ poison string }

func (c childJobs) Review(ctx context.Context, job webhooks.Job) (service.Result, error) {
	fmt.Printf("begins %d\n", job.Number)
	switch c.poison {
	case "none":
		<-ctx.Done()
		return service.Result{}, ctx.Err()
	case strconv.Itoa(job.Number):
		os.Exit(3)
	case "nothing hangs":
	default:
		time.Sleep(50 * time.Millisecond) // likely to be under way when the process dies
	}
	fmt.Printf("ends %d\n", job.Number)
	return service.Result{}, nil
}

func (c childJobs) GiveUp(_ context.Context, job webhooks.Job, _ string) error {
	fmt.Printf("given up %d\n", job.Number)
	return nil
}

// A process that was told to stop and is killed before it is done interrupts
// its jobs in order: nothing is counted. One that was not told may have died
// of them.
func TestA16OrderlyStopsAreNotCounted(t *testing.T) {
	path, copied := filepath.Join(t.TempDir(), "q"), filepath.Join(t.TempDir(), "q")
	clock := newClock()
	for n, told := range []bool{true, true, false, false, true} {
		q := openQueue(t, path, clock.now)
		clock.move(time.Minute) // the pause is over
		if n == 0 {
			send(t, q, "a", "a1")
		}
		d := receive(t, q)
		if want := max(0, n-2); d.Try.Number != 1 || d.Try.Interrupted != min(want, 2) {
			t.Errorf("start %d: %+v, want %d interruptions", n, d.Try, want)
		}
		if told {
			if err := q.Stopping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// The process is gone: what is in the file stays as it is now.
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, data, 0o600); err != nil {
			t.Fatal(err)
		}
		path, copied = copied, path+"x"
	}
}

// What was under way when a process died runs alone once, and keeps none of
// the others waiting for ever.
func TestA16SuspectsRunAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	q := openQueue(t, path, time.Now)
	for _, id := range []string{"a1", "b1", "c1", "d1"} {
		send(t, q, id[:1], id)
	}
	receive(t, q)
	receive(t, q)
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	q = openQueue(t, path, time.Now)
	for _, want := range []string{"a1", "b1"} {
		d := receive(t, q)
		if d.Message.ID != want || d.Try.Interrupted != 1 {
			t.Errorf("handed out is %s, %+v, want %s", d.Message.ID, d.Try, want)
		}
		nothing(t, q)
		settle(t, q, d, service.Outcome{Verdict: service.Done})
	}
	c, d := receive(t, q), receive(t, q)
	if c.Message.ID != "c1" || d.Message.ID != "d1" || c.Try.Interrupted != 0 {
		t.Errorf("handed out are %+v and %+v", c, d)
	}
}
