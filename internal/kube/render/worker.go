package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// worker keeps one child and hands it one request after the other.
type worker struct {
	program string
	limits  Limits
	child   *child
}

type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	stderr *tail
}

// render asks the child, starting one where none is there.
func (w *worker) render(req unit.Request) unit.Rendered {
	if w.child == nil {
		c, err := start(w.program, w.limits)
		if err != nil {
			return failed(plan.GapInternal, "the renderer does not start: %v", err)
		}
		w.child = c
	}
	res, failure := w.child.ask(req, w.limits)
	if failure != nil {
		w.child.kill()
		w.child = nil
		return unit.Rendered{Failure: failure}
	}
	return res
}

func (w *worker) stop() {
	if w.child == nil {
		return
	}
	// Closing its input ends a child that behaves; the kill is for the rest.
	w.child.in.Close()
	timer := time.AfterFunc(time.Second, func() { _ = w.child.cmd.Process.Kill() })
	_ = w.child.cmd.Wait() // how it ended is of no matter any more
	timer.Stop()
}

// start runs the program as a child that has an empty environment and, where
// the host allows it, a network of its own with nothing in it. Safety does
// not rest on the latter: what reaches out is refused before.
func start(program string, limits Limits) (*child, error) {
	c, err := startWith(program, limits, true)
	if err != nil {
		c, err = startWith(program, limits, false)
	}
	return c, err
}

func startWith(program string, limits Limits, isolated bool) (*child, error) {
	cmd := exec.Command(program, childArgument)
	// GOMEMLIMIT makes the collector work before the watchdog has to.
	cmd.Env = []string{childVariable, fmt.Sprintf("%s=%d,%d", workVariable, limits.Work.Objects, limits.Work.Bytes), fmt.Sprintf("GOMEMLIMIT=%d", limits.Memory*3/4), "GOTRACEBACK=none", "GOGC=200", "GOMAXPROCS=2", "PATH=", "HOME=/nonexistent", "TMPDIR=/nonexistent"}
	cmd.Dir = "/"
	confine(cmd, isolated)
	c := &child{cmd: cmd, stderr: &tail{}}
	cmd.Stderr = c.stderr
	var err error
	if c.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() // fails only where it has ended
	_ = c.cmd.Wait()
}

// ask sends one request and waits for the answer within the limits.
func (c *child) ask(req unit.Request, limits Limits) (unit.Rendered, *unit.Failure) {
	var over atomic.Pointer[unit.Failure]
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		c.watch(limits, done, &over)
	}()
	var res unit.Rendered
	err := writeFrame(c.in, req, maxRequestBytes)
	if err == nil {
		err = readFrame(c.out, &res, maxResponseBytes)
	}
	close(done)
	<-watched
	if failure := over.Load(); failure != nil {
		return unit.Rendered{}, failure
	}
	if err != nil {
		return unit.Rendered{}, c.died(err)
	}
	return res, nil
}

// pause between two looks at the size of the child. A Go program takes about
// 20 MiB in that time at most.
const pause = 5 * time.Millisecond

// patience is how many times its limit a child may take by the clock: on a
// busy machine it has to wait for its turn, which is not its fault.
const patience = 5

// watch kills the child when it goes beyond what the machine has for it. Time is
// that of the processor where it can be told.
func (c *child) watch(limits Limits, done <-chan struct{}, over *atomic.Pointer[unit.Failure]) {
	spent, told := processorTime(c.cmd.Process.Pid)
	wall := limits.Time
	if told {
		wall *= patience
	}
	deadline := time.NewTimer(wall)
	defer deadline.Stop()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-deadline.C:
			over.Store(unfinished("in %v by the clock", wall))
			_ = c.cmd.Process.Kill()
			return
		case <-tick.C:
			if now, ok := processorTime(c.cmd.Process.Pid); told && ok && now-spent > limits.Time {
				over.Store(unfinished("in %v of processor time", limits.Time))
				_ = c.cmd.Process.Kill()
				return
			}
			if size, ok := residentSize(c.cmd.Process.Pid); ok && size > limits.Memory {
				over.Store(unfinished("in %d MiB of memory", limits.Memory>>20))
				_ = c.cmd.Process.Kill()
				return
			}
		}
	}
}

// unfinished is the failure of a machine: more time or memory might have done.
func unfinished(format string, args ...any) *unit.Failure {
	return &unit.Failure{Kind: plan.GapUnfinished, Why: "rendering was not finished " + fmt.Sprintf(format, args...)}
}

// died explains a child that ended by itself. The Go runtime ends a process
// that is out of memory or stack, which recover cannot catch.
func (c *child) died(err error) *unit.Failure {
	c.kill()
	said := c.stderr.String()
	switch {
	case c.cmd.ProcessState.ExitCode() == overExit:
		return overworked()
	case bytes.Contains([]byte(said), []byte("out of memory")), bytes.Contains([]byte(said), []byte("cannot allocate memory")):
		return unfinished("in the memory there is")
	case said == "" && !c.cmd.ProcessState.Exited() && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE)):
		return unfinished("before something from outside ended it")
	case bytes.Contains([]byte(said), []byte("stack")):
		return &unit.Failure{Kind: plan.GapLimit, Why: "rendering recurses without end"}
	case said == "":
		return &unit.Failure{Kind: plan.GapInternal, Why: oneLine(fmt.Sprintf("the renderer ended: %v", err))}
	}
	return &unit.Failure{Kind: plan.GapInternal, Why: oneLine("the renderer ended: " + said)}
}

// tail keeps the start of what a child says on its standard error.
type tail struct{ said bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4096
	if room := most - t.said.Len(); room > 0 {
		t.said.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) String() string { return t.said.String() }
