// Package trace follows a planned change back to the line of the change that made
// it.
package trace

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// New is the tracer of a pair. Changed are the paths that differ between the trees,
// sorted; root is the folder of the root module.
func New(p *pair.Pair, pl *planner.Planner, l *lines.Diff, root string, changed []string) *Tracer {
	return &Tracer{pair: p, planner: pl, lines: l, root: root, changed: changed}
}

// Instance is the chain for a change of an instance: o is its object before, nil for
// a new one, c what is planned for it. The instance itself is the last link.
func (t *Tracer) Instance(o *pair.Object, c *planner.InstanceChange, change plan.Change, why string) []plan.Cause {
	return t.walk().finish(o, change, why, func(w *walk) chain {
		if change.Reason == plan.GuardRemoved {
			if links := w.guard(c); links != nil {
				return links
			}
		}
		return w.instance(c)
	})
}

// Arguments are the chains of an update by the argument that each explains, where
// there is more than one.
func (t *Tracer) Arguments(c *planner.InstanceChange, change plan.Change) map[string][]plan.Cause {
	if c.Prior == nil || change.Action != plan.Update {
		return nil
	}
	names := t.walk().changedArguments(c)
	if len(names) < 2 {
		return nil
	}
	out := map[string][]plan.Cause{}
	for _, name := range names {
		w := t.walk()
		if links := w.through(w.argument(c, name)); links != nil {
			out[name] = append(links, change.Causes[len(change.Causes)-1])
		}
	}
	return out
}

// Leaving is the chain for an object that has no place any more.
func (t *Tracer) Leaving(o *pair.Object, change plan.Change, why string) []plan.Cause {
	return t.walk().finish(o, change, why, func(w *walk) chain { return w.leaving(o, change.Reason) })
}

// Call is the chain for a module call that goes with objects that are not known.
func (t *Tracer) Call(old *eval.Call, change plan.Change) []plan.Cause {
	return t.walk().finish(nil, change, "", func(w *walk) chain {
		if links := w.at(w.pair.Before.Place(old.Config.Full), old.Address+" removed"); links != nil {
			return links
		}
		return w.calls(old.Module, old.Config.Name)
	})
}

// Block is the changed line in a block that stands on both sides, after first.
func (t *Tracer) Block(after, before hcl.Range, text string) []plan.Cause {
	return t.walk().either(after, before, text)
}

// finish makes the whole chain of a change: what find finds, or else any changed line
// that can have to do with it; and the change itself.
func (t *walk) finish(o *pair.Object, change plan.Change, why string, find func(*walk) chain) []plan.Cause {
	links := find(t)
	if links == nil {
		links = t.anything(o)
	}
	links = t.through(links)
	if why == "" {
		why = change.Reason.Sentence()
	}
	return append(links, plan.Cause{Range: change.At, Text: clip(change.Address.String() + ": " + why)})
}
