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
		commits.Versions = append(commits.Versions, sourcestest.ModuleVersion{Version: v, Location: "git::https://github.com/acme/net?ref=" + id,
			Published: date})
		tags.Versions = append(tags.Versions, sourcestest.ModuleVersion{Version: v, Location: "git::https://github.com/acme/net?ref=v" + v})
	}
	r.publish(t, w, t.TempDir())
	w.n.Host("registry.terraform.io", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.NoContent,
		Modules: map[string]sourcestest.Module{"acme/net/aws": commits}})
	w.n.Host("registry.opentofu.org", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.JSON,
		Modules: map[string]sourcestest.Module{"acme/net/aws": tags}})
	return w
}

// What a predictor does: ask, be told that it is not here, and ask again after
// the edge has answered.
func TestRounds(t *testing.T) {
	w := netWorld(t)
	s := w.review()
	var answers plan.Answers
	asked := []plan.Source{tfModule("acme/net/aws", "1.0.0", plan.Before), tfModule("acme/net/aws", "1.0.0", plan.After),
		tfModule("acme/none/aws", "", plan.After), tfModule("git::https://gitlab.com/x/y.git", "", plan.After)}
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
	if err != nil || err2 != nil || !before.Same(after) || before.Moment != plan.MomentExact ||
		choose.Compare(asked[0], asked[1], before, after) != choose.Same {
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
		"an exact version": {tfModule("acme/net/aws", "1.0.0", plan.After), 0},
		"a commit":         {tfModule("github.com/acme/net?ref="+id, "", plan.After), 0},
		"a base at a commit": {plan.Source{Kind: plan.BaseSource, Address: "https://github.com/acme/net//modules/a?ref=" + id,
			Side: plan.After}, 0},
		"a branch": {tfModule("github.com/acme/net", "", plan.After), 2}, // the repository, the reference
		"a range":  {tfModule("acme/net/aws", "~> 1.0", plan.After), 2},  // discovery and versions: the location is a commit
		"a version that is tag": {plan.Source{Kind: plan.ModuleSource, Address: "acme/net/aws", OpenTofu: true,
			Ref: plan.Ref{Kind: plan.RefVersion, Text: "1.0.0"}, Side: plan.After}, 4},
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
		if err != nil || err2 != nil || before.Version != c.before || after.Version != c.after || before.Moment != c.moment ||
			choose.Compare(was, is, before, after) != c.live {
			t.Errorf("%s: %s (%s) -> %s, %v %v", name, before.Version, before.Moment, after.Version, err, err2)
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

// broken is a store that does not work.
type broken struct{}

var errDisk = errors.New("no space left on device")

func (broken) Get(context.Context, cache.Key) ([]byte, error) { return nil, errDisk }
func (broken) Put(context.Context, cache.Key, []byte) error   { return errDisk }
func (broken) Drop(context.Context, cache.Scope) error        { return errDisk }

// A cache that fails is told, and the answer is the same.
func TestBrokenCache(t *testing.T) {
	w := netWorld(t)
	var told []error
	w.config.Store, w.config.CacheFailed = broken{}, func(err error) { told = append(told, err) }
	p, err := sources.New(w.config).Review(sources.Review{Access: sources.Public{}}).Resolve(t.Context(),
		tfModule("acme/net/aws", "1.0.0", plan.After))
	if err != nil || p.Version != "1.0.0" || len(told) == 0 || !errors.Is(told[0], errDisk) {
		t.Errorf("%s %v, told %v", p.Version, err, told)
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
