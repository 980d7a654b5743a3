package command

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

var (
	// runKey is a key whose value a shell runs.
	runKey = regexp.MustCompile(`(?i)^(run|.*script|commands?|cmds?|sh|bash|shell|pwsh|powershell|args|arguments|entrypoint|exec\w*|before_\w+|after_\w+|pre\w*|post\w*|steps?|do|inline|preconditions?|status|value)$`)
	// setting is a name of the environment.
	setting = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*_\w+$`)
	// actions are what a template puts in.
	actionLine = regexp.MustCompile(`(?m)^\s*\{\{[^\n]*\}\}\s*$`)
	action     = regexp.MustCompile(`\{\{[^{}\n]*\}\}`)
)

// yaml reads the texts and lists of documents. A template is read as if its
// actions gave a word; what is no YAML even so is read line by line.
func (f *finder) yaml(files Files, text string) {
	documents, ok := parse(text)
	if !ok {
		documents, ok = parse(action.ReplaceAllString(actionLine.ReplaceAllString(text, ""), "x"))
	}
	if !ok {
		f.lines(files, text)
		return
	}
	for _, d := range documents {
		f.node(d, "", files.As, 0)
	}
}

func parse(text string) ([]*yaml.Node, bool) {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	var out []*yaml.Node
	for {
		n := &yaml.Node{}
		if err := decoder.Decode(n); err != nil {
			return out, err.Error() == "EOF"
		}
		out = append(out, n)
	}
}

// maxNesting is deeper than any manifest is.
const maxNesting = 100

func (f *finder) node(n *yaml.Node, key string, as As, depth int) {
	if !f.budget.step() {
		return
	}
	if depth > maxNesting {
		f.budget.exceed()
		return
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			f.node(c, key, as, depth+1)
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			f.node(c, key, as, depth+1)
		}
		f.argv(texts(n), n.Line, as)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			f.entry(n.Content[i], n.Content[i+1], as, depth)
		}
		f.encoded(n, as)
		f.container(n, as)
	case yaml.ScalarNode:
		line := n.Line
		if n.Style == yaml.LiteralStyle || n.Style == yaml.FoldedStyle {
			line++
		}
		f.script(n.Value, line, map[string]string{}, as, as == Script && runKey.MatchString(key), 0)
	}
}

func (f *finder) entry(key, value *yaml.Node, as As, depth int) {
	switch {
	case value.Kind == yaml.ScalarNode && prose.MatchString(key.Value+": "):
	case value.Kind == yaml.ScalarNode && setting.MatchString(key.Value):
		f.script(key.Value+"="+quote(value.Value), value.Line, map[string]string{}, as, false, 0)
	default:
		f.node(value, key.Value, as, depth+1)
	}
}

// encodedIn are the fields of kinds whose texts are written in base64.
var encodedIn = map[string]string{"ConfigMap": "binaryData", "Secret": "data"}

// encoded looks through the files of a ConfigMap or Secret that are written in
// base64. What is no text runs nowhere as one.
func (f *finder) encoded(n *yaml.Node, as As) {
	kind := field(n, "kind")
	if kind == nil || encodedIn[kind.Value] == "" {
		return
	}
	files := field(n, encodedIn[kind.Value])
	if files == nil || files.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(files.Content); i += 2 {
		value := files.Content[i+1]
		text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Value), ""))
		if err != nil || !utf8.Valid(text) {
			continue
		}
		had := len(f.found)
		f.script(string(text), value.Line, map[string]string{}, as, false, 0)
		for j := had; j < len(f.found); j++ {
			f.found[j].Line = value.Line
		}
	}
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// container joins what a container runs: command and args, or the program that
// an image is named after and args.
func (f *finder) container(n *yaml.Node, as As) {
	image, command, args := field(n, "image"), field(n, "command"), field(n, "args")
	if command == nil {
		command = field(n, "entrypoint")
	}
	if args == nil {
		return
	}
	rest := texts(args)
	switch {
	case command != nil && command.Kind == yaml.SequenceNode && len(command.Content) > 0:
		f.argv(append(texts(command), rest...), command.Line, as)
	case image != nil && image.Kind == yaml.ScalarNode:
		f.argv(append([]string{programOf(image.Value)}, rest...), args.Line, as)
	}
}

// argv looks at a list as one command. What stands in its elements was looked
// at already.
func (f *finder) argv(words []string, line int, as As) {
	if len(words) > 1 && f.budget.step() {
		f.programs(argv(words, line), as, isWrapper(programOf(words[0])))
	}
}

func field(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func texts(n *yaml.Node) []string {
	var out []string
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			return nil
		}
		out = append(out, c.Value)
	}
	return out
}
