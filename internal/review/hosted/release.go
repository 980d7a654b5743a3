package hosted

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// release is a helm_release: an upgrade of a chart with other values or of
// another version (hashicorp/helm, resource_helm_release.go). A chart of the
// repository is rendered; one from elsewhere goes the way of a HelmRelease.
func (h *host) release(before, after map[string]any) plan.Plan {
	was, err := h.values(before)
	is, other := h.values(after)
	if err = errors.Join(err, other); err != nil {
		return h.gap(plan.GapInvalid, "its values are not read: "+err.Error())
	}
	if hidden(h.change.Hosts.Before["values"], h.change.Hosts.After["values"]) {
		return h.gap(plan.GapUnknown,
			"its values change and are not in the repository; objects that the release no longer renders are deleted")
	}
	from, to := h.localChart(before), h.localChart(after)
	if from == "" || from != to {
		return h.remote(before, after, was, is)
	}
	name := path.Join(folder, "values.yaml")
	left, right := tree(name, written(was)), tree(name, written(is))
	if err := errors.Join(copied(left, h.before, from), copied(right, h.after, to)); err != nil {
		return h.gap(plan.GapUnreadable, fmt.Sprintf("its chart %s cannot be read: %v", from, err))
	}
	return h.ofObject(h.kubernetes(left, right, []unit.Declaration{{Path: from, Release: text(after, "name"), Namespace: namespace(after),
		Values: []string{name}}}))
}

// hidden reports whether values changed that are not known.
func hidden(before, after any) bool {
	b, _ := before.([]any)
	a, _ := after.([]any)
	for i := range max(len(b), len(a)) {
		var was, is any
		if i < len(b) {
			was = b[i]
		}
		if i < len(a) {
			is = a[i]
		}
		if (isUnknown(was) || isUnknown(is)) && was != is {
			return true
		}
	}
	return isUnknown(before) != isUnknown(after) || isUnknown(before) && before != after
}

// remote says of a chart from elsewhere what is said of the same in a
// HelmRelease.
func (h *host) remote(before, after, was, is map[string]any) plan.Plan {
	name := path.Join(folder, "release.yaml")
	return h.ofObject(h.kubernetes(tree(name, helmRelease(before, was)), tree(name, helmRelease(after, is)), nil))
}

func helmRelease(attributes, values map[string]any) string {
	repository, chart := text(attributes, "repository"), text(attributes, "chart")
	if repository == "" && strings.HasPrefix(chart, "oci://") {
		repository, chart = chart[:strings.LastIndexByte(chart, '/')], path.Base(chart)
	}
	source := map[string]any{"url": repository}
	if strings.HasPrefix(repository, "oci://") {
		source["type"] = "oci"
	}
	meta := func(name string) map[string]any {
		return map[string]any{"name": name, "namespace": namespace(attributes)}
	}
	spec := map[string]any{"chart": chart, "sourceRef": map[string]any{"kind": "HelmRepository", "name": "charts"}}
	if v := text(attributes, "version"); v != "" {
		spec["version"] = v
	}
	return written(map[string]any{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmRepository", "metadata": meta("charts"),
		"spec": source}) + "---\n" +
		written(map[string]any{"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": meta(text(attributes, "name")),
			"spec": map[string]any{"chart": map[string]any{"spec": spec}, "releaseName": text(attributes, "name"), "values": values}})
}

// localChart is the folder of a chart that is in the repository on either side,
// or "".
func (h *host) localChart(attributes map[string]any) string {
	chart := text(attributes, "chart")
	if chart == "" || text(attributes, "repository") != "" {
		return ""
	}
	dir := path.Join(h.change.Address.Root, chart)
	for _, side := range []fs.FS{h.before, h.after} {
		if _, err := fs.Stat(side, path.Join(dir, "Chart.yaml")); err == nil {
			return dir
		}
	}
	return ""
}

// maxChartFiles bounds what is copied of a chart.
const maxChartFiles = 2000

func copied(into fstest.MapFS, from fs.FS, dir string) error {
	return fs.WalkDir(from, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if len(into) > maxChartFiles {
			return fmt.Errorf("it has more than %d files", maxChartFiles)
		}
		data, err := fs.ReadFile(from, name)
		into[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
}

// values merges what a release is given as the provider does: the documents of
// values in their order, then each set (getValues in the provider).
func (h *host) values(attributes map[string]any) (map[string]any, error) {
	out := map[string]any{}
	documents, _ := attributes["values"].([]any)
	for _, d := range documents {
		text, _ := d.(string)
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			return nil, fmt.Errorf("values: %w", err)
		}
		olden(&doc)
		var value map[string]any
		if err := doc.Decode(&value); err != nil {
			return nil, fmt.Errorf("values: %w", err)
		}
		merge(out, value)
	}
	for _, block := range []string{"set", "set_list", "set_sensitive"} {
		list, _ := attributes[block].([]any)
		for _, item := range list {
			m := asMap(item)
			if v, ok := m["value"]; ok && v != nil && text(m, "name") != "" {
				put(out, text(m, "name"), scalar(v, text(m, "type")))
			}
		}
	}
	return out, nil
}

// olden writes out the booleans of YAML 1.1, which Helm reads (go.yaml.in/yaml/v2
// resolve.go), as those of 1.2.
func olden(n *yaml.Node) {
	for _, child := range n.Content {
		olden(child)
	}
	if n.Kind == yaml.ScalarNode && n.Style == 0 {
		if b, ok := olderBooleans[strings.ToLower(n.Value)]; ok && n.Tag == "!!str" {
			n.Value, n.Tag = b, "!!bool"
		}
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!bool" {
			n.Content[i].Tag = "!!str"
		}
	}
}

var olderBooleans = map[string]string{"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false", "off": "false"}

// merge copies b into a, deeply: lists and scalars are replaced.
func merge(a, b map[string]any) {
	for k, v := range b {
		if next, ok := v.(map[string]any); ok {
			if have, ok := a[k].(map[string]any); ok {
				merge(have, next)
				continue
			}
		}
		a[k] = v
	}
}

func namespace(attributes map[string]any) string {
	if ns := text(attributes, "namespace"); ns != "" {
		return ns
	}
	return "default"
}
