package rules

import (
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// counts are the numbers that rules about mass destruction see.
type counts struct {
	tally
	byRoot map[plan.Address]*tally
}

type tally struct{ destroyed, replaced, data int }

func (t *tally) add(c plan.Change, loss Loss) {
	t.destroyed++
	if c.Action == plan.Replace {
		t.replaced++
	}
	if loss == Data {
		t.data++
	}
}

func (n counts) roots() []plan.Address {
	return slices.SortedFunc(maps.Keys(n.byRoot), plan.Address.Compare)
}

// count counts each object once, however many variants and comparisons tell
// of it.
func count(s *Set, p plan.Plan) counts {
	n := counts{byRoot: map[plan.Address]*tally{}}
	seen := map[plan.Address]bool{}
	for _, c := range p.Changes {
		if !c.Action.Destroys() || c.Effect == plan.Blocked || seen[c.Previous] {
			continue
		}
		seen[c.Previous] = true
		loss, _ := s.lost(&c)
		root := plan.Address{Engine: c.Address.Engine, Root: c.Address.Root}
		if n.byRoot[root] == nil {
			n.byRoot[root] = &tally{}
		}
		n.add(c, loss.Loss)
		n.byRoot[root].add(c, loss.Loss)
	}
	return n
}
