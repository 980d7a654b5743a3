package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
)

// browser is a headless Chromium, driven through one page by the DevTools
// protocol (chromedevtools.github.io/devtools-protocol).
type browser struct {
	t    *testing.T
	conn *websocket.Conn
	last int
	page string // the session of the page
}

var devTools = regexp.MustCompile(`DevTools listening on (ws://\S+)`)

func startBrowser(t *testing.T, program string) *browser {
	t.Helper()
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir="+profile, "about:blank")
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = os.RemoveAll(profile) // processes of the browser may write a moment longer: not a fault of what is tested
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		m := devTools.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		go func() { // else the browser waits for its reader
			for lines.Scan() {
			}
		}()
		conn, err := websocket.Dial(m[1], "", "http://127.0.0.1/")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		b := &browser{t: t, conn: conn}
		b.attach()
		return b
	}
	t.Fatal("the browser did not say where it listens")
	return nil
}

// call makes one call of the protocol and returns its result.
func (b *browser) call(method string, params map[string]any) map[string]any {
	b.t.Helper()
	b.last++
	request := map[string]any{"id": b.last, "method": method, "params": params}
	if b.page != "" {
		request["sessionId"] = b.page
	}
	if err := websocket.JSON.Send(b.conn, request); err != nil {
		b.t.Fatal(err)
	}
	_ = b.conn.SetReadDeadline(time.Now().Add(eventually.DeadMan))
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result map[string]any  `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if err := websocket.JSON.Receive(b.conn, &answer); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		if answer.ID != b.last {
			continue // an event
		}
		if method == "Runtime.evaluate" && bytes.Contains(answer.Error, []byte("navigated or closed")) {
			return nil // the page makes room for the next one, which is waited for
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error)
		}
		return answer.Result
	}
}

// attach opens a page.
func (b *browser) attach() {
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"})["targetId"]
	b.page, _ = b.call("Target.attachToTarget", map[string]any{"targetId": target, "flatten": true})["sessionId"].(string)
}

// text evaluates an expression to a string.
func (b *browser) text(expression string) string {
	b.t.Helper()
	result, _ := b.call("Runtime.evaluate", map[string]any{"expression": "String(" + expression + ")",
		"returnByValue": true})["result"].(map[string]any)
	text, _ := result["value"].(string)
	return text
}

func (b *browser) open(address string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": address})
	b.wait("body")
}

// wait waits for an element.
func (b *browser) wait(selector string) {
	b.t.Helper()
	eventually.True(b.t, selector+" on the page", func() bool {
		return b.text(fmt.Sprintf("document.readyState === 'complete' && location.href !== 'about:blank' && document.querySelector(%q) !== null",
			selector)) == "true"
	})
}

// click presses an element as a mouse does, and waits for another one.
func (b *browser) click(selector, then string) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	box := b.text(fmt.Sprintf("(r => JSON.stringify({X: r.x + r.width/2, Y: r.y + r.height/2}))(document.querySelector(%q).getBoundingClientRect())", selector))
	if err := json.Unmarshal([]byte(box), &at); err != nil {
		b.t.Fatalf("%s: %s", selector, box)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
	b.wait(then)
}
