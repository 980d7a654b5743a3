// Package templates predicts what deploying another version of a template does
// to the resources in it: AWS CloudFormation, and Azure Resource Manager in
// Complete mode. A template lists what shall be; what leaves it is deleted.
package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Template is what one version of a template lists, by a name that stays.
type Template map[string]Resource

// Resource is one entry of a template.
type Resource struct {
	Type       string
	Properties map[string]any
	// Deletion and Replacement are DeletionPolicy and UpdateReplacePolicy.
	Deletion, Replacement string
	// Condition is the condition under which it exists, with what that means,
	// as text; empty where it always does.
	Condition string
	// Line is where it stands, 0 where that is not known.
	Line int
}

// errNoTemplate says that a text is something else.
var errNoTemplate = errors.New("it is no template")

// CloudFormation reads a template, JSON or YAML, its short forms (`!Ref`)
// included. Values of parameters stand for those that refer to them.
func CloudFormation(text string, parameters map[string]any) (Template, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	if len(doc.Content) == 0 {
		return nil, errNoTemplate
	}
	top := doc.Content[0]
	if inner := field(field(top, "resources"), "Resources"); inner != nil {
		top = field(top, "resources") // serverless.yml
	}
	resources := field(top, "Resources")
	if resources == nil || resources.Kind != yaml.MappingNode {
		return nil, errNoTemplate
	}
	given := defaults(top)
	for name, v := range parameters {
		given[name] = v
	}
	conditions, _ := plain(field(top, "Conditions"), given, 0).(map[string]any)
	out := Template{}
	for i := 0; i+1 < len(resources.Content); i += 2 {
		m, _ := plain(resources.Content[i+1], given, 0).(map[string]any)
		r := Resource{Type: word(m["Type"]), Deletion: word(m["DeletionPolicy"]), Replacement: word(m["UpdateReplacePolicy"]),
			Line: resources.Content[i].Line}
		r.Properties, _ = m["Properties"].(map[string]any)
		if name := word(m["Condition"]); name != "" {
			r.Condition = name + " " + written(conditions[name])
		}
		if r.Type != "" {
			out[resources.Content[i].Value] = r
		}
	}
	return out, nil
}

// defaults are the values of parameters that nobody gives another.
func defaults(top *yaml.Node) map[string]any {
	out := map[string]any{}
	list, _ := plain(field(top, "Parameters"), nil, 0).(map[string]any)
	for name, p := range list {
		if m, ok := p.(map[string]any); ok {
			if v, ok := m["Default"]; ok {
				out[name] = v
			}
		}
	}
	return out
}

func field(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// maxDepth bounds how deep a template is read; aliases are not followed, so that
// it cannot grow.
const maxDepth = 100

// plain turns a node into values, short forms into long ones.
func plain(n *yaml.Node, parameters map[string]any, depth int) any {
	if n == nil || depth > maxDepth {
		return nil
	}
	var v any
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1], parameters, depth+1)
		}
		if name := word(m["Ref"]); len(m) == 1 && name != "" && parameters[name] != nil {
			return parameters[name]
		}
		if text := word(m["Fn::Sub"]); len(m) == 1 && text != "" {
			m["Fn::Sub"] = substituted(text, parameters)
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plain(item, parameters, depth+1))
		}
		v = list
	case yaml.ScalarNode:
		v = n.Value
		if n.ShortTag() == "!!null" {
			v = nil
		}
	default:
		v = n.Value
	}
	tag, short := strings.CutPrefix(n.Tag, "!")
	if !short || strings.HasPrefix(tag, "!") || tag == "" {
		return v
	}
	switch tag {
	case "Ref":
		if name := word(v); parameters[name] != nil {
			return parameters[name]
		}
		return map[string]any{"Ref": v}
	case "Sub":
		if text := word(v); text != "" {
			v = substituted(text, parameters)
		}
	case "Condition":
		return map[string]any{"Condition": v}
	}
	return map[string]any{"Fn::" + tag: v}
}

// substituted puts the values of parameters into a text.
func substituted(text string, parameters map[string]any) string {
	for name, v := range parameters {
		if s := word(v); s != "" {
			text = strings.ReplaceAll(text, "${"+name+"}", s)
		}
	}
	return text
}

func word(v any) string { s, _ := v.(string); return s }

// written is a value in one form, whatever its layout.
func written(v any) string {
	if v == nil {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// ARM reads a template of Azure Resource Manager; nested resources have the
// names around them in theirs.
func ARM(text string) (Template, error) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	out := Template{}
	armResources(out, doc["resources"], "", "", 0)
	return out, nil
}

func armResources(out Template, v any, parentType, parentName string, depth int) {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case map[string]any: // languageVersion 2.0: by symbolic names
		for _, item := range v {
			items = append(items, item)
		}
	}
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok || depth > maxDepth || m["existing"] == true {
			continue
		}
		kind, name := word(m["type"]), word(m["name"])
		if parentType != "" {
			kind, name = parentType+"/"+kind, parentName+"/"+name
		}
		r := Resource{Type: kind, Condition: written(m["condition"])}
		r.Properties, _ = m["properties"].(map[string]any)
		if kind != "" {
			out[kind+" "+name] = r
		}
		armResources(out, m["resources"], kind, name, depth+1)
	}
}

// Deployment reads a configuration of Google's Deployment Manager.
func Deployment(text string) (Template, error) {
	var doc struct {
		Resources []struct {
			Name, Type string
			Properties map[string]any
		}
	}
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	out := Template{}
	for _, r := range doc.Resources {
		out[r.Name] = Resource{Type: r.Type, Properties: r.Properties}
	}
	return out, nil
}
