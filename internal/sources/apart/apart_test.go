package apart_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

const token = "ghs_canary0123456789"

// world is an internet with GitHub in it, the side that fetches and the side
// that reviews, over a folder that both share.
type world struct {
	github *sourcestest.GitHub
	clock  *sourcestest.Clock
	dir    string
	client apart.Client
	seen   func() []fetch.Seen
	calls  []apart.Call
}

// crossing is how calls and replies go from one process to the other.
type crossing struct {
	name  string
	cross func(from, to any) error
}

var crossings = []crossing{
	{"gob", func(from, to any) error {
		var b bytes.Buffer
		return errors.Join(gob.NewEncoder(&b).Encode(from), gob.NewDecoder(&b).Decode(to))
	}},
	{"json", func(from, to any) error {
		data, err := json.Marshal(from)
		return errors.Join(err, json.Unmarshal(data, to))
	}},
}

func newWorld(t *testing.T, way crossing, budget sources.Budget) *world {
	t.Helper()
	n := sourcestest.New(t)
	w := &world{clock: sourcestest.NewClock(), dir: t.TempDir(), seen: n.Seen}
	w.github = (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{}}).On(n)
	hosts, err := fetch.NewHosts(fetch.HostRules{Listed: fetch.DefaultHosts()})
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.NewDisk(w.dir, 64<<20, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	client := fetch.New(hosts, n.Network(), w.clock.Fetch(), n.Observe)
	t.Cleanup(client.Close)
	fetcher := sources.New(sources.Config{Client: client, Store: store, Limits: content.DefaultLimits(), Budget: budget})
	w.client = apart.Client{Store: store, Limits: content.DefaultLimits(),
		Call: func(ctx context.Context, c apart.Call) (reply apart.Reply, err error) {
			var there apart.Call
			if err := way.cross(c, &there); err != nil {
				t.Fatal(err)
			}
			w.calls = append(w.calls, there)
			return reply, way.cross(apart.Handle(ctx, fetcher, store, there), &reply)
		}}
	return w
}

func (w *world) begin() *apart.Session {
	return w.client.Begin(apart.Review{Repository: "acme/infra", Installation: "1",
		Token: func(context.Context) (string, error) { return token, nil }})
}

// repo publishes a repository with one file and returns its commit.
func (w *world) repo(t *testing.T, name, private string) string {
	t.Helper()
	if private != "" {
		w.github.Private[name] = private
	}
	return w.github.Publish(t, name, map[string]string{"main.tf": "# " + name + "\n"})[0]
}

func module(address string) plan.Source {
	return plan.Source{Kind: plan.ModuleSource, Address: address, Side: plan.After}
}

// ask has sources answered as a review does.
func ask(t *testing.T, s *apart.Session, wanted ...plan.Source) (*plan.Answers, error) {
	t.Helper()
	var answers plan.Answers
	for _, w := range wanted {
		if _, err := answers.Package(w); !errors.Is(err, plan.ErrNotFetched) {
			t.Fatal(err)
		}
	}
	return &answers, s.Answer(t.Context(), &answers)
}

func why(err error) string {
	var why *plan.SourceError
	if !errors.As(err, &why) {
		return "none"
	}
	return strings.TrimSpace(string(why.Why) + " " + why.Limit)
}

func TestContentAndRefusalsCross(t *testing.T) {
	for _, way := range crossings {
		t.Run(way.name, func(t *testing.T) {
			w := newWorld(t, way, sources.DefaultBudget())
			id := w.repo(t, "acme/net", "")
			there, gone := module("github.com/acme/net?ref="+id), module("github.com/acme/none?ref="+id)
			answers, err := ask(t, w.begin(), there, gone, module("git::https://gitlab.com/x/y.git"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := answers.Package(there)
			if err != nil || !strings.HasSuffix(p.Digest, id) || p.Moment != plan.MomentExact {
				t.Fatalf("%+v %v", p, err)
			}
			if text, err := fs.ReadFile(p.Tree, "main.tf"); string(text) != "# acme/net\n" {
				t.Errorf("content: %q %v", text, err)
			}
			if _, err := answers.Package(gone); why(err) != "private" {
				t.Errorf("a repository that is not there: %v", err)
			}
			if _, err := answers.Package(module("git::https://gitlab.com/x/y.git")); why(err) != "unsupported" {
				t.Errorf("another git host: %v", err)
			}
		})
	}
}

// The token crosses with the call and lies in no file; it goes to GitHub alone.
func TestTokenIsKeptNowhere(t *testing.T) {
	w := newWorld(t, crossings[0], sources.DefaultBudget())
	id := w.repo(t, "acme/net", "")
	if _, err := ask(t, w.begin(), module("github.com/acme/net?ref="+id)); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(w.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		if raw, err := os.ReadFile(name); err != nil || bytes.Contains(raw, []byte(token)) {
			t.Errorf("%s has the token (%v)", name, err)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatal(files, err)
	}
	credentials := 0
	for _, s := range w.seen() {
		if s.Credential && !strings.HasPrefix(s.URL, "https://api.github.com/") {
			t.Errorf("a credential went to %s", s.URL)
		}
		if s.Credential {
			credentials++
		}
	}
	if credentials == 0 {
		t.Error("the token was never used: the test sees nothing")
	}
}

// What lies under the key and is something else is an error, never content.
func TestOtherContentIsAnError(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"another tree": func(f string) error {
			b := content.NewBuilder(content.DefaultLimits())
			if err := b.File("main.tf", false, 4, strings.NewReader("evil")); err != nil {
				return err
			}
			return os.WriteFile(f, content.Pack(b.Tree()), 0o600)
		},
		"no tree": func(f string) error { return os.WriteFile(f, []byte("junk\n"), 0o600) },
		"nothing": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, crossings[0], sources.DefaultBudget())
			id := w.repo(t, "acme/net", "")
			call := w.client.Call
			w.client.Call = func(ctx context.Context, c apart.Call) (apart.Reply, error) {
				reply, err := call(ctx, c)
				for _, a := range reply.Answers {
					key := cache.Key{Scope: a.Scope, Name: "tree " + string(a.Tree) + " of " + a.Package.Digest}
					if err := spoil(filepath.Join(w.dir, filepath.FromSlash(key.Path()))); err != nil {
						t.Fatal(err)
					}
				}
				return reply, err
			}
			if _, err := ask(t, w.begin(), module("github.com/acme/net?ref="+id)); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

// What lay there spoiled is put right by the next call, for ever after.
func TestSpoiledContentIsReplaced(t *testing.T) {
	w := newWorld(t, crossings[0], sources.DefaultBudget())
	m := module("github.com/acme/net?ref=" + w.repo(t, "acme/net", ""))
	if _, err := ask(t, w.begin(), m); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(w.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.WriteFile(name, []byte("junk\n"), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := ask(t, w.begin(), m)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := answers.Package(m); err != nil || p.Tree == nil {
		t.Errorf("%+v %v", p, err)
	}
}

// The reviewed repository itself may be private: its readers are those of the
// report. Any other private one is refused, in words that everybody may read.
func TestPrivateRepositories(t *testing.T) {
	w := newWorld(t, crossings[0], sources.DefaultBudget())
	own, other := w.repo(t, "acme/infra", token), w.repo(t, "acme/secret", "another token")
	answers, err := ask(t, w.begin(), module("github.com/acme/infra?ref="+own), module("github.com/acme/secret?ref="+other))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := answers.Package(module("github.com/acme/infra?ref=" + own)); err != nil || p.Private != "" || p.Tree == nil {
		t.Errorf("own repository: %+v %v", p, err)
	}
	if _, err := answers.Package(module("github.com/acme/secret?ref=" + other)); why(err) != "private" {
		t.Errorf("another one: %v", err)
	}
	// Another review, of a repository that may not read it, does not get it out of the cache.
	s := w.client.Begin(apart.Review{Repository: "acme/web", Installation: "1",
		Token: func(context.Context) (string, error) { return "ghs_web", nil }})
	answers, err = ask(t, s, module("github.com/acme/infra?ref="+own))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := answers.Package(module("github.com/acme/infra?ref=" + own)); why(err) != "private" {
		t.Errorf("from the cache: %+v %v", p, err)
	}
}

// The limits are those of the review, over all of its rounds.
func TestBudgetGoesOverRounds(t *testing.T) {
	budget := sources.DefaultBudget()
	budget.Packages = 2
	w := newWorld(t, crossings[1], budget)
	s := w.begin()
	for i, want := range []string{"none", "none", "limit packages"} {
		name := "acme/m" + string(rune('a'+i))
		m := module("github.com/" + name + "?ref=" + w.repo(t, name, ""))
		answers, err := ask(t, s, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := answers.Package(m); why(err) != want {
			t.Errorf("round %d: %v, want %s", i+1, err, want)
		}
	}
	if last := w.calls[2]; len(last.Admitted) != 2 {
		t.Errorf("the third call tells of %d contents before it, want 2", len(last.Admitted))
	}
}

// Without an answer there is no review, and never one without the source.
func TestNobodyAnswers(t *testing.T) {
	ok := func(context.Context) (string, error) { return token, nil }
	for name, c := range map[string]struct {
		token func(context.Context) (string, error)
		call  apart.Caller
	}{
		"no token": {func(context.Context) (string, error) { return "", errors.New("GitHub is down") }, nil},
		"an error": {ok, func(context.Context, apart.Call) (apart.Reply, error) {
			return apart.Reply{}, errors.New("the process ended")
		}},
		"a failure": {ok, func(context.Context, apart.Call) (apart.Reply, error) {
			return apart.Reply{Failed: "the disk is full"}, nil
		}},
		"too few": {ok, func(context.Context, apart.Call) (apart.Reply, error) { return apart.Reply{}, nil }},
	} {
		s := apart.Client{Call: c.call, Store: &cache.Memory{}, Limits: content.DefaultLimits()}.Begin(apart.Review{Repository: "acme/infra",
			Token: c.token})
		if answers, err := ask(t, s, module("acme/net/aws")); err == nil || len(answers.Known()) > 0 {
			t.Errorf("%s: %v, known %v", name, err, answers.Known())
		}
	}
}
