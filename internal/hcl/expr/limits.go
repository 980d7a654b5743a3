package expr

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

const (
	// maxText is the longest text a template or function may produce.
	maxText = 4 << 20
	// textPerUnit is how many bytes of text count as one unit of work.
	textPerUnit = 64
	// maxProduct caps setproduct and other results that multiply.
	maxProduct = 100_000
)

func stringLength(v cty.Value) int {
	v, _ = v.Unmark()
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return 8
	}
	return len(v.AsString())
}

// textWithin is the length of all text directly in v or in its elements.
func textWithin(v cty.Value) int {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return stringLength(v)
	}
	n := 0
	for _, child := range elements(v) {
		n += stringLength(child)
	}
	return n
}

func checkText(ctx *hcl.EvalContext, size int, at hcl.Range) hcl.Diagnostics {
	if size > maxText {
		return Errorf(at, LimitReached, "a text of %d bytes would be made here, the limit is %d", size, maxText)
	}
	return spend(ctx, 1+size/textPerUnit, at)
}

// afford refuses a call whose result could be far larger than its arguments,
// before it is made, and pays for what it costs.
func (n *callNode) afford(ctx *hcl.EvalContext, args []cty.Value) hcl.Diagnostics {
	at := n.Range()
	size, count := 0, 1
	for _, v := range args {
		size += textWithin(v)
		count += length(v)
	}
	switch n.Name {
	case "setproduct":
		product := 1
		for _, v := range n.expanded(args) {
			if product *= max(1, length(v)); product > maxProduct {
				return Errorf(at, LimitReached, "setproduct would make more than %d elements", maxProduct)
			}
		}
		count += product * len(args)
	case "distinct", "matchkeys", "setunion", "setintersection", "setsubtract":
		count += count * count / 32
	case "replace":
		size += replaced(args)
	case "format", "formatlist":
		size += padding(args)
	case "indent":
		size += indented(args)
	case "join":
		if len(args) > 0 {
			size += stringLength(args[0]) * count
		}
	}
	if diags := spend(ctx, count, at); diags != nil {
		return diags
	}
	return checkText(ctx, size, at)
}

func (n *callNode) expanded(args []cty.Value) []cty.Value {
	if !n.ExpandFinal || len(args) == 0 {
		return args
	}
	last, _ := args[len(args)-1].Unmark()
	if length(last) == 0 {
		return args
	}
	out := args[: len(args)-1 : len(args)-1]
	for _, v := range elements(last) {
		out = append(out, v)
	}
	return out
}

// replaced bounds the growth by replace(text, old, new).
func replaced(args []cty.Value) int {
	if len(args) != 3 {
		return 0
	}
	places := stringLength(args[0]) + 1
	if old, _ := args[1].Unmark(); old.IsKnown() && !old.IsNull() && old.Type() == cty.String {
		if text := old.AsString(); len(text) > 1 && text[0] != '/' {
			places = places/len(text) + 1
		}
	}
	if stringLength(args[2]) <= 64 {
		return places
	}
	return places * stringLength(args[2]) / 8
}

var width = regexp.MustCompile(`%[-+# 0]*(?:\[\d+\])?(\d*)(?:\.(\d+))?`)

// padding bounds what the widths in a format add.
func padding(args []cty.Value) int {
	if len(args) == 0 {
		return 0
	}
	spec, _ := args[0].Unmark()
	if !spec.IsKnown() || spec.IsNull() || spec.Type() != cty.String {
		return 0
	}
	if strings.Contains(spec.AsString(), "*") {
		return 0 // cty refuses `*`
	}
	total := 0
	for _, m := range width.FindAllStringSubmatch(spec.AsString(), -1) {
		for _, digits := range m[1:] {
			if n, err := strconv.Atoi(digits); err == nil && digits != "" {
				total += min(n, maxText+1)
			} else if len(digits) > 9 {
				total += maxText + 1
			}
		}
	}
	return total
}

func indented(args []cty.Value) int {
	if len(args) != 2 {
		return 0
	}
	n, _ := args[0].Unmark()
	text, _ := args[1].Unmark()
	if !n.IsKnown() || n.IsNull() || n.Type() != cty.Number || !text.IsKnown() || text.IsNull() || text.Type() != cty.String {
		return 0
	}
	spaces, _ := n.AsBigFloat().Int64()
	return int(min(max(spaces, 0), maxText+1)) * (strings.Count(text.AsString(), "\n") + 1)
}

// Weight counts the values inside v up to limit, so that a value that shares
// its parts many times over is noticed before anything walks it.
func Weight(v cty.Value, limit int) int {
	v, _ = v.Unmark()
	n := 1
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return n
	}
	for _, child := range elements(v) {
		if n += Weight(child, limit-n); n > limit {
			return n
		}
	}
	return n
}
