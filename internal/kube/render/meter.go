package render

import (
	"fmt"
	"os"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// A template engine has no steps that could be counted. Whatever it does, it
// allocates: each function called, each text made, each turn of a loop. What it
// allocates all in all is the same on a busy machine as on an idle one, so that
// this is the limit that hostile input meets; time is for what allocates nothing.

// workVariable hands the limit to the child.
const workVariable = "HOLDPOINT_RENDER_WORK"

// maxStack is how much stack recursion may take. Go allows 1 GB, where memory
// would end before.
const maxStack = 64 << 20

// overExit is the status of a child that ends itself within a request.
const overExit = 3

func overworked() *unit.Failure {
	return &unit.Failure{Kind: plan.GapLimit, Why: "rendering takes more steps or makes more text than the limit"}
}

// meter counts what one request allocates.
type meter struct {
	most unit.Work

	mu    sync.Mutex
	start unit.Work
	on    bool
}

func newMeter(most string) *meter {
	m := &meter{}
	if n, err := fmt.Sscanf(most, "%d,%d", &m.most.Objects, &m.most.Bytes); n < 2 || err != nil {
		m.most = Limits{}.orDefault().Work
	}
	return m
}

func (m *meter) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.start, m.on = allocated(), true
}

func (m *meter) end() unit.Work {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on = false
	return m.used()
}

func (m *meter) used() unit.Work {
	now := allocated()
	return unit.Work{Objects: now.Objects - m.start.Objects, Bytes: now.Bytes - m.start.Bytes}
}

func (m *meter) over(w unit.Work) bool { return w.Objects > m.most.Objects || w.Bytes > m.most.Bytes }

// watch ends the process within a request that goes beyond the limit. When it
// looks is of no matter: what is beyond the limit is refused at its end as well.
func (m *meter) watch() {
	for {
		time.Sleep(pause)
		m.mu.Lock()
		if m.on && m.over(m.used()) {
			os.Exit(overExit)
		}
		m.mu.Unlock()
	}
}

// allocated is what this process has allocated since it started.
func allocated() unit.Work {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/tiny/allocs:objects"}}
	metrics.Read(sample)
	return unit.Work{Objects: sample[0].Value.Uint64() + sample[2].Value.Uint64(), Bytes: sample[1].Value.Uint64()}
}
