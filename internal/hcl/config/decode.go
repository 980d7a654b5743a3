package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

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
