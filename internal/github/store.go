package github

import (
	"container/list"
	"sync"
	"time"
)

// Sizes of what is kept between jobs. A Lambda has 512 MB by default.
const (
	keptBlobs   = 96 << 20 // bytes
	keptFolders = 400_000  // entries of folders
	keptFacts   = 4096     // merge bases and file lists
)

// store keeps what never changes at GitHub, by its object id or by commit
// ids: whoever changes the content changes the id. What is least used goes
// first.
type store struct {
	blobs   *lru[string, []byte]
	folders *lru[string, []entry]
	bases   *lru[[2]string, mergeBase]
	files   *lru[[2]string, []diffFile]
	// openers are the apps that opened pull requests for people, empty for
	// none, by repository and number.
	openers *lru[[2]int64, string]
	// looks are the last reviews of pull requests, by repository and number.
	looks *lru[[2]int64, look]
	// meters are what pull requests may still ask for, likewise.
	meters *lru[[2]int64, meter]
	// moves are when a branch of a repository was last seen to move: its
	// settings may be others since.
	moves *lru[[2]string, time.Time]
	// updated is when a pull request last changed as far as we saw, by
	// repository and number; written are the check runs we wrote, by
	// repository, commit and name. An answer that is behind them is a stale
	// copy.
	updated *lru[[2]int64, time.Time]
	written *lru[runKey, int64]
	// named are the names of the check by repository and base branch.
	named *lru[[2]string, string]
}

// runKey is a check run of ours.
type runKey struct{ repository, head, name string }

func newStore() *store {
	return &store{
		blobs:   newLRU[string](keptBlobs, func(b []byte) int { return len(b) + 64 }),
		folders: newLRU[string](keptFolders, func(e []entry) int { return len(e) + 1 }),
		bases:   newLRU[[2]string](keptFacts, func(mergeBase) int { return 1 }),
		files:   newLRU[[2]string](keptFacts, func(f []diffFile) int { return len(f) + 1 }),
		openers: newLRU[[2]int64](keptFacts, func(string) int { return 1 }),
		looks:   newLRU[[2]int64](keptFacts, func(look) int { return 1 }),
		meters:  newLRU[[2]int64](keptFacts, func(meter) int { return 1 }),
		moves:   newLRU[[2]string](keptFacts, func(time.Time) int { return 1 }),
		updated: newLRU[[2]int64](keptFacts, func(time.Time) int { return 1 }),
		named:   newLRU[[2]string](keptFacts, func(string) int { return 1 }),
		written: newLRU[runKey](keptFacts, func(int64) int { return 1 }),
	}
}

// lru is a map that forgets what was used longest ago when it grows too
// large. It is safe for concurrent use; values must not be changed.
type lru[K comparable, V any] struct {
	mu    sync.Mutex
	most  int
	used  int
	cost  func(V) int
	order *list.List // front is the latest
	items map[K]*list.Element
}

type lruItem[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](most int, cost func(V) int) *lru[K, V] {
	return &lru[K, V]{most: most, cost: cost, order: list.New(), items: map[K]*list.Element{}}
}

func (l *lru[K, V]) get(key K) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.items[key]
	if !ok {
		var zero V
		return zero, false
	}
	l.order.MoveToFront(e)
	return e.Value.(lruItem[K, V]).value, true
}

func (l *lru[K, V]) put(key K, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cost(value) > l.most {
		return
	}
	if e, ok := l.items[key]; ok {
		l.used -= l.cost(l.order.Remove(e).(lruItem[K, V]).value)
		delete(l.items, key)
	}
	l.items[key] = l.order.PushFront(lruItem[K, V]{key, value})
	l.used += l.cost(value)
	for l.used > l.most {
		last := l.order.Back()
		item := l.order.Remove(last).(lruItem[K, V])
		delete(l.items, item.key)
		l.used -= l.cost(item.value)
	}
}
