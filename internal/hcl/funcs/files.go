package funcs

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// maxListed caps what one fileset looks at.
const maxListed = 50_000

func fileFunctions(files Files) expr.Functions {
	hexed := func(h func() hash.Hash) function.Function {
		return ofContent(files, func(b []byte) (cty.Value, error) { return cty.StringVal(hex.EncodeToString(sum(h, b))), nil })
	}
	coded := func(h func() hash.Hash) function.Function {
		return ofContent(files, func(b []byte) (cty.Value, error) {
			return cty.StringVal(base64.StdEncoding.EncodeToString(sum(h, b))), nil
		})
	}
	return expr.Functions{
		"file":             ofContent(files, textOf),
		"filebase64":       ofContent(files, base64Of),
		"filemd5":          hexed(md5.New),
		"filesha1":         hexed(sha1.New),
		"filesha256":       hexed(sha256.New),
		"filesha512":       hexed(sha512.New),
		"filebase64sha256": coded(sha256.New),
		"filebase64sha512": coded(sha512.New),
		"fileexists":       fileExists(files),
		"fileset":          fileSet(files),
	}
}

func sum(newHash func() hash.Hash, b []byte) []byte {
	h := newHash()
	h.Write(b)
	return h.Sum(nil)
}

func base64Of(b []byte) (cty.Value, error) {
	return cty.StringVal(base64.StdEncoding.EncodeToString(b)), nil
}

func textOf(b []byte) (cty.Value, error) {
	if !utf8.Valid(b) {
		return cty.DynamicVal, errors.New("contents are not valid UTF-8; use filebase64 or a hash function instead")
	}
	return cty.StringVal(string(b)), nil
}

func ofContent(files Files, make func([]byte) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			b, err := files.Read(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), fmt.Errorf("%s: %w", args[0].AsString(), err)
			}
			v, err := make(b)
			if err != nil {
				return cty.UnknownVal(cty.String), fmt.Errorf("%s: %w", args[0].AsString(), err)
			}
			return v, nil
		},
	})
}

func fileExists(files Files) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			_, err := files.Read(args[0].AsString())
			return cty.BoolVal(!errors.Is(err, ErrAbsent)), nil
		},
	})
}

func fileSet(files Files) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			folder, pattern := args[0].AsString(), path.Clean(args[1].AsString())
			names, err := files.List(folder)
			if err != nil {
				return cty.DynamicVal, fmt.Errorf("list %s: %w", folder, err)
			}
			if len(names) > maxListed {
				return cty.DynamicVal, fmt.Errorf("%w: %s has more than %d files", expr.ErrLimit, folder, maxListed)
			}
			if err := files.Spend(len(names) * (1 + len(pattern)/8)); err != nil {
				return cty.DynamicVal, fmt.Errorf("%w: %w", expr.ErrLimit, err)
			}
			var found []cty.Value
			for _, name := range names {
				ok, err := doublestar.Match(pattern, name)
				if err != nil {
					return cty.DynamicVal, function.NewArgErrorf(1, "failed to glob pattern (%s)", pattern)
				}
				if ok {
					found = append(found, cty.StringVal(name))
				}
			}
			if len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		},
	})
}

func templateFile(files Files, table expr.Functions) function.Function {
	inner := expr.Functions{}
	for k, v := range table {
		inner[k] = v
	}
	inner["templatefile"] = function.New(&function.Spec{
		VarParam: &anyValue,
		Type: func([]cty.Value) (cty.Type, error) {
			return cty.NilType, errors.New("cannot recursively call templatefile from inside another template function")
		},
	})
	all := newTemplates(files, inner)
	render := func(args []cty.Value) (cty.Value, error) {
		name, m := args[0].Unmark()
		if !args[1].IsKnown() {
			return cty.DynamicVal.WithMarks(m, args[1].Marks()), nil
		}
		b, err := files.Read(name.AsString())
		if err != nil {
			return cty.DynamicVal, fmt.Errorf("%s: %w", name.AsString(), err)
		}
		v, err := all.render(name.AsString(), string(b), args[1])
		return v.WithMarks(m), err
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String, AllowMarked: true},
			{Name: "vars", Type: cty.DynamicPseudoType, AllowMarked: true, AllowUnknown: true},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if !args[0].IsKnown() || !args[1].IsKnown() {
				return cty.DynamicPseudoType, nil
			}
			v, err := render(args)
			return v.Type(), err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return render(args) },
	})
}

func templateString(files Files, table expr.Functions) function.Function {
	all := newTemplates(files, table)
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "template", Type: cty.String},
			{Name: "vars", Type: cty.DynamicPseudoType, AllowMarked: true, AllowUnknown: true},
		},
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[1].IsKnown() {
				return cty.DynamicVal.WithMarks(args[1].Marks()), nil
			}
			return all.render("templatestring", args[0].AsString(), args[1])
		},
	})
}
