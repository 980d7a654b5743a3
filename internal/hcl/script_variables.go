package hcl

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Scripts and pipelines give variables too: `-var name=value` on a command
// line, TF_VAR_name in an environment (terraform 1.11
// internal/backend/backendrun/unparsed_value.go and internal/command/meta_vars.go).
// Which of them runs for which root and when is not written in the repository,
// so a value is looked at only where it changes, and what the change would do
// is possible.

var (
	onCommandLine = regexp.MustCompile(`-var[=\s]+(?:"(\w+)=([^"]*)"|'(\w+)=([^']*)'|(\w+)=("[^"]*"|'[^']*'|[^\s"']*))`)
	inEnvironment = regexp.MustCompile(`TF_VAR_(\w+)(?:["']?\s*:\s+(.+)|\s*[?:]?=\s*("[^"]*"|'[^']*'|[^\s"';&|]*))`)
)

// assignment is one value that a line of a script gives.
type assignment struct {
	name, text string
	// environment: variable files win over it, and it over the default.
	environment bool
	at          hcl.Range
}

// same: written alike, wherever it stands.
func (a assignment) same(b assignment) bool { return a.name == b.name && a.text == b.text }

// scriptVariables are the changed values that scripts give variables of a root: one
// evaluation for each, named by the script.
func (p *prediction) scriptVariables(root string, before, after side) ([]variant, []plan.Gap) {
	names := declared(before, after)
	if len(names) == 0 {
		return nil, nil
	}
	var out []variant
	var gaps []plan.Gap
	for _, file := range p.changed {
		if !mayBeScript(file) {
			continue
		}
		was, is := p.assignments(p.before, file, names), p.assignments(p.after, file, names)
		if len(was)+len(is) == 0 || !p.concerns(file, root) {
			continue
		}
		for _, pair := range changedPairs(was, is) {
			v, gap := p.scriptVariant(root, file, pair, before, after)
			if gap != nil {
				gaps = append(gaps, *gap)
				continue
			}
			out = append(out, v)
		}
	}
	return out, gaps
}

// shadowed reports whether a default changes of a variable that a pipeline gives a
// value: then it is not certain that the default decides.
func (p *prediction) shadowed(root string, before, after side) bool {
	names := map[string]bool{}
	given, _ := config.Values(p.after, config.AutoFiles(p.after, root))
	for name, v := range after.module.Variables {
		_, set := given[name]
		if !set && before.module.Variables[name] != nil && len(p.lines.Changed(rangeOn(v.Full, plan.After))) > 0 {
			names[name] = true
		}
	}
	if len(names) == 0 {
		return false
	}
	return slices.ContainsFunc(p.pipelines(root), func(file string) bool {
		return len(p.assignments(p.after, file, names)) > 0 && p.concerns(file, root)
	})
}

// mayBeScript leaves out configuration, which has its own rules, and texts for
// people.
func mayBeScript(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".tf", ".tofu", ".tfvars", ".hcl", ".md", ".mdx", ".rst", ".adoc", ".txt", ".html", ".go", ".svg":
		return false
	}
	return !config.IsConfig(name) && !strings.HasSuffix(name, ".tfvars.json") && !isExample(path.Dir(name))
}

// concerns: a script below a root is about that root; one elsewhere is about
// the roots it names, or about any where it names none.
func (p *prediction) concerns(file, root string) bool {
	if root == "." || strings.HasPrefix(file, root+"/") {
		return true
	}
	named := false
	for _, tree := range []fs.FS{p.before, p.after} {
		text := readText(tree, file)
		for _, r := range p.applied {
			if r == "." || !strings.Contains(text, r) {
				continue
			}
			if r == root {
				return true
			}
			named = true
		}
	}
	return !named
}

func (p *prediction) assignments(tree fs.FS, file string, names map[string]bool) []assignment {
	text := readText(tree, file)
	if !strings.Contains(text, "-var") && !strings.Contains(text, "TF_VAR_") {
		return nil
	}
	var out []assignment
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		at := hcl.Range{Filename: file, Start: hcl.Pos{Line: i + 1, Column: 1}, End: hcl.Pos{Line: i + 1, Column: len(line) + 1}}
		for _, m := range onCommandLine.FindAllStringSubmatch(line, -1) {
			out = append(out, assignment{name: m[1] + m[3] + m[5], text: cmp.Or(m[2], m[4], unquote(m[6])), at: at})
		}
		for _, m := range inEnvironment.FindAllStringSubmatch(line, -1) {
			out = append(out, assignment{name: m[1], text: unquote(cmp.Or(m[2], m[3])), environment: true, at: at})
		}
	}
	return slices.DeleteFunc(out, func(a assignment) bool { return !names[a.name] })
}

// unquote takes off a comment behind a value, and the quotes around it.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	for _, q := range []string{`"`, `'`} {
		if rest, ok := strings.CutPrefix(s, q); ok {
			if value, _, closed := strings.Cut(rest, q); closed {
				return value
			}
		}
	}
	value, _, _ := strings.Cut(s, " #")
	return strings.TrimSpace(value)
}

// changedPairs are the values that differ: each that went away beside one of
// the same name that came, or beside none.
func changedPairs(was, is []assignment) [][2]*assignment {
	left := slices.Clone(is)
	var gone []assignment
	for _, a := range was {
		if i := slices.IndexFunc(left, a.same); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		gone = append(gone, a)
	}
	var out [][2]*assignment
	for _, a := range gone {
		i := slices.IndexFunc(left, func(b assignment) bool { return b.name == a.name })
		if i < 0 {
			out = append(out, [2]*assignment{&a, nil})
			continue
		}
		b := left[i]
		left = slices.Delete(left, i, i+1)
		out = append(out, [2]*assignment{&a, &b})
	}
	for _, b := range left {
		out = append(out, [2]*assignment{nil, &b})
	}
	return out
}

func (p *prediction) scriptVariant(root, file string, pair [2]*assignment, before, after side) (variant, *plan.Gap) {
	v := p.values(set{label: file, guessed: true}, root)
	for i, s := range []side{before, after} {
		a := pair[i]
		if a == nil || s.module.Variables[a.name] == nil {
			continue
		}
		given := v.before
		if s.side == plan.After {
			given = v.after
		}
		if _, set := given[a.name]; set && a.environment {
			continue
		}
		value, ok := literal(a.text, s.module.Variables[a.name])
		if !ok {
			at := rangeOn(a.at, s.side)
			return v, &plan.Gap{At: at, Root: root, Kind: plan.GapOpaque, Subject: "var." + a.name, Variant: file,
				Why: fmt.Sprintf("%s sets it to a changed value that is not in the repository; write the value into a file, or attach the plan", file)}
		}
		given[a.name] = config.Value{Value: value, Range: a.at}
	}
	return v, nil
}

// literal is the value that Terraform reads from a text: the text itself for a
// variable of a primitive type or of none, an expression for others.
func literal(text string, v *config.Variable) (cty.Value, bool) {
	if strings.ContainsAny(text, "$`") || strings.Contains(text, "{{") || strings.Contains(text, "<<") {
		return cty.NilVal, false
	}
	if v.Type.Type.IsPrimitiveType() || v.Type.Type == cty.DynamicPseudoType {
		return cty.StringVal(text), true
	}
	parsed, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, false
	}
	value, diags := parsed.Value(nil)
	return value, !diags.HasErrors()
}
