package html

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// tree is a graph with one cause, some steps and lost objects below each.
func tree(steps, each int) Graph {
	g := Graph{Nodes: []Node{{"main.tf:1", "cause", "cause"}}}
	for range steps {
		step := len(g.Nodes)
		g.Nodes = append(g.Nodes, Node{Head: fmt.Sprint("step ", step)})
		g.Edges = append(g.Edges, [2]int{0, step})
		for range each {
			g.Edges = append(g.Edges, [2]int{step, len(g.Nodes)})
			g.Nodes = append(g.Nodes, Node{Head: "delete", Name: strings.Repeat("name", len(g.Nodes)), Class: "lost"})
		}
	}
	return g
}

// Boxes stand right of what leads to them, inside the picture, and none on another.
func TestBoxesStandApart(t *testing.T) {
	for _, g := range []Graph{tree(1, 1), tree(3, 4), tree(7, 5), tree(1, 38)} {
		d := draw(g)
		for i, a := range d.Boxes {
			if a.X < 0 || a.Y < 0 || a.X+a.W > d.Width || a.Y+a.H > d.Height {
				t.Errorf("box %d is outside of %dx%d: %+v", i, d.Width, d.Height, a)
			}
			if longest := max(utf8.RuneCountInString(a.Head), utf8.RuneCountInString(a.Name)); longest*tenLetters/10 > a.W-2*nodePadding {
				t.Errorf("%d letters do not fit into %d pixels", longest, a.W)
			}
			for j, b := range d.Boxes[:i] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("boxes %d and %d stand on each other", i, j)
				}
			}
		}
		for _, e := range g.Edges {
			if from, to := d.Boxes[e[0]], d.Boxes[e[1]]; from.X+from.W >= to.X {
				t.Errorf("edge %v does not lead to the right", e)
			}
		}
	}
}

// Circles, loops and repetitions do no harm, and each node leads to what it leads to.
func TestOddGraphs(t *testing.T) {
	g := Graph{Nodes: []Node{{Head: "a"}, {Head: "b"}, {Head: "c"}}, Edges: [][2]int{{0, 1}, {1, 2}, {2, 0}, {1, 1}, {0, 1}, {0, 2}}}
	d := draw(g)
	if len(d.Lines) != 3 || len(d.Words) != 2 || fmt.Sprint(d.Words[0].To) != "[b c]" {
		t.Errorf("%+v", d)
	}
	for _, few := range []Graph{{}, {Nodes: g.Nodes}, {Nodes: g.Nodes[:2], Edges: g.Edges[:1]}} {
		if draw(few) != nil {
			t.Errorf("%d nodes are drawn", len(few.Nodes))
		}
	}
}

// The order of a column follows what leads to it, so that lines do not cross.
func TestLinesDoNotCross(t *testing.T) {
	g := Graph{
		Nodes: []Node{{Head: "a"}, {Head: "b"}, {Head: "c"}, {Head: "x"}, {Head: "y"}, {Head: "z"}},
		Edges: [][2]int{{0, 5}, {1, 4}, {2, 3}},
	}
	d := draw(g)
	for _, l := range d.Lines {
		if l.Y1 != l.Y2 {
			t.Errorf("a line goes from %d to %d", l.Y1, l.Y2)
		}
	}
}

// Of a long name both ends are kept.
func TestLongLabels(t *testing.T) {
	got := short("module.orders." + strings.Repeat("é", 100) + ".aws_rds_cluster.main")
	if utf8.RuneCountInString(got) != maxLetters || !strings.HasPrefix(got, "module.orders.") || !strings.HasSuffix(got, "rds_cluster.main") {
		t.Errorf("%s has %d letters", got, utf8.RuneCountInString(got))
	}
	if short("main.tf") != "main.tf" {
		t.Error("a short name is cut")
	}
}
