// Package lru is a map that forgets what was used longest ago.
package lru

import (
	"container/list"
	"sync"
)

// Map is a map that forgets what was used longest ago when it grows too
// large. It is safe for concurrent use; values must not be changed.
type Map[K comparable, V any] struct {
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

// New makes an empty map. The costs of its values together are at most that much.
func New[K comparable, V any](most int, cost func(V) int) *Map[K, V] {
	return &Map[K, V]{most: most, cost: cost, order: list.New(), items: map[K]*list.Element{}}
}

// Get finds a value, which counts as its use.
func (l *Map[K, V]) Get(key K) (V, bool) {
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

// Put keeps a value, unless it alone costs too much.
func (l *Map[K, V]) Put(key K, value V) {
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
