// Package upload knows which files of a folder reach HCP Terraform: those that
// .terraformignore does not take away.
package upload

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// IgnoreFile is read in the folder that is uploaded, and nowhere else.
const IgnoreFile = ".terraformignore"

// Rules are the patterns of one file in their order; the last that matches a
// path decides (go-slug v0.18.4 internal/ignorefiles).
type Rules []rule

type rule struct {
	re      *regexp.Regexp
	negated bool
	// last: no negated rule comes after it.
	last bool
}

// defaults count before what a file says.
var defaults = []string{".terraform/", "!.terraform/modules/", ".git/"}

// maxLines bounds the patterns that are compiled.
const maxLines = 10_000

// Parse reads the patterns of a file. One that does not compile matches nothing,
// and the others still count. It is an error to have too many.
func Parse(text string) (Rules, error) {
	if strings.Count(text, "\n") > maxLines {
		return nil, fmt.Errorf("it has more than %d lines", maxLines)
	}
	lines := append([]string(nil), defaults...)
	for scan := bufio.NewScanner(strings.NewReader(text)); scan.Scan(); {
		lines = append(lines, scan.Text())
	}
	var rules Rules
	for _, line := range lines {
		pattern := strings.TrimSpace(line)
		if pattern == "" || pattern[0] == '#' {
			continue
		}
		pattern, negated := strings.CutPrefix(pattern, "!")
		if pattern == "" {
			continue
		}
		re, err := regexp.Compile(expression(pattern))
		if err != nil {
			re = nil // as in the library, which goes on
		}
		if negated {
			for i := range rules {
				rules[i].last = false
			}
		}
		rules = append(rules, rule{re, negated, true})
	}
	return rules, nil
}

// expression is a pattern as a regular expression. One that starts with no
// slash holds at any depth, one that ends in a slash for all below a folder.
// What means something in an expression and nothing in a pattern, such as a
// bracket, keeps its meaning.
func expression(pattern string) string {
	pattern = norm.NFC.String(pattern)
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	if rooted, ok := strings.CutPrefix(pattern, "/"); ok {
		pattern = rooted
	} else {
		pattern = "**/" + pattern
	}
	var b strings.Builder
	b.WriteString("^")
	for text := []rune(pattern); len(text) > 0; {
		switch {
		case len(text) > 1 && text[0] == '*' && text[1] == '*':
			text = text[2:]
			if len(text) > 0 && text[0] == '/' {
				text = text[1:]
			}
			if len(text) == 0 {
				b.WriteString(".*")
			} else {
				b.WriteString("(.*/)?")
			}
			continue
		case text[0] == '*':
			b.WriteString("[^/]*")
		case text[0] == '?':
			b.WriteString("[^/]")
		case text[0] == '.' || text[0] == '$':
			b.WriteString(`\` + string(text[0]))
		case text[0] == '\\' && len(text) > 1:
			b.WriteString(`\` + string(text[1]))
			text = text[1:]
		default:
			b.WriteRune(text[0])
		}
		text = text[1:]
	}
	return b.String() + "$"
}

// match reports whether the rules leave a path out, a folder's ending in a slash,
// and whether no later rule can bring back what is below it.
func (rules Rules) match(name string) (hidden, last bool) {
	name = norm.NFC.String(name)
	for _, r := range rules {
		if r.re != nil && r.re.MatchString(name) {
			hidden, last = !r.negated, r.last
		}
	}
	return hidden, last
}
