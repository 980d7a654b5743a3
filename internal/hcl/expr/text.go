package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// digests are functions of one text that give different results for different
// texts, in practice or always.
var digests = map[string]bool{
	"base64encode": true, "base64gzip": true, "base64sha256": true, "base64sha512": true, "md5": true,
	"sha1": true, "sha256": true, "sha512": true, "urlencode": true,
}

// writers are functions that write all of their arguments down in a text, so
// that they can be called with tokens in the place of symbols.
var writers = map[string]bool{"format": true, "join": true, "jsonencode": true, "yamlencode": true, "tostring": true}

// joined is the text of parts one after the other; ok is false where a part is
// null, pending, or no scalar.
func joined(parts []cty.Value) (string, bool) {
	var b strings.Builder
	for _, v := range parts {
		s, ok := value.TextOf(v)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

// called is the text that a function makes of arguments with symbols in them.
func called(ctx *hcl.EvalContext, name string, args []cty.Value) (string, bool) {
	if digests[name] && len(args) == 1 {
		s, ok := value.TextOf(args[0])
		return value.Applied(name, s), ok
	}
	if !writers[name] {
		return "", false
	}
	written := make([]cty.Value, len(args))
	for i, v := range args {
		w, ok := value.WithTokens(v)
		if !ok {
			return "", false
		}
		written[i] = w
	}
	out, err := functionIn(ctx, name).Call(written)
	if err != nil || !out.IsKnown() || out.IsNull() || out.Type() != cty.String {
		return "", false
	}
	return out.AsString(), true
}

// functionIn is a function that was called in ctx, and so is there.
func functionIn(ctx *hcl.EvalContext, name string) function.Function {
	f, _ := findFunction(ctx, name)
	return f
}

func findFunction(ctx *hcl.EvalContext, name string) (function.Function, bool) {
	for ; ctx.Parent() != nil; ctx = ctx.Parent() {
		if f, ok := ctx.Functions[name]; ok {
			return f, true
		}
	}
	f, ok := ctx.Functions[name]
	return f, ok
}
