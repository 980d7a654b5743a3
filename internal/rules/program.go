package rules

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// costLimit bounds what one evaluation may do, in CEL's cost units: about one
// for each step. The built-in rules take fewer than a hundred.
const costLimit = 20_000

// vocabulary is what `when` may name, with its types: a rule that misspells a
// field does not load. Every field is always present; before and after hold
// the attributes that are known.
var vocabulary = map[string]map[string]*cel.Type{
	"Change": {
		"engine": cel.StringType, "root": cel.StringType, "module": cel.StringType, "type": cel.StringType,
		"name": cel.StringType, "key": cel.StringType, "address": cel.StringType,
		"action": cel.StringType, "destroys": cel.BoolType, "moved": cel.BoolType,
		"effect": cel.StringType, "runs": cel.StringType, "reason": cel.StringType, "certain": cel.BoolType, "variant": cel.StringType,
		"because": cel.ListType(cel.StringType),
		"before":  cel.MapType(cel.StringType, cel.DynType), "after": cel.MapType(cel.StringType, cel.DynType),
		// loss is the class of the type, empty where the type is not listed.
		"loss": cel.StringType, "listed": cel.BoolType,
		// disarmed are the guards (rules/guards.yaml) that the change loses.
		"disarmed": cel.ListType(cel.StringType),
		// losses counts what the change takes away without destroying (rules/losses).
		"losses": cel.IntType,
		// left counts the objects that a change of a whole root leaves behind.
		"left":        cel.IntType,
		"environment": cel.StringType,
	},
	// Root is a folder applied as one in which something is destroyed. total
	// counts the objects there before the change, 0 where it is not known.
	"Root": {
		"path": cel.StringType, "engine": cel.StringType,
		"destroyed": cel.IntType, "replaced": cel.IntType, "data": cel.IntType, "total": cel.IntType,
	},
	"Plan": {
		"destroyed": cel.IntType, "replaced": cel.IntType, "data": cel.IntType, "changes": cel.IntType, "gaps": cel.IntType,
	},
	"File": {
		"path": cel.StringType, "from": cel.StringType, "status": cel.StringType,
		"executable": cel.BoolType, "symlink": cel.BoolType, "submodule": cel.BoolType,
		"environment": cel.StringType,
		// adds are the new lines that fit the rule's `adds` pattern.
		"adds": cel.ListType(cel.StringType),
	},
	"Gap": {
		"kind": cel.StringType, "root": cel.StringType, "file": cel.StringType, "subject": cel.StringType,
		// changed: the gap is in a place that the pull request changes.
		"changed": cel.BoolType,
	},
	"Agent": {
		"present": cel.BoolType, "name": cel.StringType, "kind": cel.StringType,
	},
}

// provider gives CEL the fields of the vocabulary.
type provider struct{ *types.Registry }

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := vocabulary[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if fields, ok := vocabulary[name]; ok {
		t, known := fields[field]
		return &types.FieldType{Type: t}, known
	}
	return p.Registry.FindStructFieldType(name, field)
}

func (p provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if _, ok := vocabulary[name]; ok {
		return types.NewErr("a rule cannot make a %s", name)
	}
	return p.Registry.NewValue(name, fields)
}

func newEnv() (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("make the registry of rule expressions: %w", err)
	}
	env, err := cel.NewCustomEnv(
		cel.StdLib(),
		cel.CustomTypeProvider(provider{registry}),
		cel.CustomTypeAdapter(registry),
		cel.Variable("change", cel.ObjectType("Change")),
		cel.Variable("root", cel.ObjectType("Root")),
		cel.Variable("plan", cel.ObjectType("Plan")),
		cel.Variable("file", cel.ObjectType("File")),
		cel.Variable("gap", cel.ObjectType("Gap")),
		cel.Variable("agent", cel.ObjectType("Agent")),
	)
	if err != nil {
		return nil, fmt.Errorf("make the environment of rule expressions: %w", err)
	}
	return env, nil
}

// compile checks and plans one expression, which must be a bool.
func compile(env *cel.Env, expression string) (cel.Program, error) {
	tree, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%w", issues.Err())
	}
	if tree.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("%q is a %s: want a bool", expression, tree.OutputType())
	}
	program, err := env.Program(tree, cel.CostLimit(costLimit))
	if err != nil {
		return nil, fmt.Errorf("plan %q: %w", expression, err)
	}
	return program, nil
}

// holds evaluates a program. An error is an error, never false.
func holds(program cel.Program, vars map[string]any) (bool, error) {
	out, _, err := program.Eval(vars)
	if err != nil {
		return false, err
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("the expression gave a %s", out.Type().TypeName())
	}
	return yes, nil
}
