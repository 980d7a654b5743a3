package plan

import "strings"

// Loss is one thing that an update in place or a creation takes away: nothing
// is destroyed, and something is gone all the same.
type Loss struct {
	Effect Effect
	// Class is the loss class: data, identity, traffic or capacity.
	Class string
	// Path is where it stands in the object, as people write it:
	// `rule["tidy"].expiration.days`.
	Path string
	// What says what is lost and by which values, in one clause. Names and
	// values in it are the pull request's.
	What string
	// Certain is false where the values that decide are not in the repository.
	Certain bool
	// Source is the document that says so.
	Source string
}

// Unknown stands in a tree of values for one that is not in the repository.
// Two with the same ID are the same value, whatever it is.
type Unknown struct{ ID string }

// LossQuestion is one object on both sides. The values are as in Change, with
// Unknown for what is not known.
type LossQuestion struct {
	Engine Engine
	Type   string
	// Before is nil where the object is created.
	Before, After map[string]any
	// Written is After as the configuration writes it: what a provider keeps by
	// itself is not in it. nil where that is no question.
	Written map[string]any
	// Fresh reports whether a value names an object of one of the types that is
	// created by the same apply: nothing of it can be lost yet. It may be nil.
	Fresh func(types []string, value any) bool
}

// Losses says what an update or a creation takes away. It is safe for
// concurrent use.
type Losses func(LossQuestion) []Loss

// rank orders effects, the worst first; one that is not listed comes last.
var rank = []Effect{DataLoss, ScaleToZero, Detach, RouteLost, Cascade, Reject, Race, Exposure, Disarm}

// WorstEffect is the worst effect among losses, empty where there are none.
func WorstEffect(losses []Loss) Effect {
	for _, e := range rank {
		for _, l := range losses {
			if l.Effect == e {
				return e
			}
		}
	}
	return ""
}

// CausesOf is the chain of the argument that a path is in (`rule["a"].days`); that
// of the change where the argument has none of its own.
func (c Change) CausesOf(path string) []Cause {
	argument := path
	if i := strings.IndexAny(path, ".["); i >= 0 {
		argument = path[:i]
	}
	if own := c.Arguments[argument]; len(own) > 0 {
		return own
	}
	return c.Causes
}
