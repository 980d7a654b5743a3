package service_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// TestQueueOnAFullDisk: what does not fit is refused, so that GitHub delivers
// it again; what was accepted stays, and once there is room all goes on.
func TestQueueOnAFullDisk(t *testing.T) {
	if path := os.Getenv("QUEUE_TEST_FULL"); path != "" {
		if err := fillDisk(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("went on")
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestQueueOnAFullDisk$")
	child.Env = append(os.Environ(), "QUEUE_TEST_FULL="+filepath.Join(t.TempDir(), "q"))
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "went on") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// fillDisk runs a queue into a limit of its file's size, which stands for a
// full disk (getrlimit(2), RLIMIT_FSIZE).
func fillDisk(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	ctx, cancel := context.WithTimeout(context.Background(), eventually.DeadMan)
	defer cancel()
	q, err := service.OpenBolt(path, time.Now)
	if err != nil {
		return err
	}
	limit := func(n uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: 1 << 40})
	}
	if err := limit(256 << 10); err != nil {
		return err
	}
	var accepted []string
	refused := 0
	for n := 0; refused < 3; n++ {
		id := fmt.Sprint("m", n)
		if err := q.Send(ctx, service.Message{ID: id, Group: "g", Job: make([]byte, 1000)}); err != nil {
			refused++
			continue
		}
		accepted = append(accepted, id)
	}
	if err := limit(1 << 30); err != nil {
		return err
	}
	if err := q.Send(ctx, service.Message{ID: "later", Group: "g"}); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	for _, want := range append(accepted, "later") {
		d, err := q.Receive(ctx)
		if err != nil || d.Message.ID != want {
			return fmt.Errorf("%q was handed out (%w), want %s", d.Message.ID, err, want)
		}
		if err := q.Settle(ctx, d, service.Outcome{Verdict: service.Done}); err != nil {
			return err
		}
	}
	return nil
}
