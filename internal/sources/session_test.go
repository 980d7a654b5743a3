package sources_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/access"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

func tfModule(address, version string, side plan.Side) plan.Source {
	s := plan.Source{Kind: plan.ModuleSource, Address: address, Side: side, Depth: 1}
	if version != "" {
		s.Ref = plan.Ref{Kind: plan.RefVersion, Text: version}
	}
	return s
}

// netWorld has one module in a registry that answers with commits, one that
// answers with tags, and dates for the versions.
func netWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, fetch.HostRules{}, nil)
	r := newRepo(t, "acme/net")
	commits, tags := sourcestest.Module{}, sourcestest.Module{}
	for i, v := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		id := r.commit(t, v, "modules/a")
		r.git(t, "tag", "v"+v)
		date := fmt.Sprintf("2026-01-%02dT00:00:00.123456Z", 10*i+1)
		commits.Versions = append(commits.Versions, sourcestest.ModuleVersion{Version: v, Location: "git::https://github.com/acme/net?ref=" + id, Published: date})
		tags.Versions = append(tags.Versions, sourcestest.ModuleVersion{Version: v, Location: "git::https://github.com/acme/net?ref=v" + v})
	}
	r.publish(t, w, t.TempDir())
	w.n.Host("registry.terraform.io", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.NoContent, Modules: map[string]sourcestest.Module{"acme/net/aws": commits}})
	w.n.Host("registry.opentofu.org", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.JSON, Modules: map[string]sourcestest.Module{"acme/net/aws": tags}})
	return w
}

// What a predictor does: ask, be told that it is not here, and ask again after
// the edge has answered.
func TestRounds(t *testing.T) {
	w := netWorld(t)
	s := w.review()
	var answers plan.Answers
	asked := []plan.Source{tfModule("acme/net/aws", "1.0.0", plan.Before), tfModule("acme/net/aws", "1.0.0", plan.After), tfModule("acme/none/aws", "", plan.After), tfModule("git::https://gitlab.com/x/y.git", "", plan.After)}
	for _, a := range asked {
		if _, err := answers.Package(a); !errors.Is(err, plan.ErrNotFetched) {
			t.Fatal(err)
		}
	}
	if err := s.Answer(t.Context(), &answers); err != nil {
		t.Fatal(err)
	}
	before, err := answers.Package(asked[0])
	after, err2 := answers.Package(asked[1])
	if err != nil || err2 != nil || !before.Same(after) || before.Moment != plan.MomentExact || choose.Compare(asked[0], asked[1], before, after) != choose.Same {
		t.Errorf("%+v %v, %+v %v", before, err, after, err2)
	}
	if _, err := answers.Package(asked[2]); refusal(err) != "gone" {
		t.Errorf("a module that is not there: %v", err)
	}
	if _, err := answers.Package(asked[3]); refusal(err) != "unsupported" {
		t.Errorf("another git host: %v", err)
	}
	if len(answers.Wanted()) > 0 {
		t.Errorf("still wanted: %v", answers.Wanted())
	}
	if uses := s.Uses(); len(uses) != 2 || uses[0].Package.Tree != nil || uses[0].Package.Digest != before.Digest {
		t.Errorf("uses: %+v", uses)
	}
}

// An exact version whose registry answers with a commit costs nothing when it
// is asked for again, for as long as the cache lives; one that moves costs one
// question in five minutes.
func TestWarmCacheAsksNothing(t *testing.T) {
	w := netWorld(t)
	commit, err := w.review().Resolve(t.Context(), tfModule("acme/net/aws", "1.0.0", plan.After))
	if err != nil {
		t.Fatal(err)
	}
	id := commit.Digest[strings.IndexByte(commit.Digest, '@')+1:]
	for name, c := range map[string]struct {
		source plan.Source
		later  int
	}{
		"an exact version":      {tfModule("acme/net/aws", "1.0.0", plan.After), 0},
		"a commit":              {tfModule("github.com/acme/net?ref="+id, "", plan.After), 0},
		"a base at a commit":    {plan.Source{Kind: plan.BaseSource, Address: "https://github.com/acme/net//modules/a?ref=" + id, Side: plan.After}, 0},
		"a branch":              {tfModule("github.com/acme/net", "", plan.After), 2}, // the repository, the reference
		"a range":               {tfModule("acme/net/aws", "~> 1.0", plan.After), 2},  // discovery and versions: the location is a commit
		"a version that is tag": {plan.Source{Kind: plan.ModuleSource, Address: "acme/net/aws", OpenTofu: true, Ref: plan.Ref{Kind: plan.RefVersion, Text: "1.0.0"}, Side: plan.After}, 4},
	} {
		if _, err := w.review().Resolve(t.Context(), c.source); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w.n.Forget()
		for range 3 {
			if _, err := w.review().Resolve(t.Context(), c.source); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if seen := w.n.Seen(); len(seen) > 0 {
			t.Errorf("%s: warm, and asked %v", name, seen)
		}
		w.clock.Advance(24 * time.Hour)
		w.n.Forget()
		for range 3 {
			if _, err := w.review().Resolve(t.Context(), c.source); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if seen := w.n.Seen(); len(seen) != c.later {
			t.Errorf("%s: a day later asked %d times, want %d: %v", name, len(seen), c.later, seen)
		}
	}
}

// Two moments: what satisfied when the base was pushed, and what does now.
func TestDrift(t *testing.T) {
	w := netWorld(t)
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		pushed        time.Time
		openTofu      bool
		before, after string
		moment        plan.Moment
		live          choose.Live
	}{
		"a newer one came out":     {at(15), false, "1.1.0", "1.2.0", plan.MomentAsked, choose.Drift},
		"none came out":            {at(25), false, "1.2.0", "1.2.0", plan.MomentAsked, choose.Same},
		"nothing was out":          {time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), false, "1.2.0", "1.2.0", plan.MomentNow, choose.Same},
		"no moment":                {time.Time{}, false, "1.2.0", "1.2.0", plan.MomentNow, choose.Same},
		"the dates of commits":     {at(15), true, "1.2.0", "1.2.0", plan.MomentAsked, choose.Same}, // all are of 1 January
		"before all commits' date": {time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), true, "1.2.0", "1.2.0", plan.MomentNow, choose.Same},
	} {
		s := w.Review(sources.Review{Access: sources.Public{}, BasePushed: c.pushed})
		was, is := tfModule("acme/net/aws", "~> 1.0", plan.Before), tfModule("acme/net/aws", "~> 1.0", plan.After)
		was.OpenTofu, is.OpenTofu = c.openTofu, c.openTofu
		before, err := s.Resolve(t.Context(), was)
		after, err2 := s.Resolve(t.Context(), is)
		if err != nil || err2 != nil || before.Version != c.before || after.Version != c.after || before.Moment != c.moment || choose.Compare(was, is, before, after) != c.live {
			t.Errorf("%s: %s (%s) -> %s, %v %v", name, before.Version, before.Moment, after.Version, err, err2)
		}
	}
}

// rights is a GitHub that lets a user read what is listed.
type rights map[string]bool

func (r rights) Mint(_ context.Context, repositories []string) (string, error) {
	if len(repositories) != 1 {
		return "", fmt.Errorf("a token for %d repositories", len(repositories))
	}
	return "token-" + repositories[0], nil
}

func (r rights) CanRead(_ context.Context, owner, name, user string) (bool, error) {
	return r[user+" "+owner+"/"+name], nil
}

// privateWorld has a public repository acme/open and a private one, acme/b,
// with a canary in it. GitHub shows acme/b to its own token alone.
func privateWorld(t testing.TB) *world {
	w := newWorld(t, fetch.HostRules{}, nil)
	root := t.TempDir()
	for _, name := range []string{"acme/a", "acme/open", "acme/b"} {
		r := newRepo(t, name)
		r.commit(t, "canary-of-"+strings.ReplaceAll(name, "/", "-"))
		r.git(t, "tag", "v1")
		r.publish(t, w, root)
	}
	w.github.Private["acme/b"] = "token-b"
	w.github.Private["acme/a"] = "token-a"
	return w
}

func (w *world) as(installation string, rules access.Rules) *sources.Session {
	return w.Review(sources.Review{Access: access.New(rules), Installation: installation})
}

func acme(change func(*access.Rules)) access.Rules {
	r := access.Rules{GitHub: rights{"ann acme/b": true}, Repository: "acme/a", DefaultBranch: true, Named: []string{"acme/b"}, People: []string{"ann"}}
	if change != nil {
		change(&r)
	}
	return r
}

// A pull request in A that names private B gets no byte of B, unless all of the
// rules allow it; and what it gets is marked.
func TestPrivateRepository(t *testing.T) {
	for _, address := range []string{"git::https://github.com/acme/b?ref=v1", "github.com/acme/b", "git@github.com:acme/b.git", "git::https://github.com/ACME/B.git?ref=SHA"} {
		for name, c := range map[string]struct {
			rules access.Rules
			ok    bool
		}{
			"allowed":      {acme(nil), true},
			"fork":         {acme(func(r *access.Rules) { r.Fork = true }), false},
			"not named":    {acme(func(r *access.Rules) { r.Named = nil }), false},
			"no reader":    {acme(func(r *access.Rules) { r.People = append(r.People, "eve") }), false},
			"another base": {acme(func(r *access.Rules) { r.DefaultBranch = false }), false},
		} {
			w := privateWorld(t)
			id := sourcestest.Git(t, w.github.Repos["acme/b"], "rev-parse", "HEAD")
			s := w.as("1", c.rules)
			p, err := s.Resolve(t.Context(), tfModule(strings.ReplaceAll(address, "SHA", id), "", plan.After))
			if c.ok {
				if err != nil {
					t.Errorf("%s, %s: %v", address, name, err)
					continue
				}
				text, readErr := readFile(p, "marker.tf")
				if readErr != nil || !strings.Contains(text, "canary-of-acme-b") || p.Private != "acme/b" {
					t.Errorf("%s, %s: %q private %q, %v", address, name, text, p.Private, err)
				}
				continue
			}
			if refusal(err) != "private" {
				t.Errorf("%s, %s: %v", address, name, err)
			}
			for _, seen := range w.n.Seen() {
				if seen.Credential && !strings.HasPrefix(seen.URL, "https://api.github.com/repos/") || strings.Contains(seen.URL, "tarball") {
					t.Errorf("%s, %s: asked %v", address, name, seen)
				}
			}
			for _, k := range w.store.(*cache.Memory).Keys() {
				if v, _ := w.store.Get(t.Context(), k); strings.Contains(string(v), "canary-of-acme-b") {
					t.Errorf("%s, %s: the cache has the canary under %v", address, name, k)
				}
			}
		}
	}
}

// What one installation may read does not come out of the cache for another,
// by whatever reference it is named; nor does it learn that it is there.
func TestPrivateContentIsNotShared(t *testing.T) {
	w := privateWorld(t)
	id := sourcestest.Git(t, w.github.Repos["acme/b"], "rev-parse", "HEAD")
	for _, address := range []string{"github.com/acme/b", "github.com/acme/b?ref=v1", "github.com/acme/b?ref=" + id} {
		if _, err := w.as("1", acme(nil)).Resolve(t.Context(), tfModule(address, "", plan.After)); err != nil {
			t.Fatal(err)
		}
	}
	evil := acme(func(r *access.Rules) { r.Repository, r.Named = "evil/x", []string{"acme/b", "evil/b"} })
	missing := refusalText(w.as("2", evil), t, "github.com/acme/never-was")
	for _, address := range []string{"github.com/acme/b", "github.com/acme/b?ref=v1", "github.com/acme/b?ref=" + id} {
		got := refusalText(w.as("2", evil), t, address)
		if !strings.Contains(got, "private") && !strings.Contains(got, "no such") || strings.ReplaceAll(got, "acme/b", "") != strings.ReplaceAll(missing, "acme/never-was", "") {
			t.Errorf("%s: %q; for a repository that was never there %q", address, got, missing)
		}
	}
	// Within the installation, who may not read it does not get it from the cache.
	fork := acme(func(r *access.Rules) { r.Fork = true })
	if _, err := w.as("1", fork).Resolve(t.Context(), tfModule("github.com/acme/b?ref="+id, "", plan.After)); refusal(err) != "private" {
		t.Errorf("from a fork, out of the cache: %v", err)
	}
	for _, k := range w.store.(*cache.Memory).Keys() {
		if k.Scope == cache.Public && strings.Contains(k.Name, "acme/b") {
			t.Errorf("shared: %v", k)
		}
	}
	if err := w.store.Drop(t.Context(), cache.Installation("1")); err != nil {
		t.Fatal(err)
	}
	for _, k := range w.store.(*cache.Memory).Keys() {
		if v, _ := w.store.Get(t.Context(), k); strings.Contains(string(v), "canary-of-acme-b") {
			t.Errorf("after the uninstallation: %v", k)
		}
	}
}

func refusalText(s *sources.Session, t *testing.T, address string) string {
	t.Helper()
	p, err := s.Resolve(t.Context(), tfModule(address, "", plan.After))
	if err == nil {
		t.Errorf("%s is read: %s", address, p.Digest)
		return ""
	}
	return err.Error()
}

// Public repositories are read with the token of the reviewed one, and shared;
// the reviewed one itself, when it is private, is not.
func TestPublicAndOwnRepository(t *testing.T) {
	w := privateWorld(t)
	s := w.as("1", acme(nil))
	p, err := s.Resolve(t.Context(), tfModule("github.com/acme/open?ref=v1", "", plan.After))
	if err != nil || p.Private != "" {
		t.Errorf("public: %v, private %q", err, p.Private)
	}
	p, err = s.Resolve(t.Context(), tfModule("github.com/acme/a?ref=v1", "", plan.After))
	if err != nil || p.Private != "acme/a" {
		t.Errorf("own: %v, private %q", err, p.Private)
	}
	for _, k := range w.store.(*cache.Memory).Keys() {
		if k.Scope == cache.Public && !strings.Contains(k.Name, "acme/open") {
			t.Errorf("shared: %v", k)
		}
	}
	w.n.Forget()
	if _, err := w.as("2", acme(func(r *access.Rules) { r.Repository = "evil/x" })).Resolve(t.Context(), tfModule("github.com/acme/open?ref=v1", "", plan.After)); err != nil {
		t.Error(err)
	}
	for _, seen := range w.n.Seen() {
		if strings.Contains(seen.URL, "tarball") {
			t.Errorf("public content was fetched again: %v", seen)
		}
	}
}

func TestBudget(t *testing.T) {
	w := netWorld(t)
	w.config.Budget.Packages = 2
	for range 5 {
		s := sources.New(w.config).Review(sources.Review{Access: sources.Public{}})
		var answers plan.Answers
		for _, v := range []string{"1.0.0", "1.1.0", "1.2.0"} {
			answers.Package(tfModule("acme/net/aws", v, plan.After))
			answers.Package(tfModule("acme/net/aws//modules/a", v, plan.After)) // the same package
		}
		if err := s.Answer(t.Context(), &answers); err != nil {
			t.Fatal(err)
		}
		for _, k := range answers.Known() {
			want := "" // the limit is always reached at the same source
			if k.Ref.Text == "1.2.0" {
				want = "limit packages"
			}
			if _, err := answers.Package(k); want == "" && err != nil || want != "" && refusal(err) != want {
				t.Errorf("%v: %v, want %s", k, err, want)
			}
		}
	}
}

// The time of a review is all of its rounds together; what comes after it is
// refused, and what was answered before stays.
func TestReviewTime(t *testing.T) {
	w := netWorld(t)
	w.github.Hook(func(http.ResponseWriter, *http.Request) bool {
		w.clock.Advance(3 * time.Second)
		return false
	})
	s := w.review()
	var answers plan.Answers
	got := map[string]int{}
	for _, v := range []string{"1.0.0", "1.1.0", "1.2.0"} { // three requests each
		answers.Package(tfModule("acme/net/aws", v, plan.After))
		if err := s.Answer(t.Context(), &answers); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range answers.Known() {
		if _, err := answers.Package(k); err != nil {
			got[refusal(err)]++
		} else {
			got["read"]++
		}
	}
	if got["read"] != 2 || got["limit review-time"] != 1 {
		t.Errorf("%v", got)
	}
}

// Reviews that run at once share the fetcher, its cache and its questions.
func TestTogether(t *testing.T) {
	w := netWorld(t)
	done := make(chan error)
	for i := range 8 {
		go func() {
			var answers plan.Answers
			for _, v := range []string{"1.0.0", "1.1.0", "1.2.0", "~> 1.0", ">= 1.0", ""} {
				answers.Package(tfModule("acme/net/aws", v, plan.After))
				answers.Package(tfModule("acme/net/aws//modules/a", v, plan.Before))
			}
			err := w.Review(sources.Review{Access: sources.Public{}, Installation: fmt.Sprint(i % 2)}).Answer(context.Background(), &answers)
			for _, k := range answers.Known() {
				if _, e := answers.Package(k); e != nil {
					err = errors.Join(err, e)
				}
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
