package object

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"go.yaml.in/yaml/v3"
)

// reader turns the nodes of one file into JSON values as sigs.k8s.io/yaml
// v1.6.0 does (through go.yaml.in/yaml/v2: YAML 1.1 booleans and octals).
type reader struct {
	file   string
	limits Limits
	lines  []string
	// seen holds what the anchors of a document stand for; nil while one is
	// being converted.
	seen     map[*yaml.Node]*converted
	aliased  int
	problems []twice
}

// twice is a key given twice, before it is known whose it is.
type twice struct {
	line int
	path plan.Path
	key  string
}

func (t twice) problem(r *reader, m *mark) Problem {
	return Problem{DuplicateKey, t.line, t.path,
		fmt.Sprintf("key %q is given twice; the last one counts for some tools, others refuse the file", t.key)}
}

type converted struct {
	value any
	mark  *mark
	// size and depth are those of the value written out.
	size, depth int
}

// convert turns a node into a value. line is where its entry starts, next the
// line of what follows it.
func (r *reader) convert(n *yaml.Node, path plan.Path, line, next, depth int) (*converted, error) {
	if depth > r.limits.Depth {
		return nil, &Error{File: r.file, Line: n.Line, Why: fmt.Sprintf("nested deeper than the limit of %d", r.limits.Depth), Limit: true}
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, line, next, depth)
	}
	if n.Anchor != "" {
		r.seen[n] = nil
	}
	c, err := r.fresh(n, path, line, next, depth)
	if err != nil {
		return nil, err
	}
	if n.Anchor != "" {
		r.seen[n] = c
	}
	return c, nil
}

func (r *reader) fresh(n *yaml.Node, path plan.Path, line, next, depth int) (*converted, error) {
	m := &mark{line: line, end: r.end(n, line, next)}
	switch n.Kind {
	case yaml.ScalarNode:
		v, err := scalar(n)
		if err != nil {
			return nil, &Error{File: r.file, Line: n.Line, Why: err.Error()}
		}
		return &converted{value: v, mark: m, size: 1}, nil
	case yaml.SequenceNode:
		return r.sequence(n, m, path, next, depth)
	case yaml.MappingNode:
		return r.mapping(n, m, path, next, depth)
	}
	return nil, &Error{File: r.file, Line: n.Line, Why: "unexpected kind of YAML node"}
}

// alias shares the value of the anchor, and counts what it adds.
func (r *reader) alias(n *yaml.Node, line, next, depth int) (*converted, error) {
	c, known := r.seen[n.Alias]
	if !known {
		return nil, &Error{File: r.file, Line: n.Line, Why: fmt.Sprintf("anchor %q is not in this document", n.Value)}
	}
	if c == nil {
		return nil, &Error{File: r.file, Line: n.Line, Why: fmt.Sprintf("anchor %q contains itself", n.Value)}
	}
	if r.aliased += c.size; r.aliased > r.limits.Aliased {
		return nil, &Error{File: r.file, Line: n.Line, Why: fmt.Sprintf("aliases stand for more than %d values", r.limits.Aliased), Limit: true}
	}
	if depth+c.depth > r.limits.Depth {
		return nil, &Error{File: r.file, Line: n.Line, Why: fmt.Sprintf("nested deeper than the limit of %d", r.limits.Depth), Limit: true}
	}
	m := *c.mark
	if m.fields == nil && m.items == nil {
		return &converted{value: c.value, mark: &m, size: c.size, depth: c.depth}, nil
	}
	m.line, m.end = line, r.end(n, line, next)
	return &converted{value: c.value, mark: &m, size: c.size, depth: c.depth}, nil
}

func (r *reader) sequence(n *yaml.Node, m *mark, path plan.Path, next, depth int) (*converted, error) {
	out := &converted{mark: m, size: 1}
	values := make([]any, len(n.Content))
	m.items = make([]*mark, len(n.Content))
	for i, item := range n.Content {
		after := next
		if i+1 < len(n.Content) {
			after = n.Content[i+1].Line
		}
		c, err := r.convert(item, step(path, i), item.Line, after, depth+1)
		if err != nil {
			return nil, err
		}
		values[i], m.items[i] = c.value, c.mark
		out.grow(c)
	}
	out.value = values
	return out, nil
}

func (r *reader) mapping(n *yaml.Node, m *mark, path plan.Path, next, depth int) (*converted, error) {
	out := &converted{mark: m, size: 1}
	values := make(map[string]any, len(n.Content)/2)
	m.fields = make(map[string]*mark, len(n.Content)/2)
	own := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		after := next
		if i+2 < len(n.Content) {
			after = n.Content[i+2].Line
		}
		if isMerge(key) {
			if err := r.merge(val, values, m, out, path, after, depth); err != nil {
				return nil, err
			}
			continue
		}
		name, err := keyText(key)
		if err != nil {
			return nil, &Error{File: r.file, Line: key.Line, Why: err.Error()}
		}
		if own[name] {
			r.problems = append(r.problems, twice{key.Line, step(path, name), name})
		}
		own[name] = true
		c, err := r.convert(val, step(path, name), key.Line, after, depth+1)
		if err != nil {
			return nil, err
		}
		values[name], m.fields[name] = c.value, c.mark
		out.grow(c)
	}
	out.value = values
	return out, nil
}

// merge adds what `<<` names to values. As in yaml.v2 it takes effect where it
// stands: it overrides keys above it and gives way to those below.
func (r *reader) merge(n *yaml.Node, values map[string]any, m *mark, out *converted, path plan.Path, next, depth int) error {
	sources := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		sources = n.Content
	}
	for i := len(sources) - 1; i >= 0; i-- {
		c, err := r.convert(sources[i], path, sources[i].Line, next, depth)
		if err != nil {
			return err
		}
		from, ok := c.value.(map[string]any)
		if !ok {
			return &Error{File: r.file, Line: sources[i].Line, Why: "a merge key (<<) needs a mapping or a list of mappings"}
		}
		for k, v := range from {
			values[k], m.fields[k] = v, c.mark.fields[k]
		}
		out.size += c.size
		out.depth = max(out.depth, c.depth)
	}
	return nil
}

func (c *converted) grow(part *converted) {
	c.size += part.size
	c.depth = max(c.depth, part.depth+1)
}

// step returns path with one more step, never sharing its tail.
func step(path plan.Path, s any) plan.Path {
	return append(path[:len(path):len(path)], s)
}

func isMerge(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "<<" && n.Tag == "!!merge"
}

// end is the last line of an entry that starts at line and is followed by
// something at next.
func (r *reader) end(n *yaml.Node, line, next int) int {
	block := n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	for end := min(next-1, len(r.lines)); end > line; end-- {
		text := strings.TrimSpace(r.lines[end-1])
		switch {
		case text == "", strings.HasPrefix(text, "---"), text == "...":
		case text[0] == '#' && !block:
		default:
			return end
		}
	}
	return line
}
