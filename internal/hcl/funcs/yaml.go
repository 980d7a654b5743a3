package funcs

import (
	"fmt"
	"math/big"
	"regexp"
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
// without end: a document that grows too large that way is refused. loose reads
// integers as go-cty-yaml did before 1.1.0.
func yamlDecode(loose bool) function.Function {
	read := func(args []cty.Value) []cty.Value {
		if !loose || !args[0].IsKnown() || args[0].IsNull() {
			return args
		}
		return []cty.Value{cty.StringVal(looseIntegers(args[0].AsString()))}
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "src", Type: cty.String}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if !args[0].IsKnown() {
				return cty.DynamicPseudoType, nil
			}
			if err := checkAliases(args[0].AsString()); err != nil {
				return cty.NilType, function.NewArgError(0, err)
			}
			return ctyyaml.YAMLDecodeFunc.ReturnTypeForValues(read(args))
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return ctyyaml.YAMLDecodeFunc.Call(read(args)) },
	})
}

// Integers before and since go-cty-yaml 1.1.0 (resolve.go of 1.0.3 and 1.1.0).
var (
	looseInteger  = regexp.MustCompile(`^[-+]?(0o[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$`)
	strictInteger = regexp.MustCompile(`^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)
)

// looseIntegers writes plain scalars that only the older reading takes for
// integers as plain decimals. A text that is not YAML stays as it is.
func looseIntegers(src string) string {
	if !strings.Contains(src, "_") && !strings.Contains(src, "0x") && !strings.Contains(src, "0o") {
		return src
	}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(src), &doc) != nil {
		return src
	}
	lines := strings.Split(src, "\n")
	var edit func(n *yaml.Node)
	edit = func(n *yaml.Node) {
		for i := len(n.Content) - 1; i >= 0; i-- { // from the end, so that places hold
			edit(n.Content[i])
		}
		if n.Kind != yaml.ScalarNode || n.Style != 0 || n.Line > len(lines) || !isLooseOnly(n.Value) {
			return
		}
		integer, ok := new(big.Int).SetString(strings.ReplaceAll(n.Value, "_", ""), 0)
		line := []rune(lines[n.Line-1])
		from := n.Column - 1
		if !ok || from+len(n.Value) > len(line) || string(line[from:from+len(n.Value)]) != n.Value {
			return
		}
		lines[n.Line-1] = string(line[:from]) + integer.String() + string(line[from+len(n.Value):])
	}
	edit(&doc)
	return strings.Join(lines, "\n")
}

// isLooseOnly: only the older reading takes a scalar for an integer.
func isLooseOnly(scalar string) bool {
	return looseInteger.MatchString(scalar) && !strictInteger.MatchString(scalar)
}

// checkAliases refuses a document that is too large with its aliases written out.
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
