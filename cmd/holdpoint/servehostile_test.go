package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
)

// TestServeUnderHeldConnections: more connections than there may be hold half
// of a body each; a signed event of 1.5 MB is taken.
func TestServeUnderHeldConnections(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 1, 11)
	s := newServed(t, load.Hub)
	s.start()
	half := "POST /webhook HTTP/1.1\r\nHost: here\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=" + strings.Repeat("0", 64) + "\r\n" +
		"Transfer-Encoding: chunked\r\n\r\n40000\r\n" + strings.Repeat("x", 200<<10)
	for range intakeLimits().Connections + 40 {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, half) // it may be dropped meanwhile
	}
	time.Sleep(time.Second) // they were fast until now
	for _, d := range load.Hub.Deliveries() {
		if d.Event != "pull_request" {
			continue
		}
		d = padded(d, 1500<<10)
		if status := s.post(d); status != http.StatusAccepted {
			t.Errorf("the signed event: %d", status)
		}
	}
	_, text := s.get(s.metrics + "/metrics")
	const dropped = "\nholdpoint_connections_dropped_total "
	if !strings.Contains(text, dropped) || strings.Contains(text, dropped+"0\n") {
		t.Error("nothing was dropped, so nothing was shown")
	}
	eventually.True(t, "the queue is empty", s.idle)
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
}

// padded is a delivery of that size, signed anew.
func padded(d githubtest.Delivery, size int) githubtest.Delivery {
	d.Body = append(d.Body, bytes.Repeat([]byte(" "), size-len(d.Body))...)
	mac := hmac.New(sha256.New, []byte(githubtest.Secret))
	mac.Write(d.Body)
	d.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return d
}

// TestServeTakesTheLargestEvent: it fits, with its length and without.
func TestServeTakesTheLargestEvent(t *testing.T) {
	load := servicetest.NewLoad(t, 1, 1, 12)
	s := newServed(t, load.Hub)
	s.start()
	waiting := load.Hub.Deliveries()
	d := padded(waiting[len(waiting)-1], webhooks.MaxWebhook)
	if status := s.post(d); status != http.StatusAccepted {
		t.Errorf("with its length: %d", status)
	}
	req, err := http.NewRequest(http.MethodPost, s.url+"/webhook", io.MultiReader(bytes.NewReader(d.Body))) // its length is not seen
	if err != nil {
		t.Fatal(err)
	}
	req.Header = d.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Errorf("without: %d", resp.StatusCode)
	}
}
