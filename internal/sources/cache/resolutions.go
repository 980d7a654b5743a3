package cache

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const (
	// FreshFor is how long an answer about a reference that moves is believed.
	FreshFor = 5 * time.Minute
	// RefusedFor is how long a refusal is.
	RefusedFor = time.Minute
)

// Resolutions remembers what references resolved to. It is safe for concurrent
// use: two who ask for the same thing at once ask the host once.
type Resolutions struct {
	store Store
	now   func() time.Time

	mu   sync.Mutex
	busy map[Key]chan struct{}
}

// NewResolutions keeps answers in a store.
func NewResolutions(store Store, now func() time.Time) *Resolutions {
	return &Resolutions{store: store, now: now, busy: map[Key]chan struct{}{}}
}

// Found is what a host answered.
type Found struct {
	Value []byte
	ETag  string
	// Unchanged: the answer is the one that had the ETag.
	Unchanged bool
	// Forever: it cannot become another one, as what a commit holds.
	Forever bool
}

// Ask asks a host, which may be told the ETag of the answer that is remembered.
type Ask func(ctx context.Context, etag string) (Found, error)

type remembered struct {
	At      time.Time         `json:"at"`
	ETag    string            `json:"etag,omitempty"`
	Forever bool              `json:"forever,omitempty"`
	Value   []byte            `json:"value,omitempty"`
	Refused *plan.SourceError `json:"refused,omitempty"`
}

// Resolve answers from what is remembered, or asks. With anew, only what cannot
// change is taken from memory; that is for moments that a moved tag must not
// slip through: before a release, in a merge group, on a push to the base.
func (r *Resolutions) Resolve(ctx context.Context, k Key, anew bool, ask Ask) ([]byte, error) {
	unlock, err := r.lock(ctx, k)
	if err != nil {
		return nil, err
	}
	defer unlock()
	old := r.read(ctx, k)
	if old != nil && r.holds(old, anew) {
		if old.Refused != nil {
			return nil, old.Refused
		}
		return old.Value, nil
	}
	etag := ""
	if old != nil && old.Refused == nil {
		etag = old.ETag
	}
	found, err := ask(ctx, etag)
	if err != nil {
		return nil, r.refused(ctx, k, err)
	}
	if found.Unchanged && old != nil {
		found.Value, found.ETag = old.Value, old.ETag
	}
	return found.Value, r.write(ctx, k, remembered{ETag: found.ETag, Forever: found.Forever, Value: found.Value})
}

func (r *Resolutions) holds(old *remembered, anew bool) bool {
	age := r.now().Sub(old.At)
	switch {
	case old.Forever:
		return true
	case anew || age < 0:
		return false
	case old.Refused != nil:
		return age < RefusedFor
	}
	return age < FreshFor
}

// refused remembers a reason that lies with the host. A limit of ours, or an
// end of the review, says nothing about the next time.
func (r *Resolutions) refused(ctx context.Context, k Key, err error) error {
	var why *plan.SourceError
	if ctx.Err() != nil || !errors.As(err, &why) || why.Why == plan.SourceLimit {
		return err
	}
	return errors.Join(err, r.write(ctx, k, remembered{Refused: why}))
}

func (r *Resolutions) read(ctx context.Context, k Key) *remembered {
	data, err := r.store.Get(ctx, k)
	if err != nil {
		return nil
	}
	var old remembered
	if json.Unmarshal(data, &old) != nil {
		return nil
	}
	return &old
}

func (r *Resolutions) write(ctx context.Context, k Key, v remembered) error {
	v.At = r.now()
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return r.store.Put(ctx, k, data)
}

func (r *Resolutions) lock(ctx context.Context, k Key) (unlock func(), err error) {
	for {
		r.mu.Lock()
		wait := r.busy[k]
		if wait == nil {
			done := make(chan struct{})
			r.busy[k] = done
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				delete(r.busy, k)
				r.mu.Unlock()
				close(done)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
