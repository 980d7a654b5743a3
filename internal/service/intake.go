package service

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// IntakeLimits bound what an [Intake] has open and in memory at once.
type IntakeLimits struct {
	Connections int
	// Bytes are those of all bodies together. A body that grows is in memory
	// twice for a moment.
	Bytes int
	// A body that comes slower than Rate, in bytes per second, is given up;
	// Grace is what it may take beside that, and Most what it may take at all.
	Rate        int
	Grace, Most time.Duration
}

// Intake takes connections from anybody. Where there are too many, or their
// bodies too large together, the slowest is dropped: who has something to say
// says it in a moment, so that nobody keeps others out by holding connections
// open or by sending as little as possible. Addresses play no part, because
// behind a proxy all are one.
type Intake struct {
	limits IntakeLimits
	now    func() time.Time
	meter  Meter

	mu      sync.Mutex
	changed *sync.Cond // a guest was dropped or gave bytes back
	guests  map[*guest]struct{}
	bytes   int // in memory
	leaving int // those of them that dropped guests are about to give back
	most    IntakeStats
}

// IntakeStats are what is open and in memory.
type IntakeStats struct{ Connections, Bytes int }

// NewIntake makes an intake. The meter counts what is dropped.
func NewIntake(limits IntakeLimits, meter Meter, now func() time.Time) *Intake {
	i := &Intake{limits: limits, now: now, meter: meter, guests: map[*guest]struct{}{}}
	i.changed = sync.NewCond(&i.mu)
	return i
}

// Protect lets a server take its connections through the intake: it is to
// serve the listener that is returned.
func (i *Intake) Protect(server *http.Server, l net.Listener) net.Listener {
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, guestKey{}, c) }
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if g, ok := c.(*guest); ok && state == http.StateIdle {
			g.begin()
		}
	}
	return intakeListener{l, i}
}

type intakeListener struct {
	net.Listener
	intake *Intake
}

// Accept waits for the next connection.
func (l intakeListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.intake.admit(c), nil
}

func (i *Intake) admit(c net.Conn) *guest {
	g := &guest{Conn: c, intake: i}
	g.begin()
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.guests) >= i.limits.Connections {
		i.drop(i.slowest(func(*guest) bool { return true }))
	}
	i.guests[g] = struct{}{}
	i.most.Connections = max(i.most.Connections, len(i.guests))
	return g
}

// slowest is the guest of a kind that has sent least for the time it took, nil
// for none.
func (i *Intake) slowest(kind func(*guest) bool) *guest {
	now := i.now()
	var found *guest
	for g := range i.guests {
		if kind(g) && (found == nil || g.slower(found, now)) {
			found = g
		}
	}
	return found
}

// drop closes a connection. Whoever reads from it notices, and gives back the
// bytes.
func (i *Intake) drop(g *guest) {
	g.dropped = true
	i.leaving += g.held
	delete(i.guests, g)
	_ = g.Conn.Close()
	i.changed.Broadcast()
	i.meter.Add(Dropped, 1)
}

// Errors of reading a body.
var (
	errDropped = errors.New("dropped: too many connections, or too large bodies, and others were faster")
	errSlow    = errors.New("the body comes too slowly")
)

// reserve takes room for bytes of a guest's body. Where there is none, the
// slowest body has to make room, which may be this very one.
func (i *Intake) reserve(g *guest, n int) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for {
		switch {
		case g.dropped, n > i.limits.Bytes:
			return errDropped
		case i.bytes+n <= i.limits.Bytes:
			i.bytes += n
			g.held += n
			i.most.Bytes = max(i.most.Bytes, i.bytes)
			return nil
		case i.bytes-i.leaving+n > i.limits.Bytes:
			slow := i.slowest(func(o *guest) bool { return o.held > 0 && !o.answered })
			if slow != nil {
				i.drop(slow)
				continue
			}
			// All of it belongs to requests that are being answered.
		}
		i.changed.Wait()
	}
}

// release gives bytes back.
func (i *Intake) release(g *guest, n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.bytes -= n
	g.held -= n
	if g.dropped {
		i.leaving -= n
	}
	i.changed.Broadcast()
}

// guest is a connection. Its fields are guarded by the intake's lock.
type guest struct {
	net.Conn
	intake *Intake

	since    time.Time // when it began to wait for its request
	sent     int       // bytes since then
	held     int       // bytes of its body in memory
	answered bool      // its request is here and being answered
	dropped  bool
}

// guestKey is the key of the guest in a request's context.
type guestKey struct{}

// headStart of a guest, in bytes: one that has just come has sent nothing yet.
const headStart = 64 << 10

// slower compares how fast two requests come. One that is being answered has
// come.
func (g *guest) slower(than *guest, now time.Time) bool {
	if g.answered != than.answered {
		return than.answered
	}
	return g.rate(now) < than.rate(now)
}

// rate is in bytes per second.
func (g *guest) rate(now time.Time) float64 {
	return float64(g.sent+headStart) / max(now.Sub(g.since), time.Millisecond).Seconds()
}

// answer notes that the request is here.
func (g *guest) answer() {
	g.intake.mu.Lock()
	defer g.intake.mu.Unlock()
	g.answered = true
}

// begin starts the time of the next request.
func (g *guest) begin() {
	g.intake.mu.Lock()
	defer g.intake.mu.Unlock()
	g.since, g.sent, g.answered = g.intake.now(), 0, false
}

// Read counts what comes.
func (g *guest) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	g.intake.mu.Lock()
	defer g.intake.mu.Unlock()
	g.sent += n
	return n, err
}

// Close ends the connection.
func (g *guest) Close() error {
	g.intake.mu.Lock()
	delete(g.intake.guests, g)
	g.intake.mu.Unlock()
	return g.Conn.Close()
}
