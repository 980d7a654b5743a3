package service_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

const secret = "correct horse battery staple"

// memory is a queue in memory that can refuse.
type memory struct {
	mu   sync.Mutex
	sent []service.Message
	err  error
}

func (q *memory) Send(_ context.Context, m service.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.sent = append(q.sent, m)
	}
	return q.err
}

// tally is a meter that a test reads.
type tally struct {
	mu sync.Mutex
	n  map[string]float64
}

func (t *tally) Add(m service.Metric, value float64, label ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = map[string]float64{}
	}
	t.n[strings.Join(append([]string{m.Name}, label...), " ")] += value
}

func (t *tally) get(name string) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n[name]
}

// rotating is a secret that changes when it is read anew.
type rotating struct{ now, next string }

func (r *rotating) Webhook(_ context.Context, fresh bool) (webhooks.Secrets, error) {
	if fresh {
		r.now = r.next
	}
	if r.now == "" {
		return webhooks.Secrets{}, errors.New("the store is away")
	}
	return webhooks.NewSecrets(r.now)
}

func pullRequest(t *testing.T, number int) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"action": "synchronize", "number": number,
		"installation": map[string]any{"id": 7},
		"repository":   map[string]any{"id": 42, "name": "infra", "owner": map[string]any{"login": "acme"}},
		"sender":       map[string]any{"id": 1, "login": "robot[bot]", "type": "Bot"},
		"pull_request": map[string]any{"number": number, "head": map[string]any{"sha": strings.Repeat("a", 40), "ref": "x"}, "base": map[string]any{"sha": strings.Repeat("b", 40), "ref": "main"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func signed(body []byte, with, event, delivery string) http.Header {
	mac := hmac.New(sha256.New, []byte(with))
	mac.Write(body)
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	h.Set("X-GitHub-Event", event)
	h.Set("X-GitHub-Delivery", delivery)
	return h
}

func TestReceiverQueuesASignedEvent(t *testing.T) {
	var logged bytes.Buffer
	q, meter := &memory{}, &tally{}
	r := service.Receiver{Secrets: &rotating{now: secret, next: secret}, Queue: q, Meter: meter, Log: service.NewLogger(&logged, slog.LevelInfo), Now: newClock().now}
	body := pullRequest(t, 9)
	if a := r.Accept(t.Context(), signed(body, secret, "pull_request", "d-1"), body); a.Status != http.StatusAccepted || a.Text != "queued" {
		t.Fatalf("answer %+v", a)
	}
	if len(q.sent) != 1 {
		t.Fatalf("%d messages were queued", len(q.sent))
	}
	m := q.sent[0]
	job, err := m.DecodeJob()
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != "d-1" || m.Group != "7/42" || len(m.Trace) != 32 || job.Number != 9 || job.Kind != webhooks.KindPull {
		t.Errorf("message %+v, job %+v", m, job)
	}
	for _, want := range []string{`"delivery":"d-1"`, `"repository":"acme/infra"`, `"pull_request":9`, `"head":"` + strings.Repeat("a", 40), `"trace":"` + m.Trace} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log line has no %s: %s", want, &logged)
		}
	}
	if strings.Contains(logged.String(), secret) {
		t.Error("the log holds the secret")
	}
	if meter.get("events_total accepted") != 1 {
		t.Errorf("metrics %v", meter.n)
	}
}

func TestReceiverRefusals(t *testing.T) {
	body := pullRequest(t, 9)
	sha1 := signed(body, secret, "pull_request", "d")
	sha1.Del("X-Hub-Signature-256")
	sha1.Set("X-Hub-Signature", "sha1=0000")
	form := signed(body, secret, "pull_request", "d")
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	junk := []byte(`{"action": 7`)
	cases := []struct {
		name   string
		header http.Header
		body   []byte
		broken error
		status int
		result string
	}{
		{"wrong signature", signed(body, "another secret of length", "pull_request", "d"), body, nil, 401, "refused"},
		{"signature of another body", signed(pullRequest(t, 8), secret, "pull_request", "d"), body, nil, 401, "refused"},
		{"SHA-1 only", sha1, body, nil, 401, "refused"},
		{"form", form, body, nil, 400, "refused"},
		{"not JSON", signed(junk, secret, "pull_request", "d"), junk, nil, 400, "refused"},
		{"unknown event", signed(body, secret, "watch", "d"), body, nil, 202, "ignored"},
		{"queue away", signed(body, secret, "pull_request", "d"), body, errors.New("no"), 503, "failed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q, meter := &memory{err: c.broken}, &tally{}
			r := service.Receiver{Secrets: &rotating{now: secret, next: secret}, Queue: q, Meter: meter, Log: slog.New(slog.DiscardHandler), Now: newClock().now}
			if a := r.Accept(t.Context(), c.header, c.body); a.Status != c.status {
				t.Errorf("answer %+v, want status %d", a, c.status)
			}
			if len(q.sent) != 0 || meter.get("events_total "+c.result) != 1 {
				t.Errorf("%d queued, metrics %v", len(q.sent), meter.n)
			}
		})
	}
}

func TestReceiverReadsARotatedSecret(t *testing.T) {
	const next = "the secret that comes next"
	body := pullRequest(t, 9)
	r := service.Receiver{Secrets: &rotating{now: secret, next: next}, Queue: &memory{}, Meter: &tally{}, Log: slog.New(slog.DiscardHandler), Now: newClock().now}
	if a := r.Accept(t.Context(), signed(body, next, "pull_request", "d"), body); a.Status != http.StatusAccepted {
		t.Errorf("a delivery signed with the new secret: %+v", a)
	}
	r.Secrets = &rotating{}
	if a := r.Accept(t.Context(), signed(body, next, "pull_request", "d"), body); a.Status != http.StatusServiceUnavailable {
		t.Errorf("without any secret: %+v", a)
	}
}

func TestReceiverOverHTTP(t *testing.T) {
	r := service.Receiver{Secrets: &rotating{now: secret, next: secret}, Queue: &memory{}, Meter: &tally{}, Log: slog.New(slog.DiscardHandler), Now: newClock().now}
	s := httptest.NewServer(r)
	defer s.Close()
	for _, c := range []struct {
		method string
		size   int
		status int
	}{{http.MethodGet, 0, 405}, {http.MethodPost, webhooks.MaxWebhook + 1, 413}, {http.MethodPost, 10, 401}} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL, bytes.NewReader(make([]byte, c.size)))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s of %d bytes: %d, want %d", c.method, c.size, resp.StatusCode, c.status)
		}
	}
}

func TestMessagesWithoutAUsableDeliveryID(t *testing.T) {
	ids := map[string]bool{}
	for n, delivery := range []string{"", "", "with space", "line\nbreak", strings.Repeat("x", 129)} {
		m, err := service.NewMessage(webhooks.Job{Delivery: delivery, Number: n})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.ID) > 128 || strings.ContainsAny(m.ID, " \n") || ids[m.ID] {
			t.Errorf("delivery %q became id %q", delivery, m.ID)
		}
		ids[m.ID] = true
	}
}

func TestSecretTexts(t *testing.T) {
	for text, ok := range map[string]bool{
		secret: true, secret + "\n": true, secret + "\r\n" + "an older secret of length": true,
		"": false, "short": false, "\n": false, secret + "\nshort": false, "\n" + secret: false,
		secret + "\n" + secret + "x\n" + secret + "y": false, " " + secret: false,
	} {
		if _, err := service.ParseSecrets(text); (err == nil) != ok {
			t.Errorf("secret text %q: error %v, want accepted %t", text, err, ok)
		}
	}
}

func TestCachedSecretIsReadAnewAndOutlivesItsStore(t *testing.T) {
	c := newClock()
	reads, fail := 0, false
	s := service.NewCachedSecret(func(context.Context) (string, error) {
		if reads++; fail {
			return "", errors.New("away")
		}
		return fmt.Sprintf("value %d", reads), nil
	}, c.now)
	want := func(value string, fresh bool) {
		t.Helper()
		if got, err := s.Get(t.Context(), fresh); got != value || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, value)
		}
	}
	want("value 1", false)
	want("value 1", true) // read a moment ago
	c.move(time.Minute)
	want("value 2", true)
	c.move(time.Minute)
	want("value 2", false)
	c.move(5 * time.Minute)
	want("value 3", false)
	fail = true
	c.move(10 * time.Minute)
	want("value 3", false)
}

func TestLogsAreClean(t *testing.T) {
	var b bytes.Buffer
	log := service.NewLogger(&b, slog.LevelInfo)
	hostile := "a\x1b[31m\nb\u202ec\u2028d\x00\u009b"
	tokens := []string{"ghs_16C7e42F292c6912E7710c838347Ae178B4a", "github_pat_11ABCDEFG0abcdefghijkl",
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjEyMzQ1Nn0.c2lnbmF0dXJl", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMIIEcut"}
	log.Info("m "+hostile, "repository", hostile, "error", errors.New(strings.Join(tokens, " ; ")), "long", strings.Repeat("é", 5000))
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if at, err := time.Parse(time.RFC3339Nano, line["time"].(string)); err != nil || time.Since(at) > time.Hour {
		t.Errorf("the time of the line is %v", line["time"])
	}
	for name, v := range line {
		text, _ := v.(string)
		if strings.ContainsAny(text, "\x1b\n\x00\u202e\u2028\u009b") {
			t.Errorf("%s keeps a control character: %q", name, text)
		}
	}
	if got := line["error"]; got != "[secret] ; [secret] ; [secret] ; [secret] ; [secret]" {
		t.Errorf("secrets in the log: %s", got)
	}
	if long := line["long"].(string); len(long) > 2100 || !strings.HasSuffix(long, "é...") {
		t.Errorf("a long text is %d bytes and ends in %q", len(long), long[len(long)-8:])
	}
}

func TestEnvironmentTellsEveryError(t *testing.T) {
	set := map[string]string{"HOLDPOINT_APP_ID": "x", "HOLDPOINT_GITHUB_URL": "http://github.example.com", "SECONDS": "0", "LEVEL": "loud"}
	e := service.NewEnvironment(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
	e.App()
	e.Period("SECONDS", time.Second, time.Minute, time.Second, time.Hour)
	e.Level("LEVEL")
	e.Required("MISSING", "something")
	got := fmt.Sprint(e.Err())
	want := strings.Join([]string{
		`HOLDPOINT_APP_ID: is "x"; want a whole number from 1 to 1099511627776`,
		`HOLDPOINT_GITHUB_URL: is "http://github.example.com"; want https, because tokens travel on it`,
		`SECONDS: is "0"; want a whole number from 1 to 3600`,
		`LEVEL: is "loud"; want debug, info, warn or error`,
		`MISSING: is not set; want something`,
	}, "\n")
	if got != want {
		t.Errorf("errors:\n%s\nwant:\n%s", got, want)
	}
}
