package harm

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fleeting are the volume sources that hold no data of their own.
var fleeting = map[string]bool{"emptyDir": true, "configMap": true, "secret": true, "downwardAPI": true,
	"projected": true, "image": true, "ephemeral": true, "gitRepo": true}

// mounted is one place where a container sees data that outlives its pod. place
// is the name of the volume; of init containers the container and its path are
// left out, since what they do is done.
type mounted struct{ source, subPath, place, container, path string }

// volumes: data that pods saw and see no more.
func (c *change) volumes(path plan.Path, old, next map[string]any) {
	before, after := c.mounts(old, c.old), c.mounts(next, c.next)
	for _, m := range before {
		same := slices.ContainsFunc(after, func(n mounted) bool { return n.source == m.source && n.subPath == m.subPath })
		if same {
			c.elsewhere(path, m, after, named(listAt(old, "containers"), m.container), named(listAt(next, "containers"), m.container))
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
	for _, v := range listAt(old, "volumes") {
		name, source := text(asMap(v), "name"), sourceOf(asMap(v))
		now := named(listAt(next, "volumes"), name)
		used := slices.ContainsFunc(mounts, func(m mounted) bool { return m.place == name })
		if strings.HasPrefix(source, "claim ") && !used && now != nil && sourceOf(now) == "" {
			c.maybe(plan.VolumeDetached, plan.Detach, c.mountPath(path, next, mounted{place: name}), "its volume %s is not %s any more", name, source)
		}
	}
}

// elsewhere: a container sees the same data under another path, or sees it no
// more. What it runs looks where it looked before, unless it is told otherwise.
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
		c.add(plan.VolumeDetached, plan.Detach, at, "container %s does not see %s any more", m.container, m.source)
	case slices.Contains(now, m.path), told(was, is, m.path, now[0]):
	default:
		c.maybe(plan.DataElsewhere, plan.Detach, at, "container %s finds %s at %s and not at %s any more: what looks there starts empty",
			m.container, m.source, now[0], m.path)
	}
}

// lasts reports whether a container keeps its own data there: files of the node
// and secrets that a driver mounts are read.
func (m mounted) lasts() bool {
	return m.container != "" && !strings.HasPrefix(m.source, "hostPath") && !strings.HasPrefix(m.source, "csi")
}

func detached(m mounted) string {
	what := m.source
	if m.subPath != "" {
		what += " (" + m.subPath + ")"
	}
	return fmt.Sprintf("the pods do not see %s any more", what)
}

// mountPath leads to the volume that the name now means, or to the volumes.
func (c *change) mountPath(path plan.Path, next map[string]any, m mounted) plan.Path {
	for i, v := range listAt(next, "volumes") {
		if text(asMap(v), "name") == m.place {
			return append(slices.Clone(path), "volumes", i)
		}
	}
	return append(slices.Clone(path), "volumes")
}

// mounts lists what containers see of lasting volumes.
func (c *change) mounts(spec, whole map[string]any) []mounted {
	sources := map[string]string{}
	for _, v := range listAt(spec, "volumes") {
		if s := sourceOf(asMap(v)); s != "" {
			sources[text(asMap(v), "name")] = s
		}
	}
	for _, t := range listAt(whole, "spec", "volumeClaimTemplates") {
		name := text(asMap(t), "metadata", "name")
		sources[name] = "claim template " + name
	}
	var out []mounted
	for _, list := range []string{"containers", "initContainers"} {
		for _, item := range listAt(spec, list) {
			for _, use := range []string{"volumeMounts", "volumeDevices"} {
				for _, m := range listAt(asMap(item), use) {
					name := text(asMap(m), "name")
					if s := sources[name]; s != "" {
						at := mounted{source: s, subPath: text(asMap(m), "subPath") + text(asMap(m), "subPathExpr"), place: name}
						if list == "containers" {
							at.container, at.path = text(asMap(item), "name"), path.Clean(text(asMap(m), "mountPath")+text(asMap(m), "devicePath"))
						}
						out = append(out, at)
					}
				}
			}
		}
	}
	return out
}

// sourceOf names where the data of a volume is, or "" where it is fleeting.
func sourceOf(v map[string]any) string {
	for _, kind := range slices.Sorted(maps.Keys(v)) {
		if kind == "name" || fleeting[kind] {
			continue
		}
		source := asMap(v[kind])
		if kind == "persistentVolumeClaim" {
			return "claim " + text(source, "claimName")
		}
		out := kind
		for _, k := range slices.Sorted(maps.Keys(source)) {
			if s, ok := source[k].(string); ok && s != "" && k != "type" && k != "fsType" {
				out += " " + s
			}
		}
		return out
	}
	return ""
}
