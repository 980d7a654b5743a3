package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

type callNode struct{ *hclsyntax.FunctionCallExpr }

// ExprCall serves hcl.ExprCall.
func (n *callNode) ExprCall() *hcl.StaticCall { return n.FunctionCallExpr.ExprCall() }

func (n *callNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if diags := spend(ctx, 1, n.NameRange); diags != nil {
		return cty.DynamicVal, diags
	}
	if n.Name == "try" || n.Name == "can" {
		return n.attempt(ctx)
	}
	evaluated := *n.FunctionCallExpr
	evaluated.Args = make([]hclsyntax.Expression, len(n.Args))
	args, seen := make([]cty.Value, len(n.Args)), make([]cty.Value, len(n.Args))
	for i, arg := range n.Args {
		g := evaluate(ctx, arg)
		if g.diags.HasErrors() {
			return cty.DynamicVal, g.diags
		}
		args[i], seen[i] = g.val, n.whole(g.val)
		g.val, evaluated.Args[i] = seen[i], g
	}
	paid := call{name: n.Name, args: args, expandFinal: n.ExpandFinal, at: n.Range()}
	if diags := paid.afford(ctx); diags != nil {
		return cty.DynamicVal, diags
	}
	v, diags := evaluated.Value(ctx)
	if diags = ours(diags, n.Range()); !diags.HasErrors() {
		if more := made(ctx, v, n.Range()); more != nil {
			return cty.DynamicVal, more
		}
	}
	decisive := seen
	switch n.Name {
	case "lookup":
		if part, ok := lookedUp(args, v); ok {
			return part, diags
		}
	case "coalesce", "coalescelist":
		decisive = firstOf(n.spread(seen), v.Type())
	}
	out := value.Derive(v, value.Origin{
		Name: func() string {
			if hands[n.Name] == firstGiven {
				return n.Name + value.Fingerprint(decisive...)
			}
			// What the function read counts too: the text of a template file.
			return n.Name + value.Fingerprint(append(decisive, v)...)
		},
		Text:    func() (string, bool) { return called(ctx, n.Name, args) },
		Passes:  n.passes(v, decisive),
		Picks:   n.picksOpaque(decisive),
		Inputs:  seen,
		Decides: !builds[n.Name],
	})
	if n.Name == "merge" {
		out = layered(out, n.spread(args))
	}
	return out, diags
}

// whole is an argument as the function sees it: one that goes through all of an
// object cannot say anything of an open one.
func (n *callNode) whole(arg cty.Value) cty.Value {
	switch hands[n.Name] {
	case anArgument, firstGiven:
		return arg
	case itsParts, onePart:
		return value.Closed(arg)
	}
	return value.ClosedWithin(arg)
}

// spread are the arguments, a last one that stands for several taken apart where it
// is known.
func (n *callNode) spread(args []cty.Value) []cty.Value {
	last := len(args) - 1
	if !n.ExpandFinal || last < 0 || value.Length(args[last]) == 0 {
		return args
	}
	list, _ := args[last].Unmark()
	return append(args[:last:last], list.AsValueSlice()...)
}

// layered says of a merged object that is not known what it was merged from.
func layered(v cty.Value, from []cty.Value) cty.Value {
	for _, arg := range from {
		if ty := arg.Type(); ty.IsListType() || ty.IsTupleType() {
			return v
		}
	}
	return value.WithLayers(v, from)
}

// firstOf are the values of which the first that is not empty is taken, as ty:
// those that may be empty, and one that is not.
func firstOf(vals []cty.Value, ty cty.Type) []cty.Value {
	var out []cty.Value
	for _, v := range vals {
		if isEmpty(v, ty) {
			continue
		}
		if out = append(out, v); v.IsKnown() || neverEmpty(v, ty) {
			break
		}
	}
	return out
}

// isEmpty: coalesce passes over null and "", coalescelist over empty lists.
func isEmpty(v cty.Value, ty cty.Type) bool {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown():
		return false
	case v.IsNull(), v.Type() == cty.String && ty == cty.String && v.AsString() == "":
		return true
	}
	return (ty.IsListType() || ty.IsTupleType()) && value.Length(v) == 0
}

// neverEmpty reports whether an unknown value can be none that is passed over.
func neverEmpty(v cty.Value, ty cty.Type) bool {
	plain, _ := v.Unmark()
	r := plain.Range()
	switch {
	case value.IsIdentity(v):
		return true
	case plain.Type() == cty.DynamicPseudoType || !r.DefinitelyNotNull():
		return false
	case plain.Type() == cty.String && ty == cty.String:
		return r.StringPrefix() != ""
	case plain.Type().IsListType():
		return r.LengthLowerBound() > 0
	}
	return true
}

// lookedUp is what lookup finds in an object that is made of layers: v is what it
// returned without that. The default counts where no known layer has the part.
func lookedUp(args []cty.Value, v cty.Value) (cty.Value, bool) {
	if len(args) < 2 || !args[1].IsKnown() || args[1].IsNull() || args[1].Type() != cty.String {
		return cty.NilVal, false
	}
	key, _ := args[1].Unmark()
	p, ok := value.PartOf(args[0], key.AsString())
	if !ok {
		return cty.NilVal, false
	}
	part, ok := partOf(p, hcl.TraverseIndex{Key: key}, v.Type())
	if !ok {
		return cty.NilVal, false
	}
	kept := value.Lasting(v.Marks())
	if p.Below == cty.NilVal && len(args) > 2 {
		part = value.NewOpaque("lookup"+value.Fingerprint(part, args[2]), v.Type()).Mark(value.Decided{})
	}
	return part.WithMarks(kept), true
}

// attempt evaluates try and can, whose arguments are expressions. What holds
// anything known after apply may turn out to fail yet, so that the whole is
// known after apply (HCL ext/tryfunc); apart from that, what try returns is one
// of its arguments as it is, or where the repository does not say which it is, one
// of several.
func (n *callNode) attempt(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	var failed hcl.Diagnostics
	var mayBe []cty.Value
	for _, arg := range n.Args {
		v, diags := arg.Value(ctx)
		switch stop := lasts(diags); {
		case stop != nil:
			return cty.DynamicVal, stop
		case diags.HasErrors():
			failed = append(failed, diags...)
			continue
		case n.Name == "can":
			return succeeds(v), nil
		case value.HoldsPending(v) && len(mayBe) == 0:
			return value.NewPending(cty.DynamicPseudoType), nil
		}
		if mayBe = append(mayBe, v); !mayFail(ctx, arg, v) {
			break
		}
	}
	switch {
	case len(mayBe) > 0:
		return oneOf(mayBe), nil
	case n.Name == "can" && len(n.Args) == 1:
		return cty.False, nil
	}
	return cty.DynamicVal, failed
}

// oneOf is one of several values, which of them is not known.
func oneOf(vals []cty.Value) cty.Value {
	if len(vals) == 1 {
		return vals[0]
	}
	ty := vals[0].Type()
	for _, v := range vals[1:] {
		if !v.Type().Equals(ty) && !v.IsNull() {
			ty = cty.DynamicPseudoType
		}
	}
	_, all := vals[0].Unmark()
	out := value.NewOpaque("try"+value.Fingerprint(vals...), ty).WithMarks(value.Lasting(all))
	return value.CarryLimit(out.Mark(value.Decided{}), vals...)
}

// mayFail reports whether an expression that has an opaque value may have none once
// that is known: it is more than a name, and leads into something that is not known.
func mayFail(ctx *hcl.EvalContext, e hclsyntax.Expression, v cty.Value) bool {
	if v.IsKnown() {
		return false
	}
	for {
		inner, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		e = inner.Expression
	}
	ref, diags := whole(ctx, e)
	if ref == nil {
		n, bound := e.(*refNode)
		if !bound || diags.HasErrors() {
			return true
		}
		ref = n.Traversal
	}
	scope, from, ok := find(ctx, ref.RootName())
	rest := ref[1:]
	if !ok {
		if scope == nil {
			return true
		}
		if from, rest, diags = scope.Resolve(ref); diags.HasErrors() {
			return true
		}
	}
	for _, s := range rest {
		if !from.IsKnown() && !surelyHas(from, s) {
			return true
		}
		if from, diags = step(from, s); diags.HasErrors() {
			return true
		}
	}
	return false
}

// surelyHas reports whether a step in an unknown value leads somewhere, whatever the
// value is.
func surelyHas(v cty.Value, s hcl.Traverser) bool {
	if p, ok := value.PartOf(v, stepName(s)); ok && p.Below != cty.NilVal {
		return true
	}
	plain, _ := v.Unmark()
	return plain.Type().IsObjectType() && plain.Range().DefinitelyNotNull()
}

// succeeds is what can says of an expression with the value v.
func succeeds(v cty.Value) cty.Value {
	switch {
	case value.HoldsPending(v):
		return value.NewPending(cty.Bool)
	case v.IsWhollyKnown():
		return cty.True
	}
	return value.NewOpaque("can "+value.Fingerprint(v), cty.Bool).RefineNotNull()
}

// handing says what a function hands on as it is.
type handing int

const (
	itsParts   handing = iota + 1 // parts of its arguments, in a whole of its own
	onePart                       // one part of an argument
	anArgument                    // its argument
	firstGiven                    // the first of its arguments that is not empty
)

var hands = map[string]handing{
	"chunklist": itsParts, "concat": itsParts, "flatten": itsParts, "list": itsParts, "map": itsParts, "merge": itsParts,
	"reverse": itsParts, "setproduct": itsParts, "slice": itsParts, "values": itsParts, "zipmap": itsParts,

	"element": onePart, "lookup": onePart, "one": onePart, "templatefile": onePart, "templatestring": onePart,

	"coalesce": firstGiven, "coalescelist": firstGiven, "convert": anArgument, "ephemeralasnull": anArgument, "nonsensitive": anArgument,
	"plantimestamp": anArgument, "sensitive": anArgument, "tolist": anArgument, "tomap": anArgument,
}

// passes reports whether an unknown part of what the function returned, that
// carries one symbol, is what that symbol names. Where the whole is not known it
// is made of an opaque argument and of everything else that went in.
func (n *callNode) passes(v cty.Value, decisive []cty.Value) bool {
	switch hands[n.Name] {
	case itsParts:
		return v.IsKnown()
	case onePart:
		return v.IsKnown() || !anyOpaque(decisive)
	case anArgument:
		return true
	case firstGiven:
		return v.IsKnown() || len(decisive) == 1 && !n.ExpandFinal
	}
	return false
}

// builds are functions that make a text out of all of their arguments: what
// goes in can be seen in what comes out.
var builds = map[string]bool{
	"format": true, "join": true, "jsonencode": true, "yamlencode": true, "base64encode": true, "upper": true, "lower": true, "title": true,
	"tostring": true, "urlencode": true, "strrev": true, "textencodebase64": true, "sha1": true, "sha256": true, "md5": true, "sha512": true,
	"base64sha256": true, "base64sha512": true, "tolist": true, "tomap": true, "toset": true, "concat": true, "merge": true,
	"templatefile": true, "templatestring": true,
}

// picksOpaque reports whether what the function returns is decided by an
// opaque value, so that a pending argument need not reach the result.
func (n *callNode) picksOpaque(args []cty.Value) bool {
	switch n.Name {
	case "coalesce", "coalescelist":
		return len(args) > 0 && value.SymbolOf(args[0]) != ""
	case "element", "lookup":
		return len(args) > 1 && value.SymbolOf(args[1]) != ""
	case "contains", "alltrue", "anytrue":
		return value.HasSymbol(value.MarksWithin(args))
	}
	return false
}
