package service_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func openQueue(t *testing.T, path string, now func() time.Time) *service.BoltQueue {
	t.Helper()
	q, err := service.OpenBolt(path, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func send(t *testing.T, q *service.BoltQueue, group, id string) {
	t.Helper()
	if err := q.Send(t.Context(), service.Message{ID: id, Group: group, Job: []byte(id)}); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, q *service.BoltQueue) service.Delivery {
	t.Helper()
	d, err := q.Receive(eventually.Context(t))
	if err != nil {
		t.Fatalf("nothing was handed out: %v", err)
	}
	return d
}

// nothing fails the test when a message is ready.
func nothing(t *testing.T, q *service.BoltQueue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if d, err := q.Receive(ctx); err == nil {
		t.Fatalf("%s was handed out, expected nothing", d.Message.ID)
	}
}

func settle(t *testing.T, q *service.BoltQueue, d service.Delivery, o service.Outcome) {
	t.Helper()
	if err := q.Settle(t.Context(), d, o); err != nil {
		t.Fatal(err)
	}
}

func TestQueueKeepsOrderWithinAGroup(t *testing.T) {
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), newClock().now)
	for _, id := range []string{"a1", "a2", "b1", "a3", "b2"} {
		send(t, q, id[:1], id)
	}
	first, second := receive(t, q), receive(t, q)
	if got := first.Message.ID + " " + second.Message.ID; got != "a1 b1" {
		t.Errorf("handed out %s, want the heads of both groups, oldest first: a1 b1", got)
	}
	nothing(t, q) // both groups are being worked on
	settle(t, q, second, service.Outcome{Verdict: service.Done})
	if d := receive(t, q); d.Message.ID != "b2" {
		t.Errorf("after b1 came %s", d.Message.ID)
	}
	settle(t, q, first, service.Outcome{Verdict: service.Done})
	if d := receive(t, q); d.Message.ID != "a2" {
		t.Errorf("after a1 came %s", d.Message.ID)
	}
}

func TestQueueRetriesAtTheHeadAfterAPause(t *testing.T) {
	c := newClock()
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), c.now)
	send(t, q, "a", "a1")
	send(t, q, "a", "a2")
	send(t, q, "b", "b1")
	settle(t, q, receive(t, q), service.Outcome{Verdict: service.Retry, After: time.Minute, Reason: "boom"})
	if d := receive(t, q); d.Message.ID != "b1" {
		t.Fatalf("%s was handed out while its group waits", d.Message.ID)
	}
	nothing(t, q)
	c.move(time.Minute)
	d := receive(t, q)
	if d.Message.ID != "a1" || d.Try.Number != 2 {
		t.Fatalf("after the pause came %s, try %d; want a1, try 2", d.Message.ID, d.Try.Number)
	}
	settle(t, q, d, service.Outcome{Verdict: service.Defer, After: time.Hour})
	c.move(time.Hour)
	d = receive(t, q)
	if d.Try.Number != 2 || d.Message.Deferrals != 1 {
		t.Errorf("a deferred message came back as try %d after %d deferrals, want try 2 after 1", d.Try.Number, d.Message.Deferrals)
	}
}

func TestQueueDropsAnIDItHolds(t *testing.T) {
	c := newClock()
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), c.now)
	send(t, q, "a", "a1")
	send(t, q, "a", "a1")
	settle(t, q, receive(t, q), service.Outcome{Verdict: service.Done})
	send(t, q, "a", "a1")
	nothing(t, q)
	c.move(6 * time.Minute)
	send(t, q, "b", "b1") // any write clears what has expired
	send(t, q, "a", "a1") // a redelivery is handled anew
	if got := receive(t, q).Message.ID + " " + receive(t, q).Message.ID; got != "b1 a1" {
		t.Errorf("handed out %s, want b1 a1", got)
	}
}

func TestDeadLettersAreListedAndReplayed(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "q")
	q := openQueue(t, path, c.now)
	send(t, q, "a", "a1")
	settle(t, q, receive(t, q), service.Outcome{Verdict: service.Bury, Reason: "fetch: 500"})
	send(t, q, "a", "a1") // a redelivery of what was given up is taken
	settle(t, q, receive(t, q), service.Outcome{Verdict: service.Done})
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}

	q = openQueue(t, path, c.now)
	letters, err := q.DeadLetters()
	if err != nil || len(letters) != 1 {
		t.Fatalf("dead letters %v, error %v; want one", letters, err)
	}
	if l := letters[0]; l.Message.ID != "a1" || l.Reason != "fetch: 500" || l.Attempt != 1 || !l.Died.Equal(c.now()) {
		t.Errorf("dead letter %+v", l)
	}
	if err := q.Replay(t.Context(), letters[0].Number+99); !errors.Is(err, service.ErrNoLetter) {
		t.Errorf("replay of a letter that is not there: %v", err)
	}
	if err := q.Replay(t.Context(), letters[0].Number); err != nil {
		t.Fatal(err)
	}
	if d := receive(t, q); d.Message.ID != "a1" || d.Try.Number != 1 {
		t.Errorf("replayed %s as try %d", d.Message.ID, d.Try.Number)
	}
	s, err := q.Stats()
	if err != nil || s.Dead != 0 || s.Waiting != 1 || s.Working != 1 {
		t.Errorf("stats %+v, error %v", s, err)
	}
}

func TestQueueIsOfOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	openQueue(t, path, time.Now)
	if _, err := service.OpenBolt(path, time.Now); err == nil || !strings.Contains(err.Error(), "another process has it open") {
		t.Errorf("a second opening of the file: %v", err)
	}
}

func TestClosedQueueRefuses(t *testing.T) {
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), time.Now)
	waiting := make(chan error, 1)
	go func() {
		_, err := q.Receive(context.Background())
		waiting <- err
	}()
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, service.ErrClosed) {
		t.Errorf("a waiting Receive ended with %v", err)
	}
	if err := q.Send(t.Context(), service.Message{ID: "x"}); !errors.Is(err, service.ErrClosed) {
		t.Errorf("a late Send ended with %v", err)
	}
}

// TestQueueSurvivesKill sends and handles messages in a child process that is
// killed again and again. What the child said it accepted must be handled.
func TestQueueSurvivesKill(t *testing.T) {
	if path := os.Getenv("QUEUE_TEST_FILE"); path != "" {
		queueChild(path, os.Getenv("QUEUE_TEST_RUN"))
		return
	}
	path := filepath.Join(t.TempDir(), "q")
	var accepted, handled []string
	for run := range 6 {
		a, h := runChild(t, path, run, 20+37*run)
		accepted, handled = append(accepted, a...), append(handled, h...)
	}
	if len(accepted) == 0 || len(handled) == 0 {
		t.Fatalf("%d accepted, %d handled: the children did nothing", len(accepted), len(handled))
	}
	q := openQueue(t, path, time.Now)
	for {
		s, err := q.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if s.Waiting == 0 {
			break
		}
		d := receive(t, q)
		handled = append(handled, d.Message.ID)
		settle(t, q, d, service.Outcome{Verdict: service.Done})
	}
	lost := slices.DeleteFunc(accepted, func(id string) bool { return slices.Contains(handled, id) })
	if len(lost) > 0 {
		t.Errorf("%d accepted messages were lost: %s", len(lost), lost)
	}
}

// runChild lets a child work until it has said so many lines, kills it, and
// returns what it said.
func runChild(t *testing.T, path string, run, life int) (accepted, handled []string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestQueueSurvivesKill$")
	child.Env = append(os.Environ(), "QUEUE_TEST_FILE="+path, fmt.Sprintf("QUEUE_TEST_RUN=%d", run))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for said := 1; lines.Scan(); said++ {
		if said == life {
			_ = child.Process.Kill()
		}
		switch verb, id, _ := strings.Cut(lines.Text(), " "); verb {
		case "accepted":
			accepted = append(accepted, id)
		case "handled":
			handled = append(handled, id)
		}
	}
	_ = child.Wait()
	return accepted, handled
}

// queueChild sends and handles until it is killed. A line is one write, so
// that what the parent reads is whole.
func queueChild(path, run string) {
	q, err := service.OpenBolt(path, time.Now)
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	ctx := context.Background()
	for sender := range 4 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%s-%d-%d", run, sender, n)
				if q.Send(ctx, service.Message{ID: id, Group: fmt.Sprint(n % 7)}) == nil {
					fmt.Println("accepted " + id)
				}
			}
		}()
	}
	for {
		d, err := q.Receive(ctx)
		if err != nil {
			continue
		}
		// Said before it is settled: a kill in between hands it out again.
		fmt.Println("handled " + d.Message.ID)
		_ = q.Settle(ctx, d, service.Outcome{Verdict: service.Done})
	}
}

func BenchmarkQueueSend(b *testing.B) {
	q, err := service.OpenBolt(filepath.Join(b.TempDir(), "q"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			id := fmt.Sprintf("%p-%d", pb, i)
			if err := q.Send(b.Context(), service.Message{ID: id, Group: fmt.Sprint(i % 20)}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
