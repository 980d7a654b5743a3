package compare

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// lostObject is a change in which an object goes, and that object.
type lostObject struct {
	change int
	object *pair.Object
}

// copies marks the attributes of destroyed objects that are computed from resources
// which stay: what they hold can be written again.
func (c *comparison) copies() {
	gone := map[depends.Resource]bool{}
	for _, l := range c.lost {
		gone[resourceOf(l.object)] = true
	}
	known, found := depends.NewCopies(c.Before.Branches()), map[depends.Resource]map[string][]depends.Resource{}
	for _, l := range c.lost {
		r := resourceOf(l.object)
		if found[r] == nil {
			found[r] = known.Of(r.Module, l.object.Inst.Resource.Config)
		}
		change := &c.changes[l.change]
		for name, from := range found[r] {
			if change.Action.Destroys() && !slices.ContainsFunc(from, func(r depends.Resource) bool { return gone[r] }) {
				change.Derived = append(change.Derived, name)
			}
		}
		if len(change.Derived) > 0 {
			slices.Sort(change.Derived)
			change.Given = slices.Sorted(slices.Values(l.object.Inst.Resource.Config.Body.Names))
		}
	}
}

// resourceOf is the resource of an object on the before side.
func resourceOf(o *pair.Object) depends.Resource {
	return depends.Resource{Module: o.Address.Module.Static(), Key: o.Address.Type + "." + o.Address.Name}
}

// leaves reports whether an object is not there any more, or not managed.
func leaves(a plan.Action) bool { return a.Destroys() || a == plan.Forget }
