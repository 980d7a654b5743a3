package fix

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// counted is a count that follows a list.
var counted = regexp.MustCompile(`^(\s*)count(\s*)=\s*length\(((?:var|local)\.([\w-]+))\)\s*$`)

// lists rewrites a resource that is counted by a list, of which the change took
// an element out of the middle, to for_each by name: the others keep their
// objects by moved blocks.
func (p *proposer) lists() {
	for _, f := range p.open(plan.Terraform) {
		c := f.Change
		if c.Reason == plan.CountIndex && c.Address.Module == "" && !p.cleared[f.Fingerprint] {
			p.list(c.Address)
		}
	}
}

// block is a block of the after side, with the lines of its head and end.
type block struct {
	file       string
	start, end int
	lines      []string
}

func (p *proposer) list(a plan.Address) {
	b, ok := p.block(path.Clean(a.Root), fmt.Sprintf(`resource %q %q`, a.Type, a.Name))
	if !ok || p.usedElsewhere(b, a) {
		return
	}
	list, name, ok := b.byName()
	if !ok {
		return
	}
	was, is, ok := p.listValues(path.Clean(a.Root), list, name)
	if !ok {
		return
	}
	var fresh, gone []string
	for i, element := range was {
		if !slices.Contains(is, element) {
			gone = append(gone, fmt.Sprintf("%s.%s[%d]", a.Type, a.Name, i))
			continue
		}
		fresh = append(fresh, "moved {", fmt.Sprintf("  from = %s.%s[%d]", a.Type, a.Name, i),
			fmt.Sprintf("  to   = %s.%s[%q]", a.Type, a.Name, element), "}", "")
	}
	c := candidate{kind: ForEachByName, within: resource(a),
		title: fmt.Sprintf("Use for_each by name instead of count for %s.%s, with moved blocks for what stays", a.Type, a.Name),
		edits: []Edit{{Path: b.file, Start: b.start, End: b.end, New: append(fresh, b.lines...)}}}
	if len(gone) > 0 {
		c.note = "Still destroyed, since its element leaves the list: " + strings.Join(gone, ", ") + "."
	}
	p.offer(c)
}

// byName writes the block with for_each. It returns the list, and its name.
func (b *block) byName() (list, name string, ok bool) {
	b.lines = slices.Clone(b.lines)
	for i, line := range b.lines {
		if m := counted.FindStringSubmatch(line); m != nil {
			list, name = m[3], m[4]
			b.lines[i] = m[1] + "for_each" + strings.Repeat(" ", max(1, len(m[2])-3)) + "= toset(" + list + ")"
		}
	}
	if list == "" {
		return "", "", false
	}
	by := strings.NewReplacer("${"+list+"[count.index]}", "${each.value}", list+"[count.index]", "each.value",
		"element("+list+", count.index)", "each.value")
	for i := range b.lines {
		b.lines[i] = by.Replace(b.lines[i])
	}
	return list, name, !strings.Contains(strings.Join(b.lines, "\n"), "count.")
}

// block finds a block of a folder by its head.
func (p *proposer) block(folder, head string) (block, bool) {
	for _, name := range p.terraformFiles(folder) {
		lines := p.lines(name)
		for i, line := range lines {
			if !strings.HasPrefix(line, head) {
				continue
			}
			for j := i; j < len(lines); j++ {
				if lines[j] == "}" {
					return block{name, i + 1, j + 1, lines[i : j+1]}, true
				}
			}
		}
	}
	return block{}, false
}

// usedElsewhere reports whether something else of the folder names the resource:
// by its index it would no longer be found.
func (p *proposer) usedElsewhere(b block, a plan.Address) bool {
	for _, name := range p.terraformFiles(path.Clean(a.Root)) {
		for i, line := range p.lines(name) {
			inside := name == b.file && i+1 >= b.start && i+1 <= b.end
			if !inside && strings.Contains(line, a.Type+"."+a.Name) {
				return true
			}
		}
	}
	return false
}

// listValues are the elements of a list before and after, where the change edits
// it as a list of texts in one file of the folder.
func (p *proposer) listValues(folder, list, name string) (was, is []string, ok bool) {
	for _, f := range p.change.Files {
		if path.Dir(f.Path) != folder || f.Status != plan.Modified {
			continue
		}
		before, errBefore := fs.ReadFile(p.change.Before, f.From)
		after, errAfter := fs.ReadFile(p.change.After, f.Path)
		if errBefore != nil || errAfter != nil {
			continue
		}
		was, okWas := elements(string(before), f.Path, list, name)
		is, okIs := elements(string(after), f.Path, list, name)
		if okWas && okIs && !slices.Equal(was, is) {
			return was, is, true
		}
	}
	return nil, nil, false
}

var texts = regexp.MustCompile(`^\s*(?:"[^"\\$%\n]*"\s*,?\s*)*$`)
var text = regexp.MustCompile(`"([^"\\$%\n]*)"`)

// elements reads the list that a file gives to a variable or local.
func elements(content, file, list, name string) ([]string, bool) {
	head := `(?m)^\s*` + regexp.QuoteMeta(name) + `\s*=\s*\[([^\]]*)\]`
	if strings.HasPrefix(list, "var.") && !strings.Contains(path.Base(file), ".tfvars") {
		head = `(?m)^variable\s+"` + regexp.QuoteMeta(name) + `"\s*\{[^}]*?default\s*=\s*\[([^\]]*)\]`
	}
	m := regexp.MustCompile(head).FindStringSubmatch(content)
	if m == nil || !texts.MatchString(m[1]) {
		return nil, false
	}
	var out []string
	for _, e := range text.FindAllStringSubmatch(m[1], -1) {
		if slices.Contains(out, e[1]) {
			return nil, false
		}
		out = append(out, e[1])
	}
	return out, true
}
