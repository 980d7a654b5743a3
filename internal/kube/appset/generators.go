package appset

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// params is one set of parameters.
type params struct {
	values  map[string]any
	guessed bool
}

// transformed are the parameters of one generator, and its own template.
type transformed struct {
	params   []params
	template map[string]any
}

// transform makes the parameters of an entry of generators. outer are those of
// the first generator of a matrix, which the second may use.
func (g *generation) transform(entry map[string]any, outer *params) ([]transformed, error) {
	selector, selects := entry["selector"]
	if outer != nil {
		filled, err := g.template.generator(entry, outer.values)
		if err != nil {
			return nil, err
		}
		entry = filled
	}
	var out []transformed
	for _, kind := range slices.Sorted(maps.Keys(entry)) {
		if kind == "selector" || entry[kind] == nil {
			continue
		}
		spec, _ := entry[kind].(map[string]any)
		found, err := g.generate(kind, spec)
		if err != nil {
			return nil, err
		}
		if selects {
			if found, err = g.matching(found, selector); err != nil {
				return nil, err
			}
		}
		template, _ := spec["template"].(map[string]any)
		out = append(out, transformed{found, template})
	}
	return out, nil
}

func (g *generation) generate(kind string, spec map[string]any) ([]params, error) {
	switch kind {
	case "list":
		return g.list(spec)
	case "git":
		return g.git(spec)
	case "clusters":
		return g.clusters(spec)
	case "matrix":
		return g.matrix(spec)
	case "merge":
		return g.merge(spec)
	}
	return g.outside(kind, spec)
}

// nested are the parameters of a generator inside another.
func (g *generation) nested(entry any, outer *params) ([]params, error) {
	m, _ := entry.(map[string]any)
	results, err := g.transform(m, outer)
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("an entry of a matrix or merge holds %d generators, and must hold one", len(results))
	}
	return results[0].params, nil
}

func (g *generation) list(spec map[string]any) ([]params, error) {
	var out []params
	elements, _ := spec["elements"].([]any)
	for _, e := range elements {
		element, _ := e.(map[string]any)
		if g.set.Spec.GoTemplate {
			out = append(out, params{values: numbers(element).(map[string]any)})
			continue
		}
		flat, err := flatElement(element)
		if err != nil {
			return nil, err
		}
		out = append(out, params{values: flat})
	}
	text, _ := spec["elementsYaml"].(string)
	if text == "" {
		return out, nil
	}
	more, err := readYAML(text)
	if err != nil {
		return nil, fmt.Errorf("elementsYaml is not valid: %w", err)
	}
	items, _ := more.([]any)
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			out = append(out, params{values: numbers(m).(map[string]any)})
		}
	}
	return out, nil
}

// flatElement: without Go templates every value of an element is a text.
func flatElement(element map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, value := range element {
		if nested, ok := value.(map[string]any); ok && key == "values" {
			for k, v := range nested {
				out["values."+k] = v
			}
			continue
		}
		out[key] = value
	}
	for key, value := range out {
		if _, ok := value.(string); !ok {
			return nil, fmt.Errorf("%s of an element is not a text", key)
		}
	}
	return out, nil
}

// withValues adds the values that a generator is given, which may use what it
// finds.
func (g *generation) withValues(p map[string]any, spec map[string]any) error {
	values, _ := spec["values"].(map[string]any)
	filled := map[string]any{}
	for key, value := range values {
		text, err := g.template.text(fmt.Sprint(value), p)
		if err != nil {
			return err
		}
		filled[key] = text
	}
	if g.set.Spec.GoTemplate && len(filled) > 0 {
		p["values"] = filled
		return nil
	}
	for key, text := range filled {
		p["values."+key] = text
	}
	return nil
}

// clusters are those that the tree makes known and that a selector chooses, the
// local one beside them where it says nothing. Where the tree knows of none,
// one stands for any.
func (g *generation) clusters(spec map[string]any) ([]params, error) {
	selector := spec["selector"]
	local := len(object.MapAt(selector, "matchLabels"))+len(object.ListAt(selector, "matchExpressions")) == 0
	var out []params
	named := map[string]bool{}
	for _, c := range g.repo.Clusters() {
		if ok, _ := selects(selector, texts(c.Labels), nil); ok && !named[c.Name] {
			named[c.Name] = true
			out = append(out, params{values: g.cluster(c)})
			local = local && c.Server != "https://kubernetes.default.svc"
		}
	}
	if len(out) == 0 {
		g.ask("clusters", spec)
		out = append(out, params{values: g.anyCluster(), guessed: true})
	}
	if local {
		out = append(out, params{values: g.cluster(Cluster{Name: "in-cluster", Server: "https://kubernetes.default.svc"})})
	}
	for _, p := range out {
		if err := g.withValues(p.values, spec); err != nil {
			return nil, err
		}
	}
	if flat, _ := spec["flatList"].(bool); flat {
		list, guessed := []any{}, false
		for _, p := range out {
			list, guessed = append(list, p.values), guessed || p.guessed
		}
		out = []params{{values: map[string]any{"clusters": list}, guessed: guessed}}
	}
	return out, nil
}

func (g *generation) cluster(c Cluster) map[string]any {
	out := map[string]any{"name": c.Name, "nameNormalized": sanitized(c.Name), "server": c.Server, "project": c.Project}
	if g.set.Spec.GoTemplate {
		meta := map[string]any{}
		if len(c.Labels) > 0 {
			meta["labels"] = c.Labels
		}
		if len(c.Annotations) > 0 {
			meta["annotations"] = c.Annotations
		}
		out["metadata"] = meta
		return out
	}
	for field, pairs := range map[string]map[string]any{"labels": c.Labels, "annotations": c.Annotations} {
		for key, value := range pairs {
			out["metadata."+field+"."+key] = value
		}
	}
	return out
}

// git lists the folders or reads the files of the tree.
func (g *generation) git(spec map[string]any) ([]params, error) {
	url, _ := spec["repoURL"].(string)
	revision, _ := spec["revision"].(string)
	if why := g.repo.Elsewhere(url, revision); why != "" {
		return nil, unsupported("its generator reads " + why)
	}
	find, patterns := g.directories, object.ListAt(spec, "directories")
	if len(patterns) == 0 {
		find, patterns = g.filesOf, object.ListAt(spec, "files")
	}
	found, err := find(patterns)
	if err != nil {
		return nil, err
	}
	prefix, _ := spec["pathParamPrefix"].(string)
	var out []params
	for _, f := range found {
		p := params{values: g.pathParams(f, prefix)}
		if len(f.known) > 0 {
			p.values[bindings], p.guessed = f.known, true
		}
		if err := g.withValues(p.values, spec); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// pathParams are what a generator says of a folder or file.
func (g *generation) pathParams(f found, prefix string) map[string]any {
	base := path.Base(f.dir)
	at := map[string]any{"path": f.dir, "basename": base, "basenameNormalized": sanitized(base), "segments": segments(f.dir)}
	if f.file != "" {
		at["filename"], at["filenameNormalized"] = path.Base(f.file), sanitized(path.Base(f.file))
	}
	if g.set.Spec.GoTemplate {
		out := map[string]any{}
		if f.content != nil {
			out = maps.Clone(numbers(f.content).(map[string]any))
		}
		if prefix != "" {
			out[prefix] = map[string]any{"path": at}
		} else {
			out["path"] = at
		}
		return out
	}
	out := map[string]any{}
	flatten("", numbers(f.content), out)
	name := "path"
	if prefix != "" {
		name = prefix + ".path"
	}
	for key, value := range at {
		if text, ok := value.(string); ok && key != "path" {
			out[name+"."+key] = text
		}
	}
	out[name] = f.dir
	for i, part := range segments(f.dir) {
		out[fmt.Sprintf("%s[%d]", name, i)] = part
	}
	return out
}
