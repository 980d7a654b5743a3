package harm

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"

	"maps"
	"path"
	"slices"
	"strings"
)

// fleeting are the volume sources that hold no data of their own.
var fleeting = map[string]bool{"emptyDir": true, "configMap": true, "secret": true, "downwardAPI": true,
	"projected": true, "image": true, "ephemeral": true, "gitRepo": true}

// mounted is one place where a container sees data that outlives its pod. volume
// is the name of the volume; of init containers the container and its path are
// left out, since what they do is done.
type mounted struct{ source, subPath, volume, container, path string }

// lasts reports whether a container keeps its own data there: files of the node
// and secrets that a driver mounts are read.
func (m mounted) lasts() bool {
	return m.container != "" && !strings.HasPrefix(m.source, "hostPath") && !strings.HasPrefix(m.source, "csi")
}

// mounts lists what containers see of lasting volumes.
func (c *change) mounts(spec, whole map[string]any) []mounted {
	sources := map[string]string{}
	for _, v := range object.ListAt(spec, "volumes") {
		if s := sourceOf(object.MapAt(v)); s != "" {
			sources[object.TextAt(v, "name")] = s
		}
	}
	for _, t := range object.ListAt(whole, "spec", "volumeClaimTemplates") {
		name := object.TextAt(t, "metadata", "name")
		sources[name] = "claim template " + name
	}
	var out []mounted
	for _, list := range []string{"containers", "initContainers"} {
		for _, item := range object.ListAt(spec, list) {
			for _, use := range []string{"volumeMounts", "volumeDevices"} {
				for _, m := range object.ListAt(item, use) {
					name := object.TextAt(m, "name")
					if s := sources[name]; s != "" {
						sub := object.TextAt(m, "subPath") + object.TextAt(m, "subPathExpr")
						at := mounted{source: s, subPath: sub, volume: name}
						if list == "containers" {
							at.container = object.TextAt(item, "name")
							at.path = path.Clean(object.TextAt(m, "mountPath") + object.TextAt(m, "devicePath"))
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
		source := object.MapAt(v[kind])
		if kind == "persistentVolumeClaim" {
			return "claim " + object.TextAt(source, "claimName")
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
