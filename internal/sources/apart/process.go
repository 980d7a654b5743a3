package apart

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
)

// childArgument and childVariable mark a process that resolves sources. Both
// are needed, so that neither a stray argument nor an inherited variable starts
// one.
const (
	childArgument = "sources-child"
	childVariable = "HOLDPOINT_SOURCES_CHILD=1"
)

// ChildRequested reports whether the process was started to resolve sources.
// args are os.Args, environ is os.Environ().
func ChildRequested(args, environ []string) bool {
	return len(args) == 2 && args[1] == childArgument && slices.Contains(environ, childVariable)
}

// service is what the child offers over its pipes.
type service struct {
	fetcher *sources.Fetcher
	store   cache.Store
}

const (
	serviceName = "Sources"
	method      = serviceName + ".Resolve"
)

// Resolve answers one call.
func (s service) Resolve(call Call, reply *Reply) error {
	*reply = Handle(context.Background(), s.fetcher, s.store, call) // its budget ends it
	return nil
}

// Main is the child: it answers calls from in on out until in ends, and returns
// the exit code of the process.
func Main(in io.Reader, out io.Writer, f *sources.Fetcher, store cache.Store) int {
	server := rpc.NewServer()
	if err := server.RegisterName(serviceName, service{f, store}); err != nil {
		return 1
	}
	server.ServeConn(pipes{in, out, func() error { return nil }})
	return 0
}

// pipes are a connection of two.
type pipes struct {
	io.Reader
	io.Writer
	close func() error
}

// Close ends both.
func (p pipes) Close() error { return p.close() }

// Process is the child from the side of its parent. It is started at the first
// call, and again after it ended. It is safe for concurrent use.
type Process struct {
	// Program is the executable, which calls Main first thing when
	// ChildRequested, with Environment.
	Program     string
	Environment []string
	// Memory bounds the child's heap in bytes.
	Memory int64
	// Patience is when a call is given up that does not end by its own budget.
	Patience time.Duration

	mu     sync.Mutex
	client *rpc.Client
	cmd    *exec.Cmd
}

// Call asks the child. One that ended meanwhile is started anew, once.
func (p *Process) Call(ctx context.Context, call Call) (reply Reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.Patience)
	defer cancel()
	for range 2 {
		if reply, err = p.ask(ctx, call); err == nil || ctx.Err() != nil {
			break
		}
	}
	return reply, err
}

func (p *Process) ask(ctx context.Context, call Call) (Reply, error) {
	client, err := p.running()
	if err != nil {
		return Reply{}, fmt.Errorf("start the process that fetches sources: %w", err)
	}
	var reply Reply
	asked := client.Go(method, call, &reply, make(chan *rpc.Call, 1))
	select {
	case <-asked.Done:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			p.end(client) // it hangs
		}
		return Reply{}, fmt.Errorf("the process that fetches sources does not answer: %w", context.Cause(ctx))
	}
	if asked.Error != nil {
		p.end(client)
		return Reply{}, fmt.Errorf("the process that fetches sources ended: %w", asked.Error)
	}
	return reply, nil
}

// running is the child that answers.
func (p *Process) running() (*rpc.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client != nil {
		return p.client, nil
	}
	cmd := exec.Command(p.Program, childArgument)
	cmd.Env = append([]string{childVariable, fmt.Sprintf("GOMEMLIMIT=%d", p.Memory), "GOTRACEBACK=none"}, p.Environment...)
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	confine(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.cmd = cmd
	p.client = rpc.NewClient(pipes{out, in, in.Close})
	return p.client, nil
}

// end ends the child of a client, so that the next call starts another.
func (p *Process) end(client *rpc.Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client == nil || p.client != client {
		return
	}
	_ = p.cmd.Process.Kill() // fails only where it has ended
	_ = client.Close()
	_ = p.cmd.Wait()
	p.client, p.cmd = nil, nil
}

// Close ends the child.
func (p *Process) Close() error {
	p.mu.Lock()
	client := p.client
	p.mu.Unlock()
	p.end(client)
	return nil
}
