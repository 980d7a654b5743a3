package harm

import (
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fleeting are the volume sources that hold no data of their own.
var fleeting = map[string]bool{"emptyDir": true, "configMap": true, "secret": true, "downwardAPI": true,
	"projected": true, "image": true, "ephemeral": true, "gitRepo": true}

// mounted is one place where a container sees data that outlives its pod.
type mounted struct{ source, subPath, place, container, path string }

// volumes: data that pods saw and see no more.
func (c *change) volumes(path plan.Path, old, next map[string]any) {
	before, after := c.mounts(old, c.old), c.mounts(next, c.next)
	for _, m := range before {
		same := slices.ContainsFunc(after, func(n mounted) bool { return n.source == m.source && n.subPath == m.subPath })
		if same {
			c.elsewhere(path, m, after)
		}
		if same || slices.ContainsFunc(c.found, func(e Effect) bool { return e.Kind == VolumeDetached && e.Why == detached(m) }) {
			continue
		}
		c.add(VolumeDetached, plan.Detach, c.mountPath(path, next, m), "%s", detached(m))
	}
}

// elsewhere: a container sees the same data, and under another path. What it
// runs looks where it looked before, unless it is told otherwise.
func (c *change) elsewhere(path plan.Path, m mounted, after []mounted) {
	var now []string
	for _, n := range after {
		if n.container == m.container && n.source == m.source && n.subPath == m.subPath {
			now = append(now, n.path)
		}
	}
	if len(now) == 0 || slices.Contains(now, m.path) {
		return
	}
	c.maybe(DataElsewhere, plan.Detach, append(slices.Clone(path), "containers"),
		"container %s finds %s at %s and not at %s any more: what looks there starts empty", m.container, m.source, now[0], m.path)
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

// mounts lists what containers see of lasting volumes. place is the name of
// the volume.
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
						out = append(out, mounted{s, text(asMap(m), "subPath") + text(asMap(m), "subPathExpr"), name,
							text(asMap(item), "name"), text(asMap(m), "mountPath") + text(asMap(m), "devicePath")})
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
