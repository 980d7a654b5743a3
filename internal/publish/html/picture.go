package html

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Graph is cause and effect: nodes, and which leads to which.
type Graph struct {
	Nodes []Node
	Edges [][2]int
	// Left is how many rows have no node.
	Left int
}

// Node is a box of two lines.
type Node struct {
	// Head is what it is or what happens to it, Name which.
	Head, Name string
	// Class is "cause", "lost", or empty for what lies between.
	Class string
}

// Sizes in pixels. A letter is 12 pixels high and about 7.3 wide: three columns fit
// on a desktop.
const (
	tenLetters, nodeHeight = 73, 44
	columnGap, rowGap      = 40, 12
	margin, nodePadding    = 12, 10
	firstLine, nextLine    = 18, 35
	maxLetters, minNodes   = 32, 3
)

// drawing is a graph with its places.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []line
	Words         []sentence
	Left          int
}

type box struct {
	X, Y, W, H, TX, T1, T2 int
	Head, Name, Class      string
}

type line struct{ X1, Y1, X2, Y2, M int }

// sentence is a node and what it leads to, for who does not see the picture.
type sentence struct {
	From string
	To   []string
}

// draw lays a graph out from left to right: each node stands right of all that
// lead to it. It is nil where a list says as much.
func draw(g Graph) *drawing {
	if len(g.Nodes) < minNodes || len(g.Edges) == 0 {
		return nil
	}
	edges := forward(len(g.Nodes), g.Edges)
	columns := layers(len(g.Nodes), edges)
	untangle(columns, edges)
	d := &drawing{Left: g.Left, Boxes: make([]box, len(g.Nodes))}
	d.place(g.Nodes, columns)
	for _, e := range edges {
		a, b := d.Boxes[e[0]], d.Boxes[e[1]]
		l := line{X1: a.X + a.W, Y1: a.Y + a.H/2, X2: b.X - 1, Y2: b.Y + b.H/2}
		l.M = (l.X1 + l.X2) / 2
		d.Lines = append(d.Lines, l)
	}
	d.Words = words(g.Nodes, edges)
	return d
}

// forward are the edges without repetitions, edges of a node to itself, and those
// that close a circle.
func forward(n int, in [][2]int) [][2]int {
	next := make([][]int, n)
	var out [][2]int
	for _, e := range in {
		if e[0] == e[1] || slices.Contains(next[e[0]], e[1]) || reaches(next, e[1], e[0]) {
			continue
		}
		next[e[0]] = append(next[e[0]], e[1])
		out = append(out, e)
	}
	return out
}

func reaches(next [][]int, from, to int) bool {
	seen := make([]bool, len(next))
	var walk func(int) bool
	walk = func(at int) bool {
		if at == to {
			return true
		}
		seen[at] = true
		return slices.ContainsFunc(next[at], func(n int) bool { return !seen[n] && walk(n) })
	}
	return walk(from)
}

// layers puts each node one column right of the last that leads to it.
func layers(n int, edges [][2]int) [][]int {
	depth := make([]int, n)
	for range n {
		moved := false
		for _, e := range edges {
			if depth[e[1]] <= depth[e[0]] {
				depth[e[1]], moved = depth[e[0]]+1, true
			}
		}
		if !moved {
			break
		}
	}
	columns := make([][]int, slices.Max(depth)+1)
	for i, d := range depth {
		columns[d] = append(columns[d], i)
	}
	return columns
}

// untangle orders each column by the middle of what leads to its nodes, and then
// of what they lead to, so that few lines cross.
func untangle(columns [][]int, edges [][2]int) {
	at := map[int]int{}
	note := func(column []int) {
		for i, n := range column {
			at[n] = i
		}
	}
	for _, column := range columns {
		note(column)
	}
	arrange := func(column []int, near, self int) {
		middle := map[int]float64{}
		for _, n := range column {
			sum, count := 0, 0
			for _, e := range edges {
				if e[self] == n {
					sum, count = sum+at[e[near]], count+1
				}
			}
			middle[n] = float64(at[n])
			if count > 0 {
				middle[n] = float64(sum) / float64(count)
			}
		}
		slices.SortStableFunc(column, func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
		note(column)
	}
	for range 4 {
		for _, column := range columns {
			arrange(column, 0, 1)
		}
		for _, column := range slices.Backward(columns) {
			arrange(column, 1, 0)
		}
	}
}

// place gives each node its box, each column in the middle of the height.
func (d *drawing) place(nodes []Node, columns [][]int) {
	tallest := 0
	for _, column := range columns {
		tallest = max(tallest, len(column))
	}
	d.Height = 2*margin + tallest*(nodeHeight+rowGap) - rowGap
	x := margin
	for _, column := range columns {
		width := 0
		for _, n := range column {
			width = max(width, letters(nodes[n].Head), letters(nodes[n].Name))
		}
		width = width*tenLetters/10 + 2*nodePadding
		y := margin + (tallest-len(column))*(nodeHeight+rowGap)/2
		for _, n := range column {
			d.Boxes[n] = box{
				X: x, Y: y, W: width, H: nodeHeight, TX: x + nodePadding, T1: y + firstLine, T2: y + nextLine,
				Head: short(nodes[n].Head), Name: short(nodes[n].Name), Class: nodes[n].Class,
			}
			y += nodeHeight + rowGap
		}
		x += width + columnGap
	}
	d.Width = x - columnGap + margin
}

func letters(s string) int { return min(maxLetters, utf8.RuneCountInString(s)) }

// short cuts the middle out of a long text: both ends of an address tell.
func short(s string) string {
	all := []rune(s)
	if len(all) <= maxLetters {
		return s
	}
	half := (maxLetters - 1) / 2
	return string(all[:half]) + "…" + string(all[len(all)-(maxLetters-1-half):])
}

func words(nodes []Node, edges [][2]int) []sentence {
	var out []sentence
	for i, n := range nodes {
		var to []string
		for _, e := range edges {
			if e[0] == i {
				to = append(to, nodes[e[1]].text())
			}
		}
		if len(to) > 0 {
			out = append(out, sentence{n.text(), to})
		}
	}
	return out
}

func (n Node) text() string { return strings.TrimSpace(n.Head + " " + n.Name) }
