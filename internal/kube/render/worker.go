package render

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// freshAfter is how much a request may allocate before the next one gets a
// child of its own.
const freshAfter = 128 << 20

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
func (w *worker) render(req request.Request) request.Rendered {
	if w.child == nil {
		c, err := start(w.program, w.limits)
		if err != nil {
			return request.Rendered{Failure: unfinished("for the renderer does not start: %s", oneLine(err.Error()))}
		}
		w.child = c
	}
	res, failure := w.child.ask(req, w.limits)
	if failure != nil {
		w.child.kill()
		w.child = nil
		return request.Rendered{Failure: failure}
	}
	if res.Work.Bytes > freshAfter { // what the heap of one became is not the next one's
		w.stop()
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
	w.child = nil
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
	// GOMEMLIMIT makes the collector work before the limit of memory ends it.
	cmd.Env = []string{childVariable, workVariable + "=" + encode(limits), fmt.Sprintf("GOMEMLIMIT=%d", limits.Memory*3/4),
		"GOTRACEBACK=none", "GOGC=200", "GOMAXPROCS=2", "PATH=", "HOME=/nonexistent", "TMPDIR=/nonexistent"}
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
func (c *child) ask(req request.Request, limits Limits) (request.Rendered, *request.Failure) {
	var late atomic.Bool
	timer := time.AfterFunc(limits.Patience, func() {
		late.Store(true)
		_ = c.cmd.Process.Kill()
	})
	var res request.Rendered
	err := writeFrame(c.in, req, maxRequestBytes)
	if err == nil {
		err = readFrame(c.out, &res, maxResponseBytes)
	}
	timer.Stop()
	if late.Load() {
		return request.Rendered{}, unfinished("within %v", limits.Patience)
	}
	if err != nil {
		return request.Rendered{}, c.died(err, limits)
	}
	return res, nil
}

// unfinished is the failure of a machine: more time or memory might have done.
func unfinished(format string, args ...any) *request.Failure {
	return &request.Failure{Kind: plan.GapUnfinished, Why: "this machine did not render it " + fmt.Sprintf(format, args...)}
}

// died explains a child that ended by itself. The Go runtime ends a process
// that is out of memory or stack, which recover cannot catch.
func (c *child) died(err error, limits Limits) *request.Failure {
	c.kill()
	said := c.stderr.String()
	switch state := c.cmd.ProcessState; {
	case state.ExitCode() == overExit, strings.Contains(said, "stack exceeds"):
		return tooMuchMemory(limits.Work.Bytes, limits.Memory)
	case strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate memory"):
		if memoryIsShared() {
			return unfinished("in the memory that others leave")
		}
		return tooMuchMemory(limits.Work.Bytes, limits.Memory)
	case strings.Contains(said, "failed to create new OS thread"):
		return unfinished("with the threads that others leave")
	case said == "" && !state.Exited():
		return unfinished("before something from outside ended it")
	case said == "":
		return &request.Failure{Kind: plan.GapInternal, Why: oneLine(fmt.Sprintf("the renderer ended: %v", err))}
	}
	return &request.Failure{Kind: plan.GapInternal, Why: oneLine("the renderer ended: " + said)}
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
