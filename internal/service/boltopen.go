package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
)

// errDamaged is a file that is no queue any more. What it held is not lost for
// good: GitHub has the events, and the sweep asks for them.
var errDamaged = errors.New("the file is damaged or not a queue: move it to another place and start again; " +
	"the sweep finds the pull requests that waited in it (docs/operations.md, \"A damaged queue\")")

// OpenBolt opens or creates the queue in the file. A file that another process
// holds is an error after a second, a damaged one is an error that says so.
func OpenBolt(path string, now func() time.Time) (*BoltQueue, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open queue %s: %w", path, err)
	}
	db, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("open queue %s: %w", path, err)
	}
	q := &BoltQueue{db: db, now: now, writes: make(chan write), closed: make(chan struct{}),
		index: newIndex(), wake: make(chan struct{})}
	if err := q.load(); err != nil {
		// What broke off in the middle of a transaction holds its lock for good,
		// which closing would wait for.
		if !errors.Is(err, errDamaged) {
			_ = db.Close()
		}
		return nil, fmt.Errorf("open queue %s: %w", path, err)
	}
	q.wg.Add(1)
	go q.writer()
	return q, nil
}

// damage turns a panic of the database over a damaged file into an error: it
// checks what it reads by assertions, and reads the file as memory.
func damage(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errDamaged, p)
	}
}

func openFile(path string) (db *bolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a file that ends too early
	defer damage(&err)
	db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType})
	var file *fs.PathError
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolt.ErrTimeout): //nolint:staticcheck // the alias of bbolt/errors
		return nil, errors.New("another process has it open")
	case errors.As(err, &file): // not ours to read, no room
		return nil, err
	default:
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
}

// load makes the buckets and reads what waits into the index. It reads all
// there is, so that a damaged file shows now and not in the middle of the work.
func (q *BoltQueue) load() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err)
	if err := q.db.Update(makeBuckets); err != nil {
		return err
	}
	if err := q.db.Update(q.interrupted); err != nil {
		return err
	}
	return q.db.View(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketSeen, bucketSeenAt} {
			if err := tx.Bucket(name).ForEach(func(_, _ []byte) error { return nil }); err != nil {
				return err
			}
		}
		for _, name := range [][]byte{bucketWaiting, bucketDead} {
			err := tx.Bucket(name).ForEach(func(k, v []byte) error {
				r, err := decodeRecord(v)
				if err != nil {
					return fmt.Errorf("%w: message %d: %w", errDamaged, number(k), err)
				}
				if bytes.Equal(name, bucketWaiting) {
					q.index.add(number(k), q.soon(r))
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func makeBuckets(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketMeta, bucketWaiting, bucketDead, bucketSeen, bucketSeenAt} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	meta := tx.Bucket(bucketMeta)
	switch v := meta.Get([]byte("version")); {
	case v == nil:
		return meta.Put([]byte("version"), []byte(fileVersion))
	case string(v) != fileVersion:
		return fmt.Errorf("it was written by another version (layout %q, this one reads %q)", v, fileVersion)
	}
	return nil
}

// stopping marks in the file that the process ends in order.
var stopping = []byte("stopping")

// Stopping notes that the process is about to end because it was told to: what
// it does not finish was interrupted by that, and not by what it did.
func (q *BoltQueue) Stopping(ctx context.Context) error {
	return q.write(ctx, func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(stopping, []byte("1")) }, nil)
}

// interrupted counts the tries that the end of the process before this one cut
// off. Those of an orderly stop are as if they had not begun.
func (q *BoltQueue) interrupted(tx *bolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	orderly := meta.Get(stopping) != nil
	if err := meta.Delete(stopping); err != nil {
		return err
	}
	cut := map[uint64]record{}
	err := tx.Bucket(bucketWaiting).ForEach(func(k, v []byte) error {
		r, err := decodeRecord(v)
		if err != nil {
			return fmt.Errorf("%w: message %d: %w", errDamaged, number(k), err)
		}
		if r.Working {
			cut[number(k)] = r
		}
		return nil
	})
	if err != nil {
		return err
	}
	for seq, r := range cut {
		r.Working = false
		if !orderly {
			r.Interrupted++
			r.Reason = "the process ended while it worked on this"
			r.NotBefore = q.now().Add(interruptedPause(r.Interrupted))
		}
		if err := putRecord(tx, bucketWaiting, seq, r); err != nil {
			return err
		}
	}
	return nil
}

// interruptedPause lets the others go first when a job was cut off again.
func interruptedPause(times int) time.Duration {
	if times < 2 {
		return 0
	}
	return min(firstPause<<min(times-2, 5), mostPause)
}

// soon is a record whose pause is no longer than one that is ever asked for:
// the clock may have been set back since it was written.
func (q *BoltQueue) soon(r record) record {
	if limit := q.now().Add(mostDefer); r.NotBefore.After(limit) {
		r.NotBefore = limit
	}
	return r
}
