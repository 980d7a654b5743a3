package funcs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// files is a tree of texts; a text that is empty is hidden.
type files struct {
	texts map[string]string
	units int
}

func (f *files) Read(name string) ([]byte, error) {
	text, ok := f.texts[name]
	switch {
	case !ok:
		return nil, funcs.ErrAbsent
	case text == "":
		return nil, fmt.Errorf("%w: it is hidden", funcs.ErrHidden)
	}
	return []byte(text), nil
}

func (f *files) List(folder string) ([]string, error) {
	var out []string
	for name := range f.texts {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (f *files) Spend(n int) error {
	if f.units -= n; f.units < 0 {
		return errors.New("no units are left")
	}
	return nil
}

func tree() *files {
	return &files{units: 10_000, texts: map[string]string{
		"d/a.txt": "a", "d/b.txt": "b", "d/e/c.txt": "c", "hidden": "", "binary": "\xff\xfe",
		"t.tpl": "x-${name}", "loop.tpl": "%{for n in names}${n},%{endfor}", "broken.tpl": "${",
		"self.tpl": `${templatefile("t.tpl", {name = 1})}`,
		"deep.tpl": "${" + strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300) + "}",
	}}
}

var (
	text    = cty.StringVal
	opaque  = value.NewOpaque("opaque", cty.String)
	pending = value.NewPending(cty.String)
)

func vars(attrs ...any) cty.Value {
	vals := map[string]cty.Value{}
	for i := 0; i < len(attrs); i += 2 {
		vals[attrs[i].(string)] = attrs[i+1].(cty.Value)
	}
	return cty.ObjectVal(vals)
}

func TestCalls(t *testing.T) {
	for _, c := range []struct {
		name string
		args []cty.Value
		want cty.Value
	}{
		{"file", []cty.Value{text("d/a.txt")}, text("a")},
		{"filebase64", []cty.Value{text("d/a.txt")}, text("YQ==")},
		{"filemd5", []cty.Value{text("d/a.txt")}, text("0cc175b9c0f1b6a831c399e269772661")},
		{"filesha1", []cty.Value{text("d/a.txt")}, text("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")},
		{"filebase64", []cty.Value{text("binary")}, text("//4=")},
		{"fileexists", []cty.Value{text("d/a.txt")}, cty.True},
		{"fileexists", []cty.Value{text("nowhere")}, cty.False},
		{"fileexists", []cty.Value{text("hidden")}, cty.True},
		{"fileset", []cty.Value{text("d"), text("*.txt")}, cty.SetVal([]cty.Value{text("a.txt"), text("b.txt")})},
		{"fileset", []cty.Value{text("d"), text("**/*.txt")}, cty.SetVal([]cty.Value{text("a.txt"), text("b.txt"), text("e/c.txt")})},
		{"fileset", []cty.Value{text("d"), text("./e/*")}, cty.SetVal([]cty.Value{text("e/c.txt")})},
		{"fileset", []cty.Value{text("nowhere"), text("*")}, cty.SetValEmpty(cty.String)},

		{"templatefile", []cty.Value{text("t.tpl"), vars("name", text("a"))}, text("x-a")},
		{"templatefile", []cty.Value{text("t.tpl"), vars("name", text("a"), "more", text("b"))}, text("x-a")},
		{"templatefile", []cty.Value{text("loop.tpl"), vars("names", cty.TupleVal([]cty.Value{text("a"), text("b")}))}, text("a,b,")},
		{"templatestring", []cty.Value{text("x-${name}"), vars("name", text("a"))}, text("x-a")},

		{"yamldecode", []cty.Value{text("a: 1_000")}, vars("a", text("1_000"))},
		{"yamldecode", []cty.Value{text("a: &x b\nc: *x")}, vars("a", text("b"), "c", text("b"))},

		{"nonsensitive", []cty.Value{text("a").Mark(value.Sensitive)}, text("a")},
		{"nonsensitive", []cty.Value{text("a")}, text("a")},
		{"issensitive", []cty.Value{text("a").Mark(value.Sensitive)}, cty.True},
		{"issensitive", []cty.Value{opaque}, cty.False},
		{"issensitive", []cty.Value{pending}, value.NewPending(cty.Bool)},
		{"ephemeralasnull", []cty.Value{text("a").Mark(value.Ephemeral{})}, cty.NullVal(cty.String)},
		{"ephemeralasnull", []cty.Value{text("a")}, text("a")},
		{"pathexpand", []cty.Value{text("a/b")}, text("a/b")},

		{"provider::terraform::encode_tfvars", []cty.Value{vars("a", text("b"))}, text("a = \"b\"\n")},
		{"provider::terraform::decode_tfvars", []cty.Value{text("a = \"b\"\n")}, vars("a", text("b"))},
		{"provider::terraform::encode_expr", []cty.Value{cty.TupleVal([]cty.Value{text("a")})}, text(`["a"]`)},
		{"core::upper", []cty.Value{text("a")}, text("A")},
	} {
		got, err := funcs.Table(tree(), false)[c.name].Call(c.args)
		if err != nil || !got.RawEquals(c.want) {
			t.Errorf("%s of %#v is %#v (%v), want %#v", c.name, c.args, got, err, c.want)
		}
	}
}

// What has another value at every plan, or on every machine, is opaque.
func TestOpaqueResults(t *testing.T) {
	table := funcs.Table(tree(), false)
	for name, args := range map[string][]cty.Value{
		"uuid": nil, "timestamp": nil, "bcrypt": {text("a")}, "plantimestamp": nil, "abspath": {text("a")}, "pathexpand": {text("~/a")},
	} {
		v, err := table[name].Call(args)
		if err != nil || value.SymbolOf(v) == "" {
			t.Errorf("%s is %#v (%v), want an opaque value", name, v, err)
		}
		_, impure := v.Marks()[funcs.Impure{}]
		if want := name == "uuid" || name == "timestamp" || name == "bcrypt"; impure != want {
			t.Errorf("%s is impure: %t", name, impure)
		}
	}
}

func TestTemplatesKeepWhatIsKnown(t *testing.T) {
	table := funcs.Table(tree(), false)
	call := func(vars cty.Value) cty.Value {
		t.Helper()
		v, err := table["templatefile"].Call([]cty.Value{text("t.tpl"), vars})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := call(vars("name", opaque)); value.SymbolOf(v) == "" || !value.HasText(v) {
		t.Errorf("a template of an opaque name is %#v", v)
	}
	if v := call(vars("name", pending)); !value.KnownAfterApply(v) {
		t.Errorf("a template of a pending name is %#v", v)
	}
	if v := call(vars("name", text("a").Mark(value.Sensitive))); !v.HasMark(value.Sensitive) {
		t.Errorf("a template of a secret is %#v", v)
	}
	if v := call(cty.UnknownVal(cty.Map(cty.String)).Mark(value.Pending{})); !value.KnownAfterApply(v) {
		t.Errorf("a template of pending variables is %#v", v)
	}
}

func TestErrors(t *testing.T) {
	aliases := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 7; i++ {
		aliases += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	many := &files{texts: map[string]string{}, units: 10_000}
	for i := range 20_000 {
		many.texts[fmt.Sprintf("d/%d", i)] = "x"
	}
	for _, c := range []struct {
		what string
		tree *files
		name string
		args []cty.Value
		is   error // nil for any
	}{
		{"a file that is not there", tree(), "file", []cty.Value{text("nowhere")}, funcs.ErrAbsent},
		{"a hidden file", tree(), "file", []cty.Value{text("hidden")}, funcs.ErrHidden},
		{"a file that is no text", tree(), "file", []cty.Value{text("binary")}, nil},
		{"a pattern that is none", tree(), "fileset", []cty.Value{text("d"), text("[")}, nil},
		{"more files than the work allows", many, "fileset", []cty.Value{text("d"), text("*")}, expr.ErrLimit},
		{"a hidden template", tree(), "templatefile", []cty.Value{text("hidden"), vars()}, funcs.ErrHidden},
		{"a template without its variable", tree(), "templatefile", []cty.Value{text("t.tpl"), vars()}, nil},
		{"a template that is none", tree(), "templatefile", []cty.Value{text("broken.tpl"), vars()}, nil},
		{"a template in a template", tree(), "templatefile", []cty.Value{text("self.tpl"), vars()}, nil},
		{"a template that nests too deep", tree(), "templatefile", []cty.Value{text("deep.tpl"), vars()}, expr.ErrLimit},
		{"variables that are none", tree(), "templatefile", []cty.Value{text("t.tpl"), text("a")}, nil},
		{"a variable with a bad name", tree(), "templatefile", []cty.Value{text("t.tpl"), vars("a b", text("a"), "name", text("a"))}, nil},
		{"aliases of aliases", tree(), "yamldecode", []cty.Value{text(aliases)}, nil},
		{"variables that nest too deep", tree(), "provider::terraform::decode_tfvars",
			[]cty.Value{text("a = " + strings.Repeat("[", 300))}, expr.ErrLimit},
		{"variables that are no object", tree(), "provider::terraform::encode_tfvars", []cty.Value{text("a")}, nil},
		{"variables with a bad name", tree(), "provider::terraform::encode_tfvars", []cty.Value{vars("a b", text("a"))}, nil},
		{"a text that gives no variables", tree(), "provider::terraform::decode_tfvars", []cty.Value{text("a {}")}, nil},
	} {
		v, err := funcs.Table(c.tree, false)[c.name].Call(c.args)
		if err == nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %s gives %#v (%v), want %v", c.what, c.name, v, err, c.is)
		}
	}
}

// Integers as go-cty-yaml read them before 1.1.0 (Terraform before 1.10).
func TestLooseIntegers(t *testing.T) {
	for src, want := range map[string]struct{ loose, strict cty.Value }{
		"1_000":     {cty.NumberIntVal(1000), text("1_000")},
		"-0x1f":     {cty.NumberIntVal(-31), text("-0x1f")},
		"0x1f":      {cty.NumberIntVal(31), cty.NumberIntVal(31)},
		"0o17":      {cty.NumberIntVal(15), cty.NumberIntVal(15)},
		"12":        {cty.NumberIntVal(12), cty.NumberIntVal(12)},
		`"1_000"`:   {text("1_000"), text("1_000")},
		"a_b":       {text("a_b"), text("a_b")},
		"[1_0, x]":  {cty.TupleVal([]cty.Value{cty.NumberIntVal(10), text("x")}), cty.TupleVal([]cty.Value{text("1_0"), text("x")})},
		"{a: 1_0}":  {vars("a", cty.NumberIntVal(10)), vars("a", text("1_0"))},
		"é: 1_0":    {vars("é", cty.NumberIntVal(10)), vars("é", text("1_0"))},
		"a: 1_0 #_": {vars("a", cty.NumberIntVal(10)), vars("a", text("1_0"))},
	} {
		for loose, want := range map[bool]cty.Value{true: want.loose, false: want.strict} {
			got, err := funcs.Table(tree(), loose)["yamldecode"].Call([]cty.Value{text(src)})
			if err != nil || !got.RawEquals(want) {
				t.Errorf("yamldecode of %q, loose %t, is %#v (%v), want %#v", src, loose, got, err, want)
			}
		}
	}
}
