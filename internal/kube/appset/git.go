package appset

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"

	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// found is a folder, or a file with what it says.
type found struct {
	dir, file string
	content   map[string]any
	// known is what stands for something outside, where this is what it means.
	known binding
}

// pattern is a path with wildcards and texts that stand for what is outside.
type pattern struct {
	expr    *regexp.Regexp
	held    []string
	exclude bool
}

// globs makes patterns of a list of a generator. In folders a wildcard stays
// within one element (path.Match); in files it does not (git's pathspecs, which
// the controller asks git for by default).
func (g *generation) globs(list []any, within bool) ([]pattern, error) {
	var out []pattern
	for _, item := range list {
		text := fmt.Sprint(object.MapAt(item)["path"])
		exclude, _ := object.MapAt(item)["exclude"].(bool)
		p, err := g.glob(text, within)
		if err != nil {
			return nil, err
		}
		p.exclude = exclude
		out = append(out, p)
	}
	return out, nil
}

func (g *generation) glob(text string, within bool) (pattern, error) {
	any, one := ".*", "."
	if within {
		any, one = "[^/]*", "[^/]"
	}
	var b strings.Builder
	p := pattern{}
	for i := 0; i < len(text); {
		if name := g.unknownAt(text[i:]); name != "" {
			b.WriteString("([^/.][^/]*)")
			p.held = append(p.held, name)
			i += len(name)
			continue
		}
		switch c := text[i]; c {
		case '*':
			b.WriteString(any)
		case '?':
			b.WriteString(one)
		case '[', ']':
			b.WriteByte(c)
		default:
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		}
		i++
	}
	var err error
	if p.expr, err = regexp.Compile("^" + b.String() + "$"); err != nil {
		return p, fmt.Errorf("the pattern %q is not valid", text)
	}
	return p, nil
}

// match reports whether a path fits, and what is known then.
func (p pattern) match(name string) (binding, bool) {
	m := p.expr.FindStringSubmatch(name)
	if m == nil {
		return nil, false
	}
	known := binding{}
	for i, held := range p.held {
		if had, ok := known[held]; ok && had != m[i+1] {
			return nil, false
		}
		known[held] = m[i+1]
	}
	return known, true
}

// chosen are what of a path is known where patterns choose it, none where they
// do not.
func chosen(patterns []pattern, name string) (binding, bool) {
	var known binding
	included := false
	for _, p := range patterns {
		of, ok := p.match(name)
		if ok && p.exclude {
			return nil, false
		}
		if ok && !included {
			known, included = of, true
		}
	}
	return known, included
}

func (g *generation) directories(list []any) ([]found, error) {
	patterns, err := g.globs(list, true)
	if err != nil {
		return nil, err
	}
	var out []found
	for _, dir := range g.repo.Folders() {
		if known, ok := chosen(patterns, dir); ok && !hidden(dir) {
			out = append(out, found{dir: dir, known: known})
		}
	}
	return out, nil
}

// Folders are those that hold files, at any depth, sorted.
func Folders(names []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, name := range names {
		for d := path.Dir(name); d != "." && !seen[d]; d = path.Dir(d) {
			seen[d] = true
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// hidden folders are left out by the generator.
func hidden(dir string) bool {
	return slices.ContainsFunc(segmentsOf(dir), func(part string) bool { return strings.HasPrefix(part, ".") })
}

func segmentsOf(dir string) []string { return strings.Split(dir, "/") }

func segments(dir string) []any {
	var out []any
	for _, part := range segmentsOf(dir) {
		out = append(out, part)
	}
	return out
}

func (g *generation) filesOf(list []any) ([]found, error) {
	patterns, err := g.globs(list, false)
	if err != nil {
		return nil, err
	}
	var out []found
	for _, name := range g.repo.Names() {
		known, ok := chosen(patterns, name)
		if !ok {
			continue
		}
		g.files = append(g.files, name)
		docs, err := g.repo.Documents(name)
		if err != nil {
			return nil, fmt.Errorf("its generator reads %s, which is invalid (%w)", name, err)
		}
		for _, content := range contents(docs) {
			out = append(out, found{dir: path.Dir(name), file: name, content: content, known: known})
		}
	}
	return out, nil
}

// contents are the objects of a file: its first document, or the elements of
// that. An empty file is an object with nothing in it.
func contents(docs []any) []map[string]any {
	if len(docs) == 0 {
		return []map[string]any{{}}
	}
	if m, ok := docs[0].(map[string]any); ok {
		return []map[string]any{m}
	}
	var out []map[string]any
	list, _ := docs[0].([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// flatten writes nested values under joined names, as texts.
func flatten(prefix string, v any, into map[string]any) {
	join := func(key string) string {
		if prefix == "" {
			return key
		}
		return prefix + "." + key
	}
	switch x := v.(type) {
	case map[string]any:
		for key, item := range x {
			flatten(join(key), item, into)
		}
	case []any:
		for i, item := range x {
			flatten(join(fmt.Sprint(i)), item, into)
		}
	default:
		if prefix != "" {
			into[prefix] = fmt.Sprint(v)
		}
	}
}

// numbers are a value's with every number as JSON has it, which is how templates
// print it.
func numbers(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, item := range x {
			out[key] = numbers(item)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = numbers(item)
		}
		return out
	case int64:
		return float64(x)
	case int:
		return float64(x)
	}
	return v
}

var unfit = regexp.MustCompile(`[^-a-z0-9.]`)

// sanitized makes a name of Kubernetes of a text (applicationset/utils,
// SanitizeName).
func sanitized(s string) string {
	s = unfit.ReplaceAllString(strings.ToLower(s), "-")
	return strings.Trim(s[:min(len(s), 253)], "-.")
}
