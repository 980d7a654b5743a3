package eval

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// body evaluates the arguments and blocks of a body into an object. An
// argument that has no value is opaque in it, and its diagnostics come along.
func (m *Module) body(b *config.Body, ctx *hcl.EvalContext, address string) (cty.Value, hcl.Diagnostics) {
	vals := make(map[string]cty.Value, len(b.Names)+len(b.Blocks))
	var diags hcl.Diagnostics
	for _, name := range b.Names {
		v, more := b.Attributes[name].Value.Value(ctx)
		if !more.HasErrors() && value.HasHugeNumber(v) {
			more = expr.Errorf(b.Attributes[name].Range, expr.LimitReached, "%s holds a number of too many digits", name)
		}
		if !more.HasErrors() {
			more = m.World.pay(v, b.Attributes[name].Range)
		}
		if more.HasErrors() {
			v = failed(m, address+"."+name, more)
		}
		diags = append(diags, more...)
		vals[name] = v
	}
	blocks := map[string][]cty.Value{}
	unknown := map[string]cty.Value{}
	for _, block := range b.Blocks {
		list, whole, more := m.blocks(block, ctx, address+"."+block.Type)
		diags = append(diags, more...)
		if whole != cty.NilVal {
			unknown[block.Type] = whole
		}
		blocks[block.Type] = append(blocks[block.Type], list...)
	}
	for name, list := range blocks {
		if _, clash := vals[name]; clash {
			continue
		}
		vals[name] = cty.TupleVal(list)
		if whole, ok := unknown[name]; ok {
			vals[name] = whole
		}
	}
	return cty.ObjectVal(vals), diags
}

// blocks evaluates one block, which is several where it is dynamic. whole is
// set where it is not known how many.
func (m *Module) blocks(b *config.Block, ctx *hcl.EvalContext, address string) (list []cty.Value, whole cty.Value, diags hcl.Diagnostics) {
	if b.Dynamic == nil {
		v, diags := m.body(b.Body, ctx, address)
		return []cty.Value{v}, cty.NilVal, diags
	}
	each, diags := b.Dynamic.ForEach.Value(ctx)
	if diags.HasErrors() {
		return nil, failed(m, address, diags), diags
	}
	plain, _ := each.Unmark()
	switch {
	case plain.IsNull():
		return nil, cty.NilVal, expr.Errorf(b.Range, "Invalid dynamic for_each value", "Cannot use a null value in for_each.")
	case !plain.IsKnown(), plain.Type().IsSetType() && !plain.IsWhollyKnown():
		if value.SymbolOf(each) == "" {
			return nil, value.NewPending(cty.DynamicPseudoType), nil
		}
		return nil, value.CarryLimit(value.NewOpaque("blocks "+value.Fingerprint(each)+m.blockID(b, ctx), cty.DynamicPseudoType), each), nil
	case !plain.CanIterateElements():
		return nil, cty.NilVal, expr.Errorf(b.Range, "Invalid dynamic for_each value",
			"Cannot use a %s value in for_each.", plain.Type().FriendlyName())
	}
	for it := plain.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if plain.Type().IsSetType() {
			k = v
		}
		if err := m.World.Spend(blockCost); err != nil {
			diags := expr.Errorf(b.Range, expr.LimitReached, "%s", err)
			return nil, failed(m, address, diags), diags
		}
		child := ctx.NewChild()
		child.Variables = map[string]cty.Value{b.Dynamic.Iterator: cty.ObjectVal(map[string]cty.Value{"key": k, "value": v})}
		content, more := m.body(b.Body, child, address)
		diags = append(diags, more...)
		list = append(list, content)
	}
	return list, cty.NilVal, diags
}

// blockID names the content of a dynamic block whose for_each is not known:
// everything it refers to besides the iteration.
func (m *Module) blockID(b *config.Block, ctx *hcl.EvalContext) string {
	child := ctx.NewChild()
	child.Variables = map[string]cty.Value{b.Dynamic.Iterator: cty.ObjectVal(map[string]cty.Value{
		"key": value.NewOpaque("iterator.key", cty.DynamicPseudoType), "value": value.NewOpaque("iterator.value", cty.DynamicPseudoType),
	})}
	v, _ := m.body(b.Body, child, "dynamic")
	return value.Fingerprint(v)
}
