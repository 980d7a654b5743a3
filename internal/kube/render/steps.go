package render

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	helmchart "helm.sh/helm/v4/pkg/chart/v2"
)

// Functions that stand in templates to count their steps. No chart can call
// them without counting itself.
const (
	stepFunction = "_"
	textFunction = "_t"
)

// countSteps makes the templates of a chart and of those within it count.
func countSteps(c *helmchart.Chart) {
	for _, t := range c.Templates {
		t.Data = []byte(counted(string(t.Data)))
	}
	for _, sub := range c.Dependencies() {
		countSteps(sub)
	}
}

// counted puts a call of step before whatever a template does many times: the
// body of a loop and that of a named template. It counts as many steps as the
// body has nodes. A text that is made into a template by tpl counts as well. A
// template that does not parse stays as it is, for Helm to say so.
func counted(text string) string {
	trees := map[string]*parse.Tree{}
	top := parse.New("the template")
	top.Mode = parse.SkipFuncCheck
	if _, err := top.Parse(text, "", "", trees); err != nil {
		return text
	}
	c := counter{text: text}
	for _, tree := range trees {
		n := c.node(tree.Root)
		// Helm lets an empty definition be overridden by any other.
		if tree.Name != top.Name && !parse.IsEmptyTree(tree.Root) {
			c.step(tree.Root, n)
		}
	}
	return c.written()
}

// counter collects what is to be put into a text.
type counter struct {
	text string
	add  []insertion
}

type insertion struct {
	at   int
	text string
}

// step counts before the first node of a body, and trims space where that does.
func (c *counter) step(body *parse.ListNode, n int) {
	at, trim := int(body.Pos), ""
	if strings.HasPrefix(c.text[at:], "{{- ") {
		trim = "- "
	}
	c.add = append(c.add, insertion{at, fmt.Sprintf("{{%s%s %d}}", trim, stepFunction, n)})
}

// node is how many nodes are run where one is.
func (c *counter) node(n parse.Node) int {
	switch n := n.(type) {
	case *parse.ListNode:
		return c.list(n)
	case *parse.ActionNode:
		return 1 + c.pipe(n.Pipe)
	case *parse.TemplateNode:
		return 1 + c.pipe(n.Pipe)
	case *parse.IfNode:
		return 1 + c.pipe(n.Pipe) + c.list(n.List) + c.list(n.ElseList)
	case *parse.WithNode:
		return 1 + c.pipe(n.Pipe) + c.list(n.List) + c.list(n.ElseList)
	case *parse.RangeNode:
		c.step(n.List, 1+c.list(n.List))
		return 1 + c.pipe(n.Pipe) + c.list(n.ElseList)
	case *parse.PipeNode:
		return 1 + c.pipe(n)
	case *parse.ChainNode:
		return 1 + c.node(n.Node)
	}
	return 1
}

func (c *counter) list(l *parse.ListNode) int {
	n := 0
	if l != nil {
		for _, node := range l.Nodes {
			n += c.node(node)
		}
	}
	return n
}

func (c *counter) pipe(p *parse.PipeNode) int {
	n := 0
	if p == nil {
		return 0
	}
	for _, command := range p.Cmds {
		for _, arg := range command.Args {
			n += c.node(arg)
		}
		if name, ok := command.Args[0].(*parse.IdentifierNode); ok && name.Ident == "tpl" && len(command.Args) > 1 {
			c.wrap(int(name.Pos) + len(name.Ident))
		}
	}
	return n
}

// wrap puts the text that tpl is given through textFunction.
func (c *counter) wrap(after int) {
	start := after + len(c.text[after:]) - len(strings.TrimLeft(c.text[after:], " \t\r\n"))
	c.add = append(c.add, insertion{start, "(" + textFunction + " "}, insertion{start + operand(c.text[start:]), ")"})
}

// quoted is a string or character of a template, at the start.
var quoted = regexp.MustCompile("^(?:\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`)")

// operand is the length of the operand that a text of a template starts with.
func operand(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return i
			}
		case '"', '\'', '`':
			i += max(len(quoted.FindString(text[i:])), 1) - 1
		case ' ', '\t', '\r', '\n', '|', '}':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// written is the text with what was collected.
func (c *counter) written() string {
	slices.SortStableFunc(c.add, func(a, b insertion) int { return cmp.Compare(a.at, b.at) })
	var b strings.Builder
	done := 0
	for _, i := range c.add {
		b.WriteString(c.text[done:i.at])
		b.WriteString(i.text)
		done = i.at
	}
	b.WriteString(c.text[done:])
	return b.String()
}

// uncounted takes out of a message what counted has put into a template.
func uncounted(message string) string {
	return strings.ReplaceAll(stepCall.ReplaceAllString(message, ""), "("+textFunction+" ", "(")
}

var stepCall = regexp.MustCompile(`\{\{(- )?` + stepFunction + ` \d+\}\}`)

// countedText is the argument of tpl, made to count.
func countedText(value any) any {
	if text, ok := value.(string); ok {
		return counted(text)
	}
	return value
}
