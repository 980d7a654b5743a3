package trace

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
)

// Tracer finds the changed lines that changes come of.
type Tracer struct {
	pair    *pair.Pair
	planner *planner.Planner
	lines   *lines.Diff
	root    string
	changed []string
}

// walk follows a difference back to the line that made it: from what differs
// to what it is computed from, as long as that differs between the sides too.
type walk struct {
	*Tracer
	seen map[string]bool
	left int // how many more things it looks at
}

func (t *Tracer) walk() *walk { return &walk{Tracer: t, seen: map[string]bool{}, left: 200} }

// enter guards against going in circles, and against going on for ever.
func (t *walk) enter(what string) bool {
	if t.left--; t.left < 0 || t.seen[what] {
		return false
	}
	t.seen[what] = true
	return true
}
