package kube

import (
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/hunks"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
)

// valuesScore weighs a change of a values file by what the template of an object
// reads: what decides whether the object is there at all, and the longest
// path, count most.
func (p *prediction) valuesScore(h hunks.Hunk, e *entry) int {
	source := e.source()
	if e.unit.Tool != request.Helm || source.File == "" || h.File == source.File || inTemplates.MatchString(h.File) {
		return 0
	}
	template, err := p.of(e.at.Side).tree.Read(source.File)
	if err != nil {
		return 0
	}
	enclosing := enclosingActions(string(template), source.Line)
	best := 0
	for _, key := range p.diff.Keys(h) {
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

// inTemplates are the files of a chart that hold no values.
var inTemplates = regexp.MustCompile(`(^|/)(templates|crds)/`)

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
