package service

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// BoltQueue is the embedded queue: one file, one process. It keeps the
// promises of SQS FIFO: at least once, in order within a group, delayed retry,
// dead letters. A message that Send accepted is on disk; a claim is kept in
// memory only, so that a process that dies hands its messages to the next one.
// That a try began is on disk before it does, so that one which was cut off is
// known: it does not count as a try, and a message that kills the process each
// time is given up all the same.
type BoltQueue struct {
	db  *bolt.DB
	now func() time.Time

	writes chan write
	closed chan struct{}
	wg     sync.WaitGroup

	mu    sync.Mutex
	index *index
	wake  chan struct{} // closed and replaced when something may have become ready
}

// The buckets of the file. Numbers are big-endian, so that keys sort by them.
var (
	bucketMeta    = []byte("meta")    // "version" -> fileVersion; "stopping" while the process ends in order
	bucketWaiting = []byte("waiting") // sequence -> record
	bucketDead    = []byte("dead")    // sequence -> record
	bucketSeen    = []byte("seen")    // message id -> sequence
	bucketSeenAt  = []byte("seen-at") // time, sequence -> message id
)

// fileVersion is the layout of the file. A file of another version is refused.
const fileVersion = "1"

// dedupeFor is how long the id of an accepted message is remembered, as SQS
// FIFO does (Amazon SQS Developer Guide, "Exactly-once processing": five
// minutes).
const dedupeFor = 5 * time.Minute

// record is a message as it lies in the file.
type record struct {
	Message Message `json:"message"`
	Attempt int     `json:"attempt"` // tries that came to an end
	// Working: a try is under way.
	Working bool `json:"working,omitempty"`
	// Interrupted counts the tries that the end of the process cut off.
	Interrupted int       `json:"interrupted,omitempty"`
	NotBefore   time.Time `json:"not_before,omitzero"`
	Reason      string    `json:"reason,omitempty"` // of the last failure
	Died        time.Time `json:"died,omitzero"`
}

// Delivery is a message handed out for one try.
type Delivery struct {
	Message Message
	Try     Try
	seq     uint64
}

// Close waits for writes under way and closes the file.
func (q *BoltQueue) Close() error {
	q.mu.Lock()
	select {
	case <-q.closed:
		q.mu.Unlock()
		return nil
	default:
		close(q.closed)
	}
	q.mu.Unlock()
	q.wg.Wait()
	return q.db.Close()
}

// Send puts a message at the end of its group. It returns when the message is
// on disk, or at once for one whose ID is known.
func (q *BoltQueue) Send(ctx context.Context, m Message) error {
	var seq uint64
	r := record{Message: m, NotBefore: m.NotBefore}
	err := q.write(ctx, func(tx *bolt.Tx) error {
		seq = 0
		seen := tx.Bucket(bucketSeen)
		if seen.Get([]byte(m.ID)) != nil {
			return nil
		}
		next, err := tx.Bucket(bucketWaiting).NextSequence()
		if err != nil {
			return err
		}
		seq = next
		if err := remember(tx, m.ID, seq, q.now()); err != nil {
			return err
		}
		return putRecord(tx, bucketWaiting, seq, r)
	}, func() {
		if seq != 0 {
			q.index.add(seq, r)
		}
	})
	if err != nil {
		return fmt.Errorf("queue delivery %s: %w", m.ID, err)
	}
	return nil
}

// Receive waits for a message whose group is free and hands it out. Every
// Delivery is to be given back through Settle.
func (q *BoltQueue) Receive(ctx context.Context) (Delivery, error) {
	for {
		q.mu.Lock()
		seq, wait, ok := q.index.claim(q.now())
		wake := q.wake
		q.mu.Unlock()
		if ok {
			return q.begin(ctx, seq)
		}
		if err := q.pause(ctx, wake, wait); err != nil {
			return Delivery{}, err
		}
	}
}

// pause waits until something may be ready; a wait of 0 has no end.
func (q *BoltQueue) pause(ctx context.Context, wake <-chan struct{}, wait time.Duration) error {
	var timer <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-q.closed:
		return ErrClosed
	case <-wake:
	case <-timer:
	}
	return nil
}

// begin notes on disk that a try is under way and reads the message.
func (q *BoltQueue) begin(ctx context.Context, seq uint64) (Delivery, error) {
	var d Delivery
	err := q.write(ctx, func(tx *bolt.Tx) error {
		r, err := getRecord(tx, bucketWaiting, seq)
		if err != nil {
			return err
		}
		r.Working = true
		d = Delivery{Message: r.Message, Try: Try{Number: r.Attempt + 1, Interrupted: r.Interrupted}, seq: seq}
		return putRecord(tx, bucketWaiting, seq, r)
	}, nil)
	if err != nil {
		q.mu.Lock()
		q.index.release(seq, time.Time{})
		q.mu.Unlock()
		q.notify()
		return Delivery{}, fmt.Errorf("take message %d: %w", seq, err)
	}
	return d, nil
}

// Settle gives a delivery back with what became of it.
func (q *BoltQueue) Settle(ctx context.Context, d Delivery, o Outcome) error {
	var err error
	switch o.Verdict {
	case Done:
		err = q.write(ctx, func(tx *bolt.Tx) error {
			return tx.Bucket(bucketWaiting).Delete(key(d.seq))
		}, func() { q.index.remove(d.seq) })
	case Retry, Defer:
		err = q.putOff(ctx, d, o)
	case Bury:
		err = q.bury(ctx, d, o.Reason)
	default:
		err = fmt.Errorf("unknown verdict %q", o.Verdict)
	}
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", d.Message.ID, err)
	}
	return nil
}

// putOff leaves the message at the head of its group, which waits with it.
func (q *BoltQueue) putOff(ctx context.Context, d Delivery, o Outcome) error {
	ready := q.now().Add(o.After)
	return q.write(ctx, func(tx *bolt.Tx) error {
		r, err := getRecord(tx, bucketWaiting, d.seq)
		if err != nil {
			return err
		}
		r.NotBefore, r.Reason, r.Working = ready, o.Reason, false
		if o.Verdict == Defer {
			r.Message.Deferrals++
		} else {
			r.Attempt++
		}
		return putRecord(tx, bucketWaiting, d.seq, r)
	}, func() { q.index.release(d.seq, ready) })
}

// bury moves the message among the dead letters and forgets its ID, so that a
// redelivery by GitHub is taken again.
func (q *BoltQueue) bury(ctx context.Context, d Delivery, reason string) error {
	return q.write(ctx, func(tx *bolt.Tx) error {
		r, err := getRecord(tx, bucketWaiting, d.seq)
		if err != nil {
			return err
		}
		r.Reason, r.Died, r.Working = reason, q.now(), false
		r.Attempt++
		if err := putRecord(tx, bucketDead, d.seq, r); err != nil {
			return err
		}
		if err := tx.Bucket(bucketSeen).Delete([]byte(d.Message.ID)); err != nil {
			return err
		}
		return tx.Bucket(bucketWaiting).Delete(key(d.seq))
	}, func() { q.index.remove(d.seq) })
}

// lookAhead bounds how many later messages of a group are looked at.
const lookAhead = 64

// later shows the messages that wait behind a delivery, in order, until show
// returns false.
func (q *BoltQueue) later(d Delivery, show func(Message) bool) error {
	q.mu.Lock()
	seqs := q.index.behind(d.seq, lookAhead)
	q.mu.Unlock()
	return q.db.View(func(tx *bolt.Tx) error {
		for _, seq := range seqs {
			r, err := getRecord(tx, bucketWaiting, seq)
			if err != nil {
				return err
			}
			if !show(r.Message) {
				return nil
			}
		}
		return nil
	})
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(key []byte) uint64 { return binary.BigEndian.Uint64(key) }

func decodeRecord(raw []byte) (record, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return record{}, fmt.Errorf("decode record: %w", err)
	}
	return r, nil
}

func getRecord(tx *bolt.Tx, bucket []byte, seq uint64) (record, error) {
	raw := tx.Bucket(bucket).Get(key(seq))
	if raw == nil {
		return record{}, fmt.Errorf("message %d is not among the %s", seq, bucket)
	}
	return decodeRecord(raw)
}

func putRecord(tx *bolt.Tx, bucket []byte, seq uint64, r record) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	return tx.Bucket(bucket).Put(key(seq), raw)
}
