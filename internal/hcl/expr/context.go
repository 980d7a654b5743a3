package expr

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Functions are the functions that expressions may call.
type Functions = map[string]function.Function

// Scope is what an expression can refer to.
type Scope interface {
	// Resolve returns the value of the leading steps of a reference and the
	// steps that remain to be taken in it.
	Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics)
	// Spend takes n units of evaluation work (about one visited value each)
	// and fails when none are left.
	Spend(n int) error
	// LazyLogic: && and || look at their right side only where needed, also
	// among unknown values (Terraform 1.12, OpenTofu 1.10 and later).
	LazyLogic() bool
}

const scopeName = "(scope)"

type scopeBox struct{ scope Scope }

var scopeType = cty.Capsule("scope", reflect.TypeFor[scopeBox]())

// Context is an evaluation context for scope with the given functions.
func Context(scope Scope, functions Functions) *hcl.EvalContext {
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{scopeName: cty.CapsuleVal(scopeType, &scopeBox{scope})},
		Functions: functions,
	}
}

// Closed is an evaluation context with nothing in sight but vars, whose work
// is taken from spend.
func Closed(spend func(int) error, vars map[string]cty.Value, functions Functions) *hcl.EvalContext {
	ctx := Context(closed(spend), functions)
	for name, v := range vars {
		ctx.Variables[name] = v
	}
	return ctx
}

type closed func(int) error

func (c closed) Spend(n int) error { return c(n) }

// find returns the scope of ctx, and the innermost value bound to name by a
// for expression or a template, if any.
func find(ctx *hcl.EvalContext, name string) (scope Scope, bound cty.Value, ok bool) {
	for c := ctx; c != nil; c = c.Parent() {
		if v, has := c.Variables[name]; has && !ok && name != scopeName {
			bound, ok = v, true
		}
		if box, has := c.Variables[scopeName]; has {
			return box.EncapsulatedValue().(*scopeBox).scope, bound, ok
		}
	}
	return nil, bound, ok
}

func scopeOf(ctx *hcl.EvalContext) Scope {
	s, _, _ := find(ctx, scopeName)
	return s
}

func spend(ctx *hcl.EvalContext, n int, at hcl.Range) hcl.Diagnostics {
	s := scopeOf(ctx)
	if s == nil {
		return nil
	}
	if err := s.Spend(n); err != nil {
		panic(exhausted{Errorf(at, LimitReached, "%s", err)})
	}
	return nil
}

func (c closed) LazyLogic() bool { return false }

func (c closed) Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	return cty.DynamicVal, nil, Errorf(ref.SourceRange(), "Unknown variable", "There is no variable named %q.", ref.RootName())
}
