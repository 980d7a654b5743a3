package fix

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// move is a moved block: where it stands, what it says, and which created
// objects it makes the old ones.
type move struct {
	folder, from, to string
	near             plan.Range // the declaration that it stands before, where known
	call             string     // else the module call that it stands before
	pairs            []pair
}

// moves writes moved blocks for what has another address now: all of a root at
// once, and where that is not proved, each alone.
func (p *proposer) moves() {
	byRoot := map[string][]move{}
	var roots []string
	for _, m := range movesOf(p.pairs()) {
		root := m.pairs[0].gone.Address.Root
		if byRoot[root] == nil {
			roots = append(roots, root)
		}
		byRoot[root] = append(byRoot[root], m)
	}
	for _, root := range roots {
		all := byRoot[root]
		if !p.anyHeld(all) || p.offerMoves(all) || len(all) == 1 {
			continue
		}
		for _, m := range all {
			if p.anyHeld([]move{m}) {
				p.offerMoves([]move{m})
			}
		}
	}
}

// anyHeld reports whether a finding is about what one of the moves keeps.
func (p *proposer) anyHeld(moves []move) bool {
	for _, f := range p.open(plan.Terraform) {
		for _, m := range moves {
			if slices.ContainsFunc(m.pairs, func(q pair) bool { return q.gone.Address == f.Change.Address }) {
				return true
			}
		}
	}
	return false
}

// movesOf writes pairs as moved blocks, as few as say all.
func movesOf(pairs []pair) []move {
	var out []move
	index := map[string]int{}
	for _, q := range pairs {
		m := moveOf(q, pairs)
		key := m.folder + "\x00" + m.from + "\x00" + m.to
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, m)
		}
		out[i].pairs = append(out[i].pairs, q)
	}
	return out
}

func moveOf(q pair, all []pair) move {
	gone, come := q.gone.Address, q.come.Address
	root := path.Clean(gone.Root)
	if from, to, ok := q.calls(); ok {
		m := move{folder: root, from: joinSteps(from), to: joinSteps(to), call: to[0].name}
		a, b := &from[len(from)-1], &to[len(to)-1]
		if a.name != b.name && a.key == b.key && sameCall(*a, *b, len(from), all) {
			a.key, b.key = "", ""
			m.from, m.to = joinSteps(from), joinSteps(to)
		}
		return m
	}
	inside := gone.Module == come.Module && gone.Module != "" // a block of the module's own
	m := move{folder: root, near: q.come.At}
	if inside {
		m.folder = path.Dir(q.come.At.File)
		gone.Module, come.Module = "", ""
	}
	if gone.Key == come.Key && sameKeys(q, all) {
		gone.Key, come.Key = "", ""
	}
	m.from, m.to = gone.String(), come.String()
	if steps := moduleSteps(come.Module); len(steps) > 0 {
		m.call = steps[0].name
	}
	return m
}

// sameCall reports whether all instances of one call become those of the other.
func sameCall(a, b step, depth int, all []pair) bool {
	return !slices.ContainsFunc(all, func(q pair) bool {
		from, to, ok := q.calls()
		if !ok || len(from) != depth {
			return false
		}
		x, y := from[depth-1], to[len(to)-1]
		return (x.name == a.name) != (y.name == b.name) || x.name == a.name && x.key != y.key
	})
}

// sameKeys reports whether all instances of one resource become, under the same
// keys, those of the other.
func sameKeys(q pair, all []pair) bool {
	return !slices.ContainsFunc(all, func(r pair) bool {
		from, to := resource(r.gone.Address) == resource(q.gone.Address), resource(r.come.Address) == resource(q.come.Address)
		return from != to || from && r.gone.Address.Key != r.come.Address.Key
	})
}

func (p *proposer) offerMoves(moves []move) bool {
	c := candidate{kind: Moved, merged: map[plan.Address]bool{}, title: movedTitle(moves)}
	placed := map[plan.Range][]string{} // file and line before which blocks stand
	var order []plan.Range
	for _, m := range moves {
		for _, q := range m.pairs {
			c.merged[q.come.Address] = true
		}
		at, ok := p.before(m)
		if !ok {
			return false
		}
		if placed[at] == nil {
			order = append(order, at)
		}
		placed[at] = append(placed[at], "moved {", "  from = "+m.from, "  to   = "+m.to, "}", "")
	}
	for _, at := range order {
		line := p.lines(at.File)[at.Line-1]
		c.edits = append(c.edits, Edit{Path: at.File, Start: at.Line, End: at.Line, New: append(placed[at], line)})
	}
	return p.offer(c)
}

// before is the line before which a moved block stands: the declaration of what
// came, the call of its module, else the first line of a file of the folder.
func (p *proposer) before(m move) (plan.Range, bool) {
	if terraformFile(m.near.File, m.folder) && m.near.Side == plan.After && m.near.Line > 0 {
		lines := p.lines(m.near.File)
		line := m.near.Line
		for line > 1 && line <= len(lines) && strings.HasPrefix(strings.TrimSpace(lines[line-2]), "#") {
			line--
		}
		return plan.Range{File: m.near.File, Line: line}, line <= len(lines)
	}
	var first string
	for _, name := range p.terraformFiles(m.folder) {
		lines := p.lines(name)
		if len(lines) == 0 {
			continue
		}
		if first == "" || path.Base(name) == "main.tf" {
			first = name
		}
		for i, line := range lines {
			if m.call != "" && strings.HasPrefix(strings.TrimSpace(line), `module "`+m.call+`"`) {
				return plan.Range{File: name, Line: i + 1}, true
			}
		}
	}
	return plan.Range{File: first, Line: 1}, first != ""
}

// terraformFiles are the files of a folder of the after side, those that the
// change touches first.
func (p *proposer) terraformFiles(folder string) []string {
	var out []string
	for _, f := range p.change.Files {
		if terraformFile(f.Path, folder) && f.Status != plan.Removed {
			out = append(out, f.Path)
		}
	}
	entries, err := fs.ReadDir(p.change.After, folder)
	if err != nil {
		return out
	}
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		if entry.Type().IsRegular() && terraformFile(name, folder) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// withoutKey is an address without the key at its end.
func withoutKey(address string) string {
	if i := strings.IndexByte(address, '['); i >= 0 && strings.HasSuffix(address, "]") {
		return address[:i]
	}
	return address
}

func movedTitle(moves []move) string {
	m := moves[0]
	if len(moves) > 1 {
		return fmt.Sprintf("Add %d moved blocks: %s is now %s, and others", len(moves), m.from, m.to)
	}
	a, b := m.pairs[0].gone.Address, m.pairs[0].come.Address
	switch {
	case a.Module == b.Module && a.Name == b.Name, withoutKey(m.from) == withoutKey(m.to):
		return fmt.Sprintf("Add a moved block: the key of %s changed, it is now %s", m.from, m.to)
	case a.Module == b.Module || strings.HasPrefix(m.from, "module.") && strings.HasPrefix(m.to, "module.") && a.Name == b.Name:
		return fmt.Sprintf("Add a moved block: %s was renamed to %s", m.from, m.to)
	}
	return fmt.Sprintf("Add a moved block: %s was moved to %s", m.from, m.to)
}
