package fix

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// label is one `key: value` line of commonLabels.
var label = regexp.MustCompile(`^\s+(\S+):\s+\S`)

// selectors moves labels that the change brings into commonLabels, and with it
// into immutable selectors, to labels with includeSelectors: false.
func (p *proposer) selectors() {
	seen := map[string]bool{}
	for _, f := range p.open(plan.Kubernetes) {
		for _, cause := range f.Change.Causes {
			for _, u := range p.units {
				if !p.cleared[f.Fingerprint] && kustomizationFile(u.path) && u.covers(cause.Range) && !seen[u.path] {
					seen[u.path] = true
					p.commonLabels(u.path, u.from)
				}
			}
		}
	}
}

func (p *proposer) commonLabels(name, from string) {
	before, err := fs.ReadFile(p.change.Before, from)
	if err != nil {
		return
	}
	after := p.lines(name)
	oldStart, oldEnd := section(strings.Split(strings.ReplaceAll(string(before), "\r", ""), "\n"), "commonLabels:")
	start, end := section(after, "commonLabels:")
	if start < 0 {
		p.ownSelectors(name, after)
		return
	}
	var kept, keys, pairs []string
	if oldStart >= 0 {
		kept = strings.Split(strings.ReplaceAll(string(before), "\r", ""), "\n")[oldStart:oldEnd]
	}
	for _, line := range after[start+1 : end] {
		if m := label.FindStringSubmatch(line); m != nil && !slices.Contains(kept, line) {
			keys = append(keys, m[1])
			pairs = append(pairs, "      "+strings.TrimSpace(line))
		}
	}
	if len(pairs) == 0 {
		return
	}
	title := "Use labels with includeSelectors: false instead of commonLabels for " + strings.Join(keys, ", ")
	for _, templates := range []bool{true, false} {
		entry := []string{"  - includeSelectors: false"}
		note := "Pods keep their labels; the objects themselves get the new ones."
		if templates {
			entry = append(entry, "    includeTemplates: true")
			note = "Selectors stay as they are; objects and pods get the new labels."
		}
		entry = slices.Concat(entry, []string{"    pairs:"}, pairs)
		edits := []Edit{{Path: name, Start: start + 1, End: end, New: slices.Concat(kept, []string{"labels:"}, entry)}}
		if at, _ := section(after, "labels:"); at >= 0 {
			edits = []Edit{{Path: name, Start: start + 1, End: end, New: kept},
				{Path: name, Start: at + 1, End: at + 1, New: slices.Concat([]string{after[at]}, entry)}}
		}
		if p.offer(candidate{kind: Selectors, title: title, note: note, edits: edits}) {
			return
		}
	}
}

// ownSelectors turns includeSelectors off where the change turns it on.
func (p *proposer) ownSelectors(name string, after []string) {
	for i, line := range after {
		number := i + 1
		fresh := slices.ContainsFunc(p.units, func(u unit) bool { return u.path == name && !u.gone && u.now.has(number) })
		if !fresh || strings.TrimLeft(line, " -") != "includeSelectors: true" {
			continue
		}
		off := strings.Replace(line, "true", "false", 1)
		indent := off[:strings.Index(off, "includeSelectors")]
		indent = strings.ReplaceAll(indent, "-", " ")
		for _, lines := range [][]string{{off, indent + "includeTemplates: true"}, {off}} {
			if p.offer(candidate{kind: Selectors, title: "Set includeSelectors: false for the new labels", edits: []Edit{
				{Path: name, Start: number, End: number, New: lines}}}) {
				return
			}
		}
	}
}

// section is the range of lines of a top-level field, its own included; blank
// lines at its end are not part of it.
func section(lines []string, head string) (start, end int) {
	start = slices.IndexFunc(lines, func(l string) bool { return strings.TrimRight(l, " ") == head })
	if start < 0 {
		return -1, -1
	}
	end = start + 1
	for i := end; i < len(lines); i++ {
		line := lines[i]
		if line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "#") {
			break
		}
		if strings.TrimSpace(line) != "" {
			end = i + 1
		}
	}
	return start, end
}
