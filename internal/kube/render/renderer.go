package render

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// The largest frames in both directions.
const (
	maxRequestBytes  = 64 << 20
	maxResponseBytes = 32 << 20
)

// Limits bound the rendering of one unit. The zero value of a field means its
// default.
type Limits struct {
	// Work is what rendering may allocate, all in all; default 20 million
	// objects and 1 GiB. It is the limit of what is asked for, and a gap.
	Work unit.Work
	// Time is that of the processor from the request to its answer; default
	// 10 s. It is a limit of the machine, as Memory is: one that is reached says
	// nothing of the unit.
	Time time.Duration
	// Memory is the resident size of the child in bytes; default 512 MiB.
	Memory int64
	// Input is the size of all files of a unit in bytes; default 16 MiB.
	Input int
	// Parallel is how many children run at once; default 2.
	Parallel int
}

func (l Limits) orDefault() Limits {
	if l.Time == 0 {
		l.Time = 10 * time.Second
	}
	if l.Work.Objects == 0 {
		l.Work.Objects = 20_000_000
	}
	if l.Work.Bytes == 0 {
		l.Work.Bytes = 1 << 30
	}
	if l.Memory == 0 {
		l.Memory = 512 << 20
	}
	if l.Input == 0 {
		l.Input = 16 << 20
	}
	if l.Parallel == 0 {
		l.Parallel = 2
	}
	return l
}

// New returns a renderer that starts children of the running program. The
// program has to call Main first thing when ChildRequested. Children live
// only while a call lasts.
func New(limits Limits) unit.Renderer {
	limits = limits.orDefault()
	return func(requests []unit.Request) []unit.Rendered {
		program, err := os.Executable()
		if err != nil {
			return allFailed(len(requests), fmt.Sprintf("the path of the running program is not known: %v", err))
		}
		return run(program, limits, requests)
	}
}

func allFailed(n int, why string) []unit.Rendered {
	out := make([]unit.Rendered, n)
	for i := range out {
		out[i] = failed(plan.GapInternal, "%s", why)
	}
	return out
}

// run spreads the requests over a few children. A request that goes beyond a
// limit costs the child its life; the next request gets a new one.
func run(program string, limits Limits, requests []unit.Request) []unit.Rendered {
	out := make([]unit.Rendered, len(requests))
	queue := make(chan int)
	var wait sync.WaitGroup
	var unfinished atomic.Pointer[unit.Failure]
	for range min(limits.Parallel, len(requests)) {
		wait.Go(func() {
			w := worker{program: program, limits: limits}
			defer w.stop()
			for i := range queue {
				if failure := unfinished.Load(); failure != nil {
					out[i] = unit.Rendered{Failure: failure} // nothing is judged beside it
					continue
				}
				out[i] = w.render(requests[i])
				if failure := out[i].Failure; failure != nil && failure.Kind == plan.GapUnfinished {
					unfinished.Store(failure)
				}
			}
		})
	}
	for i, req := range requests {
		if refusal := refuse(req, limits); refusal != nil {
			out[i] = unit.Rendered{Failure: refusal}
			continue
		}
		queue <- i
	}
	close(queue)
	wait.Wait()
	return out
}

// oneLine makes a message of a library fit for a line of ours.
func oneLine(s string) string {
	const most = 400
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
