package rules

import (
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
