package funcs

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// parseUnits is how many bytes of a template cost one unit of work to parse.
const parseUnits = 4

// templates renders templates, each text of which is parsed once.
type templates struct {
	files  Files
	table  expr.Functions
	parsed map[string]*expr.Expression
}

func newTemplates(files Files, table expr.Functions) *templates {
	return &templates{files: files, table: table, parsed: map[string]*expr.Expression{}}
}

func (t *templates) parse(name, src string) (*expr.Expression, error) {
	if e := t.parsed[src]; e != nil {
		return e, nil
	}
	if _, deep := expr.TooDeep([]byte(src)); deep {
		return nil, fmt.Errorf("%w: the template %s nests deeper than %d levels", expr.ErrLimit, name, expr.MaxDepth)
	}
	if err := t.files.Spend(1 + len(src)/parseUnits); err != nil {
		return nil, fmt.Errorf("%w: %w", expr.ErrLimit, err)
	}
	node, diags := hclsyntax.ParseTemplate([]byte(src), name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, function.NewArgError(0, diags)
	}
	e := expr.New(node, []byte(src), "")
	t.parsed[src] = e
	return e, nil
}

// render parses and renders src with nothing but vars in sight.
func (t *templates) render(name, src string, vars cty.Value) (cty.Value, error) {
	e, err := t.parse(name, src)
	if err != nil {
		return cty.DynamicVal, err
	}
	plain, _ := vars.Unmark()
	if ty := plain.Type(); !ty.IsMapType() && !ty.IsObjectType() || plain.IsNull() {
		return cty.DynamicVal, function.NewArgErrorf(1, "invalid vars value: must be a map")
	}
	given := map[string]cty.Value{}
	for k, v := range plain.AsValueMap() {
		if !hclsyntax.ValidIdentifier(k) {
			return cty.DynamicVal, function.NewArgErrorf(1, "invalid template variable name %q", k)
		}
		given[k] = v
	}
	for _, ref := range e.Refs {
		if _, ok := given[ref.RootName()]; !ok {
			return cty.DynamicVal, function.NewArgErrorf(1, "vars map does not contain key %q", ref.RootName())
		}
	}
	v, diags := e.Value(expr.Closed(t.files.Spend, given, t.table))
	return v, expr.AsError(diags)
}
