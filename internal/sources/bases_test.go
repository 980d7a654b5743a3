package sources_test

import (
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// Entries of a kustomization: a file, an asset of a release, a folder of a
// repository, and a path of github.com that turns out to be no file.
func TestBases(t *testing.T) {
	w := newWorld(t, fetch.HostRules{Listed: []string{"files.example.com"}}, nil)
	r := newRepo(t, "acme/app")
	id := r.commit(t, "one", "base", "releases/download/v1")
	r.git(t, "tag", "v1")
	r.publish(t, w, t.TempDir())
	raw := http.NewServeMux()
	raw.HandleFunc("/acme/app/v1/x.yaml", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "kind: Raw\n") })
	w.n.Host("raw.githubusercontent.com", raw)
	site := http.NewServeMux()
	site.Handle("/acme/app/releases/download/v1/x.yaml", redirect("https://objects.githubusercontent.com/asset"))
	site.Handle("/acme/app/releases/latest/download/x.yaml", redirect("/acme/app/releases/download/v1/x.yaml"))
	w.n.Host("github.com", site)
	w.n.Host("objects.githubusercontent.com", body([]byte("kind: Asset\n")))
	w.n.Host("files.example.com", body([]byte("kind: File\n")))
	for _, c := range []struct{ entry, want, digest string }{
		{"https://raw.githubusercontent.com/acme/app/v1/x.yaml", "kind: Raw\n", "file:raw.githubusercontent.com/acme/app/v1/x.yaml@sha256:"},
		{"https://github.com/acme/app/releases/download/v1/x.yaml", "kind: Asset\n",
			"file:github.com/acme/app/releases/download/v1/x.yaml@sha256:"},
		{"https://github.com/acme/app/releases/latest/download/x.yaml", "kind: Asset\n", "file:github.com/"},
		{"https://files.example.com/all?x=1", "kind: File\n", "file:files.example.com/all@sha256:"},
		{"https://github.com/acme/app//base?ref=v1", "# acme/app one base\n", "git:github.com/acme/app@" + id},
		{"github.com/acme/app/base", "# acme/app one base\n", "git:github.com/acme/app@" + id},
		{"https://github.com/acme/app/releases/download/v1?ref=v1", "# acme/app one releases/download/v1\n", "git:github.com/acme/app@" + id},
		{"https://raw.githubusercontent.com/acme/app/v1/missing.yaml", "no: gone", ""},
		{"https://evil.example.net/x.yaml", "no: not-listed", ""},
		{"https://github.com/acme/app//base?ref=missing", "no: gone", ""},
		{"https://gitlab.com/acme/app//base", "no: not-listed", ""},
		{"ssh://git@gitlab.com/acme/app//base", "no: unsupported", ""},
	} {
		p, err := w.review().Resolve(t.Context(), plan.Source{Kind: plan.BaseSource, Address: c.entry, Side: plan.After})
		got := ""
		if err != nil {
			got = "no: " + refusal(err)
		} else if info, statErr := fs.Stat(p.Tree, p.Dir); statErr == nil && info.IsDir() {
			got, _ = readFile(p, "marker.tf")
		} else {
			text, _ := fs.ReadFile(p.Tree, p.Dir)
			got = string(text)
		}
		if got != c.want || !strings.HasPrefix(p.Digest, c.digest) {
			t.Errorf("%s: %q %s (%v), want %q %s", c.entry, got, p.Digest, err, c.want, c.digest)
		}
	}
}

// Each tool reads the answer of a download in its own way.
func TestDownloadForms(t *testing.T) {
	w := netWorld(t)
	for _, c := range []struct {
		form     sourcestest.Form
		openTofu bool
		want     string
	}{
		{sourcestest.NoContent, false, ""}, {sourcestest.NoContent, true, ""}, {sourcestest.Header, false, ""}, {sourcestest.Header, true,
			"down"},
		{sourcestest.JSON, false, "down"}, {sourcestest.JSON, true, ""}, {sourcestest.JSONEmpty, false, ""}, {sourcestest.JSONEmpty, true, ""},
	} {
		w.config.Store = &cache.Memory{}
		for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
			w.n.HandlerOf(host).(*sourcestest.Registry).Form = c.form
		}
		s := tfModule("acme/net/aws", "1.0.0", plan.After)
		s.OpenTofu = c.openTofu
		p, err := sources.New(w.config).Review(sources.Review{Access: sources.Public{}}).Resolve(t.Context(), s)
		if c.want == "" && (err != nil || p.Version != "1.0.0") || c.want != "" && refusal(err) != c.want {
			t.Errorf("%s, OpenTofu %v: %s %v, want %q", c.form, c.openTofu, p.Version, err, c.want)
		}
	}
}
