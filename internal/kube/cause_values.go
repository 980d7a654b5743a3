package kube

import (
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// values weighs a change of a values file by what the template of an object
// reads: what decides whether the object is there at all, and the longest
// path, count most.
func (p *prediction) values(h hunk, e *entry) int {
	source := e.source()
	if e.unit.Tool != unit.Helm || source.File == "" || h.file == source.File || inTemplates.MatchString(h.file) {
		return 0
	}
	t := p.after.tree
	if e.at.Side == plan.Before {
		t = p.before.tree
	}
	template, err := t.Read(source.File)
	if err != nil {
		return 0
	}
	enclosing := enclosingActions(string(template), source.Line)
	best := 0
	for _, key := range p.changedKeys(h) {
		score := 20 * read(string(template), key)
		if n := read(enclosing, key); n > 0 {
			score = 80 + 20*n
		}
		if chart, rest, _ := strings.Cut(key, "."); strings.Contains(source.File, "/charts/"+chart+"/") {
			score = max(score, 40) + 20
			if rest == "enabled" {
				score += 60 // by convention the condition of the chart
			}
		}
		best = max(best, score)
	}
	if best == 0 {
		return 0
	}
	return 300 + min(best, 190)
}

// read is how many elements of a path of values a text reads, from the end:
// a chart sees its own values without the name that they have above it.
func read(text, key string) int {
	parts := strings.Split(key, ".")
	for i := range parts {
		if strings.Contains(text, "."+strings.Join(parts[i:], ".")) {
			return len(parts) - i
		}
	}
	if strings.Contains(text, "."+parts[0]) {
		return 1
	}
	return 0
}

// maxKeys bounds how many changed keys are looked for in a template.
const maxKeys = 500

// inTemplates are the files of a chart that hold no values.
var inTemplates = regexp.MustCompile(`(^|/)(templates|crds)/`)

// changedKeys are the dotted paths of the keys in the changed lines, each once.
func (p *prediction) changedKeys(h hunk) []string {
	at := h.at()
	if known, ok := p.keys[at]; ok {
		return known
	}
	var out []string
	if before, err := p.before.tree.Read(h.file); err == nil {
		out = append(out, keysAt(string(before), h.from, h.to)...)
	}
	if after, err := p.after.tree.Read(h.file); err == nil {
		out = append(out, keysAt(string(after), h.newFrom, h.newTo)...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	p.keys[at] = out[:min(len(out), maxKeys)]
	return p.keys[at]
}

var (
	blockKey = regexp.MustCompile(`^(\s*)([A-Za-z_][\w-]*):(.*)$`)
	flowKey  = regexp.MustCompile(`[{,]\s*([A-Za-z_][\w-]*):`)
)

// keysAt are the paths of the keys in some lines of a block mapping; lines
// without a key, such as the items of a list, count for the key above them.
func keysAt(text string, from, to int) []string {
	type level struct {
		indent int
		path   string
	}
	var open []level
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if i+1 > to {
			break
		}
		m := blockKey.FindStringSubmatch(line)
		if m != nil {
			for len(open) > 0 && open[len(open)-1].indent >= len(m[1]) {
				open = open[:len(open)-1]
			}
			at := m[2]
			if len(open) > 0 {
				at = open[len(open)-1].path + "." + at
			}
			open = append(open, level{len(m[1]), at})
		}
		if i+1 < from || len(open) == 0 || strings.TrimSpace(line) == "" {
			continue
		}
		at := open[len(open)-1].path
		out = append(out, at)
		for _, inner := range flowKey.FindAllStringSubmatch(line, -1) {
			out = append(out, at+"."+inner[1])
		}
	}
	return out
}

var action = regexp.MustCompile(`\{\{-?\s*(if|range|with|define|block|else|end)\b([^}]*)\}\}`)

// enclosingActions are the conditions and loops of a template that are open at
// a line.
func enclosingActions(template string, line int) string {
	lines := strings.SplitAfter(template, "\n")
	text := strings.Join(lines[:min(max(line, 0), len(lines))], "")
	var open []string
	for _, m := range action.FindAllStringSubmatch(text, -1) {
		switch m[1] {
		case "end":
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case "else":
			if len(open) > 0 {
				open[len(open)-1] += m[2]
			}
		default:
			open = append(open, m[2])
		}
	}
	return strings.Join(open, "\n")
}
