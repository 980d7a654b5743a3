package appset

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// unknownPrefix begins what stands for a value from outside: any-name is the
// name of any cluster.
const unknownPrefix = "any-"

// binding is what texts that stand for something outside mean.
type binding map[string]string

// bindings is where a set of parameters keeps what became known with it, until
// it is combined with that of which it is known.
const bindings = "\x00known"

// into puts what is known into a copy of a value.
func (b binding) into(v any) any {
	if len(b) == 0 {
		return v
	}
	switch x := v.(type) {
	case string:
		names := make([]string, 0, len(b))
		for name := range b {
			names = append(names, name)
		}
		longestFirst(names)
		for _, name := range names {
			x = strings.ReplaceAll(x, name, b[name])
		}
		return x
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, item := range x {
			out[key] = b.into(item)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = b.into(item)
		}
		return out
	}
	return v
}

func longestFirst(names []string) {
	sort.Slice(names, func(i, j int) bool {
		return len(names[i]) > len(names[j]) || len(names[i]) == len(names[j]) && names[i] < names[j]
	})
}

// ask notes a generator that asks something outside.
func (g *generation) ask(kind string, spec map[string]any) {
	own := maps.Clone(spec)
	delete(own, "values")
	delete(own, "template")
	g.asked = append(g.asked, Asked{kind, string(object.JSON(own))})
}

// mark is the text that stands for a parameter.
func (g *generation) mark(key string) string {
	name := unknownPrefix + sanitized(strings.ReplaceAll(key, ".", "-"))
	if !slices.Contains(g.unknown, name) {
		g.unknown = append(g.unknown, name)
		longestFirst(g.unknown)
	}
	return name
}

// unknownAt is what stands for something outside at the start of a text.
func (g *generation) unknownAt(text string) string {
	for _, name := range g.unknown {
		if strings.HasPrefix(text, name) {
			return name
		}
	}
	return ""
}

func (g *generation) isUnknown(text string) bool {
	return slices.ContainsFunc(g.unknown, func(name string) bool { return strings.Contains(text, name) })
}

// anyCluster stands for a cluster that is not known here: its name and server,
// and of its labels and annotations what the set asks for.
func (g *generation) anyCluster() map[string]any {
	keys := []string{"name", "nameNormalized", "server", "project"}
	for _, key := range g.template.asksFor(g.texts()) {
		if firstOf(key) == "metadata" {
			keys = append(keys, key)
		}
	}
	return g.standIn(keys)
}

// outside stands for what another generator gives: whatever the set asks for.
func (g *generation) outside(kind string, spec map[string]any) ([]params, error) {
	g.ask(kind, spec)
	var keys []string
	for _, key := range g.template.asksFor(g.texts()) {
		if first := firstOf(key); first != "values" && first != "path" {
			keys = append(keys, key)
		}
	}
	p := params{values: g.standIn(keys), guessed: true}
	if err := g.withValues(p.values, spec); err != nil {
		return nil, err
	}
	return []params{p}, nil
}

// firstOf is the first part of the name of a parameter.
func firstOf(key string) string {
	if i := strings.IndexAny(key, ".[\x00"); i >= 0 {
		return key[:i]
	}
	return key
}

// standIn gives each key the text that stands for it.
func (g *generation) standIn(keys []string) map[string]any {
	out := map[string]any{}
	for _, key := range keys {
		if !g.set.Spec.GoTemplate {
			out[key] = g.mark(key)
			continue
		}
		at := out
		parts := strings.Split(key, "\x00")
		if len(parts) == 1 {
			parts = strings.Split(key, ".")
		}
		for _, part := range parts[:len(parts)-1] {
			below, ok := at[part].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[part] = below
			}
			at = below
		}
		if last := parts[len(parts)-1]; at[last] == nil {
			at[last] = g.mark(strings.Join(parts, "."))
		}
	}
	return out
}

// texts are all texts of a set that may hold templates.
func (g *generation) texts() []string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			out = append(out, x)
		case map[string]any:
			for key, item := range x {
				out = append(out, key)
				walk(item)
			}
		case []any:
			for _, item := range x {
				walk(item)
			}
		}
	}
	for _, entry := range g.set.Spec.Generators {
		walk(entry)
	}
	walk(g.set.Spec.Template)
	slices.Sort(out)
	return append(out, g.set.Spec.TemplatePatch)
}

// bound are the Applications that one stands for, whose paths hold what stands
// for something outside: one for each folder, and file of values, of the tree
// that it may mean. What can mean none reaches nothing here.
func (g *generation) bound(app Application) []Application {
	if !app.Guessed {
		return []Application{app}
	}
	open := []Application{app}
	var out []Application
	for len(open) > 0 && len(out)+len(open) <= maxGenerated {
		next := open[0]
		open = open[1:]
		text, among := g.undecided(next.Value)
		if text == "" {
			out = append(out, next)
			continue
		}
		p, err := g.glob(text, true)
		if err != nil {
			continue
		}
		seen := map[string]bool{}
		for _, name := range among {
			known, ok := p.match(name)
			if key := string(object.JSON(known)); ok && !seen[key] {
				seen[key] = true
				value, _ := known.into(next.Value).(map[string]any)
				open = append(open, Application{Value: value, Guessed: true})
			}
		}
	}
	return out
}

// undecided is the first path of an Application with something unknown in it,
// and what it may be.
func (g *generation) undecided(app map[string]any) (text string, among []string) {
	sources := object.ListAt(app, "spec", "sources")
	if one := object.MapAt(app, "spec", "source"); one != nil {
		sources = append([]any{one}, sources...)
	}
	for _, s := range sources {
		src := object.MapAt(s)
		dir, _ := src["path"].(string)
		if url, _ := src["repoURL"].(string); dir == "" || g.isUnknown(url) {
			dir = ""
		} else if dir = path.Clean(strings.TrimLeft(dir, "/")); g.isUnknown(dir) {
			return dir, g.repo.EitherFolders()
		}
		for _, f := range object.ListAt(src, "helm", "valueFiles") {
			file, _ := f.(string)
			if !g.isUnknown(file) || strings.Contains(file, "://") {
				continue
			}
			if rest, ok := strings.CutPrefix(file, "$"); ok {
				_, file, _ = strings.Cut(rest, "/")
			} else if strings.HasPrefix(file, "/") {
				file = file[1:]
			} else {
				file = path.Join(dir, file)
			}
			return path.Clean(file), g.repo.Either()
		}
	}
	return "", nil
}

// matching leaves those that a selector chooses among flattened parameters. What
// it asks of something unknown may hold.
func (g *generation) matching(all []params, selector any) ([]params, error) {
	var out []params
	for _, p := range all {
		flat := map[string]any{}
		flatten("", p.values, flat)
		ok, known := selects(selector, texts(flat), g.isUnknown)
		if ok {
			p.guessed = p.guessed || !known
			out = append(out, p)
		}
	}
	return out, nil
}

func texts(values map[string]any) map[string]string {
	out := map[string]string{}
	for key, v := range values {
		if text, ok := v.(string); ok {
			out[key] = text
		}
	}
	return out
}

// selects reports whether labels fit a selector; known is false where something
// unknown decides.
func selects(selector any, labels map[string]string, unknown func(string) bool) (fits, known bool) {
	known = true
	holds := func(key string, ok bool) bool {
		if value, has := labels[key]; has && unknown != nil && unknown(value) {
			known = false
			return true
		}
		return ok
	}
	for key, want := range object.MapAt(selector, "matchLabels") {
		value, has := labels[key]
		if !holds(key, has && value == want) {
			return false, true
		}
	}
	for _, e := range object.ListAt(selector, "matchExpressions") {
		key, _ := object.MapAt(e)["key"].(string)
		if !holds(key, expression(object.MapAt(e), labels)) {
			return false, true
		}
	}
	return true, known
}

func expression(e map[string]any, labels map[string]string) bool {
	key, _ := e["key"].(string)
	value, has := labels[key]
	among := slices.Contains(object.ListAt(e, "values"), any(value))
	switch e["operator"] {
	case "In":
		return has && among
	case "NotIn":
		return !has || !among
	case "Exists":
		return has
	case "DoesNotExist":
		return !has
	}
	return false
}

// limited is what ends a set that costs too much.
func limited(why string) error { return &Trouble{Kind: plan.GapLimit, Why: why} }

var tag = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
