package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// bannedPhrases are those that a Terraform, Kubernetes or GitHub engineer does
// not use. docs/output.md says what to write.
var bannedPhrases = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`(be|been) had back`, `made anew`, `makes? (it|them) anew`, `begun anew`, `judged anew`, `installed anew`, `started anew`,
	`ways? out`, `lets? (it |you |them )?through`, `told only`, `is told here`, `not told here`,
	`(could|can) (not )?be told`, `cannot be told`, `mends? (it|the|what|them|this)`, `mended`,
	`(is|are|not) sound`, `(nothing|something|it) dies`, `while it is away`,
	`goes? away`, `others rely on`, `what it holds`, `a safeguard goes`, `is beyond the new count`, `can(not)? change in place`,
	`what needs it fails`, `at stake`, `belongs? to no account`, `look away`, `its resource block is gone`, `the App is made`,
	`make the (GitHub )?App`, `it takes \d+ (more )?approvals?`,
}, "|") + `)\b`)

// TestWordsOfTheField looks for banned phrases in all that people read.
func TestWordsOfTheField(t *testing.T) {
	looked := 0
	for place, text := range readTexts(t) {
		looked++
		if found := bannedPhrases.FindString(text); found != "" {
			t.Errorf("%s: %q is no word of the field (docs/output.md, Words): %s", place, found, strings.TrimSpace(text))
		}
	}
	if looked < 1000 {
		t.Errorf("only %d texts were looked at", looked)
	}
	for _, text := range []string{"What it holds cannot be had back.", "3 ways out", "nothing dies yet", "x is sound"} {
		if !bannedPhrases.MatchString(text) {
			t.Errorf("%q is not found", text)
		}
	}
	if found := bannedPhrases.FindString("recommended amendments; unsound; throughput"); found != "" {
		t.Errorf("%q is found in other words", found)
	}
}

// readTexts are the lines of documents and packs and the strings of the code,
// by their place.
func readTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator)))
		if d.IsDir() {
			if rel == "tools" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != ".." {
				return filepath.SkipDir
			}
			return nil
		}
		switch ext := filepath.Ext(name); {
		case ext == ".go" && !strings.HasSuffix(name, "_test.go"):
			return stringsOf(name, rel, texts)
		case ext == ".md", ext == ".yaml" && strings.HasPrefix(rel, "rules/"):
			return linesOf(name, rel, texts)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// stringsOf adds the string literals of a Go file: messages and help alike.
func stringsOf(name, rel string, texts map[string]string) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(text, " ") {
			pos := fset.Position(lit.Pos())
			texts[rel+":"+strconv.Itoa(pos.Line)+":"+strconv.Itoa(pos.Column)] = text
		}
		return true
	})
	return nil
}

func linesOf(name, rel string, texts map[string]string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(data), "\n") {
		texts[rel+":"+strconv.Itoa(i+1)] = line
	}
	return nil
}
