package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// decoder fills a Module from raw blocks.
type decoder struct {
	m  *Module
	rt Runtime
}

func (d *decoder) problem(at hcl.Range, subject, format string, args ...any) {
	d.m.Problems = append(d.m.Problems, Problem{Kind: plan.GapInvalid, Range: at, Subject: subject, Text: fmt.Sprintf(format, args...)})
}

func (d *decoder) duplicate(b *rawBlock, kind, name string, earlier hcl.Range) {
	d.problem(b.header, name, "Duplicate %s %q: it was declared at %s:%d already", kind, name, earlier.Filename, earlier.Start.Line)
}

func (d *decoder) labelled(b *rawBlock, want int, decode func(*rawBlock)) {
	if len(b.labels) != want {
		d.problem(b.header, b.kind, "a %s block must have %d labels", b.kind, want)
		return
	}
	for _, label := range b.labels {
		if !hclsyntax.ValidIdentifier(label) {
			d.problem(b.header, label, "Invalid name: %q is not an identifier", label)
			return
		}
	}
	decode(b)
}

// flag reads an argument that must be a literal true or false.
func (d *decoder) flag(body *rawBody, name string, otherwise bool) bool {
	a := body.attrs[name]
	if a == nil {
		return otherwise
	}
	v, diags := a.expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() {
		d.problem(a.rng, name, "Unsuitable value: %s must be true or false, written out", name)
		return otherwise
	}
	if v.Type() == cty.String {
		return v.AsString() == "true"
	}
	if v.Type() != cty.Bool {
		d.problem(a.rng, name, "Unsuitable value: %s must be true or false", name)
		return otherwise
	}
	return v.True()
}

func checks(body *rawBody, kinds ...string) []Check {
	var out []Check
	for _, b := range body.blocks {
		if slices.Contains(kinds, b.kind) {
			if cond := b.body.attrs["condition"]; cond != nil {
				out = append(out, Check{Condition: cond.ready(), Range: b.full})
			}
		}
	}
	return out
}

// noBlocks: a module call has no blocks, but for OpenTofu's lifecycle.enabled.
func (d *decoder) noBlocks(b *rawBlock) {
	for _, child := range b.body.blocks {
		if child.kind != "lifecycle" || child.body.attrs["enabled"] == nil {
			d.problem(child.header, "module."+b.labels[0], "Unsupported block type: a module call has no %s block", child.kind)
		}
	}
}

// computed is how the text of an expression begins where a string is wanted.
const computed = "(expression) "

// constant reads a string that must be written out; anything else (an OpenTofu
// or Terraform 1.15 expression) stays as its text, which names it.
func (d *decoder) constant(a *rawAttr) string {
	v, diags := a.expr.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return computed + string(a.src[a.expr.Range().Start.Byte:a.expr.Range().End.Byte])
	}
	return v.AsString()
}

// decodeBody decodes the part of a body that belongs to a provider.
func decodeBody(b *rawBody, leave map[string]bool) *Body {
	out := &Body{Attributes: map[string]*Attribute{}}
	for _, a := range b.sorted() {
		if leave[a.name] {
			continue
		}
		out.Attributes[a.name] = &Attribute{Name: a.name, Value: a.ready(), Range: a.rng}
		out.Names = append(out.Names, a.name)
	}
	for _, child := range b.blocks {
		if leave[child.kind] {
			continue
		}
		out.Blocks = append(out.Blocks, decodeNested(child))
	}
	return out
}

func decodeNested(b *rawBlock) *Block {
	if b.kind != "dynamic" || len(b.labels) != 1 {
		return &Block{Type: b.kind, Body: decodeBody(b.body, nil), Range: b.full}
	}
	out := &Block{Type: b.labels[0], Range: b.full, Body: &Body{Attributes: map[string]*Attribute{}}, Dynamic: &Dynamic{Iterator: b.labels[0]}}
	if a := b.body.attrs["iterator"]; a != nil {
		if name := hcl.ExprAsKeyword(a.expr); name != "" {
			out.Dynamic.Iterator = name
		}
	}
	if a := b.body.attrs["for_each"]; a != nil {
		out.Dynamic.ForEach = a.ready()
	} else {
		out.Dynamic.ForEach = expr.Literal(cty.EmptyTupleVal, b.header)
	}
	for _, content := range b.body.blocksOf("content") {
		out.Body = decodeBody(content.body, nil)
	}
	return out
}

func alias(b *rawBlock) string {
	if a := b.body.attrs["alias"]; a != nil {
		return literalText(a.expr)
	}
	return ""
}
