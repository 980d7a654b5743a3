package config

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
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

func tooDeep(name string, src []byte) *Problem {
	line, deep := expr.TooDeep(src)
	if !deep {
		return nil
	}
	at := hcl.Pos{Line: line, Column: 1}
	return &Problem{Kind: plan.GapLimit, Subject: name, Range: hcl.Range{Filename: name, Start: at, End: at},
		Text: fmt.Sprintf("%s nests deeper than %d levels", name, expr.MaxDepth)}
}
