// Package funcs is Terraform's function table with every function that would
// look at the machine replaced by one that looks at the tree, and nowhere
// else. The table itself comes from tflint v0.50.3 terraform/lang (MPL-2.0).
package funcs

import (
	"errors"

	"github.com/terraform-linters/tflint/terraform/lang"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Files reads the tree for functions. Names are relative to the root module,
// as Terraform's working folder is.
type Files interface {
	// Read returns the content of a file. It fails with [ErrAbsent] where
	// there is none.
	Read(name string) ([]byte, error)
	// List returns the names of all files below a folder, relative to it.
	List(folder string) ([]string, error)
	// Spend is [expr.Scope]'s.
	Spend(n int) error
}

// ErrAbsent: there is no such file.
var ErrAbsent = errors.New("no file exists at this path")

// ErrHidden: there is a file, but its content is not here. An expression that
// meets it has no value, and try does not pass over it.
var ErrHidden = expr.ErrNotReadable

// Impure marks what differs at every plan: uuid(), timestamp(), bcrypt().
type Impure struct{}

// Table makes the functions for one evaluation. looseYAML is yamldecode before
// go-cty-yaml 1.1.0.
func Table(files Files, looseYAML bool) expr.Functions {
	scope := &lang.Scope{BaseDir: ".", PureOnly: true}
	table := expr.Functions{}
	for name, f := range scope.Functions() {
		table[name] = f
	}
	for name, f := range fileFunctions(files) {
		table[name] = f
	}
	for _, name := range []string{"uuid", "timestamp", "bcrypt"} {
		table[name] = impure(name)
	}
	table["yamldecode"] = yamlDecode(looseYAML)
	table["plantimestamp"] = planTimestamp
	table["abspath"] = placed("abspath")
	table["pathexpand"] = placed("pathexpand")
	table["nonsensitive"] = nonsensitive
	table["issensitive"] = issensitive
	table["ephemeralasnull"] = ephemeralAsNull
	for name, f := range terraformProvider() {
		table["provider::terraform::"+name] = f
	}
	inTemplates := expr.Functions{}
	for name, f := range table {
		inTemplates[name] = f
	}
	table["templatefile"] = templateFile(files, inTemplates)
	table["templatestring"] = templateString(files, inTemplates)
	for name, f := range table {
		if _, ok := scope.Functions()[name]; ok {
			table["core::"+name] = f
		}
	}
	return table
}

// impure functions have a value in the state, and another at each plan.
func impure(name string) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "args", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowMarked: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return value.NewOpaque(name+"()", cty.String).RefineNotNull().Mark(Impure{}), nil
		},
	})
}

// Moment names the time of a plan: some moment of this century.
var Moment = value.Symbol{ID: "plantimestamp()"}

var planTimestamp = function.New(&function.Spec{
	Type: function.StaticReturnType(cty.String),
	Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
		return cty.UnknownVal(cty.String).Refine().NotNull().StringPrefixFull("20").NewValue().Mark(Moment), nil
	},
})

// placed functions depend on where the tool runs, which does not change.
func placed(name string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p := args[0].AsString()
			if name == "pathexpand" && (p == "" || p[0] != '~') {
				return args[0], nil
			}
			return value.NewOpaque(name+"("+p+")", cty.String).RefineNotNull(), nil
		},
	})
}

var anyValue = function.Parameter{
	Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
}

func sameType(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil }

// Since Terraform 1.8 nonsensitive accepts what is not sensitive.
var nonsensitive = function.New(&function.Spec{
	Params: []function.Parameter{anyValue},
	Type:   sameType,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, m := args[0].Unmark()
		delete(m, value.Sensitive)
		return v.WithMarks(m), nil
	},
})

var issensitive = function.New(&function.Spec{
	Params: []function.Parameter{anyValue},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if sensitive := args[0].HasMark(value.Sensitive); sensitive || !value.KnownAfterApply(args[0]) {
			return cty.BoolVal(sensitive), nil
		}
		return value.NewPending(cty.Bool), nil // it may turn out to be
	},
})

var ephemeralAsNull = function.New(&function.Spec{
	Params: []function.Parameter{anyValue},
	Type:   sameType,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		return cty.Transform(args[0], func(_ cty.Path, v cty.Value) (cty.Value, error) {
			if !v.HasMark(value.Ephemeral{}) {
				return v, nil
			}
			plain, m := v.Unmark()
			delete(m, value.Ephemeral{})
			return cty.NullVal(plain.Type()).WithMarks(m), nil
		})
	},
})
