package sources_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

const (
	chartConfig = "application/vnd.cncf.helm.config.v1+json"
	chartLayer  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

func chartArchive(t testing.TB, name, version string) []byte {
	return tgz(t, name+"/Chart.yaml", fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\n", name, version), name+"/templates/x.yaml",
		"kind: ConfigMap\n")
}

// chartRepository serves charts with an index.
func chartRepository(t testing.TB, name string, created map[string]string, versions ...string) http.Handler {
	mux := http.NewServeMux()
	var index strings.Builder
	fmt.Fprintf(&index, "apiVersion: v1\nentries:\n  %s:\n", name)
	for _, v := range versions {
		data := chartArchive(t, name, v)
		sum := sha256.Sum256(data)
		fmt.Fprintf(&index, "  - name: %s\n    version: %q\n    digest: %s\n    urls: [charts/%s-%s.tgz]\n", name, v, hex.EncodeToString(sum[:]),
			name, v)
		if created[v] != "" {
			fmt.Fprintf(&index, "    created: %q\n", created[v])
		}
		mux.HandleFunc("/stable/charts/"+name+"-"+v+".tgz", func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
	}
	mux.HandleFunc("/stable/index.yaml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write([]byte(index.String()))
	})
	return mux
}

func helm(repository, name, version string, side plan.Side) plan.Source {
	s := plan.Source{Kind: plan.ChartSource, Address: repository, Name: name, Side: side}
	if version != "" {
		s.Ref = plan.Ref{Kind: plan.RefVersion, Text: version}
	}
	return s
}

func TestChartRepository(t *testing.T) {
	w := newWorld(t, fetch.HostRules{Listed: []string{"charts.example.com"}}, nil)
	w.n.Host("charts.example.com", chartRepository(t, "redis", map[string]string{"1.0.0": "2026-01-01T00:00:00Z",
		"1.1.0": "2026-02-10T00:00:00Z"}, "1.1.0", "1.0.0", "2.0.0-rc.1"))
	for constraint, want := range map[string]string{"": "1.1.0", "^1.0": "1.1.0", "1.0.0": "1.0.0", ">=1.0.0-0": "2.0.0-rc.1",
		"9.0.0": "no: no-version", "x y": "no: invalid"} {
		p, err := w.review().Resolve(t.Context(), helm("https://charts.example.com/stable", "redis", constraint, plan.After))
		got := p.Version
		if err != nil {
			got = "no: " + refusal(err)
		} else if name, err := readFile(p, "Chart.yaml"); err != nil || !strings.Contains(name, "version: "+want) ||
			!strings.HasPrefix(p.Digest, "chart:charts.example.com/stable/redis@sha256:") {
			t.Errorf("%q: %s: %q, %v", constraint, p.Digest, name, err)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", constraint, got, want)
		}
	}
	s := w.Review(sources.Review{Access: sources.Public{}, BasePushed: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)})
	before, err := s.Resolve(t.Context(), helm("https://charts.example.com/stable", "redis", "^1.0", plan.Before))
	after, err2 := s.Resolve(t.Context(), helm("https://charts.example.com/stable", "redis", "^1.0", plan.After))
	if err != nil || err2 != nil || before.Version != "1.0.0" || before.Moment != plan.MomentAsked || after.Version != "1.1.0" {
		t.Errorf("%v %v, %v %v", before.Version, before.Moment, after.Version, err)
	}
	w.n.Forget()
	if p, err := w.review().Resolve(t.Context(), helm("https://charts.example.com/stable/", "redis", "1.0.0", plan.After)); err != nil ||
		len(w.n.Seen()) > 0 || p.Moment != plan.MomentExact {
		t.Errorf("from the cache: %v, asked %v", err, w.n.Seen())
	}
	w.clock.Advance(cache.FreshFor)
	if _, err := w.review().Resolve(t.Context(), helm("https://charts.example.com/stable", "redis", "^1.0", plan.After)); err != nil ||
		len(w.n.Seen()) != 1 {
		t.Errorf("after five minutes: %v, asked %v; want one conditional question", err, w.n.Seen())
	}
}

func readFile(p plan.Package, name string) (string, error) {
	f, err := p.Tree.Open(strings.TrimPrefix(p.Dir+"/"+name, "./"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(f)
	return b.String(), err
}

func ociWorld(t testing.TB, secrets map[string]sources.Secret) (*world, *sourcestest.OCI) {
	w := newWorld(t, fetch.HostRules{Listed: []string{"oci.example.com", "token.example.com"}}, secrets)
	o := &sourcestest.OCI{Realm: "https://token.example.com/token", Page: 2}
	w.n.Host("oci.example.com", o)
	w.n.Host("token.example.com", http.HandlerFunc(o.Token))
	return w, o
}

func TestOCICharts(t *testing.T) {
	w, o := ociWorld(t, nil)
	for _, v := range []string{"1.0.0", "1.1.0", "1.2.0+build.1", "2.0.0-rc.1"} {
		o.Push("charts/redis", strings.ReplaceAll(v, "+", "_"), "", chartConfig,
			sourcestest.Layer{MediaType: "application/vnd.cncf.helm.chart.provenance.v1.prov", Data: []byte("prov")},
			sourcestest.Layer{MediaType: chartLayer, Data: chartArchive(t, "redis", v)})
	}
	digest := o.Push("charts/redis", "latest", "", chartConfig,
		sourcestest.Layer{MediaType: "application/tar+gzip", Data: chartArchive(t, "redis", "0.1.0")})
	ref := func(kind plan.RefKind, text string) plan.Source {
		return plan.Source{Kind: plan.ChartSource, Address: "oci://oci.example.com/charts/redis", Ref: plan.Ref{Kind: kind, Text: text},
			Side: plan.After}
	}
	for _, c := range []struct {
		source  plan.Source
		version string
		chart   string
	}{
		{helm("oci://oci.example.com/charts", "redis", "1.0.0", plan.After), "1.0.0", "1.0.0"},
		{helm("oci.example.com/charts", "redis", "^1.0", plan.After), "1.2.0+build.1", "1.2.0+build.1"},
		{helm("oci://oci.example.com/charts/redis", "", "", plan.After), "1.2.0+build.1", "1.2.0+build.1"},
		{helm("oci://oci.example.com/charts/redis", "", "1.2.0+build.1", plan.After), "1.2.0+build.1", "1.2.0+build.1"},
		{ref(plan.RefTag, "1.1.0"), "1.1.0", "1.1.0"}, {ref(plan.RefTag, "latest"), "", "0.1.0"}, {ref(plan.RefDigest, digest), "", "0.1.0"},
		{ref(plan.RefVersion, ">=2.0.0-0"), "2.0.0-rc.1", "2.0.0-rc.1"},
		{ref(plan.RefTag, "9.9.9"), "no: gone", ""}, {ref(plan.RefVersion, ">9"), "no: no-version", ""}, {ref(plan.RefBranch, "main"),
			"no: invalid", ""},
		{plan.Source{Kind: plan.ChartSource, Address: "oci://oci.example.com/charts/missing", Ref: plan.Ref{Kind: plan.RefTag, Text: "1"}},
			"no: gone", ""},
	} {
		p, err := w.review().Resolve(t.Context(), c.source)
		got := p.Version
		if err != nil {
			got = "no: " + refusal(err)
		} else if text, err := readFile(p, "Chart.yaml"); err != nil || !strings.Contains(text, "version: "+c.chart+"\n") {
			t.Errorf("%v: %q, %v", c.source, text, err)
		}
		if got != c.version {
			t.Errorf("%v: %s, want %s", c.source, got, c.version)
		}
	}
}

// A moved tag is seen once the memory is over, or at once where it must be.
func TestMovedTag(t *testing.T) {
	w, o := ociWorld(t, nil)
	s := plan.Source{Kind: plan.ArtifactSource, Address: "oci://oci.example.com/manifests", Ref: plan.Ref{Kind: plan.RefTag, Text: "v1"},
		Side: plan.After}
	layer := func(text string) sourcestest.Layer {
		return sourcestest.Layer{MediaType: "application/vnd.cncf.flux.content.v1.tar+gzip", Data: tgz(t, "x.yaml", text)}
	}
	read := func(anew bool) string {
		t.Helper()
		p, err := w.Review(sources.Review{Access: sources.Public{}, Anew: anew}).Resolve(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := readFile(p, "x.yaml")
		return text
	}
	o.Push("manifests", "v1", "", "application/vnd.cncf.flux.config.v1+json", layer("one"))
	if got := read(false); got != "one" {
		t.Errorf("%q", got)
	}
	o.Push("manifests", "v1", "", "application/vnd.cncf.flux.config.v1+json", layer("two"))
	if got := read(false); got != "one" {
		t.Errorf("within five minutes: %q", got)
	}
	if got := read(true); got != "two" {
		t.Errorf("looked up anew: %q", got)
	}
	o.Push("manifests", "v1", "", "application/vnd.cncf.flux.config.v1+json", layer("three"))
	w.clock.Advance(cache.FreshFor)
	if got := read(false); got != "three" {
		t.Errorf("after five minutes: %q", got)
	}
}

func TestOpenTofuModules(t *testing.T) {
	w, o := ociWorld(t, nil)
	var z bytes.Buffer
	a := zip.NewWriter(&z)
	f, _ := a.Create("sub/marker.tf")
	f.Write([]byte("# zip\n"))
	a.Close()
	module := func(artifact string, layers ...sourcestest.Layer) string {
		return o.Push("m/net", "latest", artifact, "application/vnd.oci.empty.v1+json", layers...)
	}
	zipped := sourcestest.Layer{MediaType: "archive/zip", Data: z.Bytes()}
	s := plan.Source{Kind: plan.ModuleSource, OpenTofu: true, Address: "oci://oci.example.com/m/net//sub", Side: plan.After}
	for name, c := range map[string]struct {
		push func() string
		want string
	}{
		"a module":         {func() string { return module("application/vnd.opentofu.modulepkg", zipped) }, ""},
		"another artifact": {func() string { return module("application/vnd.oci.image", zipped) }, "unsupported"},
		"two layers": {func() string {
			return module("application/vnd.opentofu.modulepkg", zipped, sourcestest.Layer{MediaType: "archive/zip", Data: append(z.Bytes(), 0)})
		}, "unsupported"},
		"no such layer": {func() string {
			return module("application/vnd.opentofu.modulepkg", sourcestest.Layer{MediaType: "archive/tar", Data: []byte("x")})
		}, "unsupported"},
		"an index": {func() string {
			return o.PushManifest("m/net", "latest", "application/vnd.oci.image.index.v1+json", []byte(`{"schemaVersion":2,"manifests":[{}]}`))
		}, "unsupported"},
	} {
		digest := c.push()
		p, err := w.Review(sources.Review{Access: sources.Public{}, Anew: true}).Resolve(t.Context(), s)
		if c.want != "" {
			if refusal(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			continue
		}
		if text, _ := readFile(p, "marker.tf"); err != nil || text != "# zip\n" || p.Digest != "oci:oci.example.com/m/net@"+digest {
			t.Errorf("%s: %q %s, %v", name, text, p.Digest, err)
		}
	}
}

// A secret goes to its own host, and to the one that hands out tokens for it.
func TestSecretsOfRegistries(t *testing.T) {
	for name, c := range map[string]struct {
		secret sources.Secret
		realm  string
		want   string
		seen   string // the only host that may see a basic credential
	}{
		"the realm is named": {sources.Secret{User: "u", Password: "canary", Realm: "token.example.com"},
			"https://token.example.com/token", "", "token.example.com"},
		"another realm": {sources.Secret{User: "u", Password: "canary"}, "https://token.example.com/token", "private", ""},
		"a realm that is not listed": {sources.Secret{User: "u", Password: "canary", Realm: "evil.example.net"}, "https://evil.example.net/token",
			"not-listed", ""},
		"a realm inside": {sources.Secret{User: "u", Password: "canary"}, "https://169.254.169.254/token", "not-listed", ""},
		"a plain realm":  {sources.Secret{User: "u", Password: "canary"}, "http://token.example.com/token", "not-listed", ""},
		"no secret":      {sources.Secret{}, "https://token.example.com/token", "private", ""},
	} {
		w, o := ociWorld(t, map[string]sources.Secret{"oci.example.com": c.secret})
		o.Realm, o.User, o.Password = c.realm, "u", "canary"
		w.n.Host("evil.example.net", http.HandlerFunc(o.Token))
		o.Push("charts/redis", "1.0.0", "", chartConfig, sourcestest.Layer{MediaType: chartLayer, Data: chartArchive(t, "redis", "1.0.0")})
		basic := map[string]bool{}
		watch := func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
					basic[r.Host] = true
				}
				h.ServeHTTP(rw, r)
			})
		}
		for _, h := range []string{"oci.example.com", "token.example.com", "evil.example.net"} {
			w.n.Host(h, watch(w.n.HandlerOf(h)))
		}
		p, err := w.review().Resolve(t.Context(), helm("oci://oci.example.com/charts", "redis", "1.0.0", plan.After))
		if c.want == "" && (err != nil || p.Private != "oci.example.com") || c.want != "" && refusal(err) != c.want {
			t.Errorf("%s: %v (private %q), want %q", name, err, p.Private, c.want)
		}
		for host := range basic {
			if host != c.seen {
				t.Errorf("%s: the secret went to %s", name, host)
			}
		}
	}
}

func newWorldWithCharts(t testing.TB) *world {
	w := newWorld(t, fetch.HostRules{Listed: []string{"charts.example.com"}}, nil)
	w.n.Host("charts.example.com", chartRepository(t, "redis", nil, "1.1.0", "1.0.0"))
	return w
}

// A host in a private range is nobody else's, although it wants no credential.
func TestPrivateRange(t *testing.T) {
	w := newWorld(t, fetch.HostRules{Listed: []string{"charts.corp.example"},
		Private: map[string][]netip.Prefix{"charts.corp.example": {netip.MustParsePrefix("10.0.0.0/8")}}}, nil)
	w.n.Host("charts.corp.example", chartRepository(t, "redis", nil, "1.0.0"))
	w.n.Resolves("charts.corp.example", []netip.Addr{netip.MustParseAddr("10.1.2.3")})
	p, err := w.review().Resolve(t.Context(), helm("https://charts.corp.example/stable", "redis", "", plan.After))
	if err != nil || p.Private != "charts.corp.example" {
		t.Errorf("private %q, %v", p.Private, err)
	}
	for _, k := range w.store.(*cache.Memory).Keys() {
		if k.Scope != cache.Installation("1") {
			t.Errorf("kept for everybody: %v", k)
		}
	}
}

// What a mirror served is kept apart, and says so in its digest.
func TestMirror(t *testing.T) {
	w := newWorld(t, fetch.HostRules{Mirrors: map[string]string{"charts.example.com": "https://mirror.example.com/proxy"}}, nil)
	w.n.Host("mirror.example.com", http.StripPrefix("/proxy", chartRepository(t, "redis", nil, "1.0.0")))
	p, err := w.review().Resolve(t.Context(), helm("https://charts.example.com/stable", "redis", "", plan.After))
	if err != nil || !strings.HasPrefix(p.Digest, "mirror:mirror.example.com:chart:charts.example.com/") {
		t.Errorf("%s, %v", p.Digest, err)
	}
	for _, k := range w.store.(*cache.Memory).Keys() {
		if !strings.HasPrefix(k.Name, "mirror mirror.example.com ") {
			t.Errorf("kept as the host's own: %v", k)
		}
	}
}
