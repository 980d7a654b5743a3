package hcl

import (
	"bytes"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// terragrunt reports changed files of tools around Terraform that decide what is
// applied: what they give a module where that is written out, and a gap for all
// else.
func (p *prediction) terragrunt() plan.Plan {
	var out plan.Plan
	for _, f := range p.changed {
		what := ""
		switch base := path.Base(f); {
		case base == "terragrunt.hcl" || base == "root.hcl" || base == "terragrunt.stack.hcl":
			what = "Terragrunt"
		case strings.HasSuffix(base, ".tfstack.hcl") || strings.HasSuffix(base, ".tfcomponent.hcl") || strings.HasSuffix(base, ".tfdeploy.hcl"):
			what = "Terraform Stacks"
		default:
			continue
		}
		if isExample(path.Dir(f)) {
			continue
		}
		if unit, ok := p.unit(f); ok {
			out = plan.Join(out, unit)
			continue
		}
		s := plan.After
		if !exists(p.after, f) {
			s = plan.Before
		}
		at := p.changedLine(plan.Range{File: f, Line: 1, EndLine: 1, Side: s})
		out.Gaps = append(out.Gaps, plan.Gap{At: at, Root: path.Dir(f), Kind: plan.GapUnsupported, Subject: f,
			Why: what + " files are not evaluated: changed inputs, sources, state keys and units may destroy or orphan the resources they manage; " +
				"compare the `plan` output of the units"})
	}
	return out
}

// unitFile is a file of such a tool: Terragrunt's inputs beside everything else
// in it, comments left out.
type unitFile struct {
	inputs map[string]input
	source string // the module, from the top of the repository; empty for elsewhere
	rest   string
}

type input struct {
	value hclsyntax.Expression
	text  string
}

// readUnit reads a file, or reports false where it is not there or not
// plain: inputs that are merged from elsewhere are not distinguished.
func readUnit(tree fs.FS, name string) (unitFile, bool) {
	text := readText(tree, name)
	file, diags := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos)
	if text == "" || diags.HasErrors() {
		return unitFile{}, false
	}
	w := unitFile{inputs: map[string]input{}, rest: words(text)}
	body := file.Body.(*hclsyntax.Body)
	for _, b := range body.Blocks {
		if source := b.Body.Attributes["source"]; b.Type == "terraform" && source != nil {
			w.source = moduleFolder(path.Dir(name), source.Expr)
		}
	}
	attr := body.Attributes["inputs"]
	if attr == nil {
		return w, true
	}
	object, ok := attr.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return w, true
	}
	for _, item := range object.Items {
		key, diags := item.KeyExpr.Value(nil)
		if diags.HasErrors() || key.IsNull() || key.Type() != cty.String {
			return unitFile{}, false
		}
		from, to := item.KeyExpr.Range().Start.Byte, item.ValueExpr.Range().End.Byte
		w.inputs[key.AsString()] = input{item.ValueExpr, words(text[from:to])}
	}
	w.rest = words(text[:attr.SrcRange.Start.Byte]) + words(text[attr.SrcRange.End.Byte:])
	return w, true
}

// moduleFolder is the folder that a source names, empty for one that is not
// written out or lies elsewhere. `a//b` is b of a, all of which is copied.
func moduleFolder(dir string, source hclsyntax.Expression) string {
	value, diags := source.Value(nil)
	if diags.HasErrors() || value.IsNull() || value.Type() != cty.String || !config.IsLocal(value.AsString()) {
		return ""
	}
	return path.Join(dir, strings.ReplaceAll(value.AsString(), "//", "/"))
}

// words is what a text in HCL says, white space and comments aside.
func words(text string) string {
	tokens, _ := hclsyntax.LexConfig([]byte(text), "", hcl.InitialPos)
	var b bytes.Buffer
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenNewline {
			b.Write(t.Bytes)
			b.WriteByte(0)
		}
	}
	return b.String()
}

// unit compares a file in which nothing but inputs of a module in the repository
// changes. Terragrunt gives them as an environment does: variable files of the
// module win (terragrunt.gruntwork.io, "inputs"). An input that is computed is
// a value that stays the same, as long as its text does. It reports false
// where more changes than that.
func (p *prediction) unit(name string) (plan.Plan, bool) {
	before, ok := readUnit(p.before, name)
	after, okAfter := readUnit(p.after, name)
	if !ok || !okAfter || before.rest != after.rest {
		return plan.Plan{}, false
	}
	changed := changedInputs(before, after)
	if len(changed) == 0 {
		return plan.Plan{}, true
	}
	if before.source == "" || path.Base(name) != "terragrunt.hcl" {
		return plan.Plan{}, false
	}
	was, is := p.load(p.before, plan.Before, before.source), p.load(p.after, plan.After, after.source)
	if !was.exists() || !is.exists() {
		return plan.Plan{}, false
	}
	root := path.Dir(name)
	v := p.values(set{}, before.source)
	if !inputs(v.before, before, changed, name) || !inputs(v.after, after, changed, name) {
		return plan.Plan{}, false
	}
	in, stop := p.inputFrom(before.source, after.source, was, is, v)
	if stop != nil {
		return *stop, true
	}
	in.Root = root
	in.Before.Versions, in.After.Versions = config.LockedVersions(p.before, root), config.LockedVersions(p.after, root)
	return compare.Root(in), true
}

// inputs adds to the given values what a unit gives; false where one that
// changes is not written out.
func inputs(given map[string]config.Value, w unitFile, changed map[string]bool, name string) bool {
	for key, in := range w.inputs {
		if _, set := given[key]; set {
			continue // a variable file of the module wins
		}
		value, diags := in.value.Value(nil)
		if diags.HasErrors() {
			if changed[key] {
				return false
			}
			continue
		}
		rng := in.value.Range()
		rng.Filename = name
		given[key] = config.Value{Value: value, Range: rng}
	}
	return true
}

func changedInputs(before, after unitFile) map[string]bool {
	out := map[string]bool{}
	for key, in := range before.inputs {
		if after.inputs[key].text != in.text {
			out[key] = true
		}
	}
	for key := range after.inputs {
		if _, had := before.inputs[key]; !had {
			out[key] = true
		}
	}
	return out
}
