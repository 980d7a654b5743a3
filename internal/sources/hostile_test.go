package sources_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// hostile is one server that means no good, and what must come of it: a refusal
// in short, or the text of a file.
type hostile struct {
	set    func(t *testing.T, w *world)
	source plan.Source
	want   string
	file   string // that is read where nothing is refused
}

func body(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(data) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// onFiles lets a handler answer for files.example.com.
func onFiles(h http.Handler) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.n.Host("files.example.com", h) }
}

const archiveURL = "https://files.example.com/m.tar.gz"

func archived(want string, data func(t *testing.T) []byte) hostile {
	return hostile{func(t *testing.T, w *world) { w.n.Host("files.example.com", body(data(t))) }, tfModule(archiveURL, "", plan.After), want,
		"main.tf"}
}

func tarOf(headers ...tar.Header) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		var buf bytes.Buffer
		z := gzip.NewWriter(&buf)
		w := tar.NewWriter(z)
		for _, h := range headers {
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, strings.Repeat("x", int(h.Size)))
		}
		w.Close()
		z.Close()
		return buf.Bytes()
	}
}

// manyEntries is an archive of a million files: one packed piece of a thousand,
// a thousand times.
func manyEntries(t *testing.T) []byte {
	var raw bytes.Buffer
	w := tar.NewWriter(&raw)
	for i := range 1000 {
		w.WriteHeader(&tar.Header{Name: fmt.Sprint("f", i), Mode: 0o644})
	}
	w.Flush()
	var piece bytes.Buffer
	z := gzip.NewWriter(&piece)
	z.Write(raw.Bytes())
	z.Close()
	return bytes.Repeat(piece.Bytes(), 1000)
}

func zipBomb(t *testing.T) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	f, _ := z.Create("zero")
	zeros := make([]byte, 1<<20)
	for range 120 {
		f.Write(zeros)
	}
	z.Close()
	return buf.Bytes()
}

func gzipBomb(t *testing.T) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	w.WriteHeader(&tar.Header{Name: "zero", Mode: 0o644, Size: 90 << 20})
	zeros := make([]byte, 1<<20)
	for range 90 {
		w.Write(zeros)
	}
	w.Close()
	z.Close()
	return buf.Bytes()
}

// located is a registry that answers a download with a location.
func located(location string) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		w.n.Host("tf.example.com", &sourcestest.Registry{Base: "/m/", Form: sourcestest.NoContent, Token: "canary-token",
			Modules: map[string]sourcestest.Module{"acme/net/aws": {Versions: []sourcestest.ModuleVersion{{Version: "1.0.0", Location: location}}}}})
	}
}

var fromRegistry = tfModule("tf.example.com/acme/net/aws", "1.0.0", plan.After)

func registryAnswers(path string, h http.HandlerFunc) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		mux := http.NewServeMux()
		mux.HandleFunc("/.well-known/terraform.json", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"modules.v1":"/m/"}`) })
		mux.HandleFunc(path, h)
		w.n.Host("tf.example.com", mux)
	}
}

func endless(prefix, unit string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, prefix)
		for chunk := []byte(strings.Repeat(unit, 1+64000/len(unit))); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// chartsAnswer is a chart repository with one entry for redis.
func chartsAnswer(entry string, archive http.HandlerFunc) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) {
		mux := http.NewServeMux()
		mux.HandleFunc("/index.yaml", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "entries:\n  redis:\n  - "+entry+"\n") })
		mux.HandleFunc("/redis.tgz", archive)
		w.n.Host("files.example.com", mux)
	}
}

var redis = helm("https://files.example.com", "redis", "1.0.0", plan.After)

// ociAnswers is a registry with a chart, changed by a hand.
func ociAnswers(change func(t *testing.T, o *sourcestest.OCI, w *world, manifest string, data []byte)) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		o := &sourcestest.OCI{Realm: "https://token.example.com/token", Page: 10}
		w.n.Host("oci.example.com", o)
		w.n.Host("token.example.com", http.HandlerFunc(o.Token))
		data := chartArchive(t, "redis", "1.0.0")
		m := o.Push("c/redis", "1.0.0", "", chartConfig, sourcestest.Layer{MediaType: chartLayer, Data: data})
		change(t, o, w, m, data)
	}
}

var ociRedis = helm("oci://oci.example.com/c", "redis", "1.0.0", plan.After)

func sumOf(t *testing.T, data []byte) string {
	t.Helper()
	return (&sourcestest.OCI{}).PushManifest("x", "x", "", data)
}

// githubAnswers is a repository whose API answers something else for some paths.
func githubAnswers(contains string, h http.HandlerFunc) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		r := newRepo(t, "acme/net")
		r.commit(t, "one")
		r.publish(t, w, t.TempDir())
		w.github.Hook(func(rw http.ResponseWriter, req *http.Request) bool {
			if !strings.Contains(req.URL.Path, contains) {
				return false
			}
			h(rw, req)
			return true
		})
	}
}

var fromGitHub = tfModule("github.com/acme/net", "", plan.After)

// Every server ends in a refusal that names what was the matter, or in the
// right content; nobody else is asked; no secret goes astray; and the memory
// that it takes is bounded.
func TestHostileServers(t *testing.T) {
	tried := 0
	for name, h := range hostiles() {
		tried++
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fetch.HostRules{Listed: []string{"files.example.com", "tf.example.com", "oci.example.com", "token.example.com"}},
				map[string]sources.Secret{"tf.example.com": {Token: "canary-token"}})
			w.n.Host("evil.example.net", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("evil.example.net was asked") }))
			h.set(t, w)
			var p plan.Package
			var err error
			spent := plantest.Spend(func() { p, err = w.review().Resolve(t.Context(), h.source) })
			if spent.Bytes > 200<<20 {
				t.Errorf("%d bytes were allocated", spent.Bytes)
			}
			got := ""
			if err != nil {
				got = refusal(err)
			} else if got, err = readFile(p, h.file); err != nil {
				t.Fatal(err)
			}
			if got != h.want {
				t.Errorf("%q (%v), want %q", got, err, h.want)
			}
			checkRequests(t, w)
		})
	}
	if tried < 50 {
		t.Errorf("only %d servers", tried)
	}
}

func checkRequests(t *testing.T, w *world) {
	t.Helper()
	for _, s := range w.n.Seen() {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "https" || !w.config.Client.Hosts().Listed(u.Host) {
			t.Errorf("asked %v", s)
		}
		if s.Credential && u.Host != "tf.example.com" && u.Host != "oci.example.com" {
			t.Errorf("a credential went out: %v", s)
		}
	}
	for _, a := range w.n.Connected() {
		if a.Port() != 443 || a.Addr().String() != "93.184.216.34" {
			t.Errorf("connected to %s", a)
		}
	}
}

// An index of 150 MB gives the right chart.
func TestLargeChartIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 150 MB")
	}
	w := newWorld(t, fetch.HostRules{Listed: []string{"files.example.com"}}, nil)
	mux := http.NewServeMux()
	base, most := plantest.Live(), uint64(0)
	mux.HandleFunc("/index.yaml", func(rw http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat("  - version: 1.0.0\n    description: "+strings.Repeat("x", 400)+"\n", 2000))
		io.WriteString(rw, "entries:\n")
		for i, sent := 0, 0; sent < 150<<20; i++ {
			fmt.Fprintf(rw, "  other%d:\n", i)
			rw.Write(chunk)
			if sent += len(chunk); i%10 == 0 {
				most = max(most, plantest.Live())
			}
		}
		io.WriteString(rw, "  redis:\n  - version: 1.0.0\n    urls: [redis.tgz]\n")
	})
	mux.HandleFunc("/redis.tgz", body(chartArchive(t, "redis", "1.0.0")))
	w.n.Host("files.example.com", mux)
	p, err := w.review().Resolve(t.Context(), redis)
	if err != nil || p.Version != "1.0.0" {
		t.Errorf("%v, %v", p.Version, err)
	}
	if most > base+16<<20 {
		t.Errorf("%d bytes were held, %d before", most, base)
	}
}
