package sources_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

func hostiles() map[string]hostile {
	file := func(name string, size int64) tar.Header { return tar.Header{Name: name, Mode: 0o644, Size: size} }
	return map[string]hostile{
		"gzip bomb":          archived("limit ratio", gzipBomb),
		"a million entries":  archived("limit entries", manyEntries),
		"a path that climbs": archived("unsupported", tarOf(file("../../etc/cron.d/x", 1))),
		"an absolute path":   archived("unsupported", tarOf(file("/etc/passwd", 1))),
		"a link out": archived("unsupported", tarOf(tar.Header{Name: "x", Typeflag: tar.TypeSymlink,
			Linkname: "../../../etc/passwd"})),
		"an absolute link": archived("unsupported", tarOf(tar.Header{Name: "x", Typeflag: tar.TypeSymlink, Linkname: "/proc/self/environ"})),
		"a hard link":      archived("unsupported", tarOf(file("a", 1), tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "a"})),
		"a device":         archived("unsupported", tarOf(tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3})),
		"a pipe":           archived("unsupported", tarOf(tar.Header{Name: "pipe", Typeflag: tar.TypeFifo})),
		"a file below a link": archived("unsupported", tarOf(tar.Header{Name: "d", Typeflag: tar.TypeSymlink, Linkname: "."},
			file("d/main.tf", 1))),
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
		"endless archive": {onFiles(endless("", "x")), tfModule(archiveURL, "", plan.After), "limit compressed", ""},
		"redirect to metadata": {onFiles(redirect("https://169.254.169.254/latest/meta-data/iam")), tfModule(archiveURL, "", plan.After),
			"not-listed", ""},
		"redirect to the runtime API": {onFiles(redirect("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next")),
			tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to a private range": {onFiles(redirect("https://10.0.0.1/")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect to another port": {onFiles(redirect("https://files.example.com:8443/")), tfModule(archiveURL, "", plan.After), "not-listed",
			""},
		"redirect to nobody's host": {onFiles(redirect("https://evil.example.net/?secret=1")), tfModule(archiveURL, "", plan.After),
			"not-listed", ""},
		"redirect to plain http": {onFiles(redirect("http://files.example.com/")), tfModule(archiveURL, "", plan.After), "not-listed", ""},
		"redirect loop":          {onFiles(redirect(archiveURL)), tfModule(archiveURL, "", plan.After), "limit redirects", ""},
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
		"500 for ever": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })),
			tfModule(archiveURL, "", plan.After), "down", ""},
		"too often": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) })),
			tfModule(archiveURL, "", plan.After), "down", ""},
		"an account": {onFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })),
			tfModule(archiveURL, "", plan.After), "private", ""},
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
		"location that runs git": {located("git::https://github.com/acme/net.git?ref=--upload-pack=touch%20/tmp/x"), fromRegistry,
			"unsupported", ""},
		"location in a registry": {located("tf.example.com/acme/net/aws"), fromRegistry, "invalid", ""},
		"location in a bucket":   {located("s3::https://s3.amazonaws.com/b/m.zip"), fromRegistry, "unsupported", ""},
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

		"index with the wrong digest": {chartsAnswer("{version: 1.0.0, urls: [redis.tgz], digest: "+strings.Repeat("0", 64)+"}",
			body([]byte("x"))), redis, "untrusted", ""},
		"index that sends to metadata": {chartsAnswer("{version: 1.0.0, urls: ['https://169.254.169.254/latest/user-data']}", body(nil)), redis,
			"not-listed", ""},
		"index that sends to a file": {chartsAnswer("{version: 1.0.0, urls: ['file:///etc/passwd']}", body(nil)), redis, "not-listed", ""},
		"index without addresses":    {chartsAnswer("{version: 1.0.0}", body(nil)), redis, "gone", ""},
		"index without end": {onFiles(endless("entries:\n  redis:\n",
			"  - version: 1.0.0\n    digest: "+strings.Repeat("x", 300)+"\n")), redis, "limit index", ""},
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
			o.PushManifest("c/redis", "1.0.0", "application/vnd.oci.image.manifest.v1+json",
				[]byte(`{"schemaVersion":2,"layers":[{"mediaType":"`+chartLayer+`","digest":"sha256:`+strings.Repeat("0",
					64)+`","size":1000000000000000000}]}`))
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
		"a tarball in a bomb": {githubAnswers("/tarball/", func(w http.ResponseWriter, r *http.Request) { w.Write(gzipBomb(nil)) }),
			fromGitHub, "limit ratio", ""},
		"a branch that is no commit": {githubAnswers("/git/ref/", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"object":{"sha":"../../../user","type":"commit"}}`)
		}), fromGitHub, "down", ""},
		"a tag of itself": {githubAnswers("/git/", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"object":{"sha":"`+strings.Repeat("a", 40)+`","type":"tag"}}`)
		}), fromGitHub, "limit tags", ""},
		"an API of pages": {githubAnswers("/repos/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>") }), fromGitHub,
			"down", ""},
		"a default branch of a path": {githubAnswers("/repos/", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/repos/acme/net" {
				io.WriteString(w, `{"default_branch":"../../../../user"}`)
				return
			}
			w.WriteHeader(404)
		}), fromGitHub, "gone", ""},
	}
}
