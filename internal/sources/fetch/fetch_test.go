package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

func client(t testing.TB, n *sourcestest.Internet, clock *sourcestest.Clock, rules fetch.HostRules) *fetch.Client {
	t.Helper()
	hosts, err := fetch.NewHosts(rules)
	if err != nil {
		t.Fatal(err)
	}
	c := fetch.New(hosts, n.Network(), clock.Fetch(), n.Observe)
	t.Cleanup(c.Close)
	return c
}

func refused(t *testing.T, name string, err error, want plan.SourceWhy, limit string) {
	t.Helper()
	var why *plan.SourceError
	if !errors.As(err, &why) || why.Why != want || why.Limit != limit {
		t.Errorf("%s: %v, want %s %s", name, err, want, limit)
	}
}

func addresses(of ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range of {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

// Whatever a listed host resolves to: nothing connects to an address inside.
func TestDialGuard(t *testing.T) {
	n := sourcestest.New(t)
	n.Host("charts.example.com", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }))
	for _, a := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:a9fe:a9fe::",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2", "::127.0.0.1", "ff02::1", "2001:db8::1",
	} {
		n.Resolves("charts.example.com", addresses(a))
		c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"charts.example.com"}})
		_, err := c.Get(t.Context(), fetch.Request{URL: "https://charts.example.com/", Limit: 10, Name: "x"})
		refused(t, a, err, plan.SourceNotListed, "")
		n.Resolves("charts.example.com", addresses("93.184.216.34", a))
		_, err = c.Get(t.Context(), fetch.Request{URL: "https://charts.example.com/", Limit: 10, Name: "x"})
		refused(t, a+" beside a public one", err, plan.SourceNotListed, "")
	}
	if got := n.Connected(); len(got) > 0 {
		t.Errorf("connected to %v", got)
	}
	n.Resolves("charts.example.com", addresses("93.184.216.34"))
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"charts.example.com"}})
	if r, err := c.Get(t.Context(), fetch.Request{URL: "https://charts.example.com/", Limit: 10, Name: "x"}); err != nil ||
		string(r.Body) != "x" {
		t.Errorf("a public address: %v", err)
	}
}

// A name that is public when it is looked at and private when it is connected
// to: it is looked up once, and what was looked at is connected to.
func TestRebinding(t *testing.T) {
	n := sourcestest.New(t)
	n.Host("a.example.com", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "x")
	}))
	n.Resolves("a.example.com", addresses("93.184.216.34"), addresses("127.0.0.1"))
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"a.example.com"}})
	if _, err := c.Get(t.Context(), fetch.Request{URL: "https://a.example.com/", Limit: 10, Name: "x"}); err != nil {
		t.Error(err)
	}
	_, err := c.Get(t.Context(), fetch.Request{URL: "https://a.example.com/", Limit: 10, Name: "x"})
	refused(t, "second connection", err, plan.SourceNotListed, "")
	for _, a := range n.Connected() {
		if a.Addr().String() != "93.184.216.34" {
			t.Errorf("connected to %s", a)
		}
	}
}

func TestOperatorsRanges(t *testing.T) {
	for _, r := range []string{"127.0.0.0/8", "0.0.0.0/0", "169.254.169.254/32", "::1/128", "fe80::/10", "::/0", "64:ff9b::/96", "2002::/16"} {
		_, err := fetch.NewHosts(fetch.HostRules{Listed: []string{"a.example.com"},
			Private: map[string][]netip.Prefix{"a.example.com": {netip.MustParsePrefix(r)}}})
		if err == nil {
			t.Errorf("an operator can open %s", r)
		}
	}
	n := sourcestest.New(t)
	for _, h := range []string{"charts.corp.example", "other.example.com"} {
		n.Host(h, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }))
		n.Resolves(h, addresses("10.1.2.3"))
	}
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"charts.corp.example", "other.example.com"},
		Private: map[string][]netip.Prefix{"charts.corp.example": {netip.MustParsePrefix("10.0.0.0/8")}}})
	if _, err := c.Get(t.Context(), fetch.Request{URL: "https://charts.corp.example/", Limit: 10, Name: "x"}); err != nil {
		t.Errorf("the host that the range is opened for: %v", err)
	}
	_, err := c.Get(t.Context(), fetch.Request{URL: "https://other.example.com/", Limit: 10, Name: "x"})
	refused(t, "another host in the same range", err, plan.SourceNotListed, "")
}

func TestAddressesThatAreNotAsked(t *testing.T) {
	n := sourcestest.New(t)
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"a.example.com", "*.github.io"}})
	for _, address := range []string{
		"http://a.example.com/", "https://a.example.com:8443/", "https://a.example.com:80/", "https://user:pw@a.example.com/",
		"https://b.example.com/",
		"https://xa.example.com/", "https://github.io/", "https://a.example.com.evil.net/", "https://a.example.com./", "https://127.0.0.1/",
		"https://[::1]/",
		"https://2130706433/", "https://localhost/", "ftp://a.example.com/", "file:///etc/passwd", "https://evil.net#.github.io",
		"https://evil.net\\.github.io/",
		"https://xn--a.github.io.evil.net", "//a.example.com/", "https:///path", "https://a.example.com%00.evil.net/",
		"https://evil.net?x.github.io",
	} {
		_, err := c.Get(t.Context(), fetch.Request{URL: address, Limit: 10, Name: "x"})
		var why *plan.SourceError
		if !errors.As(err, &why) || why.Why != plan.SourceNotListed && why.Why != plan.SourceInvalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(n.Seen()) > 0 || len(n.Connected()) > 0 {
		t.Errorf("asked %v, connected %v", n.Seen(), n.Connected())
	}
}

func TestRedirects(t *testing.T) {
	n := sourcestest.New(t)
	go1 := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	mux := http.NewServeMux()
	mux.Handle("/metadata", go1("https://169.254.169.254/latest/meta-data/"))
	mux.Handle("/loopback", go1("https://127.0.0.1:9001/"))
	mux.Handle("/plain", go1("http://a.example.com/ok"))
	mux.Handle("/port", go1("https://a.example.com:8080/ok"))
	mux.Handle("/unlisted", go1("https://evil.example.net/"))
	mux.Handle("/loop", go1("/loop"))
	mux.Handle("/nowhere", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }))
	mux.Handle("/other", go1("https://b.example.com/echo"))
	mux.Handle("/back", go1("https://b.example.com/back"))
	mux.Handle("/same", go1("/echo"))
	mux.Handle("/1", go1("/2"))
	mux.Handle("/2", go1("/3"))
	mux.Handle("/3", go1("/echo"))
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s%s", r.Header.Get("Authorization"), r.Header.Get("Cookie"))
	})
	mux.Handle("/echo", echo)
	n.Host("a.example.com", mux)
	b := http.NewServeMux()
	b.Handle("/echo", echo)
	b.Handle("/back", go1("https://a.example.com/echo"))
	n.Host("b.example.com", b)
	n.Host("evil.example.net", echo)
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"a.example.com", "b.example.com"}})
	get := func(path string) (fetch.Response, error) {
		return c.Get(t.Context(), fetch.Request{URL: "https://a.example.com" + path, Authorization: "Bearer canary", Limit: 100, Name: "x"})
	}
	for path, want := range map[string]plan.SourceWhy{
		"/metadata": plan.SourceNotListed, "/loopback": plan.SourceNotListed, "/plain": plan.SourceNotListed, "/port": plan.SourceNotListed,
		"/unlisted": plan.SourceNotListed, "/nowhere": plan.SourceDown,
	} {
		_, err := get(path)
		refused(t, path, err, want, "")
	}
	_, err := get("/loop")
	refused(t, "/loop", err, plan.SourceLimit, "redirects")
	for path, want := range map[string]string{"/same": "Bearer canary", "/other": "", "/back": "", "/1": "Bearer canary"} {
		r, err := get(path)
		if err != nil || string(r.Body) != want {
			t.Errorf("%s: %q, %v; want %q", path, r.Body, err, want)
		}
	}
	for _, s := range n.Seen() {
		u, _ := url.Parse(s.URL)
		if s.Credential && u.Host != "a.example.com" || u.Host == "evil.example.net" {
			t.Errorf("asked %v", s)
		}
	}
}

func TestLimitsOfAnswers(t *testing.T) {
	n := sourcestest.New(t)
	clock := sourcestest.NewClock()
	tries := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for chunk := bytes.Repeat([]byte("x"), 4096); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/announced", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999") })
	mux.HandleFunc("/packed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(make([]byte, 1<<20))
		z.Close()
	})
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		for range 10 { // ten bytes in ten seconds
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			clock.Advance(time.Second)
		}
		<-r.Context().Done()
	})
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
		clock.Advance(11 * time.Second)
		<-r.Context().Done()
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 100 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 10_000))
		}
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "x")
	})
	mux.HandleFunc("/500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	mux.HandleFunc("/recovers", func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries < 3 {
			w.WriteHeader(500)
			return
		}
		io.WriteString(w, "at last")
	})
	n.Host("a.example.com", mux)
	c := client(t, n, clock, fetch.HostRules{Listed: []string{"a.example.com"}})
	get := func(path string) (fetch.Response, error) {
		ctx, stop := fetch.Within(t.Context(), clock.Fetch(), "package-time", 10*time.Second)
		defer stop()
		return c.Get(ctx, fetch.Request{URL: "https://a.example.com" + path, Gzip: true, Limit: 1000, Name: "compressed"})
	}
	for path, want := range map[string]string{
		"/endless": "compressed", "/announced": "compressed", "/packed": "compressed", "/drip": "package-time", "/silent": "package-time",
	} {
		_, err := get(path)
		refused(t, path, err, plan.SourceLimit, want)
	}
	for _, path := range []string{"/headers", "/short"} {
		_, err := get(path)
		refused(t, path, err, plan.SourceDown, "")
	}
	r, err := get("/500")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "/500", fetch.Refusal(r, "a"), plan.SourceDown, "")
	if r, err = get("/recovers"); err != nil || string(r.Body) != "at last" {
		t.Errorf("500, 500, then success: %q, %v", r.Body, err)
	}
}

// A connection that never gets through its handshake ends by the clock.
func TestConnectionTime(t *testing.T) {
	n := sourcestest.New(t)
	clock := sourcestest.NewClock()
	n.Host("a.example.com", http.NotFoundHandler())
	network := n.Network()
	resolve := network.Resolve
	network.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
		clock.Advance(3 * time.Second)
		<-ctx.Done()
		return resolve(ctx, host)
	}
	hosts, _ := fetch.NewHosts(fetch.HostRules{Listed: []string{"a.example.com"}})
	c := fetch.New(hosts, network, clock.Fetch(), nil)
	_, err := c.Get(t.Context(), fetch.Request{URL: "https://a.example.com/", Limit: 10, Name: "x"})
	refused(t, "handshake", err, plan.SourceLimit, "connection")
}

// A mirror answers in the place of a host, and gets none of its credentials.
func TestMirror(t *testing.T) {
	n := sourcestest.New(t)
	n.Host("mirror.corp.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.EscapedPath(), r.Header.Get("Authorization"))
	}))
	mirrors := map[string]string{"registry.terraform.io": "https://mirror.corp.example/tf"}
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Mirrors: mirrors})
	r, err := c.Get(t.Context(), fetch.Request{URL: "https://registry.terraform.io/v1/a%2Fb?x=1", Authorization: "Bearer canary", Limit: 100,
		Name: "x"})
	if err != nil || string(r.Body) != "/tf/v1/a%2Fb" {
		t.Errorf("%q, %v", r.Body, err)
	}
	for _, bad := range []string{"http://m.example.com", "https://m.example.com:8443", "https://127.0.0.1/", "https://u:p@m.example.com",
		"m.example.com"} {
		if _, err := fetch.NewHosts(fetch.HostRules{Mirrors: map[string]string{"a.example.com": bad}}); err == nil {
			t.Errorf("mirror %s is taken", bad)
		}
	}
}

// What a library asks goes by the same rules.
func TestDo(t *testing.T) {
	n := sourcestest.New(t)
	n.Host("a.example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	c := client(t, n, sourcestest.NewClock(), fetch.HostRules{Listed: []string{"a.example.com"}})
	for _, r := range [][2]string{{"POST", "https://a.example.com/"}, {"PUT", "https://a.example.com/"}, {"GET", "https://b.example.com/"}} {
		req, _ := http.NewRequestWithContext(t.Context(), r[0], r[1], nil)
		if resp, err := c.Do(req); err == nil {
			resp.Body.Close()
			t.Errorf("%v is asked", r)
		}
	}
	if len(n.Seen()) > 0 {
		t.Errorf("asked %v", n.Seen())
	}
}
