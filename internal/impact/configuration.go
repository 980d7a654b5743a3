package impact

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// block is a block of a Terraform file, or one value of its locals.
type block struct {
	kind, typ, name string
	file            string
	line            int
	refs            []ref
	literals        []literal
	// values are the arguments that are plain texts, those of inner blocks included.
	values map[string]string
}

// ref is a reference to a node of its folder: `type.name`, `local.x`,
// `module.x.output`, `data.terraform_remote_state.x.output`.
type ref struct {
	target string
	// key is the instance key, where one is written out.
	key  string
	line int
}

// literal is the content of a string.
type literal struct {
	text string
	line int
}

// address is the block as others name it.
func (b *block) address() string {
	switch b.kind {
	case "resource":
		return b.typ + "." + b.name
	case "data":
		return "data." + b.typ + "." + b.name
	}
	if b.typ != "" {
		return b.kind + "." + b.typ + "." + b.name
	}
	return b.kind + "." + b.name
}

// configuration are the Terraform files of a tree, by their folders. Those of one
// side are all read at once, those of the other as they are asked for.
type configuration struct {
	tree    fs.FS
	budget  *budget
	folders map[string][]*block
	users   map[string]map[string][]*block // folder, target
	whole   bool
}

func newConfiguration(tree fs.FS, b *budget) *configuration {
	return &configuration{tree: tree, budget: b, folders: map[string][]*block{}, users: map[string]map[string][]*block{}}
}

// add reads a file.
func (c *configuration) add(name, content string) []*block {
	blocks := blocksOf(name, content)
	dir := path.Dir(name)
	c.folders[dir] = append(c.folders[dir], blocks...)
	if c.users[dir] == nil {
		c.users[dir] = map[string][]*block{}
	}
	for _, b := range blocks {
		for i, r := range b.refs {
			if !slices.ContainsFunc(b.refs[:i], func(other ref) bool { return other.target == r.target }) {
				c.users[dir][r.target] = append(c.users[dir][r.target], b)
			}
		}
	}
	return blocks
}

// folder are the blocks of a folder.
func (c *configuration) folder(dir string) []*block {
	if blocks, ok := c.folders[dir]; ok || c.whole {
		return blocks
	}
	c.folders[dir] = nil
	if !plan.Here(c.tree, dir) {
		c.budget.short = true
		return nil
	}
	entries, err := fs.ReadDir(c.tree, dir)
	if err != nil {
		return nil // it is not on this side
	}
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if ext != ".tf" && ext != ".tofu" {
			continue
		}
		name := path.Join(dir, e.Name())
		if content, ok := c.budget.read(c.tree, name); ok {
			c.add(name, content)
		}
	}
	return c.folders[dir]
}

var (
	header    = regexp.MustCompile(`^\s*(resource|data|module|output|locals|variable|provider|terraform|check|dependency)\b((?:\s+"?[^"\s{]+"?)*)\s*\{`)
	argument  = regexp.MustCompile(`^\s*"?([A-Za-z_][\w-]*)"?\s*=`)
	plainText = regexp.MustCompile(`^\s*"?([A-Za-z_][\w-]*)"?\s*[=:]\s*"([^"$]*)"\s*(?:#.*)?$`)
	traversal = regexp.MustCompile(`[A-Za-z_][\w-]*(?:\.(?:[A-Za-z0-9_-]+|\*)|\[(?:"[^"\]]*"|[^\]"]*)\])+`)
)

// longestLine is the longest line that is looked at.
const longestLine = 20_000

func blocksOf(name, content string) []*block {
	var out []*block
	var at *block
	var x lexer
	locals, number := false, 0
	for text := range strings.Lines(content) {
		number++
		if len(text) > longestLine {
			text = text[:longestLine]
		}
		depth, quiet := x.depth, x.comment || x.heredoc != ""
		l := x.read(text)
		switch m := header.FindStringSubmatch(text); {
		case depth == 0 && !quiet && m != nil:
			at, locals = blockAt(m, name, number), m[1] == "locals"
			if !locals {
				out = append(out, at)
			}
			l.literals = nil // labels
		case depth == 0:
			at, locals = nil, false
		case locals && depth == 1 && !quiet:
			if m := argument.FindStringSubmatch(l.code); m != nil {
				at = &block{kind: "local", name: m[1], file: name, line: number, values: map[string]string{}}
				out = append(out, at)
			}
		}
		if at != nil {
			at.read(l, text, number, quiet)
		}
	}
	return out
}

func blockAt(m []string, name string, number int) *block {
	b := &block{kind: m[1], file: name, line: number, values: map[string]string{}}
	labels := strings.Fields(strings.ReplaceAll(m[2], `"`, " "))
	if len(labels) > 1 {
		b.typ = labels[0]
	}
	if len(labels) > 0 {
		b.name = labels[len(labels)-1]
	}
	return b
}

// read adds what a line of the block says.
func (b *block) read(l line, text string, number int, quiet bool) {
	for _, m := range traversal.FindAllString(l.code, -1) {
		if target, key := targetOf(m); target != "" {
			b.refs = append(b.refs, ref{target, key, number})
		}
	}
	for _, text := range l.literals {
		b.literals = append(b.literals, literal{text, number})
	}
	if m := plainText.FindStringSubmatch(text); m != nil && !quiet {
		if _, twice := b.values[m[1]]; !twice {
			b.values[m[1]] = m[2]
		}
	}
}

// targetOf is the node that a traversal names, and the instance key behind it.
func targetOf(text string) (target, key string) {
	var names []string
	for len(text) > 0 {
		switch text[0] {
		case '.':
			text = text[1:]
		case '[':
			end := behindKey(text)
			if len(names) == 2 && key == "" {
				key = text[:end]
			}
			text = text[end:]
		default:
			end := strings.IndexAny(text, ".[")
			if end < 0 {
				end = len(text)
			}
			names, text = append(names, text[:end]), text[end:]
		}
	}
	switch {
	case len(names) < 2:
		return "", ""
	case names[0] == "module" && len(names) > 2:
		return strings.Join(names[:3], "."), key
	case names[0] == "data" && len(names) > 4 && names[1] == "terraform_remote_state" && names[3] == "outputs":
		return strings.Join([]string{"data", names[1], names[2], names[4]}, "."), ""
	case names[0] == "dependency" && len(names) > 3 && names[2] == "outputs":
		return strings.Join([]string{"dependency", names[1], names[3]}, "."), ""
	case names[0] == "data" && len(names) > 2:
		return strings.Join(names[:3], "."), ""
	}
	return names[0] + "." + names[1], key
}

// find is the block of the same name in a folder.
func (c *configuration) find(dir string, like *block) *block {
	for _, b := range c.folder(dir) {
		if b.kind == like.kind && b.typ == like.typ && b.name == like.name {
			return b
		}
	}
	return nil
}
