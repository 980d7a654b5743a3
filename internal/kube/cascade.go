package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxCascade bounds how many objects are named that die with one other.
const maxCascade = 200

// cascades are what goes because something that it lives in or hangs on goes: the
// objects of a Namespace, the custom resources of a definition.
func (p *prediction) cascades(changes []plan.Change) []plan.Change {
	all := slices.Clone(changes)
	for _, c := range changes {
		if !c.Action.Destroys() || c.Effect == plan.Reject || c.Effect == plan.Race {
			continue
		}
		switch c.Address.Type {
		case "core/Namespace":
			all = append(all, p.cascade(c, all, plan.NamespaceRemoved, func(k object.Key) bool { return k.Namespace == c.Address.Name })...)
		case "apiextensions.k8s.io/CustomResourceDefinition":
			group, kind := definition(c.Before)
			ofKind := func(k object.Key) bool { return k.Group == group && k.Kind == kind && kind != "" }
			all = append(all, p.cascade(c, all, plan.DefinitionRemoved, ofKind)...)
		}
	}
	return all[len(changes):]
}

func definition(value map[string]any) (group, kind string) {
	g, _ := object.Lookup(value, "spec", "group")
	k, _ := object.Lookup(value, "spec", "names", "kind")
	group, _ = g.(string)
	kind, _ = k.(string)
	return group, kind
}

// cascade names the objects of the repository that go with one that is
// destroyed, unless a change does already.
func (p *prediction) cascade(from plan.Change, changes []plan.Change, reason plan.Reason, goes func(object.Key) bool) []plan.Change {
	var out []plan.Change
	destroyed := func(a plan.Address) bool {
		return slices.ContainsFunc(slices.Concat(changes, out), func(c plan.Change) bool { return c.Address == a && c.Action.Destroys() })
	}
	for _, e := range p.liveEntries() {
		if len(out) == maxCascade {
			break
		}
		if !goes(e.key.Key) || environment(e.unit.Home()) != environment(from.Address.Root) || destroyed(address(e)) {
			continue
		}
		c := change(e, plan.Delete, reason)
		c.Effect, c.Certain = plan.Cascade, from.Certain
		if len(from.Causes) > 0 {
			c.Causes = append(c.Causes, from.Causes[0])
		}
		c.Causes = append(c.Causes, plan.Cause{Range: from.At, Text: from.Address.String()}, plan.Cause{Range: e.at, Text: address(e).String()})
		out = append(out, c)
	}
	return out
}
