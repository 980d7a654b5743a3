package render

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
)

// originKey is the annotation that says where an object is written in a build
// whose origins kustomize is not asked for.
const originKey = "holdpoint.dev/origin"

// manyPatches is from how many patches of objects on kustomize is not asked for
// origins: with them it also notes each patch on each object, and writes all notes
// of an object anew for each (api v0.21.2 resource.AddTransformation). 70 patches of
// 60 objects allocate 2 GiB, against 150 MiB without.
const manyPatches = 1000

// patching are the fields whose entries are a transformer each.
var patching = []string{"patches", "patchesJson6902", "patchesStrategicMerge"}

// markOrigins writes into the files of resources where they lie, if the build would
// be too large otherwise, and reports whether it did. What is a resource and
// something else as well, or no list of objects, stays without.
func markOrigins(req request.Request) (map[string][]byte, bool) {
	patches := 0
	resources, others := map[string]bool{}, map[string]bool{}
	for name, data := range req.Files {
		if !kustomization.IsName(path.Base(name)) {
			continue
		}
		k, err := kustomization.Read(name, data)
		node, bad := yaml.Parse(string(data))
		if err != nil || bad != nil {
			return nil, false // the build says so
		}
		for _, field := range patching {
			if f := node.Field(field); f != nil {
				patches += len(f.Value.Content())
			}
		}
		for _, ref := range k.References {
			to := others
			if ref.Role == kustomization.Resource {
				to = resources
			}
			to[path.Join(path.Dir(name), ref.Path)] = true
		}
	}
	out := map[string][]byte{}
	for name := range resources {
		if data, ok := req.Files[name]; ok && !others[name] {
			out[name] = data
		}
	}
	if patches*len(out) < manyPatches {
		return nil, false
	}
	for name, data := range out {
		if marked, ok := marked(name, data); ok {
			out[name] = marked
		}
	}
	return out, true
}

func marked(name string, data []byte) ([]byte, bool) {
	nodes, err := (&kio.ByteReader{Reader: strings.NewReader(string(data)), OmitReaderAnnotations: true, DisableUnwrapping: true}).Read()
	unnamed := func(n *yaml.RNode) bool { return n.GetName() == "" || strings.HasSuffix(n.GetKind(), "List") }
	if err != nil || slices.ContainsFunc(nodes, unnamed) {
		return nil, false
	}
	var texts []string
	for _, n := range nodes {
		if err := n.PipeE(yaml.SetAnnotation(originKey, name)); err != nil {
			return nil, false
		}
		text, err := n.String()
		if err != nil {
			return nil, false
		}
		texts = append(texts, text)
	}
	return []byte(strings.Join(texts, "---\n")), true
}

// markedOrigin takes the mark off an object. What has none was made by a
// generator, or changed by something that leaves no annotation.
func markedOrigin(r *resource.Resource) (string, error) {
	all := r.GetAnnotations()
	name := all[originKey]
	delete(all, originKey)
	return name, r.SetAnnotations(all)
}
