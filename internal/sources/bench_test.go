package sources_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// sized has one repository a module, each of some files of 4 KiB, in a registry
// that answers with commits.
func sized(t testing.TB, modules, files int) *world {
	t.Helper()
	w := newWorld(t, fetch.HostRules{}, nil)
	registry := &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.NoContent, Modules: map[string]sourcestest.Module{}}
	root := t.TempDir()
	for i := range modules {
		r := newRepo(t, fmt.Sprintf("acme/m%d", i))
		for n := range files {
			text := fmt.Sprintf("# %d %d\n", i, n) + strings.Repeat("variable \"x\" { default = 1 }\n", 140)
			if err := os.WriteFile(filepath.Join(r.dir, fmt.Sprintf("f%d.tf", n)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		id := r.commit(t, "1.0.0")
		r.publish(t, w, root)
		registry.Modules[fmt.Sprintf("acme/m%d/aws", i)] = sourcestest.Module{Versions: []sourcestest.ModuleVersion{{Version: "1.0.0",
			Location: fmt.Sprintf("git::https://github.com/acme/m%d?ref=%s", i, id)}}}
	}
	w.n.Host("registry.terraform.io", registry)
	return w
}

func resolveAll(t testing.TB, f *sources.Fetcher, modules int) {
	var answers plan.Answers
	for i := range modules {
		for _, side := range []plan.Side{plan.Before, plan.After} {
			answers.Package(tfModule(fmt.Sprintf("acme/m%d/aws", i), "1.0.0", side))
		}
	}
	if err := f.Review(sources.Review{Access: sources.Public{}}).Answer(t.Context(), &answers); err != nil {
		t.Fatal(err)
	}
	for _, k := range answers.Known() {
		if _, err := answers.Package(k); err != nil {
			t.Fatal(err)
		}
	}
}

// Both sides of one call with an exact version, out of a cache on disk.
func BenchmarkWarm(b *testing.B) {
	for _, files := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			w := sized(b, 1, files)
			disk, err := cache.NewDisk(b.TempDir(), 1<<30, w.clock.Now)
			if err != nil {
				b.Fatal(err)
			}
			w.config.Store = disk
			f := sources.New(w.config)
			resolveAll(b, f, 1)
			w.n.Forget()
			b.ReportAllocs()
			for b.Loop() {
				resolveAll(b, f, 1)
			}
			if n := len(w.n.Seen()); n > 0 {
				b.Errorf("warm, and asked %d times", n)
			}
		})
	}
}

// Modules of a registry with nothing in the cache: discovery, location, commit,
// archive.
func BenchmarkCold(b *testing.B) {
	for _, modules := range []int{1, 10, 20} {
		b.Run(fmt.Sprintf("modules=%d", modules), func(b *testing.B) {
			w := sized(b, modules, 30)
			b.ReportAllocs()
			for b.Loop() {
				w.config.Store = &cache.Memory{}
				resolveAll(b, sources.New(w.config), modules)
			}
			b.ReportMetric(float64(len(w.n.Seen()))/float64(b.N), "requests/op")
		})
	}
}

// What a resolution costs does not grow with what else is in the cache, and the
// requests of a cold review grow with its modules alone: one for discovery, and
// per module its location, the repository, the commit and the archive with its
// redirect.
func TestRequestsGrowWithModules(t *testing.T) {
	for _, modules := range []int{1, 5, 10} {
		w := sized(t, modules, 2)
		resolveAll(t, w.Fetcher, modules)
		if got, want := len(w.n.Seen()), 1+5*modules; got != want {
			t.Errorf("%d modules: %d requests, want %d", modules, got, want)
		}
	}
}
