package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
)

// maxNodes is how many nodes a graph has: with more its labels cannot be read
// on a phone.
const maxNodes = 12

// graph draws how the changed lines reach what is destroyed, as Mermaid, folded.
// It is empty where it would not fit, and where no line stands between a cause
// and an object: then it says nothing that the list does not say.
func graph(groups []report.Group) string {
	g := &blast{ids: map[string]string{}, seen: map[string]bool{}, targets: map[string]node{}}
	g.collect(groups)
	between := false
	for _, group := range groups {
		for _, s := range group.Sections {
			for _, r := range s.Rows {
				if r.First().Change != nil {
					between = g.chain(r) || between
				}
			}
		}
	}
	if !between || len(g.nodes) > maxNodes {
		return ""
	}
	var b strings.Builder
	b.WriteString("```mermaid\ngraph LR\n")
	for _, line := range append(g.nodes, g.edges...) {
		b.WriteString("  " + line + "\n")
	}
	b.WriteString("  classDef cause fill:#fff8c5,stroke:#9a6700,color:#1f2328\n")
	b.WriteString("  classDef lost fill:#ffebe9,stroke:#cf222e,color:#1f2328\n")
	b.WriteString("```\n")
	return details("Graph: how the changed lines reach the resources", b.String())
}

type blast struct {
	nodes, edges []string
	ids          map[string]string
	seen         map[string]bool
	// targets are the nodes of what is destroyed, by root and address.
	targets map[string]node
}

func (g *blast) collect(groups []report.Group) {
	for _, group := range groups {
		for _, s := range group.Sections {
			for _, r := range s.Rows {
				for _, f := range r.Findings {
					g.targets[f.Root()+"\x00"+f.Subject()] = target(r)
				}
			}
		}
	}
}

// target is the node of a row.
func target(r report.Row) node {
	n := node{"r" + r.First().Root() + "\x00" + r.Action + r.Name, r.Action + " " + r.Name, "lost"}
	if len(r.Members) > 0 {
		n.label += fmt.Sprintf(" ×%d", len(r.Members))
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

// chain adds the nodes and edges of a row, and reports whether anything stands
// between its first link and its object.
func (g *blast) chain(r report.Row) (between bool) {
	path := g.path(r)
	for i, n := range path {
		id := g.node(n)
		if i > 0 {
			g.edge(g.ids[path[i-1].key], id)
		}
	}
	return len(path) > 2
}

// path leads from the changed line to the objects of a row.
func (g *blast) path(r report.Row) []node {
	f := r.First()
	path := []node{}
	for i, c := range report.Causes(f) {
		class := ""
		if i == 0 {
			class = "cause"
		} else if n, ok := g.destroyed(f.Root(), c); ok {
			if n != target(r) {
				path = append(path, n)
			}
			continue
		}
		path = append(path, node{"c" + spot(c.Range) + "\x00" + c.Text, spot(c.Range) + " " + c.Text, class})
	}
	return append(links(path), target(r))
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
