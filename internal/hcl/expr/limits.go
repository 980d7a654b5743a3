package expr

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

const (
	// maxText is the longest text a template or function may produce.
	maxText = 4 << 20
	// textPerUnit is how many bytes of text count as one unit of work.
	textPerUnit = 16
	// maxProduct caps results that are larger than their arguments.
	maxProduct = 100_000
	// elementUnits is the work that one element of a result counts for,
	// failureUnits an element that could not be computed.
	elementUnits = 8
	failureUnits = 200
	// maxDigits is the longest text that is read as a number.
	maxDigits = 2000
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
	for _, child := range value.Elements(v) {
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
	size, count, whole := 0, 1, 0
	for _, v := range args {
		size += textWithin(v)
		if count += value.Length(v); walks[n.Name] || writes[n.Name] {
			whole += value.Effort(v)
		}
	}
	count += whole
	if bound, elements := n.bound(args); bound > maxProduct {
		return Errorf(at, LimitReached, "%s would make more than %d elements", n.Name, maxProduct)
	} else if diags := spend(ctx, elements*elementUnits, at); diags != nil {
		return diags
	}
	for _, v := range args {
		if deep := writes[n.Name]; !deep && value.Length(v) > 0 {
			continue
		}
		if diags := checkNumber(v, at); diags != nil {
			return diags
		}
	}
	switch n.Name {
	case "tonumber", "parseint":
		if size > maxDigits {
			return Errorf(at, LimitReached, "a number of more than %d digits", maxDigits)
		}
	case "sort", "zipmap":
		count *= 8
	case "cidrsubnets", "base64gzip":
		count *= 16
		size *= 4
	case "bcrypt", "rsadecrypt":
		count += 1000
	case "setproduct":
		product := 1
		for _, v := range n.expanded(args) {
			if product *= max(1, value.Length(v)); product > maxProduct {
				return Errorf(at, LimitReached, "setproduct would make more than %d elements", maxProduct)
			}
		}
		count += product * len(args)
	case "distinct", "matchkeys":
		count += count * whole / 16
	case "regex", "regexall":
		count += matched(args)
	case "replace":
		size += replaced(args)
	case "format", "formatlist":
		size += padding(args)
		count *= 8
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

// writes are functions that write out all that is in their arguments.
var writes = map[string]bool{
	"jsonencode": true, "yamlencode": true, "format": true, "formatlist": true, "join": true, "sum": true,
	"tolist": true, "toset": true, "tomap": true, "concat": true, "setunion": true,
	"provider::terraform::encode_expr": true, "provider::terraform::encode_tfvars": true,
}

// walks are functions that compare all that is in their arguments, or look for
// a type that all of them have.
var walks = map[string]bool{
	"distinct": true, "matchkeys": true, "contains": true, "index": true, "setintersection": true, "setsubtract": true, "coalescelist": true,
	"flatten": true, "setproduct": true,
}

// matched is the work of a regular expression over a text.
func matched(args []cty.Value) int {
	if len(args) != 2 {
		return 0
	}
	return stringLength(args[1]) * (8 + stringLength(args[0])) / 128
}

func (n *callNode) expanded(args []cty.Value) []cty.Value {
	if !n.ExpandFinal || len(args) == 0 {
		return args
	}
	last, _ := args[len(args)-1].Unmark()
	if value.Length(last) == 0 {
		return args
	}
	out := args[: len(args)-1 : len(args)-1]
	for _, v := range value.Elements(last) {
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

// bound is how many values the result of a function can have that makes more
// of them than it gets, and how many of these are not told by what it returns.
func (n *callNode) bound(args []cty.Value) (bound, hidden int) {
	if len(args) == 0 {
		return 0, 0
	}
	first, _ := args[0].Unmark()
	switch n.Name {
	case "flatten":
		w := value.Weight(first, maxProduct)
		return w, w
	case "chunklist", "transpose", "csvdecode":
		if first.Type() == cty.String {
			return marksOf(first, ",\n"), marksOf(first, ",\n")
		}
		return value.Weight(first, maxProduct), value.Length(first)
	case "jsondecode", "yamldecode":
		return marksOf(first, ",:[{\n-"), marksOf(first, ",:[{")
	case "split":
		if len(args) == 2 {
			return marksOf(args[1], plainText(args[0])), 0
		}
	case "regexall":
		if len(args) == 2 {
			return stringLength(args[1]), stringLength(args[1]) / elementUnits
		}
	}
	return 0, 0
}

func plainText(v cty.Value) string {
	v, _ = v.Unmark()
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// marksOf counts how often any of the characters in set is in the text v.
func marksOf(v cty.Value, set string) int {
	text := plainText(v)
	if set == "" {
		return len(text)
	}
	n := 1
	for i := range len(text) {
		if strings.IndexByte(set, text[i]) >= 0 {
			n++
		}
	}
	return n
}

// made pays for what a function returned, and refuses numbers beyond reason.
func made(ctx *hcl.EvalContext, v cty.Value, at hcl.Range) hcl.Diagnostics {
	if value.Length(v) == 0 {
		if diags := checkNumber(v, at); diags != nil {
			return diags
		}
	}
	units := elementUnits
	if plain, _ := v.Unmark(); plain.Type().IsSetType() {
		units = value.SetUnits
	}
	return spend(ctx, units*value.Length(v)+textWithin(v)/textPerUnit, at)
}

// checkNumber refuses a number, or a text that is one, anywhere in v which has
// too many digits to be written out.
func checkNumber(v cty.Value, at hcl.Range) hcl.Diagnostics {
	if value.HasHugeNumber(v) {
		return Errorf(at, LimitReached, "a number of more than %d binary digits", value.MaxExponent)
	}
	return nil
}
