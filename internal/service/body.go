package service

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// firstRoom is the buffer a body starts with, in bytes.
const firstRoom = 4 << 10

// body is the body of a request, in memory until it is released.
type body struct {
	guest *guest // nil where the connection came through no intake
	began time.Time
	bytes []byte
}

// readBody reads a body of at most that many bytes. The room it takes grows
// with what has come, not with what the request claims. The body is to be
// released once it is no longer needed.
func readBody(w http.ResponseWriter, req *http.Request, most int64) (*body, error) {
	b := &body{began: time.Now()}
	b.guest, _ = req.Context().Value(guestKey{}).(*guest)
	if req.ContentLength > most {
		return nil, fmt.Errorf("read body: %w", &http.MaxBytesError{Limit: most})
	}
	err := b.read(http.NewResponseController(w), http.MaxBytesReader(w, req.Body, most), req.ContentLength)
	if err == nil {
		return b, nil
	}
	b.release()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errSlow
	}
	return nil, fmt.Errorf("read body: %w", err)
}

// read reads to the end. claimed is the length that the request names, -1
// where it names none.
func (b *body) read(conn *http.ResponseController, from io.Reader, claimed int64) error {
	for {
		if err := b.grow(claimed); err != nil {
			return err
		}
		if err := b.hurry(conn); err != nil {
			return err
		}
		n, err := from.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if errors.Is(err, io.EOF) {
			if b.guest != nil {
				b.guest.answer()
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// grow makes room where there is none left: for twice as much, and no more
// than is to come. The end of a body shows by a read into free room.
func (b *body) grow(claimed int64) error {
	if len(b.bytes) < cap(b.bytes) {
		return nil
	}
	size := max(firstRoom, 2*cap(b.bytes))
	if left := int(claimed) + 1; claimed >= 0 && left > cap(b.bytes) {
		size = min(size, left)
	}
	if b.guest != nil {
		if err := b.guest.intake.reserve(b.guest, size); err != nil {
			return err
		}
	}
	smaller := b.bytes
	b.bytes = append(make([]byte, 0, size), smaller...)
	b.giveBack(cap(smaller))
	return nil
}

// hurry sets the time by which the next bytes must be here.
func (b *body) hurry(conn *http.ResponseController) error {
	if b.guest == nil {
		return nil
	}
	l := b.guest.intake.limits
	allowed := l.Grace + time.Duration(float64(len(b.bytes))/float64(l.Rate)*float64(time.Second))
	return conn.SetReadDeadline(b.began.Add(min(allowed, l.Most)))
}

// release gives the memory back.
func (b *body) release() {
	held := cap(b.bytes)
	b.bytes = nil
	b.giveBack(held)
}

func (b *body) giveBack(n int) {
	if b.guest != nil && n > 0 {
		b.guest.intake.release(b.guest, n)
	}
}
