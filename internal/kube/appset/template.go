package appset

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// templates fills texts with parameters: fasttemplate, or Go templates with the
// functions of sprig (applicationset/utils/utils.go, Replace).
type templates struct {
	golang  bool
	options []string
	budget  budget
	funcs   template.FuncMap
	parsed  map[string]*template.Template
}

func newTemplates(golang bool, options []string) *templates {
	t := &templates{golang: golang, options: options, parsed: map[string]*template.Template{}}
	if golang {
		t.funcs = functions(&t.budget)
	}
	return t
}

// deep fills every text of a value, keys included.
func (t *templates) deep(v any, values map[string]any) (any, error) {
	switch x := v.(type) {
	case string:
		return t.text(x, values)
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, item := range x {
			k, err := t.text(key, values)
			if err != nil {
				return nil, err
			}
			if out[k], err = t.deep(item, values); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			var err error
			if out[i], err = t.deep(item, values); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// generator fills the second generator of a matrix. Of its values those stay
// that use what it finds itself.
func (t *templates) generator(entry, values map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(entry))
	for kind, spec := range entry {
		filled := map[string]any{}
		for key, item := range object.MapAt(spec) {
			own := object.MapAt(item)
			if key != "values" || own == nil {
				var err error
				if filled[key], err = t.deep(item, values); err != nil {
					return nil, err
				}
				continue
			}
			kept := map[string]any{}
			for name, text := range own {
				kept[name] = text
				if got, err := t.strict(fmt.Sprint(text), values); err == nil {
					kept[name] = got
				}
			}
			filled[key] = kept
		}
		out[kind] = filled
	}
	return out, nil
}

// strict is as text, and an error where a parameter is missing.
func (t *templates) strict(text string, values map[string]any) (string, error) {
	if !t.golang {
		return t.text(text, values)
	}
	return t.execute(text, values, []string{"missingkey=error"})
}

var templated = regexp.MustCompile(`.*\{\{.*\}\}.*`)

// text fills one text.
func (t *templates) text(text string, values map[string]any) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	if t.golang {
		return t.execute(text, values, t.options)
	}
	if !templated.MatchString(text) {
		return text, nil
	}
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{{")
		b.WriteString(before)
		if !open {
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return "", fmt.Errorf("a template of it has no end")
		}
		if value, ok := values[strings.TrimSpace(name)].(string); ok && strings.TrimSpace(name) != "" {
			b.WriteString(value)
		} else {
			b.WriteString("{{" + name + "}}")
		}
		text = after
	}
}

func (t *templates) execute(text string, values map[string]any, options []string) (string, error) {
	parsed, err := t.parse(text, options)
	if err != nil {
		return "", err
	}
	// Functions may write to maps that they are given.
	own, _ := numbers(values).(map[string]any)
	var b strings.Builder
	if err := parsed.Execute(limitedWriter{&b, &t.budget}, own); err != nil {
		if t.budget.spent() {
			return "", limited("its templates use features that are not evaluated")
		}
		return "", fmt.Errorf("its template fails (%s)", lastOf(err))
	}
	return b.String(), nil
}

func lastOf(err error) string {
	parts := strings.Split(err.Error(), ": ")
	return parts[len(parts)-1]
}

// parse makes every list of a template count what is done.
func (t *templates) parse(text string, options []string) (*template.Template, error) {
	key := strings.Join(options, ",") + "\x00" + text
	if p, ok := t.parsed[key]; ok {
		return p, nil
	}
	p := template.New("").Funcs(t.funcs)
	for _, o := range options {
		if !slices.Contains([]string{"missingkey=error", "missingkey=default", "missingkey=invalid", "missingkey=zero"}, o) {
			return nil, fmt.Errorf("its templates have the unknown option %q", o)
		}
		p = p.Option(o)
	}
	p, err := p.Parse(text)
	if err != nil {
		if name, missing := strings.CutPrefix(lastOf(err), "function "); missing {
			return nil, unsupported("its templates use the function " + strings.Fields(name)[0] + ", which is not evaluated")
		}
		return nil, fmt.Errorf("a template of it is not valid (%s)", lastOf(err))
	}
	step := template.Must(template.New("").Funcs(t.funcs).Parse("{{" + stepName + "}}")).Root.Nodes[0]
	for _, each := range p.Templates() {
		if each.Tree != nil {
			counted(each.Root, step)
		}
	}
	t.parsed[key] = p
	return p, nil
}

// counted puts a step at the start of every list of nodes.
func counted(list *parse.ListNode, step parse.Node) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch x := n.(type) {
		case *parse.IfNode:
			counted(x.List, step)
			counted(x.ElseList, step)
		case *parse.RangeNode:
			counted(x.List, step)
			counted(x.ElseList, step)
		case *parse.WithNode:
			counted(x.List, step)
			counted(x.ElseList, step)
		}
	}
	list.Nodes = append([]parse.Node{step.Copy()}, list.Nodes...)
}

// asksFor are the parameters that texts name, at any place.
func (t *templates) asksFor(texts []string) []string {
	seen := map[string]bool{}
	for _, text := range texts {
		if !t.golang {
			for _, m := range tag.FindAllStringSubmatch(text, -1) {
				seen[strings.TrimSpace(m[1])] = true
			}
			continue
		}
		if !strings.Contains(text, "{{") {
			continue
		}
		trees, err := parse.Parse("", text, "", "", t.funcs, map[string]any{"index": 1, "and": 1, "or": 1, "not": 1, "eq": 1, "ne": 1, "lt": 1,
			"le": 1, "gt": 1, "ge": 1,
			"len": 1, "slice": 1, "print": 1, "printf": 1, "println": 1, "html": 1, "js": 1, "urlquery": 1, "call": 1})
		if err != nil {
			continue
		}
		for _, tree := range trees {
			fields(tree.Root, seen)
		}
	}
	var out []string
	for key := range seen {
		if key != "" {
			out = append(out, key)
		}
	}
	// A key with others below it is a map.
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return out
}

// patched is an Application with the patch of its set, a strategic merge patch
// in which lists are put in whole, but for finalizers
// (controllers/template/patch.go). A project that it sets does not count.
func patched(app map[string]any, text string) (map[string]any, error) {
	value, err := readYAML(text)
	if err != nil {
		return nil, fmt.Errorf("its templatePatch is not valid (%w)", err)
	}
	patch, ok := value.(map[string]any)
	if !ok {
		return app, nil
	}
	if hasDirective(patch) {
		return nil, unsupported("its templatePatch holds directives of a strategic merge, which are not evaluated")
	}
	project, _ := object.Lookup(app, "spec", "project")
	app = mergedMap(app, patch)
	if spec, ok := app["spec"].(map[string]any); ok {
		spec["project"] = project
	}
	return app, nil
}

func hasDirective(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		for key, item := range x {
			if strings.HasPrefix(key, "$") || hasDirective(item) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, hasDirective)
	}
	return false
}

// mergedMap is a map with another one over it. A null takes a key away.
func mergedMap(base, over map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range base {
		out[key] = value
	}
	for key, value := range over {
		below, isMap := value.(map[string]any)
		list, isList := value.([]any)
		was, wasMap := out[key].(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case isMap && wasMap:
			out[key] = mergedMap(was, below)
		case isList && key == "finalizers":
			had, _ := out[key].([]any)
			out[key] = append(slices.Clip(had), list...)
		default:
			out[key] = value
		}
	}
	return out
}

// filled is a generator's own template, with the set's where it says nothing.
func filled(own, base map[string]any) map[string]any {
	if len(own) == 0 {
		return base
	}
	out := map[string]any{}
	for key, value := range base {
		out[key] = value
	}
	for key, value := range own {
		below, isMap := value.(map[string]any)
		was, wasMap := out[key].(map[string]any)
		switch {
		case isMap && wasMap:
			out[key] = filled(below, was)
		case isEmpty(value):
		default:
			out[key] = value
		}
	}
	return out
}

// readYAML reads the first document of a text.
func readYAML(text string) (any, error) {
	file, err := object.Parse("text.yaml", []byte(text), object.Limits{})
	if err != nil {
		return nil, err
	}
	for _, o := range file.Objects {
		return o.Value, nil
	}
	for _, o := range file.Others {
		return o.Value, nil
	}
	return nil, nil
}
