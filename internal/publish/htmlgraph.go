package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/publish/html"
	"github.com/holdpoint-dev/holdpoint/internal/report"
)

// maxPictured is how many nodes the page's picture has. Nobody reads more.
const maxPictured = 40

// picture shows how the changed lines reach what is lost: the same paths as the
// graph of the check run, with room for more of them.
func picture(groups []report.Group) html.Graph {
	g := &blast{ids: map[string]string{}, seen: map[string]bool{}, targets: map[string]node{}}
	g.collect(groups)
	d := &pictured{at: map[string]int{}}
	for _, group := range groups {
		for _, s := range group.Sections {
			for _, r := range s.Rows {
				if r.First().Change != nil {
					d.row(g.path(r), r)
				}
			}
		}
	}
	return d.graph
}

// pictured is a picture that is being made.
type pictured struct {
	graph html.Graph
	at    map[string]int
}

// row adds the path that leads to a row where all of it has room, else it is
// counted.
func (d *pictured) row(path []node, r report.Row) {
	fresh := 0
	for _, n := range path {
		if _, ok := d.at[n.key]; !ok {
			fresh++
		}
	}
	if len(d.graph.Nodes)+fresh > maxPictured {
		d.graph.Left++
		return
	}
	last := -1
	for i, n := range path {
		at, ok := d.at[n.key]
		if !ok {
			at = len(d.graph.Nodes)
			d.at[n.key] = at
			d.graph.Nodes = append(d.graph.Nodes, pictureNode(n))
		}
		if i == len(path)-1 {
			d.graph.Nodes[at] = rowNode(r)
		}
		if last >= 0 {
			d.graph.Edges = append(d.graph.Edges, [2]int{last, at})
		}
		last = at
	}
}

// pictureNode is a step: where it is, and what it says.
func pictureNode(n node) html.Node {
	head, name, _ := strings.Cut(n.label, " ")
	return html.Node{Head: Escape(Terminal, head, maxPath), Name: Escape(Terminal, name, maxName), Class: n.class}
}

// rowNode is what is lost: what happens to what, and its name.
func rowNode(r report.Row) html.Node {
	n := html.Node{Head: r.Action, Name: Escape(Terminal, r.Name, maxName), Class: "lost"}
	if r.Object != "" {
		n.Head += " " + Escape(Terminal, r.Object, 60)
	}
	if len(r.Members) > 0 {
		n.Head += fmt.Sprintf(" ×%d", len(r.Members))
	}
	return n
}
