package sources_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/access"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

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
func privateWorld(t testing.TB, repos map[string]string) *world {
	w := newWorld(t, fetch.HostRules{}, nil)
	w.github.Repos = repos
	w.github.Private["acme/b"] = "token-b"
	w.github.Private["acme/a"] = "token-a"
	return w
}

func privateRepos(t testing.TB) map[string]string {
	w, root := newWorld(t, fetch.HostRules{}, nil), t.TempDir()
	for _, name := range []string{"acme/a", "acme/open", "acme/b"} {
		r := newRepo(t, name)
		r.commit(t, "canary-of-"+strings.ReplaceAll(name, "/", "-"))
		r.git(t, "tag", "v1")
		r.publish(t, w, root)
	}
	return w.github.Repos
}

func (w *world) as(installation string, rules access.Rules) *sources.Session {
	return w.Review(sources.Review{Access: access.New(rules), Installation: installation})
}

func acme(change func(*access.Rules)) access.Rules {
	r := access.Rules{GitHub: rights{"ann acme/b": true}, Repository: "acme/a", DefaultBranch: true, Named: []string{"acme/b"},
		People: []string{"ann"}}
	if change != nil {
		change(&r)
	}
	return r
}

// A pull request in A that names private B gets no byte of B, unless all of the
// rules allow it; and what it gets is marked.
func TestPrivateRepository(t *testing.T) {
	repos := privateRepos(t)
	for _, address := range []string{"git::https://github.com/acme/b?ref=v1", "github.com/acme/b", "git@github.com:acme/b.git",
		"git::https://github.com/ACME/B.git?ref=SHA"} {
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
			w := privateWorld(t, repos)
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
	w := privateWorld(t, privateRepos(t))
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
		if !strings.Contains(got, "private") && !strings.Contains(got, "no such") ||
			strings.ReplaceAll(got, "acme/b", "") != strings.ReplaceAll(missing, "acme/never-was", "") {
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
	w := privateWorld(t, privateRepos(t))
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
	if _, err := w.as("2", acme(func(r *access.Rules) { r.Repository = "evil/x" })).Resolve(t.Context(),
		tfModule("github.com/acme/open?ref=v1", "", plan.After)); err != nil {
		t.Error(err)
	}
	for _, seen := range w.n.Seen() {
		if strings.Contains(seen.URL, "tarball") {
			t.Errorf("public content was fetched again: %v", seen)
		}
	}
}
