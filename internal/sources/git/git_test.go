package git

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

type world struct {
	*GitHub
	n     *sourcestest.Internet
	fake  *sourcestest.GitHub
	clock *sourcestest.Clock
	store *cache.Memory
	work  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{n: sourcestest.New(t), clock: sourcestest.NewClock(), store: &cache.Memory{}, work: t.TempDir()}
	w.fake = (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{}}).On(w.n)
	hosts, err := fetch.NewHosts(fetch.HostRules{Listed: fetch.DefaultHosts()})
	if err != nil {
		t.Fatal(err)
	}
	c := fetch.New(hosts, w.n.Network(), w.clock.Fetch(), w.n.Observe)
	t.Cleanup(c.Close)
	w.GitHub = &GitHub{Client: c, Known: cache.NewResolutions(w.store, w.clock.Now), Store: w.store, Limits: content.DefaultLimits()}
	sourcestest.Git(t, w.work, "init", "-q", "-b", "main")
	return w
}

func (w *world) write(t *testing.T, name, text string) {
	t.Helper()
	at := filepath.Join(w.work, filepath.FromSlash(name))
	os.MkdirAll(filepath.Dir(at), 0o755)
	if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w *world) commit(t *testing.T, text string) string {
	t.Helper()
	w.write(t, "main.tf", text)
	sourcestest.Git(t, w.work, "add", "-A")
	sourcestest.Git(t, w.work, "commit", "-qm", text)
	return sourcestest.Git(t, w.work, "rev-parse", "HEAD")
}

func (w *world) publish(t *testing.T, name string) { w.fake.Repos[name] = sourcestest.Bare(t, w.work) }

var public = Grant{Scope: cache.Public, Token: "own-token"}

func why(err error) plan.SourceWhy {
	var s *plan.SourceError
	errors.As(err, &s)
	if s == nil {
		return ""
	}
	return s.Why
}

func TestReferences(t *testing.T) {
	w := newWorld(t)
	one := w.commit(t, "one")
	sourcestest.Git(t, w.work, "tag", "v1.0.0")
	sourcestest.Git(t, w.work, "tag", "-a", "v1.1.0", "-m", "annotated")
	sourcestest.Git(t, w.work, "tag", "-a", "nested", "-m", "x", "v1.1.0")
	sourcestest.Git(t, w.work, "tag", "both")
	two := w.commit(t, "two")
	sourcestest.Git(t, w.work, "tag", "v2.0.0-rc.1")
	sourcestest.Git(t, w.work, "branch", "both")
	sourcestest.Git(t, w.work, "checkout", "-q", "-b", "feature/x")
	three := w.commit(t, "three")
	sourcestest.Git(t, w.work, "tag", "main", one) // a tag with the name of the default branch
	sourcestest.Git(t, w.work, "checkout", "-q", "-B", "main", two)
	sourcestest.Git(t, w.work, "tag", "blob", sourcestest.Git(t, w.work, "rev-parse", "HEAD:main.tf"))
	w.publish(t, "acme/vpc")
	any := func(text string) plan.Ref { return plan.Ref{Kind: plan.RefAny, Text: text} }
	for _, c := range []struct {
		ref    plan.Ref
		style  Style
		want   string
		moment plan.Moment
	}{
		{plan.Ref{}, Checkout, two, plan.MomentAsked},
		{any("v1.0.0"), Checkout, one, plan.MomentAsked},
		{any("v1.1.0"), Checkout, one, plan.MomentAsked},
		{any("nested"), Checkout, one, plan.MomentAsked},
		{any("feature/x"), Checkout, three, plan.MomentAsked},
		{any("origin/feature/x"), Checkout, three, plan.MomentAsked},
		{any("refs/tags/v1.0.0"), Checkout, one, plan.MomentAsked},
		{any("tags/v1.0.0"), Checkout, one, plan.MomentAsked},
		{any("refs/heads/feature/x"), Checkout, "no: gone", ""},
		{any("HEAD"), Checkout, two, plan.MomentAsked},
		{any("both"), Checkout, one, plan.MomentAsked},
		{any("both"), Clone, two, plan.MomentAsked},
		{any("both"), Fetch, one, plan.MomentAsked},
		{any("both"), Track, "no: unsupported", ""},
		{any("main"), Checkout, two, plan.MomentAsked},
		{any("main"), Fetch, one, plan.MomentAsked},
		{any(one), Checkout, one, plan.MomentExact},
		{any(one), Fetch, one, plan.MomentExact},
		{any(one), Clone, "no: gone", ""},
		{any(one[:8]), Checkout, one, plan.MomentAsked},
		{any(one[:8]), Fetch, "no: gone", ""},
		{any("missing"), Checkout, "no: gone", ""},
		{any("blob"), Checkout, "no: unsupported", ""},
		{any(strings.Repeat("0", 40)), Checkout, "no: gone", ""},
		{plan.Ref{Kind: plan.RefBranch, Text: "both"}, Track, two, plan.MomentAsked},
		{plan.Ref{Kind: plan.RefTag, Text: "both"}, Track, one, plan.MomentAsked},
		{plan.Ref{Kind: plan.RefName, Text: "refs/heads/feature/x"}, Track, three, plan.MomentAsked},
		{plan.Ref{Kind: plan.RefVersion, Text: ">=1.0.0"}, Track, one, plan.MomentAsked},
		{plan.Ref{Kind: plan.RefVersion, Text: ">=2.0.0-0"}, Track, two, plan.MomentAsked},
		{plan.Ref{Kind: plan.RefVersion, Text: ">9"}, Track, "no: no-version", ""},
		{plan.Ref{Kind: plan.RefCommit, Text: three}, Track, three, plan.MomentExact},
	} {
		got, err := w.Resolve(t.Context(), public, "acme/vpc", c.ref, c.style, time.Time{})
		out := got.ID
		if err != nil {
			out = "no: " + string(why(err))
		}
		if out != c.want || err == nil && got.Moment != c.moment {
			t.Errorf("%v %s: %s %s (%v), want %s %s", c.ref, c.style, out, got.Moment, err, c.want, c.moment)
		}
	}
	for _, s := range w.n.Seen() {
		if s.Credential && !strings.HasPrefix(s.URL, "https://api.github.com/") {
			t.Errorf("a credential went to %s", s.URL)
		}
	}
}

// A fetch of one name takes what git itself takes: Kustomize runs it.
func TestSameAsGitFetch(t *testing.T) {
	w := newWorld(t)
	w.commit(t, "one")
	sourcestest.Git(t, w.work, "tag", "v1")
	sourcestest.Git(t, w.work, "tag", "-a", "v2", "-m", "x")
	sourcestest.Git(t, w.work, "tag", "both")
	sourcestest.Git(t, w.work, "tag", "main")
	sourcestest.Git(t, w.work, "tag", "heads/odd")
	two := w.commit(t, "two")
	sourcestest.Git(t, w.work, "update-ref", "refs/heads/both", "HEAD")
	sourcestest.Git(t, w.work, "update-ref", "refs/heads/odd", "HEAD")
	sourcestest.Git(t, w.work, "update-ref", "refs/heads/feature/x", "HEAD")
	sourcestest.Git(t, w.work, "update-ref", "refs/heads/tags/v1", "HEAD")
	w.commit(t, "three")
	w.publish(t, "acme/vpc")
	into := t.TempDir()
	sourcestest.Git(t, into, "init", "-q")
	found := 0
	for _, ref := range []string{"HEAD", "v1", "v2", "both", "main", "feature/x", "odd", "heads/odd", "tags/v1", "refs/tags/v1",
		"refs/heads/both", "heads/both", "tags/both", two, two[:8], "missing", "origin/main", "refs/heads/missing", "remotes/origin/main"} {
		want := "no: gone"
		if _, ok := git(into, "fetch", "-q", "--depth=1", w.fake.Repos["acme/vpc"], ref); ok {
			want, _ = git(into, "rev-parse", "FETCH_HEAD^{commit}")
			found++
		}
		c, err := w.Resolve(t.Context(), public, "acme/vpc", plan.Ref{Kind: plan.RefAny, Text: ref}, Fetch, time.Time{})
		got := c.ID
		if err != nil {
			got = "no: " + string(why(err))
		}
		if got != want {
			t.Errorf("%s: %s, git fetches %s", ref, got, want)
		}
	}
	if found < 10 {
		t.Errorf("git fetched only %d", found)
	}
}

func git(dir string, args ...string) (string, bool) {
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
	return strings.TrimSpace(string(out)), err == nil
}

// Where a branch was, GitHub's log of pushes tells, not the dates of commits.
func TestEarlierTip(t *testing.T) {
	w := newWorld(t)
	one, two, three := w.commit(t, "one"), w.commit(t, "two"), w.commit(t, "three")
	w.publish(t, "acme/vpc")
	zero := strings.Repeat("0", 40)
	at := func(day int) time.Time { return time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC) }
	log := func(pushes ...[3]string) string {
		var b []string
		for _, p := range pushes {
			b = append(b, fmt.Sprintf(`{"before":%q,"after":%q,"ref":"refs/heads/main","timestamp":%q,"activity_type":"push"}`, p[0], p[1], p[2]))
		}
		return "[" + strings.Join(b, ",") + "]"
	}
	whole := log([3]string{two, three, "2026-02-20T00:00:00Z"}, [3]string{one, two, "2026-02-10T00:00:00Z"},
		[3]string{zero, one, "2026-02-01T00:00:00Z"})
	for name, c := range map[string]struct {
		log    string
		at     int
		want   string
		moment plan.Moment
	}{
		"before the last push": {whole, 15, two, plan.MomentAsked},
		"at a push":            {whole, 10, two, plan.MomentAsked},
		"after the last push":  {whole, 25, three, plan.MomentAsked},
		"before the first":     {log([3]string{two, three, "2026-02-20T00:00:00Z"}), 5, two, plan.MomentAsked},
		"before the branch":    {log([3]string{zero, one, "2026-02-10T00:00:00Z"}), 5, three, plan.MomentNow},
		"no log":               {"", 15, three, plan.MomentNow},
		"out of order": {log([3]string{one, two, "2026-02-10T00:00:00Z"}, [3]string{two, three, "2026-02-20T00:00:00Z"}), 5, three,
			plan.MomentNow},
		"another branch": {strings.ReplaceAll(whole, "heads/main", "heads/evil"), 15, three, plan.MomentNow},
	} {
		w.fake.Activity["acme/vpc"] = c.log
		w.clock.Advance(time.Hour)
		got, err := w.Resolve(t.Context(), public, "acme/vpc", plan.Ref{}, Checkout, at(c.at))
		if err != nil || got.ID != c.want || got.Moment != c.moment {
			t.Errorf("%s: %s %s, %v; want %s %s", name, got.ID, got.Moment, err, c.want, c.moment)
		}
	}
}

// The files are those that git would check out, although the archive is not.
func TestArchivesLie(t *testing.T) {
	w := newWorld(t)
	w.write(t, ".gitattributes", "hidden.tf export-ignore\nversion.txt export-subst\n")
	w.write(t, "hidden.tf", "resource \"aws_s3_bucket\" \"b\" {}")
	w.write(t, "version.txt", "$Format:%H$")
	os.Symlink("main.tf", filepath.Join(w.work, "link.tf"))
	sourcestest.Git(t, w.work, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	w.commit(t, "one")
	sourcestest.Git(t, w.work, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	sourcestest.Git(t, w.work, "commit", "-q", "--amend", "-m", "with a submodule")
	id := sourcestest.Git(t, w.work, "rev-parse", "HEAD")
	w.publish(t, "acme/vpc")
	c, err := w.Commit(t.Context(), public, "acme/vpc", id, plan.MomentExact)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := w.Tree(t.Context(), public, "acme/vpc", c)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"hidden.tf": "resource \"aws_s3_bucket\" \"b\" {}", "version.txt": "$Format:%H$",
		"main.tf": "one"} {
		if got, err := tree.ReadFile(name); string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := tree.Lstat("sub"); err != nil || !plan.IsSubmodule(info) {
		t.Errorf("the submodule: %v, %v", info, err)
	}
	if _, err := Folder(tree, "sub", false); why(err) != plan.SourceUnsupported {
		t.Errorf("a folder in a submodule: %v", err)
	}
	w.n.Forget()
	again, ok := w.Cached(t.Context(), public, "acme/vpc", id)
	if !ok || again.Root.ID() != tree.Root.ID() || len(w.n.Seen()) > 0 {
		t.Errorf("from the cache: %v, asked %v", ok, w.n.Seen())
	}
}

func TestFilesOfAnotherCommit(t *testing.T) {
	w := newWorld(t)
	id, other := w.commit(t, "one"), w.commit(t, "two")
	w.publish(t, "acme/vpc")
	for name, hook := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"a commit with another tree": func(rw http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/git/commits/") {
				return false
			}
			fmt.Fprintf(rw, `{"sha":%q,"tree":{"sha":%q}}`, id, strings.Repeat("2", 40))
			return true
		},
		"another commit": func(rw http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/git/commits/") {
				return false
			}
			fmt.Fprintf(rw, `{"sha":%q,"tree":{"sha":%q}}`, strings.Repeat("3", 40), strings.Repeat("2", 40))
			return true
		},
		"the archive of another commit": func(rw http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/tarball/") {
				return false
			}
			http.Redirect(rw, r, "https://codeload.github.com/acme/vpc/legacy.tar.gz/"+other, http.StatusFound)
			return true
		},
		"another file": func(rw http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.Contains(r.URL.Path, "/tarball/"):
				http.Redirect(rw, r, "https://codeload.github.com/acme/vpc/legacy.tar.gz/"+other, http.StatusFound)
			case strings.Contains(r.URL.Path, "/git/blobs/"):
				rw.Write([]byte("evil"))
			default:
				return false
			}
			return true
		},
	} {
		w.fake.Hook(hook)
		w.store = &cache.Memory{}
		w.Known, w.Store = cache.NewResolutions(w.store, w.clock.Now), w.store
		c, err := w.Commit(t.Context(), public, "acme/vpc", id, plan.MomentExact)
		if err == nil {
			_, err = w.Tree(t.Context(), public, "acme/vpc", c)
		}
		if name == "the archive of another commit" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := why(err); got != plan.SourceUntrusted && got != plan.SourceGone { // there is no tree of that id
			t.Errorf("%s: %v", name, err)
		}
		for _, k := range w.store.Keys() {
			if strings.HasPrefix(k.Name, "git:") {
				t.Errorf("%s: kept %s", name, k.Name)
			}
		}
	}
}

func TestFolder(t *testing.T) {
	w := newWorld(t)
	w.write(t, "modules/a/main.tf", "a")
	os.Symlink("modules/a", filepath.Join(w.work, "inside"))
	os.Symlink("../..", filepath.Join(w.work, "outside"))
	id := w.commit(t, "one")
	w.publish(t, "acme/vpc")
	c, _ := w.Commit(t.Context(), public, "acme/vpc", id, plan.MomentExact)
	tree, err := w.Tree(t.Context(), public, "acme/vpc", c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		dir  string
		glob bool
		want string
	}{
		{".", false, "."}, {"modules/a", false, "modules/a"}, {"inside", false, "modules/a"}, {"mod*", true, "modules"},
		{"missing", false, "no: gone"}, {"*", true, "no: gone"}, {"outside", false, "no: unsupported"},
	} {
		got, err := Folder(tree, f.dir, f.glob)
		if err != nil {
			got = "no: " + string(why(err))
		}
		if got != f.want {
			t.Errorf("%s: %s (%v), want %s", f.dir, got, err, f.want)
		}
	}
	var _ fs.FS = tree
}
