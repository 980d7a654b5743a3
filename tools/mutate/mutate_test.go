package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every condition, guard, case and operand is mutated, those inside function
// literals too.
func TestInstrument(t *testing.T) {
	src := `package p

func f(a, b int, k kind, ok bool) bool {
	if a == 1 && (ok || !g(func() bool { return b > 2 })) {
		return true
	}
	switch k {
	case first, 2:
		return false
	}
	switch {
	case a < b:
	default:
	}
	for i := 0; i < a; i++ {
	}
	return !(a == b || ok)
}
`
	text, found, err := instrument("p.go", []byte(src), 1)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, m := range found {
		if m.id != i+1 || m.line < 4 || m.line > 17 {
			t.Errorf("mutation %d is %+v", i, m)
		}
		names = append(names, strings.TrimPrefix(m.name, "f: "))
	}
	want := []string{
		"never a == 1 && (ok || !g(func() bool { return b > 2 }))",
		"drop a == 1", "negate a == 1",
		"drop ok || !g(func() bool { return b > 2 })",
		"drop ok", "negate ok",
		"drop !g(func() bool { return b > 2 })", "negate !g(func() bool { return b > 2 })",
		"negate b > 2",
		"never first",
		"never a < b", "negate a < b",
		"negate i < a",
		"drop a == b", "negate a == b", "drop ok (2)", "negate ok (2)",
	}
	if !slices.Equal(names, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range []string{
		"case mutateValue(10, first), 2:",
		"for i := 0; (mutate(13) != (i < a)); i++ {",
		"case (!mutate(11) && ((mutate(12) != (a < b)))):",
	} {
		if !strings.Contains(string(text), line) {
			t.Errorf("the text has no %s:\n%s", line, text)
		}
	}
}

// tiny is a module with a function that its test knows half of.
var tiny = map[string]string{
	"go.mod": "module example.test/tiny\n\ngo 1.26\n",
	"p/p.go": "package p\n\n// Big says so.\nfunc Big(n int, sure bool) bool {\n\tif n < 0 {\n\t\treturn false\n\t}\n\treturn n > 9 && sure\n}\n",
	"p/p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestBig(t *testing.T) {\n\tif !Big(10, true) || Big(5, true) {\n\t\tt.Error(\"wrong\")\n\t}\n}\n\n" +
		"func TestOther(*testing.T) {}\n",
	"tools/mutate/parts.yaml":     "- {package: p, files: [p.go], tests: [p]}\n",
	"tools/mutate/survivors.yaml": "{}\n",
	"tools/mutate/named.yaml":     "[]\n",
}

func TestTinyModule(t *testing.T) {
	cache := t.TempDir()
	accounted := "p/p.go:\n" +
		"  - {name: 'Big: never n < 0', why: for the test}\n" +
		"  - {name: 'Big: drop sure', why: for the test}\n"
	for name, c := range map[string]struct {
		survivors, named string
		options          options
		failed           bool
		says             []string
	}{
		"survivors": {survivors: "{}\n", failed: true, says: []string{"p: 6 mutations, 2 tests", "SURVIVES  p/p.go:5  Big: never n < 0",
			"SURVIVES  p/p.go:8  Big: drop sure", "p: 2 survive, 2 of them without"}},
		"accounted for": {survivors: accounted, says: []string{"survives  p/p.go:5", "p: 2 survive, 0 of them without"}},
		"stale": {survivors: accounted + "  - {name: 'Big: drop n > 9', why: for the test}\n", failed: true,
			says: []string{"STALE     p/p.go Big: drop n > 9"}},
		"by hand": {survivors: accounted, options: options{named: true}, failed: true,
			says: []string{"noticed   ten is not big", "SURVIVED  nothing"},
			named: "- {name: ten is not big, package: p, test: TestBig, edits: [{file: p/p.go, old: n > 9, new: n > 10}]}\n" +
				"- {name: nothing, package: p, test: TestOther, edits: [{file: p/p.go, old: n > 9, new: n > 10}]}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{"tools/mutate/survivors.yaml": c.survivors}
			if c.named != "" {
				files["tools/mutate/named.yaml"] = c.named
			}
			for _, set := range []map[string]string{tiny, files} {
				for file, text := range set {
					path := filepath.Join(dir, file)
					if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Chdir(dir)
			c.options.cache = cache
			var out bytes.Buffer
			err := run(&out, c.options)
			if errors.Is(err, errSurvived) != c.failed || err != nil && !c.failed {
				t.Fatalf("error %v\n%s", err, &out)
			}
			for _, s := range c.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("the output has no %q:\n%s", s, &out)
				}
			}
		})
	}
}

// The lists fit the code: parts are there, what survives is a mutation, and the
// mutations by hand can be applied.
func TestLists(t *testing.T) {
	t.Chdir("../..")
	var parts []part
	var byHand []named
	survivors := known{}
	if err := errors.Join(load(filepath.Join(folder, "parts.yaml"), &parts), load(filepath.Join(folder, "survivors.yaml"), &survivors),
		load(filepath.Join(folder, "named.yaml"), &byHand), survivors.check()); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, p := range parts {
		all := 0
		for _, name := range p.Files {
			file := filepath.Join(p.Package, name)
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, found, err := instrument(file, src, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range found {
				there[file+" "+m.name] = true
			}
			all += len(found)
		}
		t.Logf("%s: %d mutations", p.Package, all)
	}
	for file, all := range survivors {
		for _, s := range all {
			if !there[file+" "+s.Name] {
				t.Errorf("survivors.yaml: %s has no mutation %q", file, s.Name)
			}
		}
	}
	for _, n := range byHand {
		if err := n.apply(".", newOverlay(t.TempDir())); err != nil {
			t.Error(err)
		}
	}
}
