// Package cache keeps what was fetched: content by its digest, and for a short
// while what a reference that moves resolved to.
package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// Store keeps values by key. A disk does, and so does a bucket: a value is
// written once as a whole and read as a whole. Implementations are safe for
// concurrent use, also by several processes.
type Store interface {
	// Get returns an error that wraps fs.ErrNotExist where there is nothing.
	Get(ctx context.Context, key Key) ([]byte, error)
	Put(ctx context.Context, key Key, value []byte) error
	// Drop forgets everything of a scope, as when an app is uninstalled.
	Drop(ctx context.Context, scope Scope) error
}

// Scope says who shares a value.
type Scope string

// Public values are shared by everybody.
const Public Scope = "public"

// Installation is the scope of what one installation alone may read.
func Installation(id string) Scope { return Scope("installation-" + id) }

// Key names a value.
type Key struct {
	Scope Scope
	// Name is any text: a digest, an address.
	Name string
}

// Through is the key of what a mirror served in the place of a host, and the key
// itself where there is no mirror. A mirror may serve something else than the
// host does, so nobody shares it who does not use that mirror.
func (k Key) Through(mirror string) Key {
	if mirror != "" {
		k.Name = "mirror " + mirror + " " + k.Name
	}
	return k
}

// Path is where a store can keep the value: three elements of characters that
// every file system and bucket takes.
func (k Key) Path() string {
	sum := sha256.Sum256([]byte(k.Name))
	name := hex.EncodeToString(sum[:])
	return k.Scope.Dir() + "/" + name[:2] + "/" + name[2:]
}

// Dir is the folder of a scope.
func (s Scope) Dir() string {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' || s[0] == '.' {
			sum := sha256.Sum256([]byte(s))
			return "x-" + hex.EncodeToString(sum[:])
		}
	}
	return string(s)
}
