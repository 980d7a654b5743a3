package render

import (
	"cmp"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
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
	// Work is the limit that a unit reaches, which is a gap; default 5 million
	// steps and 1 GiB allocated.
	Work request.Work
	// Pause is how often a child looks at what it has allocated; default 5 ms.
	// It does not change an answer.
	Pause time.Duration
	// Patience is how long an answer is waited for by the clock; default 3 min,
	// far longer than the work takes. Where it ends, the machine was not able to
	// do it, which says nothing of the unit.
	Patience time.Duration
	// Memory is what a child may take at once in bytes; default 512 MiB.
	Memory int64
	// Input is the size of all files of a unit in bytes; default 16 MiB.
	Input int
	// Parallel is how many children run at once; default 2.
	Parallel int
}

func (l Limits) orDefault() Limits {
	return Limits{
		Work: request.Work{
			Steps: cmp.Or(l.Work.Steps, 5_000_000),
			Bytes: cmp.Or(l.Work.Bytes, 1<<30),
		},
		Pause:    cmp.Or(l.Pause, 5*time.Millisecond),
		Patience: cmp.Or(l.Patience, 3*time.Minute),
		Memory:   cmp.Or(l.Memory, 512<<20),
		Input:    cmp.Or(l.Input, 16<<20),
		Parallel: cmp.Or(l.Parallel, 2),
	}
}

// New returns a renderer that starts children of the running program. The
// program has to call Main first thing when ChildRequested. Children live
// only while a call lasts.
func New(limits Limits) request.Renderer {
	limits = limits.orDefault()
	return func(requests []request.Request) []request.Rendered {
		program, err := os.Executable()
		if err != nil {
			return allUnfinished(len(requests), oneLine(err.Error()))
		}
		return run(program, limits, requests)
	}
}

func allUnfinished(n int, why string) []request.Rendered {
	out := make([]request.Rendered, n)
	for i := range out {
		out[i].Failure = unfinished("no renderer, because it could not find its own program: %s", why)
	}
	return out
}

// run spreads the requests over a few children. A request that goes beyond a
// limit costs the child its life; the next request gets a new one.
func run(program string, limits Limits, requests []request.Request) []request.Rendered {
	out := make([]request.Rendered, len(requests))
	queue := make(chan int)
	var wait sync.WaitGroup
	var unfinished atomic.Pointer[request.Failure]
	for range min(limits.Parallel, len(requests)) {
		wait.Go(func() {
			w := worker{program: program, limits: limits}
			defer w.stop()
			for i := range queue {
				if failure := unfinished.Load(); failure != nil {
					out[i] = request.Rendered{Failure: failure} // nothing is judged beside it
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
			out[i] = request.Rendered{Failure: refusal}
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
