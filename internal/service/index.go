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
	due    due
}

// group is the messages of one repository. Its head is the only one that can
// be claimed.
type group struct {
	name  string
	seqs  []uint64
	sent  []time.Time
	ready time.Time // of the head
	busy  bool      // the head is claimed
	place int       // in due, -1 where it is not
}

func newIndex() *index {
	return &index{groups: map[string]*group{}, at: map[uint64]*group{}}
}

// add puts a message at the end of its group.
func (x *index) add(seq uint64, r record) {
	g := x.groups[r.Message.Group]
	if g == nil {
		g = &group{name: r.Message.Group, place: -1}
		x.groups[g.name] = g
	}
	g.seqs, g.sent = append(g.seqs, seq), append(g.sent, r.Message.Sent)
	x.at[seq] = g
	if len(g.seqs) == 1 {
		g.ready = r.NotBefore
		heap.Push(&x.due, g)
	}
}

// claim takes the head of the group that has been ready longest. Where none is
// ready it says how long until one will be, 0 where nothing waits for a time.
func (x *index) claim(now time.Time) (seq uint64, wait time.Duration, ok bool) {
	if len(x.due) == 0 {
		return 0, 0, false
	}
	g := x.due[0]
	if g.ready.After(now) {
		return 0, g.ready.Sub(now), false
	}
	heap.Pop(&x.due)
	g.busy = true
	return g.seqs[0], 0, true
}

// release gives a claimed message back, to be handed out again at ready.
func (x *index) release(seq uint64, ready time.Time) {
	g := x.at[seq]
	if g == nil || !g.busy {
		return
	}
	g.busy, g.ready = false, ready
	heap.Push(&x.due, g)
}

// remove takes a claimed message out; the next of its group is ready at once.
func (x *index) remove(seq uint64) {
	g := x.at[seq]
	if g == nil || !g.busy {
		return
	}
	delete(x.at, seq)
	g.seqs, g.sent, g.busy = g.seqs[1:], g.sent[1:], false
	if len(g.seqs) == 0 {
		delete(x.groups, g.name)
		return
	}
	g.ready = g.sent[0]
	heap.Push(&x.due, g)
}

// due is a heap of the groups that nobody works on, earliest ready first.
type due []*group

func (d due) Len() int           { return len(d) }
func (d due) Less(i, j int) bool { return d[i].ready.Before(d[j].ready) }
func (d due) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

func (d *due) Push(x any) {
	g := x.(*group)
	g.place = len(*d)
	*d = append(*d, g)
}

func (d *due) Pop() any {
	last := len(*d) - 1
	g := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	g.place = -1
	return g
}
