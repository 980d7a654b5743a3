// Command helmtruth asks Helm which version of a chart it takes, from a
// repository, from an OCI registry and for a dependency, and writes down what
// it says:
//
//	cd tools/helmtruth && go run . > ../../internal/sources/testdata/helm.json
//
// It is a module of its own because Helm's downloader is 650 packages.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/downloader"
	"helm.sh/helm/v4/pkg/getter"
	"helm.sh/helm/v4/pkg/registry"

	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

func main() {
	log.SetOutput(io.Discard) // Helm warns of versions that it cannot parse
	cases := sourcestest.ChartCases()
	for i := range cases {
		cases[i].Answer = ask(cases[i])
	}
	if err := json.NewEncoder(os.Stdout).Encode(cases); err != nil {
		panic(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// helm is Helm with a home of its own.
type helm struct {
	settings *cli.EnvSettings
	client   *registry.Client
	dir      string
}

func newHelm() *helm {
	h := &helm{settings: cli.New(), dir: must(os.MkdirTemp("", "helmtruth"))}
	h.settings.RepositoryConfig = filepath.Join(h.dir, "repositories.yaml")
	h.settings.RepositoryCache = filepath.Join(h.dir, "cache")
	h.settings.ContentCache = filepath.Join(h.dir, "content")
	h.settings.RegistryConfig = filepath.Join(h.dir, "registry.json")
	h.client = must(registry.NewClient(registry.ClientOptPlainHTTP(), registry.ClientOptWriter(io.Discard),
		registry.ClientOptCredentialsFile(h.settings.RegistryConfig)))
	if err := os.MkdirAll(h.settings.RepositoryCache, 0o755); err != nil {
		panic(err)
	}
	return h
}

func ask(c sourcestest.ChartCase) string {
	h := newHelm()
	defer os.RemoveAll(h.dir)
	if c.Kind == "oci" {
		o := &sourcestest.OCI{}
		for _, v := range c.Versions {
			o.PushChart("charts", "redis", v)
		}
		server := httptest.NewServer(o)
		defer server.Close()
		return h.pull("oci://"+strings.TrimPrefix(server.URL, "http://")+"/charts/redis", "", c.Constraint)
	}
	server := httptest.NewServer(sourcestest.Charts("redis", c.Versions))
	defer server.Close()
	switch c.Kind {
	case "index":
		return h.pull("redis", server.URL, c.Constraint)
	case "dependency":
		return h.dependency(server.URL, c.Constraint, "")
	case "lock":
		return h.dependency(server.URL, ">=0.0.0-0", c.Constraint)
	}
	panic("unknown kind " + c.Kind)
}

func (h *helm) pull(ref, repository, constraint string) string {
	p := action.NewPull(action.WithConfig(&action.Configuration{RegistryClient: h.client}))
	p.Settings, p.RepoURL, p.Version, p.DestDir, p.PlainHTTP = h.settings, repository, constraint, h.dir, true
	if _, err := p.Run(ref); err != nil {
		return "error"
	}
	return only(filepath.Join(h.dir, "redis-*.tgz"))
}

// dependency updates a chart's dependencies, or builds them by a lock.
func (h *helm) dependency(repository, constraint, locked string) string {
	dir := filepath.Join(h.dir, "parent")
	m := &downloader.Manager{Out: io.Discard, ChartPath: dir, Getters: getter.All(h.settings), RegistryClient: h.client,
		RepositoryConfig: h.settings.RepositoryConfig, RepositoryCache: h.settings.RepositoryCache, ContentCache: h.settings.ContentCache}
	write := func(version string) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			panic(err)
		}
		text := fmt.Sprintf("apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n- {name: redis, version: %q, repository: %q}\n",
			version, repository)
		if err := os.WriteFile(filepath.Join(dir, "Chart.yaml"), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
	write(constraint)
	repositories := fmt.Sprintf("apiVersion: v1\nrepositories:\n- {name: known, url: %q}\n", repository)
	if err := os.WriteFile(h.settings.RepositoryConfig, []byte(repositories), 0o600); err != nil {
		panic(err)
	}
	if locked != "" { // a lock of an older time: made for one version, then rewritten for the constraint's digest
		if err := m.Update(); err != nil {
			return "error"
		}
		lock := must(os.ReadFile(filepath.Join(dir, "Chart.lock")))
		newest := only(filepath.Join(dir, "charts", "redis-*.tgz"))
		relock(dir, constraint, repository, string(lock), newest, locked)
	}
	if err := build(m, locked != ""); err != nil {
		return "error"
	}
	return only(filepath.Join(dir, "charts", "redis-*.tgz"))
}

func build(m *downloader.Manager, locked bool) error {
	if locked {
		return m.Build()
	}
	return m.Update()
}

// only is the version of the one chart that a pattern finds.
func only(pattern string) string {
	found := must(filepath.Glob(pattern))
	if len(found) != 1 {
		return "error"
	}
	return must(loader.Load(found[0])).Metadata.Version
}
