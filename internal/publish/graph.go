package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxNodes keeps the graph readable, and below what GitHub draws.
const maxNodes = 40

// graph draws the blast radius as Mermaid: from each changed line, over what
// it changes, to what is destroyed. It is empty where there is nothing but
// one line and one object: a graph would say no more than the table.
func graph(findings []rules.Finding) string {
	g := &blast{ids: map[string]string{}, seen: map[string]bool{}, targets: map[string]node{}}
	shown := 0
	all := bundles(findings)
	for _, b := range all {
		for _, f := range b {
			g.targets[f.Root()+"\x00"+f.Subject()] = target(b)
		}
	}
	for _, b := range all {
		if b[0].Change == nil {
			continue
		}
		if !g.chain(b) {
			break
		}
		shown += len(b)
	}
	if len(g.nodes) < 3 {
		return ""
	}
	var b strings.Builder
	b.WriteString("```mermaid\ngraph LR\n")
	for _, n := range g.nodes {
		b.WriteString("  " + n + "\n")
	}
	for _, e := range g.edges {
		b.WriteString("  " + e + "\n")
	}
	if left := destroying(findings) - shown; left > 0 {
		fmt.Fprintf(&b, "  more[\"and %s more\"]\n", count(left, "finding"))
	}
	b.WriteString("  classDef cause fill:#fff8c5,stroke:#9a6700,color:#1f2328\n")
	b.WriteString("  classDef lost fill:#ffebe9,stroke:#cf222e,color:#1f2328\n")
	b.WriteString("```\n")
	return b.String()
}

func destroying(findings []rules.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Change != nil {
			n++
		}
	}
	return n
}

type blast struct {
	nodes, edges []string
	ids          map[string]string
	seen         map[string]bool
	// targets are the nodes of what is destroyed, by root and address.
	targets map[string]node
}

// target is the node of a bundle.
func target(b bundle) node {
	n := node{"r" + b[0].Root() + "\x00" + b.subject(), operation(b[0]) + " " + b.subject(), "lost"}
	if len(b) > 1 {
		n.label += fmt.Sprintf(", %d instances", len(b))
	}
	return n
}

// destroyed is the object that a link of a chain speaks of, `address: what`,
// where that is destroyed as well.
func (g *blast) destroyed(root string, c plan.Cause) (node, bool) {
	for at := 0; ; {
		next := strings.Index(c.Text[at:], ": ")
		if next < 0 {
			return node{}, false
		}
		if n, ok := g.targets[root+"\x00"+c.Text[:at+next]]; ok {
			return n, true
		}
		at += next + 2
	}
}

// chain adds the nodes and edges of a bundle; false where
// they no longer fit, and then nothing is added. One node is kept free for
// `and N more`.
func (g *blast) chain(b bundle) bool {
	f := b[0]
	path := []node{}
	for i, c := range causes(f) {
		class := ""
		if i == 0 {
			class = "cause"
		} else if n, ok := g.destroyed(f.Root(), c); ok {
			if n != target(b) {
				path = append(path, n)
			}
			continue
		}
		path = append(path, node{"c" + place(c.Range) + "\x00" + c.Text, place(c.Range) + " " + c.Text, class})
	}
	path = append(links(path), target(b))
	fresh := 0
	for _, n := range path {
		if g.ids[n.key] == "" {
			fresh++
		}
	}
	if len(g.nodes)+fresh > maxNodes-1 {
		return false
	}
	for i, n := range path {
		id := g.node(n)
		if i > 0 {
			g.edge(g.ids[path[i-1].key], id)
		}
	}
	return true
}

type node struct{ key, label, class string }

// links leaves the first and the last two links of a long chain.
func links(path []node) []node {
	if len(path) <= 3 {
		return path
	}
	return append([]node{path[0]}, path[len(path)-2:]...)
}

func (g *blast) node(n node) string {
	if id := g.ids[n.key]; id != "" {
		return id
	}
	id := fmt.Sprintf("n%d", len(g.nodes)+1)
	g.ids[n.key] = id
	text := id + "[" + Escape(Label, strings.TrimSpace(n.label), 90) + "]"
	if n.class != "" {
		text += ":::" + n.class
	}
	g.nodes = append(g.nodes, text)
	return id
}

func (g *blast) edge(from, to string) {
	e := from + " --> " + to
	if from != to && !g.seen[e] {
		g.seen[e] = true
		g.edges = append(g.edges, e)
	}
}
