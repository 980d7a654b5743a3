package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
