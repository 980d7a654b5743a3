package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
)

// The whole load is for a run by hand; the tests take a sample of it.
//
//	go test ./cmd/holdpoint -run TestServeSurvivesKills -serve.pulls 500 -serve.repos 20 -timeout 30m
var (
	servePulls = flag.Int("serve.pulls", 24, "pull requests of the load test")
	serveRepos = flag.Int("serve.repos", 4, "repositories of the load test")
	serveKills = flag.Duration("serve.kill", 3*time.Second, "time between two kills in the load test")
)

// served is a running `holdpoint serve` with its queue.
type served struct {
	t    testing.TB
	env  []string
	data string
	log  lines

	process      *exec.Cmd
	ended        chan error
	url, metrics string
	starts       int
}

// newServed prepares a server against a simulated GitHub. Its data folder has
// a short name, because a socket lies in it.
func newServed(t testing.TB, hub *githubtest.Server) *served {
	t.Helper()
	data, err := os.MkdirTemp("", "hp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	dir := t.TempDir()
	for name, text := range map[string]string{"key": string(hub.PrivateKey()), "secret": githubtest.Secret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &served{t: t, data: data, env: append(os.Environ(), "HOLDPOINT_TEST_SERVE=1", "HOLDPOINT_APP_ID=4711",
		"HOLDPOINT_APP_KEY_FILE="+filepath.Join(dir, "key"), "HOLDPOINT_WEBHOOK_SECRET_FILE="+filepath.Join(dir, "secret"),
		"HOLDPOINT_GITHUB_URL="+strings.TrimSuffix(hub.WebURL(), "/"), "HOLDPOINT_DATA="+data, "HOLDPOINT_LISTEN=127.0.0.1:0",
		"HOLDPOINT_METRICS_LISTEN=127.0.0.1:0", "HOLDPOINT_WRITES_PER_HOUR=1000000", "HOLDPOINT_JOB_SECONDS=300")}
	t.Cleanup(s.kill)
	return s
}

var serving = regexp.MustCompile(`"msg":"serving".*"webhooks":"([^"]+)","metrics":"([^"]+)"`)

// start starts the process and waits until it serves.
func (s *served) start() {
	s.t.Helper()
	before := len(s.log.String())
	p := exec.Command(os.Args[0], "serve")
	p.Env, p.Stdout, p.Stderr = s.env, &s.log, &s.log
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process, s.ended = p, make(chan error, 1)
	s.starts++
	go func(ended chan error) { ended <- p.Wait() }(s.ended)
	eventually.True(s.t, "it serves", func() bool {
		m := serving.FindStringSubmatch(s.log.String()[before:])
		if m != nil {
			s.url, s.metrics = "http://"+m[1], "http://"+m[2]
		}
		return m != nil
	})
}

// kill ends the process without a word.
func (s *served) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		<-s.ended
		s.process = nil
	}
}

// post delivers a webhook; 0 is no answer.
func (s *served) post(d githubtest.Delivery) int {
	req, err := http.NewRequest(http.MethodPost, s.url+"/webhook", bytes.NewReader(d.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header = d.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

func (s *served) get(address string) (int, string) {
	resp, err := http.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw)
}

// idle reports whether nothing waits in the queue.
func (s *served) idle() bool {
	_, text := s.get(s.metrics + "/metrics")
	return strings.Contains(text, "\nholdpoint_queue_waiting 0\n")
}

// TestServeSurvivesKills: under load and kill -9 every few seconds nothing
// that was accepted is lost; what was not is delivered again, as GitHub's
// redelivery does.
func TestServeSurvivesKills(t *testing.T) {
	load := servicetest.NewLoad(t, *serveRepos, *servePulls, 5)
	load.Faults(0.05, 80**servePulls)
	s := newServed(t, load.Hub)
	s.start()
	begin, next, kills := time.Now(), time.Now().Add(*serveKills), 0
	pending := load.Deliveries(0.2)
	deadline := time.Now().Add(25 * time.Minute)
	for done := false; !done; {
		if time.Now().After(deadline) {
			t.Fatal("the queue does not become empty")
		}
		if time.Now().After(next) && (kills < 2 || len(pending) > 0 || *servePulls > 100) && len(load.Wrong()) > 0 {
			s.kill()
			kills++
			s.start()
			next = time.Now().Add(*serveKills)
		}
		if len(pending) > 0 {
			if s.post(pending[0]) == http.StatusAccepted {
				pending = pending[1:]
			}
			continue
		}
		pending = load.Deliveries(0)
		done = len(pending) == 0 && s.idle()
		time.Sleep(20 * time.Millisecond)
	}
	s.replay(load)
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	calls, faulty := load.Calls()
	t.Logf("%d pull requests in %d repositories after %s; %d calls to GitHub, %d failed; %d kills", load.Pulls(), *serveRepos,
		time.Since(begin).Round(time.Second), calls, faulty, kills)
}

// replay gives what was given up for GitHub's faults another chance, as people
// do.
func (s *served) replay(load *servicetest.Load) {
	for range 3 {
		if len(load.Wrong()) == 0 {
			return
		}
		load.Hub.Heal()
		var out lines
		if status := Main([]string{"holdpoint", "dead-letters", "replay", "--data", s.data, "--all"}, strings.NewReader(""), &out, &out,
			nil); status != 0 {
			s.t.Errorf("replay: status %d\n%s", status, &out)
		}
		s.t.Logf("%s", &out)
		eventually.True(s.t, "the queue is empty", s.idle)
	}
}

// TestServeAnswersAndStops: health, readiness, metrics, log lines, dead letters
// of a running server, and a graceful stop.
func TestServeAnswersAndStops(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 2, 6)
	s := newServed(t, load.Hub)
	s.start()
	for address, want := range map[string]string{s.url + "/healthz": "ok\n", s.url + "/readyz": "ready\n"} {
		if status, text := s.get(address); status != 200 || text != want {
			t.Errorf("%s: %d %q", address, status, text)
		}
	}
	if status, _ := s.get(s.url + "/metrics"); status != 404 {
		t.Errorf("metrics are open to the web: %d", status)
	}
	for _, d := range load.Hub.Deliveries() {
		if status := s.post(d); status != http.StatusAccepted {
			t.Errorf("delivery: %d", status)
		}
	}
	eventually.True(t, "the queue is empty", s.idle)
	_, text := s.get(s.metrics + "/metrics")
	for _, want := range []string{"holdpoint_events_total{result=\"accepted\"}", "holdpoint_reviews_total{verdict=",
		"holdpoint_github_calls_total", "holdpoint_queue_dead 0", "holdpoint_github_budget_remaining"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s among the metrics", want)
		}
	}
	var out lines
	if status := Main([]string{"holdpoint", "dead-letters", "list", "--data", s.data, "--json"}, strings.NewReader(""), &out, &out,
		nil); status != 0 || strings.TrimSpace(out.String()) != "[]" {
		t.Errorf("dead letters: status %d %s", status, &out)
	}
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := eventually.Receive(t, "it stops", s.ended)
	s.process = nil
	if err != nil {
		t.Errorf("it stopped with %v:\n%s", err, s.log.String())
	}
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	if text := s.log.String(); strings.Contains(text, githubtest.Secret) || strings.Contains(text, "PRIVATE KEY") ||
		!strings.Contains(text, `"pull_request":1`) {
		t.Errorf("the log:\n%s", text)
	}
	// The queue can be looked at while nothing runs.
	out = lines{}
	if status := Main([]string{"holdpoint", "dead-letters", "replay", "--data", s.data, "99"}, strings.NewReader(""), &out, &out,
		nil); status != statusFailure || !strings.Contains(out.String(), "no such dead letter") {
		t.Errorf("replay of what is not there: status %d %s", status, &out)
	}
}

// TestServeLetsAReviewEnd: told to stop, it is not ready any more, finishes the
// review under way, and keeps an event that comes meanwhile.
func TestServeLetsAReviewEnd(t *testing.T) {
	load := servicetest.NewLoad(t, 2, 2, 9)
	s := newServed(t, load.Hub)
	s.start()
	reached, release := make(chan struct{}), make(chan struct{})
	load.Hub.On("POST /repos/{owner}/{repo}/check-runs", 0, func() {
		close(reached)
		<-release
	})
	waiting := load.Hub.Deliveries()
	first := slices.IndexFunc(waiting, func(d githubtest.Delivery) bool { return d.Event == "pull_request" })
	s.post(waiting[first])
	<-reached
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually.True(t, "a process that stops is not ready", func() bool {
		status, _ := s.get(s.url + "/readyz")
		return status == http.StatusServiceUnavailable
	})
	for i, d := range waiting {
		if i != first && s.post(d) != http.StatusAccepted {
			t.Errorf("a process that stops refuses an event")
		}
	}
	close(release)
	if err := <-s.ended; err != nil {
		t.Errorf("it stopped with %v:\n%s", err, s.log.String())
	}
	s.process = nil
	if !strings.Contains(s.log.String(), `"msg":"job done"`) {
		t.Errorf("the review under way did not end:\n%s", s.log.String())
	}
	s.start()
	eventually.True(t, "the queue is empty", s.idle)
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
}

// BenchmarkServeWebhook: 200 webhooks a second, answered within 20 ms at the
// 99th percentile on two processors; memory stays flat.
func BenchmarkServeWebhook(b *testing.B) {
	const rate = 200
	load := servicetest.NewLoad(b, 1, 1, 7)
	s := newServed(b, load.Hub)
	s.start()
	template := load.Hub.Deliveries()
	at := slices.IndexFunc(template, func(d githubtest.Delivery) bool { return d.Event == "pull_request" })
	d := template[at]
	memory := func() int {
		raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
		m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(raw)
		var kb int
		if m != nil {
			_, _ = fmt.Sscan(string(m[1]), &kb)
		}
		return kb / 1024
	}
	n := max(b.N, 10*rate)
	took := make(chan time.Duration, n)
	begin, first := time.Now(), 0
	for i := range n {
		if i == n/2 {
			first = memory()
		}
		time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / rate)))
		go func() {
			one := d
			one.Header = d.Header.Clone()
			one.Header.Set("X-GitHub-Delivery", fmt.Sprintf("bench-%d", i))
			start := time.Now()
			if status := s.post(one); status != http.StatusAccepted {
				b.Errorf("status %d", status)
			}
			took <- time.Since(start)
		}()
	}
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = <-took
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[n/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(all[n*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(first), "MiB-half")
	b.ReportMetric(float64(memory()), "MiB-end")
	b.ReportMetric(0, "ns/op")
}
