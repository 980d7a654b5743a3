package funcs

import (
	"fmt"
	"strings"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"go.yaml.in/yaml/v3"
)

// maxYAMLNodes is how many nodes a document may have with its aliases written
// out.
const maxYAMLNodes = 200_000

// yamlDecode is Terraform's yamldecode, which writes out aliases of aliases
// without end: a document that grows too large that way is refused.
var yamlDecode = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "src", Type: cty.String}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if !args[0].IsKnown() {
			return cty.DynamicPseudoType, nil
		}
		if err := checkAliases(args[0].AsString()); err != nil {
			return cty.NilType, function.NewArgError(0, err)
		}
		return ctyyaml.YAMLDecodeFunc.ReturnTypeForValues(args)
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return ctyyaml.YAMLDecodeFunc.Call(args) },
})

func checkAliases(src string) error {
	if !strings.Contains(src, "*") || !strings.Contains(src, "&") {
		return nil
	}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(src), &doc) != nil {
		return nil //nolint:nilerr // the decoder comes next and says what is wrong
	}
	sizes := map[*yaml.Node]int{}
	var size func(n *yaml.Node, depth int) int
	size = func(n *yaml.Node, depth int) int {
		if n == nil || depth > 1000 {
			return maxYAMLNodes + 1
		}
		if known, ok := sizes[n]; ok {
			return known
		}
		sizes[n] = maxYAMLNodes + 1 // an alias of itself
		total := 1
		if n.Alias != nil {
			total = size(n.Alias, depth+1)
		}
		for _, child := range n.Content {
			total = min(total+size(child, depth+1), maxYAMLNodes+1)
		}
		sizes[n] = total
		return total
	}
	if size(&doc, 0) > maxYAMLNodes {
		return fmt.Errorf("the document has more than %d nodes with its aliases written out", maxYAMLNodes)
	}
	return nil
}
