package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// shownLeft bounds how many objects that are left behind a message names.
const shownLeft = 3

// worst is what is at stake with the objects that a whole root leaves behind.
func (t typeTable) worst(left []plan.Address) TypeLoss {
	out := TypeLoss{Loss: NoLoss}
	for _, a := range left {
		if l := t.stake(a); slices.Index(Losses(), l.Loss) < slices.Index(Losses(), out.Loss) {
			out = l
		}
	}
	return out
}

func (t typeTable) stake(a plan.Address) TypeLoss {
	loss, listed := t.lost(&plan.Change{Address: a})
	if !listed {
		return TypeLoss{Loss: Capacity, Holds: a.Type}
	}
	return loss
}

// leftText names the worst of the objects that are left behind.
func (t typeTable) leftText(left []plan.Address) string {
	sorted := slices.Clone(left)
	slices.SortStableFunc(sorted, func(a, b plan.Address) int {
		return slices.Index(Losses(), t.stake(a).Loss) - slices.Index(Losses(), t.stake(b).Loss)
	})
	var out []string
	for _, a := range sorted[:min(len(sorted), shownLeft)] {
		text := a.String()
		if holds := t.stake(a).Holds; holds != "" && holds != a.Type {
			text += " (" + holds + ")"
		}
		out = append(out, text)
	}
	if len(sorted) > shownLeft {
		out = append(out, "others")
	}
	return strings.Join(out, ", ")
}

// shownLosses bounds how many losses of one object a message names.
const shownLosses = 4

// lossText says what a change takes away, the certain first.
func lossText(losses []plan.Loss) string {
	var certain, rest []string
	for _, l := range losses {
		if l.Certain {
			certain = append(certain, l.What)
		} else {
			rest = append(rest, "possibly "+l.What)
		}
	}
	all := append(certain, rest...)
	if len(all) > shownLosses {
		all = append(all[:shownLosses:shownLosses], fmt.Sprintf("and %d more", len(all)-shownLosses))
	}
	return strings.Join(all, "; ")
}

// worstClass is the worst class among losses.
func worstClass(losses []plan.Loss) Loss {
	for _, class := range Losses() {
		if slices.ContainsFunc(losses, func(l plan.Loss) bool { return l.Class == string(class) }) {
			return class
		}
	}
	return NoLoss
}
