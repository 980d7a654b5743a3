package cache

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"sync"
)

// Memory is a Store without bounds, for tests and short programs. The zero
// value is ready to use.
type Memory struct {
	mu     sync.Mutex
	values map[Key][]byte
}

// Get returns a copy of a value.
func (m *Memory) Get(_ context.Context, k Key) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[k]
	if !ok {
		return nil, fmt.Errorf("cached content: %w", fs.ErrNotExist)
	}
	return bytes.Clone(v), nil
}

// Put keeps a copy of a value.
func (m *Memory) Put(_ context.Context, k Key, v []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[Key][]byte{}
	}
	m.values[k] = bytes.Clone(v)
	return nil
}

// Drop forgets a scope.
func (m *Memory) Drop(_ context.Context, s Scope) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := range m.values {
		if k.Scope == s {
			delete(m.values, k)
		}
	}
	return nil
}

// Keys lists what is kept, in no order.
func (m *Memory) Keys() []Key {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Key, 0, len(m.values))
	for k := range m.values {
		out = append(out, k)
	}
	return out
}
