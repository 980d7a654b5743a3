package appset

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
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

// matrix combines each of the first generator's with each of the second's.
func (g *generation) matrix(spec map[string]any) ([]params, error) {
	pair, _ := spec["generators"].([]any)
	if len(pair) != 2 {
		return nil, fmt.Errorf("a matrix takes two generators")
	}
	left, err := g.nested(pair[0], nil)
	if err != nil {
		return nil, err
	}
	var out []params
	for _, a := range left {
		right, err := g.nested(pair[1], &a)
		if err != nil {
			return nil, err
		}
		for _, b := range right {
			both, err := g.combined(a, b)
			if err != nil {
				return nil, err
			}
			if out = append(out, both); len(out) > maxGenerated {
				return nil, &Trouble{Kind: plan.GapLimit, Why: fmt.Sprintf("it generates more than %d Applications", maxGenerated)}
			}
		}
	}
	return out, nil
}

// combined joins two sets of a matrix. What stands for something outside gives
// way to what is known.
func (g *generation) combined(a, b params) (params, error) {
	known := binding{}
	if of, ok := b.values[bindings].(binding); ok {
		known = of
		b.values = maps.Clone(b.values)
		delete(b.values, bindings)
	}
	first, _ := known.into(a.values).(map[string]any)
	out := params{guessed: a.guessed || b.guessed}
	if g.set.Spec.GoTemplate {
		out.values = g.over(b.values, first)
		return out, nil
	}
	out.values = map[string]any{}
	for key, value := range b.values {
		out.values[key] = fmt.Sprint(value)
	}
	for key, value := range first {
		text := fmt.Sprint(value)
		if had, ok := out.values[key].(string); ok && had != text && !g.isUnknown(had) && !g.isUnknown(text) {
			return params{}, fmt.Errorf("the generators of a matrix both give %s, and not the same", key)
		}
		if _, ok := out.values[key]; !ok || !g.isUnknown(text) {
			out.values[key] = text
		}
	}
	return out, nil
}

// over is a map with another one over it: what is empty there, or unknown, does
// not count.
func (g *generation) over(base, top map[string]any) map[string]any {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range top {
		below, isMap := value.(map[string]any)
		was, wasMap := out[key].(map[string]any)
		text, isText := value.(string)
		switch {
		case isMap && wasMap:
			out[key] = g.over(was, below)
		case out[key] != nil && (isEmpty(value) || isText && g.isUnknown(text)):
		default:
			out[key] = value
		}
	}
	return out
}

func isEmpty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case bool:
		return !x
	case float64:
		return x == 0
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

// merge puts later generators' sets over the first one's of the same keys.
func (g *generation) merge(spec map[string]any) ([]params, error) {
	list, _ := spec["generators"].([]any)
	var keys []string
	wanted, _ := spec["mergeKeys"].([]any)
	for _, k := range wanted {
		keys = append(keys, fmt.Sprint(k))
	}
	if len(list) < 2 || len(keys) == 0 {
		return nil, fmt.Errorf("a merge takes two generators and keys")
	}
	base, err := g.nested(list[0], nil)
	if err != nil {
		return nil, err
	}
	if base, err = unique(keys, base); err != nil {
		return nil, err
	}
	for _, entry := range list[1:] {
		overs, err := g.nested(entry, nil)
		if err != nil {
			return nil, err
		}
		if overs, err = unique(keys, overs); err != nil {
			return nil, err
		}
		base = g.merged(keys, base, overs)
	}
	return base, nil
}

// merged puts sets over those of the same keys. One of which the keys are not
// known may be that of any of them.
func (g *generation) merged(keys []string, base, overs []params) []params {
	var out []params
	for _, b := range base {
		rest := b
		for _, o := range overs {
			known, fits := g.fits(keys, b, o)
			if !fits {
				continue
			}
			values, _ := known.into(b.values).(map[string]any)
			next := params{guessed: b.guessed || o.guessed}
			if g.set.Spec.GoTemplate {
				next.values = g.over(values, o.values)
			} else {
				next.values = maps.Clone(values)
				maps.Copy(next.values, o.values)
			}
			if len(known) > 0 {
				out = append(out, next)
			} else {
				rest = next
			}
		}
		out = append(out, rest)
	}
	return out
}

// fits reports whether two sets agree in keys, and what is known then.
func (g *generation) fits(keys []string, b, o params) (binding, bool) {
	known := binding{}
	for _, k := range keys {
		was, is := b.values[k], o.values[k]
		text, isText := was.(string)
		to, toText := is.(string)
		switch {
		case isText && toText && was != is && slices.Contains(g.unknown, text):
			known[text] = to
		case string(mustJSON(was)) != string(mustJSON(is)):
			return nil, false
		}
	}
	return known, true
}

func unique(keys []string, sets []params) ([]params, error) {
	seen := map[string]bool{}
	for _, p := range sets {
		of := map[string]any{}
		for _, k := range keys {
			of[k] = p.values[k]
		}
		key := string(mustJSON(of))
		if seen[key] {
			return nil, fmt.Errorf("a merge takes generators whose keys are unique, and %s comes twice", key)
		}
		seen[key] = true
	}
	return sets, nil
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error())
	}
	return text
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
	local := len(mapAt(selector, "matchLabels"))+len(listAt(selector, "matchExpressions")) == 0
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
	find, patterns := g.directories, listAt(spec, "directories")
	if len(patterns) == 0 {
		find, patterns = g.filesOf, listAt(spec, "files")
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
	at := map[string]any{"path": f.dir, "basename": path.Base(f.dir), "basenameNormalized": sanitized(path.Base(f.dir)), "segments": segments(f.dir)}
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

func mapAt(v any, at ...any) map[string]any {
	found, _ := object.Lookup(v, at...)
	m, _ := found.(map[string]any)
	return m
}

func listAt(v any, at ...any) []any {
	found, _ := object.Lookup(v, at...)
	l, _ := found.([]any)
	return l
}
