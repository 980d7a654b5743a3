package expr

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// call is a call of a function with evaluated arguments, before it is made.
type call struct {
	name        string
	args        []cty.Value
	expandFinal bool // the last argument stands for several: f(list...)
	at          hcl.Range
}

// afford refuses a call whose result could be far larger than its arguments,
// before it is made, and pays for what it costs.
func (c call) afford(ctx *hcl.EvalContext) hcl.Diagnostics {
	size, count, whole := c.sizes()
	if bound, elements := c.bound(); bound > maxProduct {
		return Errorf(c.at, LimitReached, "%s would make more than %d elements", c.name, maxProduct)
	} else if diags := spend(ctx, elements*elementUnits, c.at); diags != nil {
		return diags
	}
	for i, v := range c.args {
		check := checkNumber
		if reads := c.readsNumber(ctx, i); reads {
			check = checkRead
		} else if deep := writes[c.name]; !deep && value.Length(v) > 0 {
			continue
		}
		if diags := check(v, c.at); diags != nil {
			return diags
		}
	}
	product := c.product()
	switch {
	case (c.name == "tonumber" || c.name == "parseint") && size > maxDigits:
		return Errorf(c.at, LimitReached, "a number of more than %d digits", maxDigits)
	case product > maxProduct:
		return Errorf(c.at, LimitReached, "setproduct would make more than %d elements", maxProduct)
	}
	count += product*len(c.args) + c.work(count, whole)
	if diags := spend(ctx, count, c.at); diags != nil {
		return diags
	}
	return checkText(ctx, size+c.growth(size, count), c.at)
}

// readsNumber reports whether a function reads texts in its argument i as numbers.
func (c call) readsNumber(ctx *hcl.EvalContext, i int) bool {
	switch c.name {
	case "tonumber", "sum":
		return true
	case "format", "formatlist":
		return i > 0 && !onlyTexts.MatchString(plainText(c.args[0]))
	}
	f, ok := findFunction(ctx, c.name)
	if !ok {
		return false
	}
	p, params := f.VarParam(), f.Params()
	if i < len(params) {
		p = &params[i]
	}
	if p == nil {
		return false
	}
	return p.Type == cty.Number || p.Type.IsCollectionType() && p.Type.ElementType() == cty.Number
}

// onlyTexts are formats whose verbs write texts as they are.
var onlyTexts = regexp.MustCompile(`^(?:[^%]|%%|%[-+#0]?[0-9]*(?:\[[0-9]+\])?[sqv])+$`)

// sizes are the length of all text in the arguments, how many values they hold,
// and of these the work of going through all of them where the function does.
func (c call) sizes() (size, count, whole int) {
	count = 1
	for _, v := range c.args {
		size += textWithin(v)
		if count += value.Length(v); walks[c.name] || writes[c.name] {
			whole += value.Effort(v)
		}
	}
	return size, count + whole, whole
}

// work is what a function does beyond looking at each of count values.
func (c call) work(count, whole int) int {
	switch c.name {
	case "sort", "zipmap", "format", "formatlist":
		return count * 7
	case "cidrsubnets", "base64gzip":
		return count * 15
	case "bcrypt", "rsadecrypt":
		return 1000
	case "distinct", "matchkeys":
		return count * whole / 16
	case "regex", "regexall":
		return matched(c.args)
	}
	return 0
}

// growth bounds the text that a function makes beyond that of its arguments.
func (c call) growth(size, count int) int {
	switch c.name {
	case "cidrsubnets", "base64gzip":
		return size * 3
	case "replace":
		return replaced(c.args)
	case "format", "formatlist":
		return padding(c.args)
	case "indent":
		return indented(c.args)
	case "join":
		if len(c.args) > 0 {
			return stringLength(c.args[0]) * count
		}
	}
	return 0
}

// product is how many elements setproduct makes, or one that is beyond the
// limit; 0 for any other function.
func (c call) product() int {
	if c.name != "setproduct" {
		return 0
	}
	product := 1
	for _, v := range c.expanded() {
		if product *= max(1, value.Length(v)); product > maxProduct {
			return product
		}
	}
	return product
}

// expanded are the arguments, those that the last one stands for among them.
func (c call) expanded() []cty.Value {
	args := c.args
	if !c.expandFinal || len(args) == 0 {
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

// bound is how many values the result of a function can have that makes more
// of them than it gets, and how many of these do not show in what it returns.
func (c call) bound() (bound, hidden int) {
	args := c.args
	if len(args) == 0 {
		return 0, 0
	}
	first, _ := args[0].Unmark()
	switch c.name {
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

// replaced bounds the growth by replace(text, old, new).
func replaced(args []cty.Value) int {
	if len(args) != 3 {
		return 0
	}
	places := stringLength(args[0]) + 1
	if old, _ := args[1].Unmark(); isKnown(old, cty.String) {
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
	if !isKnown(spec, cty.String) {
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

// indented bounds what indent(spaces, text) adds.
func indented(args []cty.Value) int {
	if len(args) != 2 {
		return 0
	}
	n, _ := args[0].Unmark()
	text, _ := args[1].Unmark()
	if !isKnown(n, cty.Number) || !isKnown(text, cty.String) {
		return 0
	}
	spaces, _ := n.AsBigFloat().Int64()
	return int(min(max(spaces, 0), maxText+1)) * (strings.Count(text.AsString(), "\n") + 1)
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
