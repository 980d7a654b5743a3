package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// DeadLetter is a message that was given up.
type DeadLetter struct {
	// Number identifies the letter for Replay.
	Number  uint64  `json:"number"`
	Message Message `json:"message"`
	Attempt int     `json:"attempt"` // tries that came to an end
	// Interrupted counts those that the end of the process cut off.
	Interrupted int       `json:"interrupted,omitempty"`
	Reason      string    `json:"reason"` // of the last failure
	Died        time.Time `json:"died"`
}

// DeadLetters lists what was given up, oldest first.
func (q *BoltQueue) DeadLetters() ([]DeadLetter, error) {
	letters := []DeadLetter{}
	err := q.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketDead).ForEach(func(k, v []byte) error {
			r, err := decodeRecord(v)
			if err != nil {
				return fmt.Errorf("letter %d: %w", number(k), err)
			}
			letters = append(letters, DeadLetter{Number: number(k), Message: r.Message, Attempt: r.Attempt, Interrupted: r.Interrupted,
				Reason: r.Reason, Died: r.Died})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return letters, nil
}

// Replay puts a dead letter at the end of its group again, with all its tries.
func (q *BoltQueue) Replay(ctx context.Context, letter uint64) error {
	var seq uint64
	var r record
	err := q.write(ctx, func(tx *bolt.Tx) error {
		dead, err := getRecord(tx, bucketDead, letter)
		if err != nil {
			return errors.Join(ErrNoLetter, err)
		}
		if seq, err = tx.Bucket(bucketWaiting).NextSequence(); err != nil {
			return err
		}
		r = record{Message: dead.Message}
		r.Message.Deferrals, r.Message.NotBefore = 0, time.Time{}
		if err := tx.Bucket(bucketDead).Delete(key(letter)); err != nil {
			return err
		}
		return putRecord(tx, bucketWaiting, seq, r)
	}, func() { q.index.add(seq, r) })
	if err != nil {
		return fmt.Errorf("replay letter %d: %w", letter, err)
	}
	return nil
}

// QueueStats is the state of the queue at one moment.
type QueueStats struct {
	Waiting int // messages not yet settled, those in work included
	Working int
	Dead    int
	// Oldest is when the message that waits longest was accepted; zero
	// where none waits.
	Oldest time.Time
}

// Stats counts what lies in the queue.
func (q *BoltQueue) Stats() (QueueStats, error) {
	q.mu.Lock()
	s := QueueStats{Waiting: len(q.index.at), Working: q.index.busy, Oldest: q.index.oldest()}
	q.mu.Unlock()
	err := q.db.View(func(tx *bolt.Tx) error {
		s.Dead = tx.Bucket(bucketDead).Stats().KeyN
		return nil
	})
	if err != nil {
		return QueueStats{}, fmt.Errorf("count dead letters: %w", err)
	}
	return s, nil
}
