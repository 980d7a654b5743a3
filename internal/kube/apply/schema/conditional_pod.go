package schema

import (
	"maps"
	"strings"
)

// volume: one without a source is an emptyDir.
func volume(m map[string]any) {
	for k := range m {
		if k != "name" {
			return
		}
	}
	m["emptyDir"] = map[string]any{}
}

// pullPolicy: Always for the tag latest, which an image without tag and
// digest has too.
func pullPolicy(m map[string]any) {
	image := text(m, "image")
	if text(m, "imagePullPolicy") != "" {
		return
	}
	m["imagePullPolicy"] = "IfNotPresent"
	name, _, digest := strings.Cut(image, "@")
	_, tag, tagged := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ":")
	if tag == "latest" || !tagged && !digest && image != "" {
		m["imagePullPolicy"] = "Always"
	}
}

func serviceAccount(m map[string]any) {
	set(m, "serviceAccountName", text(m, "serviceAccount"))
	if name := text(m, "serviceAccountName"); name != "" {
		m["serviceAccount"] = name
	} else {
		delete(m, "serviceAccountName")
	}
}

// pod: defaults of pods that templates do not get.
func pod(m map[string]any) {
	spec := maps.Clone(part(m, "spec"))
	if spec == nil {
		return
	}
	m["spec"] = spec
	if spec["enableServiceLinks"] == nil {
		spec["enableServiceLinks"] = true
	}
	host, _ := spec["hostNetwork"].(bool)
	for _, field := range []string{"containers", "initContainers"} {
		list, _ := spec[field].([]any)
		out := make([]any, len(list))
		for i, c := range list {
			out[i] = podContainer(c, host)
		}
		if list != nil {
			spec[field] = out
		}
	}
}

func podContainer(v any, host bool) any {
	c, ok := v.(map[string]any)
	if !ok {
		return v
	}
	c = maps.Clone(c)
	resources := part(c, "resources")
	if limits := part(resources, "limits"); limits != nil {
		requests := maps.Clone(limits)
		maps.Copy(requests, part(resources, "requests"))
		resources = maps.Clone(resources)
		resources["requests"] = requests
		c["resources"] = resources
	}
	ports, ok := c["ports"].([]any)
	if !host || !ok {
		return c
	}
	out := make([]any, len(ports))
	for i, p := range ports {
		out[i] = p
		if port, ok := p.(map[string]any); ok && (port["hostPort"] == nil || port["hostPort"] == int64(0)) {
			port = maps.Clone(port)
			port["hostPort"] = port["containerPort"]
			out[i] = port
		}
	}
	c["ports"] = out
	return c
}

func limitRangeItem(m map[string]any) {
	if text(m, "type") != "Container" {
		return
	}
	fill := func(field string, from map[string]any) {
		to := maps.Clone(from)
		if to == nil {
			to = map[string]any{}
		}
		maps.Copy(to, part(m, field))
		m[field] = to
	}
	fill("default", part(m, "max"))
	fill("defaultRequest", part(m, "min"))
	fill("defaultRequest", part(m, "default"))
}

// roundResources: amounts are kept to the thousandth (SetDefaults_ResourceList).
func roundResources(m map[string]any) {
	for _, field := range []string{"limits", "requests"} {
		list := part(m, field)
		if list == nil {
			continue
		}
		out := make(map[string]any, len(list))
		for k, v := range list {
			out[k] = v
			if q, ok := quantity(v); ok && !q.RoundUp(-3) {
				out[k] = q.String()
			}
		}
		m[field] = out
	}
}
