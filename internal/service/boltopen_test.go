package service_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// filled is a closed queue file with messages of many pages.
func filled(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "q")
	q := openQueue(t, path, time.Now)
	for n := range 200 {
		if err := q.Send(t.Context(), service.Message{ID: fmt.Sprint("message-", n), Group: fmt.Sprint(n % 5),
			Job: make([]byte, 200)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestDamagedQueueSaysSo: whatever is wrong with the file is an error that
// says what to do, never a crash.
func TestDamagedQueueSaysSo(t *testing.T) {
	good := filled(t)
	page := os.Getpagesize()
	damage := map[string][]byte{
		"not a database": bytes.Repeat([]byte("not a database "), 1000),
		"one byte":       good[:1],
		"both metas":     append(make([]byte, 2*page), good[2*page:]...),
		"a record":       bytes.ReplaceAll(good, []byte(`"group":"3"`), []byte(`"group":{3"`)),
	}
	for n := 3; n < len(good)/page; n++ {
		damage[fmt.Sprintf("cut within page %d", n)] = good[:n*page+100]
	}
	for n := 3; n < len(good)/page; n += 7 {
		damage[fmt.Sprintf("without page %d", n)] = bytes.Join([][]byte{good[:n*page], make([]byte, page), good[(n+1)*page:]}, nil)
	}
	refused := 0
	for name, raw := range damage {
		path := filepath.Join(t.TempDir(), "q")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		q, err := service.OpenBolt(path, time.Now)
		switch {
		case err == nil: // a page that was free
			_ = q.Close()
		case !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move it to another place and start again"):
			t.Errorf("%s: %v", name, err)
		default:
			refused++
		}
	}
	if refused < 40 {
		t.Errorf("only %d of %d damaged files were refused", refused, len(damage))
	}
}

// TestQueueWhoseClockWasSetBack: a pause written by a clock that was ahead
// does not outlast the longest that is ever asked for.
func TestQueueWhoseClockWasSetBack(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "q")
	q := openQueue(t, path, c.now)
	send(t, q, "a", "a1")
	settle(t, q, receive(t, q), service.Outcome{Verdict: service.Retry, After: time.Minute})
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	c.move(-48 * time.Hour)
	q = openQueue(t, path, c.now)
	nothing(t, q)
	c.move(15 * time.Minute)
	if d := receive(t, q); d.Message.ID != "a1" {
		t.Errorf("%s was handed out", d.Message.ID)
	}
}
