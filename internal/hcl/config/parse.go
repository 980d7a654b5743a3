package config

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxDepth is how deep brackets may nest, maxChain how many operators that
// recurse may follow each other: the parser's own recursion has no limit.
const (
	maxDepth        = 250
	maxChain        = 500
	maxConditionals = 5000
)

var bom = []byte("\xef\xbb\xbf")

// parse reads one file of configuration in the syntax its name says.
func parse(name string, src []byte) (*rawBody, []Problem) {
	if p := tooDeep(name, src); p != nil {
		return nil, []Problem{*p}
	}
	if bytes.HasSuffix([]byte(name), []byte(".json")) {
		return parseJSON(name, src)
	}
	src = bytes.TrimPrefix(src, bom)
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, problems(plan.GapParse, name, diags)
	}
	return native(file.Body.(*hclsyntax.Body), src), nil
}

func problems(kind plan.GapKind, subject string, diags hcl.Diagnostics) []Problem {
	var out []Problem
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		p := Problem{Kind: kind, Subject: subject, Text: d.Summary}
		if d.Detail != "" {
			p.Text = d.Summary + ": " + d.Detail
		}
		if d.Subject != nil {
			p.Range = *d.Subject
		}
		out = append(out, p)
		if len(out) == 10 {
			break
		}
	}
	return out
}

// tooDeep looks for text that would drive the parser into deep recursion. It
// counts without regard to quotes and comments, with limits far beyond what
// people write.
func tooDeep(name string, src []byte) *Problem {
	depth, chain, conditionals, line := 0, 0, 0, 1
	for _, c := range src {
		switch c {
		case '(', '[', '{':
			depth++
			chain = 0
		case ')', ']', '}':
			depth = max(0, depth-1)
			chain = 0
		case '!', '-':
			chain++
		case '?':
			conditionals++
		case '\n':
			line++
		case ' ', '\t', '\r':
		default:
			chain = 0
		}
		if depth > maxDepth || chain > maxChain || conditionals > maxConditionals {
			at := hcl.Pos{Line: line, Column: 1}
			return &Problem{Kind: plan.GapLimit, Subject: name, Range: hcl.Range{Filename: name, Start: at, End: at},
				Text: fmt.Sprintf("%s nests deeper than %d levels", name, maxDepth)}
		}
	}
	return nil
}
