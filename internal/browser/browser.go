// Package browser drives a headless Chromium in tests, through one page, by the
// DevTools protocol (chromedevtools.github.io/devtools-protocol).
package browser

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
)

// Page is the page of a browser.
type Page struct {
	t       testing.TB
	conn    *websocket.Conn
	last    int
	session string
	// requests are what the page asked for, problems what the browser complained of.
	requests, problems []string
}

var devTools = regexp.MustCompile(`DevTools listening on (ws://\S+)`)

// Start starts a browser with an empty page. Without Chromium the test is skipped,
// with CI=true it fails.
func Start(t testing.TB) *Page {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed; .ci/run installs it")
		}
		t.Skip("chromium is not installed")
	}
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--hide-scrollbars", "--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir="+profile, "about:blank")
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
		p := &Page{t: t, conn: conn}
		p.attach()
		return p
	}
	t.Fatal("the browser did not say where it listens")
	return nil
}

// attach opens the page.
func (p *Page) attach() {
	target := p.Call("Target.createTarget", map[string]any{"url": "about:blank"})["targetId"]
	p.session, _ = p.Call("Target.attachToTarget", map[string]any{"targetId": target, "flatten": true})["sessionId"].(string)
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.Call(domain+".enable", nil)
	}
}

// For makes the page one of another test, for as long as that runs.
func (p *Page) For(t testing.TB) {
	before := p.t
	p.t = t
	t.Cleanup(func() { p.t = before })
}

// message is an answer or an event of the protocol.
type message struct {
	ID     int             `json:"id"`
	Result map[string]any  `json:"result"`
	Error  json.RawMessage `json:"error"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// Call makes one call of the protocol and returns its result.
func (p *Page) Call(method string, params map[string]any) map[string]any {
	p.t.Helper()
	p.last++
	request := map[string]any{"id": p.last, "method": method, "params": params}
	if p.session != "" {
		request["sessionId"] = p.session
	}
	if err := websocket.JSON.Send(p.conn, request); err != nil {
		p.t.Fatal(err)
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(eventually.DeadMan))
	for {
		var answer message
		if err := websocket.JSON.Receive(p.conn, &answer); err != nil {
			p.t.Fatalf("%s: %v", method, err)
		}
		if answer.ID != p.last {
			p.event(answer)
			continue
		}
		if method == "Runtime.evaluate" && strings.Contains(string(answer.Error), "navigated or closed") {
			return nil // the page makes room for the next one, which is waited for
		}
		if answer.Error != nil {
			p.t.Fatalf("%s: %s", method, answer.Error)
		}
		return answer.Result
	}
}

func (p *Page) event(m message) {
	var e struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
		Entry struct {
			Level string `json:"level"`
			Text  string `json:"text"`
		} `json:"entry"`
		Exception json.RawMessage `json:"exceptionDetails"`
	}
	if err := json.Unmarshal(m.Params, &e); err != nil {
		return // an event of another form
	}
	switch m.Method {
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, e.Request.URL)
	case "Log.entryAdded":
		if e.Entry.Level == "error" {
			p.problems = append(p.problems, e.Entry.Text)
		}
	case "Runtime.exceptionThrown":
		p.problems = append(p.problems, string(e.Exception))
	}
}

// Requests are the addresses that the page asked for since it was opened, its own
// among them, and Problems what went wrong in it: scripts that failed, what a
// content security policy forbade.
func (p *Page) Requests() []string { return p.requests }

// Problems are what the browser complained of since the page was opened.
func (p *Page) Problems() []string { return p.problems }

// Text evaluates an expression to a string, and waits where it is a promise.
func (p *Page) Text(expression string) string {
	p.t.Helper()
	answer := p.Call("Runtime.evaluate", map[string]any{"expression": "(async () => String(await (" + expression + ")))()",
		"returnByValue": true, "awaitPromise": true})
	if failed := answer["exceptionDetails"]; failed != nil {
		p.t.Fatalf("%.200s: %v", expression, failed)
	}
	result, _ := answer["result"].(map[string]any)
	text, _ := result["value"].(string)
	return text
}

// Run runs a script in the page, whatever its policy.
func (p *Page) Run(script string) { p.Call("Runtime.evaluate", map[string]any{"expression": script}) }

// Size gives the page a size in pixels.
func (p *Page) Size(width, height int) {
	p.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})
}

// Scheme sets whether the page is to be "light" or "dark".
func (p *Page) Scheme(scheme string) {
	feature := map[string]string{"name": "prefers-color-scheme", "value": scheme}
	p.Call("Emulation.setEmulatedMedia", map[string]any{"media": "", "features": []any{feature}})
}

// Open opens an address.
func (p *Page) Open(address string) {
	p.t.Helper()
	p.requests, p.problems = nil, nil
	p.Call("Page.navigate", map[string]any{"url": address})
	p.Wait("body")
}

// Wait waits for an element.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	eventually.True(p.t, selector+" on the page", func() bool {
		return p.ready(fmt.Sprintf("document.readyState === 'complete' && location.href !== 'about:blank' && document.querySelector(%q) !== null",
			selector))
	})
}

// ready evaluates a condition, which is not so while the page changes.
func (p *Page) ready(condition string) bool {
	result, _ := p.Call("Runtime.evaluate", map[string]any{"expression": condition, "returnByValue": true})["result"].(map[string]any)
	is, _ := result["value"].(bool)
	return is
}

// Until waits for a condition.
func (p *Page) Until(condition string) {
	p.t.Helper()
	eventually.True(p.t, condition, func() bool { return p.ready(condition) })
}

// Click presses an element as a mouse does, and waits for another one.
func (p *Page) Click(selector, then string) {
	p.t.Helper()
	var at struct{ X, Y float64 }
	box := p.Text(fmt.Sprintf("(r => JSON.stringify({X: r.x + r.width/2, Y: r.y + r.height/2}))(document.querySelector(%q).getBoundingClientRect())", selector))
	if err := json.Unmarshal([]byte(box), &at); err != nil {
		p.t.Fatalf("%s: %s", selector, box)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.Call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
	p.Wait(then)
}

// Press presses and releases a key: "Tab", "Enter", or a letter.
func (p *Page) Press(key string) {
	down := map[string]any{"type": "keyDown", "key": key}
	switch key {
	case "Tab":
		down["windowsVirtualKeyCode"] = 9
	case "Enter":
		down["windowsVirtualKeyCode"], down["text"] = 13, "\r"
	default:
		down["text"] = key
	}
	p.Call("Input.dispatchKeyEvent", down)
	p.Call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key})
}

// Picture writes the whole page as a PNG file.
func (p *Page) Picture(file string) {
	p.t.Helper()
	data, _ := p.Call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true})["data"].(string)
	png, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(png) == 0 {
		p.t.Fatalf("a picture of %d bytes: %v", len(png), err)
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
