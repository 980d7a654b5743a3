package plan_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every reason is told in words.
func TestReasonsHaveSentences(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		value, ok := spec.Values[0].(*ast.BasicLit)
		if kind, named := spec.Type.(*ast.Ident); !ok || !named || kind.Name != "Reason" {
			return true
		}
		text, err := strconv.Unquote(value.Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if s := plan.Reason(text).Sentence(); s == text || !strings.Contains(s, " ") {
			t.Errorf("%s has no sentence", spec.Names[0])
		}
		return true
	})
	if found < 30 {
		t.Errorf("only %d reasons were looked at", found)
	}
}
