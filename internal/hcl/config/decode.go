package config

import (
	"fmt"
	"slices"
	"strings"

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

func newModule(dir string) *Module {
	return &Module{
		Dir: dir, Variables: map[string]*Variable{}, Locals: map[string]*Local{}, Resources: map[string]*Resource{},
		Calls: map[string]*Call{}, Outputs: map[string]*Output{}, Providers: map[string]*Provider{}, Required: map[string]string{}, Constraints: map[string]string{},
	}
}

// block decodes one top-level block.
func (d *decoder) block(b *rawBlock) {
	switch b.kind {
	case "terraform":
		d.settings(b)
	case "variable":
		d.labelled(b, 1, d.variable)
	case "locals":
		d.locals(b)
	case "output":
		d.labelled(b, 1, d.output)
	case "resource", "data", "ephemeral":
		d.labelled(b, 2, d.resource)
	case "module":
		d.labelled(b, 1, d.call)
	case "provider":
		d.labelled(b, 1, d.provider)
	case "moved":
		d.moved(b)
	case "removed":
		d.removed(b)
	case "import":
		if to := b.body.attrs["to"]; to != nil {
			_, computed := to.expr.(*hclsyntax.IndexExpr)
			d.m.Imports = append(d.m.Imports, &Import{
				To: reference(to.expr), AnyKey: computed, ID: b.body.attrs["id"].ready(), ForEach: b.body.attrs["for_each"].ready(), Range: b.header,
			})
		}
	case "action":
		d.labelled(b, 2, func(b *rawBlock) { d.m.Runs = append(d.m.Runs, actionRun(b)) })
	case "check", "language", "list":
		// They may fail a plan or run beside it; they never replace anything.
	default:
		d.problem(b.header, b.kind, "Unsupported block type: blocks of type %q are not expected here", b.kind)
	}
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

func (d *decoder) duplicate(b *rawBlock, kind, name string, earlier hcl.Range) {
	d.problem(b.header, name, "Duplicate %s %q: it was declared at %s:%d already", kind, name, earlier.Filename, earlier.Start.Line)
}

func (d *decoder) locals(b *rawBlock) {
	for _, a := range b.body.sorted() {
		if old := d.m.Locals[a.name]; old != nil {
			d.duplicate(b, "local value", a.name, old.Range)
			continue
		}
		d.m.Locals[a.name] = &Local{Name: a.name, Value: a.ready(), Range: a.rng}
		d.m.Order = append(d.m.Order, "local."+a.name)
	}
}

func (d *decoder) variable(b *rawBlock) {
	name := b.labels[0]
	if old := d.m.Variables[name]; old != nil {
		d.duplicate(b, "variable", name, old.Range)
		return
	}
	v := &Variable{Name: name, Nullable: true, Range: b.header, Full: b.full, Type: AnyType}
	if a := b.body.attrs["type"]; a != nil {
		ty, err := typeConstraint(a.expr)
		if err != nil {
			d.problem(a.rng, "var."+name, "Invalid type specification: %s", err)
		}
		v.Type = ty
	}
	v.Default = b.body.attrs["default"].ready()
	v.Nullable = d.flag(b.body, "nullable", true)
	v.Sensitive = d.flag(b.body, "sensitive", false)
	v.Ephemeral = d.flag(b.body, "ephemeral", false)
	v.Checks = checks(b.body, "validation")
	d.m.Variables[name] = v
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

func (d *decoder) output(b *rawBlock) {
	name := b.labels[0]
	if old := d.m.Outputs[name]; old != nil {
		d.duplicate(b, "output", name, old.Range)
		return
	}
	a := b.body.attrs["value"]
	if a == nil {
		d.problem(b.header, "output."+name, "Missing required argument: an output needs a value")
		return
	}
	d.m.Outputs[name] = &Output{
		Name: name, Value: a.ready(), Sensitive: d.flag(b.body, "sensitive", false), Ephemeral: d.flag(b.body, "ephemeral", false), Range: b.full,
		DependsOn: references(b.body.attrs["depends_on"]), Checks: checks(b.body, "precondition"),
	}
	d.m.Order = append(d.m.Order, "output."+name)
}

var callArguments = map[string]bool{"source": true, "version": true, "count": true, "for_each": true, "depends_on": true, "providers": true}

func (d *decoder) call(b *rawBlock) {
	name := b.labels[0]
	if old := d.m.Calls[name]; old != nil {
		d.duplicate(b, "module call", name, old.Range)
		return
	}
	c := &Call{Name: name, Inputs: map[string]*Attribute{}, Providers: map[string]string{}, Range: b.header, Full: b.full}
	attrs := b.body.attrs
	if a := attrs["source"]; a != nil {
		c.Source, c.SourceAt = d.constant(a), a.rng
		c.Computed = strings.HasPrefix(c.Source, computed)
	} else {
		d.problem(b.header, "module."+name, "Missing required argument: a module needs a source")
	}
	if a := attrs["version"]; a != nil {
		c.Version, c.VersionAt = d.constant(a), a.rng
		c.Computed = c.Computed || strings.HasPrefix(c.Version, computed)
	}
	if a := attrs["providers"]; a != nil {
		c.Providers = providerMap(a.expr)
	}
	c.DependsOn = references(attrs["depends_on"])
	d.oneRepetition(attrs, "module."+name)
	d.noBlocks(b)
	c.Count, c.ForEach = attrs["count"].ready(), attrs["for_each"].ready()
	for _, l := range b.body.blocksOf("lifecycle") {
		c.Enabled = l.body.attrs["enabled"].ready()
	}
	for _, a := range b.body.sorted() {
		if !callArguments[a.name] {
			c.Inputs[a.name] = &Attribute{Name: a.name, Value: a.ready(), Range: a.rng}
		}
	}
	d.m.Calls[name] = c
	d.m.Order = append(d.m.Order, "module."+name)
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

func (d *decoder) provider(b *rawBlock) {
	p := &Provider{Name: b.labels[0], Body: decodeBody(b.body, map[string]bool{"alias": true, "version": true}), Range: b.full}
	key := p.Name
	if a := b.body.attrs["alias"]; a != nil {
		p.Alias = d.constant(a)
		key += "." + p.Alias
	}
	if old := d.m.Providers[key]; old != nil {
		d.duplicate(b, "provider configuration", key, old.Range)
		return
	}
	d.m.Providers[key] = p
	d.m.Runs = append(d.m.Runs, pluginRuns(p)...)
}

func (d *decoder) moved(b *rawBlock) {
	from, to := b.body.attrs["from"], b.body.attrs["to"]
	if from == nil || to == nil {
		d.problem(b.header, "moved", "Missing required argument: a moved block needs from and to")
		return
	}
	m := &Moved{From: address(from.expr), To: address(to.expr), Range: b.full}
	if m.From == nil || m.To == nil {
		d.problem(b.header, "moved", "Invalid address: from and to must be addresses of resources or modules, their keys written out")
		return
	}
	d.m.Moved = append(d.m.Moved, m)
}

func (d *decoder) removed(b *rawBlock) {
	from := b.body.attrs["from"]
	if from == nil || reference(from.expr) == nil {
		d.problem(b.header, "removed", "Invalid address: a removed block needs from, an address")
		return
	}
	r := &Removed{From: reference(from.expr), Runs: provisioners(b), Range: b.full}
	for _, step := range r.From {
		if _, index := step.(hcl.TraverseIndex); index {
			d.problem(from.rng, "removed", "Resource instance keys not allowed: from must name a whole resource or module")
			return
		}
	}
	for _, l := range b.body.blocksOf("lifecycle") {
		if l.body.attrs["destroy"] != nil {
			v := d.flag(l.body, "destroy", true)
			r.Destroy = &v
		}
	}
	d.m.Removed = append(d.m.Removed, r)
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
