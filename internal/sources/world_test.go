package sources_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// world is an internet with GitHub in it, and a fetcher that sees nothing else.
type world struct {
	n      *sourcestest.Internet
	github *sourcestest.GitHub
	clock  *sourcestest.Clock
	store  cache.Store
	config sources.Config
	*sources.Fetcher
}

func newWorld(t testing.TB, rules fetch.HostRules, secrets map[string]sources.Secret) *world {
	t.Helper()
	w := &world{n: sourcestest.New(t), clock: sourcestest.NewClock(), store: &cache.Memory{}}
	w.github = (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{}}).On(w.n)
	rules.Listed = append(rules.Listed, fetch.DefaultHosts()...)
	hosts, err := fetch.NewHosts(rules)
	if err != nil {
		t.Fatal(err)
	}
	client := fetch.New(hosts, w.n.Network(), w.clock.Fetch(), w.n.Observe)
	t.Cleanup(client.Close)
	w.config = sources.Config{Client: client, Store: w.store, Limits: content.DefaultLimits(), Budget: sources.DefaultBudget(),
		Secrets: secrets}
	w.Fetcher = sources.New(w.config)
	return w
}

func (w *world) review() *sources.Session {
	return w.Review(sources.Review{Access: sources.Public{}, Installation: "1"})
}

// refusal writes an error of a source in short.
func refusal(err error) string {
	var why *plan.SourceError
	if !errors.As(err, &why) {
		return fmt.Sprint("UNTYPED ", err)
	}
	return strings.TrimSpace(string(why.Why) + " " + why.Limit)
}

// repo writes commits into a repository, each with the same modules whose
// marker says which commit they are of.
type repo struct {
	dir, name string
}

func newRepo(t testing.TB, name string) *repo {
	t.Helper()
	r := &repo{filepath.Join(t.TempDir(), "work"), name}
	os.MkdirAll(r.dir, 0o755)
	sourcestest.Git(t, r.dir, "init", "-q", "-b", "main")
	return r
}

func (r *repo) commit(t testing.TB, label string, dirs ...string) string {
	t.Helper()
	for _, d := range append(dirs, ".") {
		at := filepath.Join(r.dir, filepath.FromSlash(d))
		os.MkdirAll(at, 0o755)
		if err := os.WriteFile(filepath.Join(at, "marker.tf"), []byte("# "+r.name+" "+label+" "+d+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sourcestest.Git(t, r.dir, "add", "-A")
	sourcestest.Git(t, r.dir, "commit", "-qm", label)
	return sourcestest.Git(t, r.dir, "rev-parse", "HEAD")
}

func (r *repo) git(t testing.TB, args ...string) string { return sourcestest.Git(t, r.dir, args...) }

// publish puts the repository where the world's GitHub has its own.
func (r *repo) publish(t testing.TB, w *world, root string) {
	t.Helper()
	bare := filepath.Join(root, filepath.FromSlash(r.name)+".git")
	os.MkdirAll(filepath.Dir(bare), 0o755)
	sourcestest.Git(t, ".", "clone", "-q", "--bare", r.dir, bare)
	sourcestest.Git(t, bare, "symbolic-ref", "HEAD", "refs/heads/main")
	w.github.Repos[strings.ToLower(r.name)] = bare
}

// tgz packs files, names and contents in turn.
func tgz(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	a := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		if err := a.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		a.Write([]byte(files[i+1]))
	}
	a.Close()
	z.Close()
	return buf.Bytes()
}

// zipOf packs files, names and contents in turn.
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(files[i+1]))
	}
	z.Close()
	return buf.Bytes()
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
