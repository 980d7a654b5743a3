package service

import (
	"container/heap"
	"time"
)

// index is what the embedded queue keeps in memory: per group the numbers of
// its messages in order, and which groups may be served when. It holds no
// message.
type index struct {
	groups map[string]*group
	at     map[uint64]*group // by message
	ready  byAge             // may be served now
	late   byTime            // wait for a time
	busy   int               // claimed messages
	alone  bool              // the one that is claimed runs alone
}

// group is the messages of one repository. Its head is the only one that can
// be claimed.
type group struct {
	name  string
	heads []waiting
	until time.Time // when the head may be served; zero at once
	busy  bool      // the head is claimed
}

// waiting is one message as the index knows it.
type waiting struct {
	seq  uint64
	sent time.Time
	// alone: it was under way when a process died. It may have been the cause,
	// so the next try of it has company that could die with it no more.
	alone bool
}

func newIndex() *index {
	return &index{groups: map[string]*group{}, at: map[uint64]*group{}}
}

// add puts a message at the end of its group.
func (x *index) add(seq uint64, r record) {
	g := x.groups[r.Message.Group]
	if g == nil {
		g = &group{name: r.Message.Group}
		x.groups[g.name] = g
	}
	g.heads = append(g.heads, waiting{seq: seq, sent: r.Message.Sent, alone: r.Interrupted > 0})
	x.at[seq] = g
	if len(g.heads) == 1 {
		x.offer(g, r.NotBefore)
	}
}

// offer makes a group that nobody works on available from a time on.
func (x *index) offer(g *group, until time.Time) {
	g.until = until
	if until.IsZero() {
		heap.Push(&x.ready, g)
	} else {
		heap.Push(&x.late, g)
	}
}

// claim takes the oldest message that is the head of a free group. Where there
// is none it says how long until there will be, 0 where nothing waits for a
// time. One that must run alone is claimed when nothing else is, and nothing
// else is as long as it is: then too there is none.
func (x *index) claim(now time.Time) (seq uint64, wait time.Duration, ok bool) {
	for len(x.late) > 0 && !x.late[0].until.After(now) {
		heap.Push(&x.ready, heap.Pop(&x.late))
	}
	if len(x.ready) > 0 {
		alone := x.ready[0].heads[0].alone
		if x.alone || (alone && x.busy > 0) {
			return 0, 0, false // the end of what is claimed wakes who waits
		}
		g := heap.Pop(&x.ready).(*group)
		g.busy, x.alone = true, alone
		x.busy++
		return g.heads[0].seq, 0, true
	}
	if len(x.late) > 0 {
		wait = x.late[0].until.Sub(now)
	}
	return 0, wait, false
}

// release gives a claimed message back, to be handed out again at a time.
func (x *index) release(seq uint64, until time.Time) {
	if g := x.claimed(seq); g != nil {
		x.offer(g, until)
	}
}

// remove takes a claimed message out; the next of its group may be served.
func (x *index) remove(seq uint64) {
	g := x.claimed(seq)
	if g == nil {
		return
	}
	delete(x.at, seq)
	if g.heads = g.heads[1:]; len(g.heads) == 0 {
		delete(x.groups, g.name)
		return
	}
	x.offer(g, time.Time{})
}

// claimed ends the claim on a message and returns its group, nil where it was
// not claimed.
func (x *index) claimed(seq uint64) *group {
	g := x.at[seq]
	if g == nil || !g.busy || g.heads[0].seq != seq {
		return nil
	}
	g.busy, x.alone = false, false
	x.busy--
	return g
}

// behind returns the messages that wait behind a claimed one, at most n.
func (x *index) behind(seq uint64, n int) []uint64 {
	g := x.at[seq]
	if g == nil {
		return nil
	}
	var seqs []uint64
	for _, w := range g.heads[1:min(len(g.heads), n+1)] {
		seqs = append(seqs, w.seq)
	}
	return seqs
}

// oldest is when the message that waits longest was sent, zero where none
// waits.
func (x *index) oldest() time.Time {
	var first time.Time
	for _, g := range x.groups {
		if sent := g.heads[0].sent; first.IsZero() || sent.Before(first) {
			first = sent
		}
	}
	return first
}

// byAge is a heap of groups, the one with the oldest head first.
type byAge []*group

func (h byAge) Len() int           { return len(h) }
func (h byAge) Less(i, j int) bool { return h[i].heads[0].seq < h[j].heads[0].seq }
func (h byAge) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byAge) Push(g any)        { *h = append(*h, g.(*group)) }
func (h *byAge) Pop() any          { return pop((*[]*group)(h)) }

// byTime is a heap of groups, the one that may be served first first.
type byTime []*group

func (h byTime) Len() int           { return len(h) }
func (h byTime) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h byTime) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byTime) Push(g any)        { *h = append(*h, g.(*group)) }
func (h *byTime) Pop() any          { return pop((*[]*group)(h)) }

func pop(groups *[]*group) *group {
	last := len(*groups) - 1
	g := (*groups)[last]
	(*groups)[last] = nil
	*groups = (*groups)[:last]
	return g
}
