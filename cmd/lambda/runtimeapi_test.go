package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// built is the folder of the function, once a test asked for it.
var built string

// binary builds the function once.
var binary = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "holdpoint-lambda-"); err != nil {
		return "", err
	}
	path := filepath.Join(built, "bootstrap")
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
})

// internetVariable names the file that leads to the internet of a test.
const internetVariable = "HOLDPOINT_TEST_INTERNET"

// TestMain makes this test program the function that fetches sources: a network
// is handed in by code alone.
func TestMain(m *testing.M) {
	if file := os.Getenv(internetVariable); file != "" {
		os.Exit(run(nil, os.LookupEnv, sourcestest.Elsewhere(file), os.Stdout, os.Exit))
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// function is one Lambda function: the runtime API that its process talks to
// (AWS Lambda Developer Guide, "Lambda runtime API"), and the process, which
// is started when there is something to do. Its timeout is told to it; where it
// goes on, it is killed long after, so that a busy machine is no failure.
type function struct {
	t       testing.TB
	program func() (string, error)
	env     []string
	timeout time.Duration

	api     *httptest.Server
	pending chan *invocation

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{} // of the process
	current *invocation
	log     bytes.Buffer
	starts  int
	ready   chan struct{} // closed at the first next of a process
	one     sync.Mutex    // an environment handles one event at a time
}

// invocation is one event and what came of it.
type invocation struct {
	id      string
	payload []byte
	answer  chan result
}

type result struct {
	body   []byte
	failed string // the error that the runtime reported, or how the process ended
}

// Ways in which an invocation fails without an answer.
var (
	errTimeout = errors.New("task timed out")
	errExit    = errors.New("runtime exited")
	errInit    = errors.New("init failed")
)

func newFunction(t testing.TB, timeout time.Duration, env ...string) *function {
	f := &function{t: t, program: binary, timeout: timeout, pending: make(chan *invocation)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.finish)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.finish)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the runtime API has no %s %s", r.Method, r.URL)
		http.NotFound(w, r)
	})
	f.api = httptest.NewServer(mux)
	f.env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(f.api.URL, "http://"),
		"AWS_LAMBDA_FUNCTION_NAME=test", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "HOME=/nonexistent", "PATH=/usr/bin:/bin",
	}, env...)
	t.Cleanup(func() {
		f.kill()
		f.api.CloseClientConnections()
		f.api.Close()
	})
	return f
}

func (f *function) next(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	select {
	case <-f.ready:
	default:
		close(f.ready)
	}
	f.mu.Unlock()
	select {
	case <-r.Context().Done():
	case i := <-f.pending:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(f.timeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:test")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(i.payload)
	}
}

func (f *function) finish(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	i := f.current
	f.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	if i == nil || r.PathValue("id") != i.id {
		f.t.Errorf("an answer for %s, which is not under way", r.PathValue("id"))
		return
	}
	out := result{body: body}
	if strings.HasSuffix(r.URL.Path, "/error") {
		out.failed = string(body)
	}
	select {
	case i.answer <- out:
	default:
	}
}

// ensure starts the process if there is none and waits for its first next.
func (f *function) ensure() error {
	f.mu.Lock()
	if f.process == nil {
		path, err := f.program()
		if err != nil {
			f.mu.Unlock()
			f.t.Fatal(err)
		}
		p := exec.Command(path)
		p.Env = f.env
		p.Stdout, p.Stderr = locked{f}, locked{f}
		f.ready, f.ended = make(chan struct{}), make(chan struct{})
		if err := p.Start(); err != nil {
			f.mu.Unlock()
			f.t.Fatal(err)
		}
		f.starts++
		f.process = p
		ended := f.ended
		go func() {
			_ = p.Wait()
			f.mu.Lock()
			if f.process == p {
				f.process = nil
			}
			f.mu.Unlock()
			close(ended) // who waits for it finds no process
		}()
	}
	ready, ended := f.ready, f.ended
	f.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-ended:
		return errInit
	case <-time.After(eventually.DeadMan):
		f.kill()
		return errInit
	}
}

// locked collects what the process writes.
type locked struct{ f *function }

func (l locked) Write(p []byte) (int, error) {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	return l.f.log.Write(p)
}

func (f *function) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

// kill ends the process as Lambda does: without a word. It reports whether
// there was one.
func (f *function) kill() bool {
	f.mu.Lock()
	p, ended := f.process, f.ended
	f.mu.Unlock()
	if p == nil {
		return false
	}
	_ = p.Process.Kill()
	<-ended
	return true
}

var invocations struct {
	mu sync.Mutex
	n  int
}

// invoke hands the function one event.
func (f *function) invoke(event, answer any) error {
	f.one.Lock()
	defer f.one.Unlock()
	payload, err := json.Marshal(event)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.ensure(); err != nil {
		return err
	}
	invocations.mu.Lock()
	invocations.n++
	i := &invocation{id: fmt.Sprintf("request-%d", invocations.n), payload: payload, answer: make(chan result, 1)}
	invocations.mu.Unlock()
	f.mu.Lock()
	f.current = i
	ended := f.ended
	f.mu.Unlock()
	timeout := time.NewTimer(f.timeout + eventually.DeadMan)
	defer timeout.Stop()
	select {
	case f.pending <- i:
	case <-ended:
		return errExit
	}
	select {
	case r := <-i.answer:
		if r.failed != "" {
			return errors.New(r.failed)
		}
		return json.Unmarshal(r.body, answer)
	case <-ended:
		return errExit
	case <-timeout.C:
		f.kill()
		return errTimeout
	}
}
