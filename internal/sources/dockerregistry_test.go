package sources_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/image-spec/specs-go"
	spec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// dockerRegistry starts the registry that most others are made from, and
// returns its address on loopback.
func dockerRegistry(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("docker-registry is not there, and CI=true wants it")
		}
		t.Skip("needs docker-registry")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	config := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", t.TempDir(),
		address)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, program, "serve", config)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = c.Wait() })
	eventually.True(t, "docker-registry answers", func() bool {
		resp, err := http.Get("http://" + address + "/v2/")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
	return address
}

// push packs one layer as an artifact, with the library that Helm pushes with.
func push(t *testing.T, at, tag, artifact, config string, media string, data []byte) string {
	t.Helper()
	repo, err := remote.NewRepository(at)
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	ctx := t.Context()
	blob := func(media string, data []byte) spec.Descriptor {
		d := content.NewDescriptorFromBytes(media, data)
		if err := repo.Push(ctx, d, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	m := spec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: spec.MediaTypeImageManifest, ArtifactType: artifact,
		Config: blob(config, []byte("{}")), Layers: []spec.Descriptor{blob(media, data)}}
	desc, err := oras.TagBytes(ctx, repo, spec.MediaTypeImageManifest, marshal(t, m), tag)
	if err != nil {
		t.Fatal(err)
	}
	return string(desc.Digest)
}

// A real registry serves what we read: tags, digests, charts and modules.
func TestRealRegistry(t *testing.T) {
	address := dockerRegistry(t)
	w := newWorld(t, fetch.HostRules{Listed: []string{"registry.example.com"}}, nil)
	w.n.Host("registry.example.com", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address}))
	digests := map[string]string{}
	for i := range 12 {
		v := fmt.Sprintf("1.%d.0", i)
		digests[v] = push(t, address+"/charts/redis", v, "", chartConfig, chartLayer, chartArchive(t, "redis", v))
	}
	module := push(t, address+"/modules/net", "latest", "application/vnd.opentofu.modulepkg", "application/vnd.oci.empty.v1+json",
		"archive/zip", zipOf(t, "marker.tf", "# net\n"))
	manifests := push(t, address+"/manifests", "v1", "", "application/vnd.cncf.flux.config.v1+json",
		"application/vnd.cncf.flux.content.v1.tar+gzip", tgz(t, "x.yaml", "kind: X\n"))
	for _, c := range []struct {
		source plan.Source
		digest string
		err    string
	}{
		{helm("oci://registry.example.com/charts", "redis", "1.7.0", plan.After), "oci:registry.example.com/charts/redis@" + digests["1.7.0"],
			""},
		{helm("oci://registry.example.com/charts", "redis", "", plan.After), "oci:registry.example.com/charts/redis@" + digests["1.11.0"], ""},
		{helm("oci://registry.example.com/charts", "redis", "~1.9.0", plan.After), "oci:registry.example.com/charts/redis@" + digests["1.9.0"],
			""},
		{helm("oci://registry.example.com/charts", "redis", "2.0.0", plan.After), "", "gone"},
		{helm("oci://registry.example.com/charts", "missing", "", plan.After), "", "gone"},
		{plan.Source{Kind: plan.ModuleSource, OpenTofu: true, Address: "oci://registry.example.com/modules/net", Side: plan.After},
			"oci:registry.example.com/modules/net@" + module, ""},
		{plan.Source{Kind: plan.ModuleSource, OpenTofu: true, Address: "oci://registry.example.com/modules/net?digest=" + module,
			Side: plan.After}, "oci:registry.example.com/modules/net@" + module, ""},
		{plan.Source{Kind: plan.ArtifactSource, Address: "oci://registry.example.com/manifests", Ref: plan.Ref{Kind: plan.RefTag, Text: "v1"},
			Side: plan.After}, "oci:registry.example.com/manifests@" + manifests, ""},
		{plan.Source{Kind: plan.ArtifactSource, Address: "oci://registry.example.com/manifests",
			Ref: plan.Ref{Kind: plan.RefDigest, Text: "sha256:" + strings.Repeat("0", 64)}, Side: plan.After}, "", "gone"},
	} {
		p, err := w.review().Resolve(t.Context(), c.source)
		if c.err != "" && refusal(err) != c.err || c.err == "" && (err != nil || p.Digest != c.digest) {
			t.Errorf("%v: %s %v, want %s%s", c.source, p.Digest, err, c.digest, c.err)
		}
	}
}
