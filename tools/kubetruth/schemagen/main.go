// Command schemagen writes internal/kube/apply/schema/types.json from the
// OpenAPI document of a Kubernetes release:
//
//	go run ./schemagen > ../../internal/kube/apply/schema/types.json
//
// The notation of a type is explained in internal/kube/apply/schema.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

type definition struct {
	Properties map[string]property
	GVKs       []struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
}

type property struct {
	Type, Format string
	Ref          string `json:"$ref"`
	Items        *property
	Additional   *property `json:"additionalProperties"`
	ListType     string    `json:"x-kubernetes-list-type"`
	ListKeys     []string  `json:"x-kubernetes-list-map-keys"`
	MergeKey     string    `json:"x-kubernetes-patch-merge-key"`
	Strategy     string    `json:"x-kubernetes-patch-strategy"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 0 {
		return fmt.Errorf("usage: schemagen > types.json")
	}
	kubernetes, err := moduleDir("k8s.io/kubernetes")
	if err != nil {
		return err
	}
	swagger := filepath.Join(kubernetes, "api/openapi-spec/swagger.json")
	data, err := os.ReadFile(swagger)
	if err != nil {
		return err
	}
	var doc struct {
		Info        struct{ Version string }
		Definitions map[string]definition
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("read %s: %w", swagger, err)
	}
	server, err := moduleDir("k8s.io/apiserver")
	if err != nil {
		return err
	}
	off, err := disabledGates(kubernetes, server)
	if err != nil {
		return err
	}
	kinds := map[string]string{}
	types := map[string]map[string]string{}
	read := source{}
	for name, def := range doc.Definitions {
		for _, g := range def.GVKs {
			if len(def.GVKs) == 1 && def.Properties["metadata"].Ref != "" && !strings.HasSuffix(g.Kind, "List") {
				kinds[g.Group+"/"+g.Version+"/"+g.Kind] = short(name)
			}
		}
	}
	var queue []string
	for _, t := range kinds {
		queue = append(queue, t)
	}
	long := map[string]string{}
	for name := range doc.Definitions {
		long[short(name)] = name
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if types[name] != nil {
			continue
		}
		inGo, err := read.goType(name)
		if err != nil {
			return err
		}
		fields := map[string]string{}
		for field, p := range doc.Definitions[long[name]].Properties {
			e := expr(p)
			fields[field] = e
			if inGo[field].pointer {
				fields[field] = "*" + e
			}
			gate := inGo[field].gate
			if gate == "" {
				gate = untagged[name+"."+field]
			}
			if off[gate] {
				fields[field] = "(" + gate + ")" + fields[field]
			}
			if i := strings.IndexByte(e, '@'); i >= 0 {
				queue = append(queue, e[i+1:])
			}
		}
		types[name] = fields
	}
	out := struct {
		Source string                       `json:"source"`
		Kinds  map[string]string            `json:"kinds"`
		Types  map[string]map[string]string `json:"types"`
	}{"k8s.io/kubernetes v1.37.2, api/openapi-spec/swagger.json", kinds, types}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func moduleDir(module string) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("find the source of %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// goPackages are those that hold the types of the first part of a short name.
var goPackages = map[string][2]string{
	"meta":            {"k8s.io/apimachinery", "pkg/apis/meta"},
	"apiextensions":   {"k8s.io/apiextensions-apiserver", "pkg/apis/apiextensions"},
	"apiregistration": {"k8s.io/kube-aggregator", "pkg/apis/apiregistration"},
}

// source holds the packages that were read: name, type, JSON field.
type source map[string]map[string]map[string]goField

// goType is what Go tells of the JSON fields of a type.
func (read source) goType(name string) (map[string]goField, error) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return nil, nil
	}
	where, ok := goPackages[parts[0]]
	if !ok {
		where = [2]string{"k8s.io/api", parts[0]}
	}
	key := parts[0] + "/" + parts[1]
	if read[key] == nil {
		dir, err := moduleDir(where[0])
		if err != nil {
			return nil, err
		}
		if read[key], err = goFields(filepath.Join(dir, where[1], parts[1])); err != nil {
			return nil, err
		}
	}
	fields, ok := read[key][parts[2]]
	if !ok && parts[1] != "v1" { // declared as the type of v1
		return read.goType(parts[0] + ".v1." + parts[2])
	}
	if !ok {
		fmt.Fprintln(os.Stderr, "no Go struct for", name)
	}
	return fields, nil
}

// expr writes the type of a property.
func expr(p property) string {
	switch {
	case p.Ref != "" && strings.Contains(p.Strategy, "retainKeys"):
		return "~" + ref(p.Ref)
	case p.Ref != "":
		return ref(p.Ref)
	case p.Type == "array":
		item := expr(*p.Items)
		if strings.Contains(p.Strategy, "retainKeys") {
			item = "~" + item
		}
		return "[" + list(p) + "]" + item
	case p.Type == "object" && p.Additional != nil:
		return "{}" + expr(*p.Additional)
	case p.Type == "string" && p.Format == "byte":
		return "bytes"
	case p.Type == "string", p.Type == "boolean", p.Type == "integer", p.Type == "number":
		return p.Type
	}
	return "any"
}

// list is how elements are told apart: nothing for an atomic list, `set`, or
// the keys.
func list(p property) string {
	keys := slices.Clone(p.ListKeys)
	if len(keys) == 0 && p.MergeKey != "" && strings.Contains(p.Strategy, "merge") {
		keys = []string{p.MergeKey}
	}
	switch {
	case len(keys) > 0:
		return strings.Join(keys, ",")
	case p.ListType == "set" || strings.Contains(p.Strategy, "merge"):
		return "set"
	}
	return ""
}

func ref(r string) string {
	switch name := short(strings.TrimPrefix(r, "#/definitions/")); name {
	case "resource.Quantity":
		return "quantity"
	case "intstr.IntOrString":
		return "int-or-string"
	case "meta.v1.Time", "meta.v1.MicroTime":
		return "time"
	case "runtime.RawExtension", "meta.v1.FieldsV1", "apiextensions.v1.JSON",
		"apiextensions.v1.JSONSchemaPropsOrBool", "apiextensions.v1.JSONSchemaPropsOrArray",
		"apiextensions.v1.JSONSchemaPropsOrStringArray", "apiextensions.v1.JSONSchemaProps":
		return "any"
	default:
		return "@" + name
	}
}

// short drops the part of a definition's name that all share.
func short(name string) string {
	for _, prefix := range []string{"io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.api.",
		"io.k8s.apimachinery.pkg.util.", "io.k8s.apimachinery.pkg.", "io.k8s.apiextensions-apiserver.pkg.apis.",
		"io.k8s.kube-aggregator.pkg.apis."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}
