package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// reduceREST keeps the listed operations (`GET /repos/{owner}/{repo}`) and
// what they refer to. An operation that the description lacks is an error for
// github.com; an enterprise server may lack some, they are left out there.
func reduceREST(from, to string, operations []string) error {
	doc, err := readJSON(from)
	if err != nil {
		return err
	}
	all, _ := doc["paths"].(map[string]any)
	paths := map[string]any{}
	for _, op := range operations {
		method, path, ok := strings.Cut(op, " ")
		if !ok {
			return fmt.Errorf("operations.txt: %q is not METHOD /path", op)
		}
		item, _ := all[path].(map[string]any)
		found, ok := item[strings.ToLower(method)].(map[string]any)
		if !ok {
			if strings.Contains(from, "ghes-") {
				continue
			}
			return fmt.Errorf("operations.txt: %s is not in %s", op, from)
		}
		kept, _ := paths[path].(map[string]any)
		if kept == nil {
			kept = map[string]any{}
			paths[path] = kept
		}
		kept[strings.ToLower(method)] = strip(found, false)
	}
	components := closure(doc, paths)
	return writeJSON(to, map[string]any{
		"openapi": doc["openapi"], "info": map[string]any{"title": "GitHub, reduced", "version": version(doc)},
		"paths": paths, "components": components,
	})
}

// reduceWebhooks keeps the payload schemas of the listed webhooks, by the name
// of the webhook (`pull-request-opened`).
func reduceWebhooks(from, to string, names []string) error {
	doc, err := readJSON(from)
	if err != nil {
		return err
	}
	all, _ := doc["webhooks"].(map[string]any)
	schemas := map[string]any{}
	for _, name := range names {
		schema := dig(all, name, "post", "requestBody", "content", "application/json", "schema")
		if schema == nil {
			return fmt.Errorf("webhooks.txt: %s is not in %s", name, from)
		}
		schemas["webhook:"+name] = strip(schema, false)
	}
	components := closure(doc, schemas)
	kept, _ := components["schemas"].(map[string]any)
	for name, schema := range schemas {
		kept[name] = schema
	}
	return writeJSON(to, map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": "GitHub webhooks, reduced", "version": version(doc)},
		"paths": map[string]any{}, "components": map[string]any{"schemas": kept},
	})
}

// reduceExamples keeps, for each listed webhook, the first example that was
// sent to an app, or the first where none was.
func reduceExamples(from, to string, names []string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read examples: %w", err)
	}
	var events []struct {
		Name     string           `json:"name"`
		Examples []map[string]any `json:"examples"`
	}
	if err := json.Unmarshal(data, &events); err != nil {
		return fmt.Errorf("read examples %s: %w", from, err)
	}
	kept := map[string]any{}
	for _, e := range events {
		for _, x := range e.Examples {
			name := strings.ReplaceAll(e.Name, "_", "-")
			if action, _ := x["action"].(string); action != "" {
				name += "-" + strings.ReplaceAll(action, "_", "-")
			}
			have, _ := kept[name].(map[string]any)
			if !slices.Contains(names, name) || (have != nil && (have["installation"] != nil || x["installation"] == nil)) {
				continue
			}
			kept[name] = x
		}
	}
	return writeJSON(to, kept)
}

func version(doc map[string]any) any { return dig(doc, "info", "version") }

func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

// closure returns the components that kept refers to, directly or not.
func closure(doc map[string]any, kept any) map[string]any {
	components := map[string]any{"schemas": map[string]any{}}
	queue := refs(kept, nil)
	seen := map[string]bool{}
	for len(queue) > 0 {
		ref := queue[0]
		queue = queue[1:]
		if seen[ref] {
			continue
		}
		seen[ref] = true
		part := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
		if len(part) != 2 {
			continue
		}
		value := strip(dig(doc, "components", part[0], part[1]), false)
		section, _ := components[part[0]].(map[string]any)
		if section == nil {
			section = map[string]any{}
			components[part[0]] = section
		}
		section[part[1]] = value
		queue = refs(value, queue)
	}
	return components
}

func refs(v any, found []string) []string {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			found = append(found, ref)
		}
		for _, x := range v {
			found = refs(x, found)
		}
	case []any:
		for _, x := range v {
			found = refs(x, found)
		}
	}
	return found
}

// strip drops what validation does not need. In a map of names (properties,
// responses, parameters by name) the keys are kept as they are.
func strip(v any, names bool) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = strip(x, false)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		_, response := v["content"]
		for k, x := range v {
			if !names && drop(k) {
				continue
			}
			if !names && (k == "enum" || k == "required") {
				out[k] = x
				continue
			}
			out[k] = strip(x, !names && (k == "properties" || k == "responses" || k == "content"))
		}
		if _, has := v["description"]; has && !names && (response || isResponse(v)) {
			out["description"] = "" // the one place where OpenAPI demands it
		}
		return out
	}
	return v
}

func isResponse(v map[string]any) bool {
	for k := range v {
		if k != "description" && k != "headers" && k != "content" && k != "links" {
			return false
		}
	}
	return true
}

func drop(key string) bool {
	switch key {
	case "description", "summary", "example", "examples", "externalDocs", "tags", "title", "headers", "deprecated", "links", "callbacks":
		return true
	}
	return strings.HasPrefix(key, "x-")
}
