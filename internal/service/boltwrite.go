package service

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
)

// write is one change of the file that waits for the writer.
type write struct {
	change func(*bolt.Tx) error
	// after is applied to the index once the change is on disk; nil for none.
	after func()
	done  chan error
}

// writesPerSync bounds how many changes share one transaction and so one
// fsync. Callers wait for theirs, so that many at once cost one disk flush.
const writesPerSync = 256

// write applies a change and returns when it is on disk. change may run twice
// and must set what it returns anew each time. Once handed over it is carried
// out even when ctx ends.
func (q *BoltQueue) write(ctx context.Context, change func(*bolt.Tx) error, after func()) error {
	w := write{change: change, after: after, done: make(chan error, 1)}
	select {
	case q.writes <- w:
		return <-w.done
	case <-q.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writer carries out changes until the queue is closed.
func (q *BoltQueue) writer() {
	defer q.wg.Done()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see damage
	for {
		select {
		case <-q.closed:
			return
		case first := <-q.writes:
			q.commit(q.gather(first))
		}
	}
}

// gather adds what already waits to the first change.
func (q *BoltQueue) gather(first write) []write {
	batch := []write{first}
	for len(batch) < writesPerSync {
		select {
		case w := <-q.writes:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit applies a batch in one transaction. Where one change fails the
// others are applied by themselves.
func (q *BoltQueue) commit(batch []write) {
	err := q.apply(batch)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			q.commit(batch[i : i+1])
		}
		return
	}
	if err == nil {
		q.mu.Lock()
		for _, w := range batch {
			if w.after != nil {
				w.after()
			}
		}
		q.mu.Unlock()
		q.notify()
	}
	for _, w := range batch {
		w.done <- err
	}
}

func (q *BoltQueue) apply(batch []write) (err error) {
	defer damage(&err)
	return q.db.Update(func(tx *bolt.Tx) error {
		for _, w := range batch {
			if err := w.change(tx); err != nil {
				return err
			}
		}
		return forget(tx, q.now().Add(-dedupeFor))
	})
}

// notify wakes everyone who waits in Receive.
func (q *BoltQueue) notify() {
	q.mu.Lock()
	close(q.wake)
	q.wake = make(chan struct{})
	q.mu.Unlock()
}

// remember keeps the ID of an accepted message.
func remember(tx *bolt.Tx, id string, seq uint64, now time.Time) error {
	if err := tx.Bucket(bucketSeen).Put([]byte(id), key(seq)); err != nil {
		return fmt.Errorf("remember delivery: %w", err)
	}
	at := append(key(uint64(now.UnixNano())), key(seq)...)
	return tx.Bucket(bucketSeenAt).Put(at, []byte(id))
}

// forgetAtOnce bounds the expired ids that one transaction clears.
const forgetAtOnce = 64

// forget clears ids remembered before the time given. The id of a message that
// still waits goes with the others: it is in the order of its group anyway.
func forget(tx *bolt.Tx, before time.Time) error {
	ids, times := tx.Bucket(bucketSeen), tx.Bucket(bucketSeenAt)
	var old [][]byte
	cursor := times.Cursor()
	for k, id := cursor.First(); k != nil && len(old) < forgetAtOnce; k, id = cursor.Next() {
		if number(k) >= uint64(before.UnixNano()) {
			break
		}
		old = append(old, k)
		// Another message may have taken the id since (after a burial).
		if seq := ids.Get(id); seq != nil && number(seq) == number(k[8:]) {
			if err := ids.Delete(id); err != nil {
				return err
			}
		}
	}
	for _, k := range old {
		if err := times.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
