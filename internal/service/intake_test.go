package service_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// gates is a receiver behind an intake, on a port of this machine.
type gates struct {
	t       *testing.T
	address string
	intake  *service.Intake
	meter   *tally
	queue   *memory
	clock   *clock
}

func newGates(t *testing.T, limits service.IntakeLimits) *gates {
	t.Helper()
	g := &gates{t: t, meter: &tally{}, queue: &memory{}, clock: newClock()}
	g.intake = service.NewIntake(limits, g.meter, g.clock.now)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.address = l.Addr().String()
	receiver := service.Receiver{Secrets: steady{}, Queue: g.queue, Meter: g.meter, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	server := &http.Server{Handler: receiver, ReadHeaderTimeout: eventually.DeadMan, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(g.intake.Protect(server, l)) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		g.until("the memory is given back", func() bool { now, _ := g.intake.Stats(); return now == service.IntakeStats{} })
		if _, most := g.intake.Stats(); most.Connections > limits.Connections || most.Bytes > limits.Bytes {
			t.Errorf("there were %+v at once, the limits are %+v", most, limits)
		}
	})
	return g
}

func (g *gates) until(what string, reached func() bool) {
	g.t.Helper()
	eventually.True(g.t, what, reached)
}

// dial opens a connection and writes as much as the server takes.
func (g *gates) dial(text string) net.Conn {
	g.t.Helper()
	c, err := net.Dial("tcp", g.address)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Close() })
	_, _ = io.WriteString(c, text) // it may be dropped meanwhile
	return c
}

// deliver posts a signed event of that size in one go.
func (g *gates) deliver(size int) (int, error) {
	body := pullRequest(g.t, 1)
	body = append(body, bytes.Repeat([]byte(" "), size-len(body))...)
	req, err := http.NewRequest(http.MethodPost, "http://"+g.address+"/webhook", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = signed(body, secret, "pull_request", "one")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: eventually.DeadMan}).Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func head(more string) string {
	return "POST /webhook HTTP/1.1\r\nHost: here\r\nX-GitHub-Event: push\r\n" +
		"X-Hub-Signature-256: sha256=" + strings.Repeat("0", 64) + "\r\n" + more + "\r\n\r\n"
}

// steady is a secret that never changes.
type steady struct{}

func (steady) Webhook(context.Context, bool) (webhooks.Secrets, error) {
	return webhooks.NewSecrets(secret)
}

// narrow are limits that a test reaches with little.
func narrow() service.IntakeLimits {
	return service.IntakeLimits{Connections: 16, Bytes: 3 << 20, Rate: 1 << 20, Grace: eventually.DeadMan, Most: eventually.DeadMan}
}

// A16: whatever connections anybody holds open, a signed delivery of 1.5 MB is
// taken, within the bounds of connections and memory.
func TestA16HeldConnectionsKeepNobodyOut(t *testing.T) {
	mega := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct{ text, answer string }{
		"silent":                       {"", ""},
		"half a header":                {"POST /webhook HTTP/1.1\r\nHost: here\r\n", ""},
		"chunks that stop":             {head("Transfer-Encoding: chunked") + "1\r\nx\r\n", ""},
		"a large claim":                {head("Content-Length: 25000000"), ""},
		"half of a large body":         {head("Content-Length: 2000000") + mega, ""},
		"half of a large chunked body": {head("Transfer-Encoding: chunked") + "200000\r\n" + mega, ""},
		"idle after an answer":         {"GET /webhook HTTP/1.1\r\nHost: here\r\n\r\n", "405"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGates(t, narrow())
			const attackers = 40
			for range attackers {
				conn := g.dial(c.text)
				if c.answer != "" {
					line, err := bufio.NewReader(conn).ReadString('\n')
					if err != nil || !strings.Contains(line, c.answer) {
						t.Fatalf("answered %q, %v", line, err)
					}
				}
			}
			g.until("all have come", func() bool {
				now, _ := g.intake.Stats()
				return now.Connections+int(g.meter.get("connections_dropped_total")) == attackers
			})
			g.clock.move(5 * time.Second)
			if status, err := g.deliver(1500 << 10); status != http.StatusAccepted || len(g.queue.sent) != 1 {
				t.Errorf("the signed delivery: %d, %v; %d queued", status, err, len(g.queue.sent))
			}
		})
	}
}

// A claim takes no memory.
func TestA16MemoryIsForWhatHasCome(t *testing.T) {
	g := newGates(t, service.IntakeLimits{Connections: 100, Bytes: 64 << 20, Rate: 1 << 20, Grace: eventually.DeadMan, Most: eventually.DeadMan})
	for range 50 {
		g.dial(head("Content-Length: 25000000") + strings.Repeat("x", 3000))
	}
	g.until("all have room", func() bool { now, _ := g.intake.Stats(); return now.Bytes >= 50*3000 })
	if _, most := g.intake.Stats(); most.Bytes > 50*4<<10 {
		t.Errorf("50 bodies of 3000 bytes take %d", most.Bytes)
	}
}

// A body that comes byte by byte is given up, however steady.
func TestA16SlowBodiesEnd(t *testing.T) {
	g := newGates(t, service.IntakeLimits{Connections: 4, Bytes: 1 << 20, Rate: 1 << 30, Grace: 50 * time.Millisecond, Most: eventually.DeadMan})
	c := g.dial(head("Content-Length: 25000000"))
	if err := c.SetDeadline(time.Now().Add(eventually.DeadMan)); err != nil {
		t.Fatal(err)
	}
	go func() {
		for _, err := c.Write([]byte("x")); err == nil; _, err = c.Write([]byte("x")) {
			time.Sleep(time.Millisecond)
		}
	}()
	answer, err := io.ReadAll(c)
	var network net.Error
	if errors.As(err, &network) && network.Timeout() || !strings.Contains(string(answer), "408") && err == nil {
		t.Errorf("answered %q, %v", answer, err)
	}
}

// What is not signed at all is not read, and what is too large is not either.
func TestA16RefusedByTheHeader(t *testing.T) {
	g := newGates(t, narrow())
	for text, want := range map[string]string{
		"POST /webhook HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n": "401",
		head(fmt.Sprintf("Content-Length: %d", webhooks.MaxWebhook+1)):            "413",
	} {
		answer, err := bufio.NewReader(g.dial(text)).ReadString('\n')
		if err != nil || !strings.Contains(answer, want) {
			t.Errorf("answered %q, %v, want %s", answer, err, want)
		}
	}
	if _, most := g.intake.Stats(); most.Bytes != 0 {
		t.Errorf("%d bytes were taken", most.Bytes)
	}
}

// Under any mix of senders the bounds hold, all memory comes back, and a
// delivery that is sent again is taken.
func TestA16Flood(t *testing.T) {
	g := newGates(t, narrow())
	stop := make(chan struct{})
	var flood sync.WaitGroup
	for n := range 24 {
		flood.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, err := net.Dial("tcp", g.address)
				if err != nil {
					continue
				}
				size := 1 << (n % 21)
				_, _ = io.WriteString(c, head(fmt.Sprintf("Content-Length: %d", size)))
				_, _ = c.Write(make([]byte, size/(1+n%2)))
				_ = c.SetReadDeadline(time.Now().Add(time.Duration(n) * time.Millisecond))
				_, _ = io.ReadAll(c)
				_ = c.Close()
			}
		})
	}
	g.until("the signed delivery is taken", func() bool {
		status, err := g.deliver(1500 << 10)
		return err == nil && status == http.StatusAccepted
	})
	close(stop)
	flood.Wait()
}
