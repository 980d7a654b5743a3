package kustomization

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// WithoutEntry takes one path out of the lists of a kustomization that name
// what it builds on. A text that is no kustomization stays as it is.
func WithoutEntry(data []byte, entry string) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	for i := 0; i+1 < len(top.Content); i += 2 {
		if naming[top.Content[i].Value] {
			leaveOut(follow(top.Content[i+1]), entry, 0)
		}
	}
	// One that would be empty is refused; this makes it none.
	if !slices.ContainsFunc(top.Content, func(n *yaml.Node) bool { return n.Value == "buildMetadata" }) {
		top.Content = append(top.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "buildMetadata"},
			&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "originAnnotations"}}})
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// leaveOut takes a path out of a field: as an entry of a list, with `key=` before
// it too, or with the patch that is read from it.
func leaveOut(n *yaml.Node, entry string, depth int) {
	if depth > 3 {
		return
	}
	if n.Kind == yaml.SequenceNode {
		n.Content = slices.DeleteFunc(n.Content, func(item *yaml.Node) bool {
			from := child(item, "path")
			return isEntry(follow(item), entry) || from != nil && isEntry(from, entry)
		})
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); {
		if isEntry(follow(n.Content[i+1]), entry) {
			n.Content = slices.Delete(n.Content, i, i+2)
			continue
		}
		i += 2
	}
	for _, c := range n.Content {
		leaveOut(follow(c), entry, depth+1)
	}
}

func isEntry(n *yaml.Node, entry string) bool {
	key, ok := strings.CutSuffix(n.Value, entry)
	return n.Kind == yaml.ScalarNode && ok && (key == "" || strings.HasSuffix(key, "="))
}

// WithEntry puts another path where a kustomization names one. A text that is no
// kustomization stays as it is.
func WithEntry(data []byte, entry, path string) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	for i := 0; i+1 < len(top.Content); i += 2 {
		if naming[top.Content[i].Value] {
			rename(follow(top.Content[i+1]), entry, path, 0)
		}
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// naming are the fields of a kustomization that name files.
var naming = map[string]bool{
	"resources": true, "bases": true, "components": true, "crds": true, "configurations": true, "patchesStrategicMerge": true,
	"generators": true,
	"patches":    true, "patchesJson6902": true, "replacements": true, "openapi": true, "configMapGenerator": true, "secretGenerator": true,
}

// rename replaces a path below a field, with `key=` before it too.
func rename(n *yaml.Node, entry, path string, depth int) {
	if depth > 3 {
		return
	}
	for _, c := range n.Content {
		if isEntry(c, entry) {
			c.Value, c.Style = strings.TrimSuffix(c.Value, entry)+path, 0
		}
		rename(c, entry, path, depth+1)
	}
}

// WithResources adds files to the resources of a kustomization, behind those that
// are there.
func WithResources(data []byte, files []string) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	list := child(top, "resources")
	if list == nil || list.Kind != yaml.SequenceNode {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		top.Content = append(top.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "resources"}, list)
	}
	for _, f := range files {
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: f})
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// WithoutCharts is a kustomization whose charts are rendered for it.
func WithoutCharts(data []byte) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) == 0 {
		return data
	}
	top := follow(doc.Content[0])
	for i := 0; i+1 < len(top.Content); {
		if key := top.Content[i].Value; key == "helmCharts" || key == "helmGlobals" {
			top.Content = slices.Delete(top.Content, i, i+2)
			continue
		}
		i += 2
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

// Block is the first and last line of a field.
type Block struct{ From, To int }

// Blocks are the lines of top-level keys of a block mapping.
func Blocks(data []byte, keys ...string) []Block {
	var out []Block
	open := false
	for i, line := range strings.Split(string(data), "\n") {
		top := line != "" && line[0] != ' ' && line[0] != '-' && line[0] != '#' && line[0] != '\r'
		if top {
			key, _, _ := strings.Cut(line, ":")
			if open = slices.Contains(keys, key); open {
				out = append(out, Block{i + 1, i + 1})
			}
		}
		if open {
			out[len(out)-1].To = i + 1
		}
	}
	return out
}
