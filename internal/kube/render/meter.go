package render

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Rendering is bounded by its work, which is the same on a busy machine as on an
// idle one: the steps of templates, and what is allocated from the first byte to
// the last, freed or not. Whatever the libraries do, they allocate; a template
// can also turn in loops that allocate nothing, which is what steps are for.

// workVariable hands the limit of work to the child.
const workVariable = "HOLDPOINT_RENDER_WORK"

// maxStack is how much stack recursion may take. Go allows 1 GB, where memory
// would end before.
const maxStack = 64 << 20

// overExit is the status of a child that ends itself within a request.
const overExit = 3

// tooMuchMemory is the failure of what goes beyond the limit of allocations, of
// memory at once or of the stack: which of them ends a bomb is a matter of
// chance, so that they are one.
func tooMuchMemory(bytes uint64, memory int64) *request.Failure {
	return &request.Failure{Kind: plan.GapLimit,
		Why: fmt.Sprintf("rendering it takes more memory than %d MiB in all or %d MiB at once", bytes>>20, memory>>20)}
}

func tooManySteps(most uint64) *request.Failure {
	return &request.Failure{Kind: plan.GapLimit, Why: fmt.Sprintf("its templates take more than %d steps", most)}
}

// meter counts the work of one request.
type meter struct {
	most request.Work
	// pause between two looks at what is allocated. It decides when a request
	// that goes beyond the limit ends, and not whether.
	pause time.Duration
	// memory is what the process may take at once.
	memory int64
	steps  uint64

	mu    sync.Mutex
	start uint64
	on    bool
}

// newMeter reads the limits from what encode wrote.
func newMeter(limits string) (*meter, error) {
	m := &meter{}
	if _, err := fmt.Sscanf(limits, "%d,%d,%d,%d", &m.most.Steps, &m.most.Bytes, &m.pause, &m.memory); err != nil {
		return nil, fmt.Errorf("read the limits of work: %w", err)
	}
	return m, nil
}

func encode(l Limits) string {
	return fmt.Sprintf("%d,%d,%d,%d", l.Work.Steps, l.Work.Bytes, l.Pause, l.Memory)
}

func (m *meter) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps, m.start, m.on = 0, allocated(), true
}

// end is what the request took, and why that is too much. What is allocated
// comes first: a look at it may have ended the request before its last step.
func (m *meter) end() (request.Work, *request.Failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on = false
	used := request.Work{Steps: m.steps, Bytes: allocated() - m.start}
	switch {
	case used.Bytes > m.most.Bytes:
		return used, tooMuchMemory(m.most.Bytes, m.memory)
	case used.Steps > m.most.Steps:
		return used, tooManySteps(m.most.Steps)
	}
	return used, nil
}

// step counts steps of a template, and ends it where they are too many.
func (m *meter) step(n uint64) (string, error) {
	if m.steps += min(n, m.most.Steps+1); m.steps > m.most.Steps {
		return "", fmt.Errorf("%s", tooManySteps(m.most.Steps).Why)
	}
	return "", nil
}

// watch ends the process within a request that goes beyond the limit.
func (m *meter) watch() {
	for {
		time.Sleep(m.pause)
		m.mu.Lock()
		if m.on && seen() > m.start+m.most.Bytes {
			os.Exit(overExit)
		}
		m.mu.Unlock()
	}
}

// allocated is how many bytes this process has allocated since it started.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// seen is the part of allocated that can be read without stopping the program.
func seen() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
