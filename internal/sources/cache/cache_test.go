package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { c.t = c.t.Add(time.Millisecond); return c.t }

func TestDisk(t *testing.T) {
	at := &clock{time.Unix(1_700_000_000, 0)}
	dir := t.TempDir()
	d, err := NewDisk(dir, 1000, at.now)
	if err != nil {
		t.Fatal(err)
	}
	key := func(i int) Key { return Key{Public, fmt.Sprint("git:github.com/o/r@", i)} }
	if _, err := d.Get(t.Context(), key(0)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty cache: %v", err)
	}
	for i := range 30 {
		if err := d.Put(t.Context(), key(i), []byte(strings.Repeat("x", 100))); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Get(t.Context(), key(0)); err != nil { // used all the time: it stays
			t.Fatalf("after %d: %v", i, err)
		}
	}
	var size int64
	filepath.WalkDir(dir, func(_ string, e fs.DirEntry, _ error) error {
		if info, err := e.Info(); err == nil && !e.IsDir() {
			size += info.Size()
		}
		return nil
	})
	if size > 1000 {
		t.Errorf("%d bytes on disk, more than 1000", size)
	}
	if _, err := d.Get(t.Context(), key(3)); err == nil {
		t.Error("what was not used for longest is still there")
	}
	if err := d.Put(t.Context(), key(99), make([]byte, 2000)); err != nil {
		t.Error(err)
	}
	if _, err := d.Get(t.Context(), key(99)); err == nil {
		t.Error("a value larger than the cache is kept")
	}
	again, err := NewDisk(dir, 1000, at.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Get(t.Context(), key(0)); err != nil || again.size != size {
		t.Errorf("opened again: %v, %d bytes", err, again.size)
	}
}

func TestScopesDoNotMix(t *testing.T) {
	at := &clock{time.Unix(1_700_000_000, 0)}
	d, _ := NewDisk(t.TempDir(), 1<<20, at.now)
	hostile := Scope("../../installation-2")
	for _, s := range []Scope{Public, Installation("1"), Installation("2"), hostile, ".."} {
		if _, err := d.Get(t.Context(), Key{s, "k"}); err == nil {
			t.Errorf("%s sees what another scope has", s)
		}
		if err := d.Put(t.Context(), Key{s, "k"}, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Drop(t.Context(), hostile); err != nil {
		t.Fatal(err)
	}
	if v, err := d.Get(t.Context(), Key{Installation("2"), "k"}); string(v) != "installation-2" {
		t.Errorf("dropped another scope: %v", err)
	}
	if _, err := d.Get(t.Context(), Key{hostile, "k"}); err == nil {
		t.Error("a dropped scope is still there")
	}
}

// Processes that share a folder never read half a value.
func TestDiskIsShared(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for p := range 4 {
		d, err := NewDisk(dir, 40_000, func() time.Time { return time.Unix(int64(p), 0) })
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for i := range 100 {
				k := Key{Public, fmt.Sprint(i % 10)}
				want := strings.Repeat(fmt.Sprint(i%10), 1000*(i%10))
				if err := d.Put(context.Background(), k, []byte(want)); err != nil {
					t.Error(err)
				}
				if got, err := d.Get(context.Background(), k); err == nil && string(got) != want {
					t.Errorf("read %d bytes of %d", len(got), len(want))
				} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	left, _ := filepath.Glob(filepath.Join(dir, "*", "*", ".new-*"))
	if len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	_ = os.RemoveAll(dir)
}

func TestResolutions(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	r := NewResolutions(&Memory{}, func() time.Time { return now })
	k := Key{Public, "tag v1"}
	asked, etags := 0, []string{}
	answer := Found{Value: []byte("1"), ETag: `"a"`}
	var refuse error
	ask := func(_ context.Context, etag string) (Found, error) {
		asked++
		etags = append(etags, etag)
		return answer, refuse
	}
	get := func(want string, wantAsked int, anew bool) {
		t.Helper()
		v, err := r.Resolve(t.Context(), k, anew, ask)
		if err == nil && string(v) != want || err != nil && want != "" || asked != wantAsked {
			t.Errorf("resolved %q, %v after %d questions; want %q after %d", v, err, asked, want, wantAsked)
		}
	}
	get("1", 1, false)
	get("1", 1, false)
	now = now.Add(FreshFor)
	answer = Found{Unchanged: true}
	get("1", 2, false)
	if etags[1] != `"a"` {
		t.Errorf("asked with %q", etags)
	}
	now = now.Add(FreshFor - time.Second)
	get("1", 2, false)
	answer = Found{Value: []byte("2")}
	get("2", 3, true) // a moved tag, before a release
	now = now.Add(-time.Hour)
	get("2", 4, false) // a clock that goes back proves nothing
	now = now.Add(FreshFor)
	refuse = &plan.SourceError{Why: plan.SourceGone}
	get("", 5, false)
	get("", 5, false)
	now = now.Add(RefusedFor)
	get("", 6, false)
	refuse = nil
	now = now.Add(RefusedFor)
	answer = Found{Value: []byte("3"), Forever: true}
	get("3", 7, false)
	now = now.Add(1000 * time.Hour)
	get("3", 7, true)
}

// A limit of ours is not remembered as if the host had refused.
func TestLimitsAreNotRemembered(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	r := NewResolutions(&Memory{}, func() time.Time { return now })
	refuse := error(&plan.SourceError{Why: plan.SourceLimit, Limit: "package-time"})
	ask := func(context.Context, string) (Found, error) { return Found{Value: []byte("1")}, refuse }
	if _, err := r.Resolve(t.Context(), Key{Public, "k"}, false, ask); err == nil {
		t.Fatal("no error")
	}
	refuse = nil
	if v, err := r.Resolve(t.Context(), Key{Public, "k"}, false, ask); err != nil || string(v) != "1" {
		t.Errorf("%q, %v", v, err)
	}
}

// Many who want one thing ask once.
func TestResolutionsCoalesce(t *testing.T) {
	r := NewResolutions(&Memory{}, func() time.Time { return time.Unix(1, 0) })
	var mu sync.Mutex
	asked := 0
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			_, err := r.Resolve(context.Background(), Key{Public, "k"}, false, func(context.Context, string) (Found, error) {
				mu.Lock()
				defer mu.Unlock()
				asked++
				return Found{Value: []byte("1")}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
