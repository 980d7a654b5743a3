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
	args := make([]cty.Value, len(n.Args))
	for i, arg := range n.Args {
		g := evaluate(ctx, arg)
		if g.diags.HasErrors() {
			return cty.DynamicVal, g.diags
		}
		evaluated.Args[i], args[i] = g, g.val
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
	return value.Derive(v, value.Origin{
		// What the function read counts too: the text of a template file.
		Name:    func() string { return n.Name + value.Fingerprint(append(args, v)...) },
		Text:    func() (string, bool) { return called(ctx, n.Name, args) },
		Passes:  n.passes(v, args),
		Picks:   n.picksOpaque(args),
		Inputs:  args,
		Decides: !builds[n.Name],
	}), diags
}

// attempt evaluates try and can, whose arguments are expressions. What holds
// anything known after apply may turn out to fail yet, so that the whole is
// known after apply (HCL ext/tryfunc); apart from that, what try returns is one
// of its arguments as it is.
func (n *callNode) attempt(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	var failed hcl.Diagnostics
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
		case value.HoldsPending(v):
			return value.NewPending(cty.DynamicPseudoType), nil
		}
		return v, nil
	}
	if n.Name == "can" && len(n.Args) == 1 {
		return cty.False, nil
	}
	return cty.DynamicVal, failed
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
	anArgument                    // one of its arguments
)

var hands = map[string]handing{
	"chunklist": itsParts, "concat": itsParts, "flatten": itsParts, "list": itsParts, "map": itsParts, "merge": itsParts,
	"reverse": itsParts, "setproduct": itsParts, "slice": itsParts, "values": itsParts, "zipmap": itsParts,

	"element": onePart, "lookup": onePart, "one": onePart, "templatefile": onePart, "templatestring": onePart,

	"coalesce": anArgument, "coalescelist": anArgument, "convert": anArgument, "ephemeralasnull": anArgument, "nonsensitive": anArgument,
	"plantimestamp": anArgument, "sensitive": anArgument, "tolist": anArgument, "tomap": anArgument,
}

// passes reports whether an unknown part of what the function returned, that
// carries one symbol, is what that symbol names. Where the whole is not known it
// is made of an opaque argument and of everything else that went in.
func (n *callNode) passes(v cty.Value, args []cty.Value) bool {
	switch hands[n.Name] {
	case itsParts:
		return v.IsKnown()
	case onePart:
		return v.IsKnown() || !anyOpaque(args)
	case anArgument:
		return true
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
