package harm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// volumes: data that pods saw and see no more.
func (c *change) volumes(path plan.Path, old, next map[string]any) {
	before, after := c.mounts(old, c.old), c.mounts(next, c.next)
	for _, m := range before {
		same := slices.ContainsFunc(after, func(n mounted) bool { return n.source == m.source && n.subPath == m.subPath })
		if same {
			c.elsewhere(path, m, after, named(object.ListAt(old, "containers"), m.container), named(object.ListAt(next, "containers"), m.container))
		}
		if same || slices.ContainsFunc(c.found, func(e Effect) bool { return e.Reason == plan.VolumeDetached && e.Why == detached(m) }) {
			continue
		}
		c.add(plan.VolumeDetached, plan.Detach, c.mountPath(path, next, m), "%s", detached(m))
	}
	c.unmounted(path, before, old, next)
}

// unmounted: a volume that no container mounts is for those that are put into
// the pod when it starts; it holds no claim any more.
func (c *change) unmounted(path plan.Path, mounts []mounted, old, next map[string]any) {
	for _, v := range object.ListAt(old, "volumes") {
		name, source := object.TextAt(v, "name"), sourceOf(object.MapAt(v))
		now := named(object.ListAt(next, "volumes"), name)
		used := slices.ContainsFunc(mounts, func(m mounted) bool { return m.volume == name })
		if strings.HasPrefix(source, "claim ") && !used && now != nil && sourceOf(now) == "" {
			c.maybe(plan.VolumeDetached, plan.Detach, c.mountPath(path, next, mounted{volume: name}),
				"its volume %s is no longer %s", name, source)
		}
	}
}

// elsewhere: a container sees the same data under another path, or sees it no
// more. What it runs looks where it looked before, unless it names the new place.
func (c *change) elsewhere(path plan.Path, m mounted, after []mounted, was, is map[string]any) {
	if was == nil || is == nil || !m.lasts() {
		return
	}
	var now []string
	for _, n := range after {
		if n.container == m.container && n.source == m.source && n.subPath == m.subPath {
			now = append(now, n.path)
		}
	}
	at := append(slices.Clone(path), "containers")
	switch {
	case len(now) == 0:
		c.add(plan.VolumeDetached, plan.Detach, at, "container %s no longer mounts %s", m.container, m.source)
	case slices.Contains(now, m.path), namesNewFolder(was, is, m.path, now[0]):
	default:
		c.maybe(plan.DataElsewhere, plan.Detach, at, "container %s mounts %s at %s and no longer at %s: that path starts empty",
			m.container, m.source, now[0], m.path)
	}
}

func detached(m mounted) string {
	what := m.source
	if m.subPath != "" {
		what += " (" + m.subPath + ")"
	}
	return fmt.Sprintf("the pods no longer mount %s", what)
}

// mountPath leads to the volume that the name now means, or to the volumes.
func (c *change) mountPath(path plan.Path, next map[string]any, m mounted) plan.Path {
	for i, v := range object.ListAt(next, "volumes") {
		if object.TextAt(v, "name") == m.volume {
			return append(slices.Clone(path), "volumes", i)
		}
	}
	return append(slices.Clone(path), "volumes")
}
