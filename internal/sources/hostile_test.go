package sources_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
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
	return hostile{func(t *testing.T, w *world) { w.n.Host("files.example.com", body(data(t))) }, tfModule(archiveURL, "", plan.After), want, "main.tf"}
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

func hostiles() map[string]hostile {
	file := func(name string, size int64) tar.Header { return tar.Header{Name: name, Mode: 0o644, Size: size} }
	return map[string]hostile{
		"gzip bomb":             archived("limit ratio", gzipBomb),
		"a million entries":     archived("limit entries", manyEntries),
		"a path that climbs":    archived("unsupported", tarOf(file("../../etc/cron.d/x", 1))),
		"an absolute path":      archived("unsupported", tarOf(file("/etc/passwd", 1))),
		"a link out":            archived("unsupported", tarOf(tar.Header{Name: "x", Typeflag: tar.TypeSymlink, Linkname: "../../../etc/passwd"})),
		"an absolute link":      archived("unsupported", tarOf(tar.Header{Name: "x", Typeflag: tar.TypeSymlink, Linkname: "/proc/self/environ"})),
		"a hard link":           archived("unsupported", tarOf(file("a", 1), tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "a"})),
		"a device":              archived("unsupported", tarOf(tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3})),
		"a pipe":                archived("unsupported", tarOf(tar.Header{Name: "pipe", Typeflag: tar.TypeFifo})),
		"a file below a link":   archived("unsupported", tarOf(tar.Header{Name: "d", Typeflag: tar.TypeSymlink, Linkname: "."}, file("d/main.tf", 1))),
		"names in another case": archived("xx", tarOf(file("MAIN.tf", 1), file("main.tf", 2))),
		"a cut archive":         archived("untrusted", func(t *testing.T) []byte { return tarOf(file("main.tf", 9999))(t)[:60] }),
		"a page to sign in":     archived("untrusted", func(*testing.T) []byte { return []byte("<html>sign in</html>") }),
		"21 MiB":                archived("limit compressed", func(*testing.T) []byte { return make([]byte, 21<<20) }),
		"zip bomb": {func(t *testing.T, w *world) { w.n.Host("files.example.com", body(zipBomb(t))) },
			tfModule("https://files.example.com/m.zip", "", plan.After), "limit expanded", ""},
		"slow drip": {func(_ *testing.T, w *world) {
			w.n.Host("files.example.com", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				for range 11 {
					io.WriteString(rw, "x")
					rw.(http.Flusher).Flush()
					w.clock.Advance(time.Second)
				}
				<-r.Context().Done()
			}))
		}, tfModule(archiveURL, "", plan.After), "limit package-time", ""},
		"silence": {func(_ *testing.T, w *world) {
			w.n.Host("files.example.com", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				w.clock.Advance(time.Minute)
				<-r.Context().Done()
			}))
		}, tfModule(archiveURL, "", plan.After), "limit package-time", ""},
		"endless archive":             {onFiles(endless("", "x")), tfModule(archiveURL, "", plan.After), "limit compressed", ""},
		"redirect to metadata":        {onFiles(redirect("https://169.254.169.254/latest/meta-data/iam")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to the runtime API": {onFiles(redirect("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to a private range": {onFiles(redirect("https://10.0.0.1/")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to another port":    {onFiles(redirect("https://files.example.com:8443/")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to nobody's host":   {onFiles(redirect("https://evil.example.net/?secret=1")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to plain http":      {onFiles(redirect("http://files.example.com/")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect loop":               {onFiles(redirect(archiveURL)), tfModule(archiveURL, "", plan.After), "limit redirects", ""},
		"a name that resolves inside": {func(_ *testing.T, w *world) {
			w.n.Host("files.example.com", body(nil))
			w.n.Resolves("files.example.com", []netip.Addr{netip.MustParseAddr("169.254.169.254")})
		}, tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"a name that rebinds": {func(t *testing.T, w *world) {
			w.n.Host("files.example.com", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Connection", "close")
				http.Redirect(rw, r, "/again.tar.gz", http.StatusFound)
			}))
			w.n.Resolves("files.example.com", []netip.Addr{netip.MustParseAddr("93.184.216.34")}, []netip.Addr{netip.MustParseAddr("127.0.0.1")})
		}, tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"500 and then success": {func(t *testing.T, w *world) {
			n := 0
			data := tarOf(file("main.tf", 1))(t)
			w.n.Host("files.example.com", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				if n++; n < 3 {
					rw.WriteHeader(http.StatusInternalServerError)
					return
				}
				rw.Write(data)
			}))
		}, tfModule(archiveURL, "", plan.After), "x", "main.tf"},
		"500 for ever": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })), tfModule(archiveURL, "", plan.After), "down", ""},
		"too often":    {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) })), tfModule(archiveURL, "", plan.After), "down", ""},
		"an account":   {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })), tfModule(archiveURL, "", plan.After), "private", ""},
		"headers without end": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		})), tfModule(archiveURL, "", plan.After), "down", ""},
		"a length that lies": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			io.WriteString(w, "x")
		})), tfModule(archiveURL, "", plan.After), "down", ""},

		"location on plain http":   {located("http://files.example.com/m.zip"), fromRegistry, "not-listed", ""},
		"location in a file":       {located("file:///etc/passwd"), fromRegistry, "unsupported", ""},
		"location on another port": {located("https://files.example.com:9001/m.zip"), fromRegistry, "not-listed", ""},
		"location with a password": {located("https://user:pw@files.example.com/m.zip"), fromRegistry, "not-listed", ""},
		"location of metadata":     {located("https://169.254.169.254/m.zip"), fromRegistry, "not-listed", ""},
		"location that runs git":   {located("git::https://github.com/acme/net.git?ref=--upload-pack=touch%20/tmp/x"), fromRegistry, "unsupported", ""},
		"location in a registry":   {located("tf.example.com/acme/net/aws"), fromRegistry, "invalid", ""},
		"location in a bucket":     {located("s3::https://s3.amazonaws.com/b/m.zip"), fromRegistry, "unsupported", ""},
		"versions without end": {registryAnswers("/m/acme/net/aws/versions", endless(`{"modules":[{"versions":[`, `{"version":"1.0.0"},`)),
			tfModule("tf.example.com/acme/net/aws", "~> 1.0", plan.After), "limit answer", ""},
		"versions that unpack without end": {registryAnswers("/m/acme/net/aws/versions", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				z.Write(make([]byte, 1<<20))
			}
			z.Close()
		}), tfModule("tf.example.com/acme/net/aws", "~> 1.0", plan.After), "limit answer", ""},
		"versions that are none": {registryAnswers("/m/acme/net/aws/versions", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"modules":[{"versions":[{"version":"`+strings.Repeat("1", 1000)+`"},{"version":"x\ny"}]}]}`)
		}), tfModule("tf.example.com/acme/net/aws", "", plan.After), "no-version", ""},
		"services elsewhere": {func(_ *testing.T, w *world) {
			w.n.Host("tf.example.com", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, `{"modules.v1":"https://evil.example.net/m/"}`)
			}))
		}, fromRegistry, "not-listed", ""},
		"services on another listed host": {func(_ *testing.T, w *world) {
			w.n.Host("tf.example.com", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, `{"modules.v1":"https://files.example.com/m/"}`)
			}))
			w.n.Host("files.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }))
		}, fromRegistry, "gone", ""},

		"index with the wrong digest":  {chartsAnswer("{version: 1.0.0, urls: [redis.tgz], digest: "+strings.Repeat("0", 64)+"}", body([]byte("x"))), redis, "untrusted", ""},
		"index that sends to metadata": {chartsAnswer("{version: 1.0.0, urls: ['https://169.254.169.254/latest/user-data']}", body(nil)), redis, "not-listed", ""},
		"index that sends to a file":   {chartsAnswer("{version: 1.0.0, urls: ['file:///etc/passwd']}", body(nil)), redis, "not-listed", ""},
		"index without addresses":      {chartsAnswer("{version: 1.0.0}", body(nil)), redis, "gone", ""},
		"index without end":            {onFiles(endless("entries:\n  redis:\n", "  - version: 1.0.0\n    digest: "+strings.Repeat("x", 300)+"\n")), redis, "limit index", ""},
		"a chart without Chart.yaml": {func(t *testing.T, w *world) {
			chartsAnswer("{version: 1.0.0, urls: [redis.tgz]}", body(tgz(t, "redis/values.yaml", "x")))(t, w)
		}, redis, "untrusted", ""},
		"a chart of two folders": {func(t *testing.T, w *world) {
			chartsAnswer("{version: 1.0.0, urls: [redis.tgz]}", body(tgz(t, "redis/Chart.yaml", "x", "evil/Chart.yaml", "x")))(t, w)
		}, redis, "untrusted", ""},

		"another blob": {ociAnswers(func(t *testing.T, o *sourcestest.OCI, _ *world, _ string, data []byte) {
			o.Replace("c/redis", sumOf(t, data), bytes.Replace(data, data[20:21], []byte{data[20] ^ 1}, 1))
		}), ociRedis, "untrusted", ""},
		"another manifest": {ociAnswers(func(_ *testing.T, o *sourcestest.OCI, _ *world, m string, _ []byte) {
			o.Replace("c/redis", m, []byte(`{"schemaVersion":2,"layers":[]}`))
		}), ociRedis, "untrusted", ""},
		"a manifest of 5 MiB": {ociAnswers(func(_ *testing.T, o *sourcestest.OCI, _ *world, _ string, _ []byte) {
			o.PushManifest("c/redis", "1.0.0", "application/vnd.oci.image.manifest.v1+json", bytes.Repeat([]byte(" "), 5<<20))
		}), ociRedis, "limit manifest", ""},
		"a layer of an exabyte": {ociAnswers(func(_ *testing.T, o *sourcestest.OCI, _ *world, _ string, data []byte) {
			o.PushManifest("c/redis", "1.0.0", "application/vnd.oci.image.manifest.v1+json", []byte(`{"schemaVersion":2,"layers":[{"mediaType":"`+chartLayer+`","digest":"sha256:`+strings.Repeat("0", 64)+`","size":1000000000000000000}]}`))
		}), ociRedis, "limit compressed", ""},
		"a token from elsewhere": {ociAnswers(func(_ *testing.T, o *sourcestest.OCI, _ *world, _ string, _ []byte) {
			o.Realm = "https://evil.example.net/token"
		}), ociRedis, "not-listed", ""},
		"a token that is none": {ociAnswers(func(_ *testing.T, _ *sourcestest.OCI, w *world, _ string, _ []byte) {
			w.n.Host("token.example.com", body([]byte("{")))
		}), ociRedis, "down", ""},
		"tags without end": {func(_ *testing.T, w *world) {
			w.n.Host("oci.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Link", `</v2/c/redis/tags/list?last=x>; rel="next"`)
				io.WriteString(w, `{"tags":["`+strings.Repeat(`1.0.0","`, 500)+`1.0.0"]}`)
			}))
		}, helm("oci://oci.example.com/c", "redis", "^1.0", plan.After), "limit tags", ""},
		"tags that go on elsewhere": {func(_ *testing.T, w *world) {
			w.n.Host("oci.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Link", `<https://evil.example.net/v2/c/redis/tags/list?last=x>; rel="next"`)
				io.WriteString(w, `{"tags":["1.0.0"]}`)
			}))
		}, helm("oci://oci.example.com/c", "redis", "^1.0", plan.After), "down", ""},

		"a tree that is cut": {func(t *testing.T, w *world) {
			githubAnswers("/git/trees/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"truncated":true,"tree":[]}`) })(t, w)
			w.n.Host("codeload.github.com", body(tgz(t, "x/other", "file")))
		}, fromGitHub, "limit entries", ""},
		"a tarball on another host": {githubAnswers("/tarball/", redirect("https://evil.example.net/x.tar.gz")), fromGitHub, "not-listed", ""},
		"a tarball in a bomb":       {githubAnswers("/tarball/", func(w http.ResponseWriter, r *http.Request) { w.Write(gzipBomb(nil)) }), fromGitHub, "limit ratio", ""},
		"a branch that is no commit": {githubAnswers("/git/ref/", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"object":{"sha":"../../../user","type":"commit"}}`)
		}), fromGitHub, "down", ""},
		"a tag of itself": {githubAnswers("/git/", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"object":{"sha":"`+strings.Repeat("a", 40)+`","type":"tag"}}`)
		}), fromGitHub, "limit tags", ""},
		"an API of pages": {githubAnswers("/repos/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>") }), fromGitHub, "down", ""},
		"a default branch of a path": {githubAnswers("/repos/", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/repos/acme/net" {
				io.WriteString(w, `{"default_branch":"../../../../user"}`)
				return
			}
			w.WriteHeader(404)
		}), fromGitHub, "gone", ""},
	}
}

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
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := w.review().Resolve(t.Context(), h.source)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 200<<20 {
				t.Errorf("took %d bytes", took)
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
	mux.HandleFunc("/index.yaml", func(rw http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat("  - version: 1.0.0\n    description: "+strings.Repeat("x", 400)+"\n", 2000))
		io.WriteString(rw, "entries:\n")
		for i, sent := 0, 0; sent < 150<<20; i++ {
			fmt.Fprintf(rw, "  other%d:\n", i)
			rw.Write(chunk)
			sent += len(chunk)
		}
		io.WriteString(rw, "  redis:\n  - version: 1.0.0\n    urls: [redis.tgz]\n")
	})
	mux.HandleFunc("/redis.tgz", body(chartArchive(t, "redis", "1.0.0")))
	w.n.Host("files.example.com", mux)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := w.review().Resolve(t.Context(), redis)
	runtime.ReadMemStats(&after)
	if err != nil || p.Version != "1.0.0" {
		t.Errorf("%v, %v", p.Version, err)
	}
	if kept := int64(after.HeapInuse) - int64(before.HeapInuse); kept > 100<<20 {
		t.Errorf("the heap grew by %d bytes", kept)
	}
}
