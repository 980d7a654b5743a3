package equality

import (
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// forms are functions of one text that bring it into a form. Several results
// are the form and an error.
var forms = map[string]plan.FormKind{
	"strings.ToLower":                            plan.FormFold,
	"strings.ToUpper":                            plan.FormFold,
	"strings.TrimSpace":                          plan.FormTrimSpace,
	"strconv.Atoi":                               plan.FormNumber,
	"strconv.ParseInt":                           plan.FormNumber,
	"strconv.ParseFloat":                         plan.FormNumber,
	"strconv.ParseUint":                          plan.FormNumber,
	"strconv.ParseBool":                          plan.FormBool,
	"net.ParseIP":                                plan.FormIP,
	"net/netip.ParseAddr":                        plan.FormIP,
	"net/netip.ParsePrefix":                      plan.FormCIDR,
	"net/url.Parse":                              plan.FormURL,
	"time.ParseDuration":                         plan.FormDuration,
	"encoding/base64.StdEncoding.DecodeString":   plan.FormBase64,
	"github.com/aws/aws-sdk-go/aws/arn.Parse":    plan.FormARN,
	"github.com/aws/aws-sdk-go-v2/aws/arn.Parse": plan.FormARN,
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/structure.NormalizeJsonString":  plan.FormJSON,
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/structure.ExpandJsonFromString": plan.FormJSON,
	"k8s.io/apimachinery/pkg/api/resource.ParseQuantity":                                 plan.FormQuantity,
	"github.com/hashicorp/go-version.NewVersion":                                         plan.FormVersion,
	"github.com/hashicorp/go-version.NewSemver":                                          plan.FormVersion,
	"path.Base":            "base",
	"path/filepath.Base":   "base",
	"crypto/sha1.Sum":      plan.FormHash,
	"crypto/sha256.Sum256": plan.FormHash,
	"crypto/md5.Sum":       plan.FormHash,
	"crypto/sha512.Sum512": plan.FormHash,
}

// decoders store what a text means: Unmarshal(text, &value).
var decoders = map[string]plan.FormKind{
	"encoding/json.Unmarshal": plan.FormJSON, "encoding/json.Compact": plan.FormJSON, "encoding/json.Indent": plan.FormJSON,
	"gopkg.in/yaml.v2.Unmarshal": plan.FormYAML, "gopkg.in/yaml.v3.Unmarshal": plan.FormYAML, "sigs.k8s.io/yaml.Unmarshal": plan.FormYAML,
	"github.com/ghodss/yaml.Unmarshal": plan.FormYAML, "go.yaml.in/yaml/v3.Unmarshal": plan.FormYAML,
}

// sameness are functions that compare two things as they are given.
var sameness = []string{
	"net.IP.Equal", "reflect.DeepEqual", "bytes.Equal", "slices.Equal", "maps.Equal",
	"github.com/google/go-cmp/cmp.Equal",
}

// passing are functions whose result stands for their argument.
var passing = []string{
	"fmt.Sprint", "reflect.ValueOf", "strconv.Itoa", "strconv.FormatInt", "strconv.FormatBool",
	"encoding/hex.EncodeToString", "math/big.NewFloat", "encoding/json.Marshal",
	"github.com/aws/aws-sdk-go/private/protocol/json/jsonutil.BuildJSON", "encoding/json.MarshalIndent",
	"gopkg.in/yaml.v2.Marshal", "gopkg.in/yaml.v3.Marshal", "bytes.NewBufferString", "strings.NewReader",
	"github.com/aws/aws-sdk-go/aws.String", "github.com/aws/aws-sdk-go-v2/aws.String",
	"github.com/aws/aws-sdk-go/aws.StringValue", "github.com/aws/aws-sdk-go-v2/aws.ToString",
}

// relations are functions of two texts.
var relations = map[string]plan.Relation{
	"strings.HasSuffix": plan.RelationOldEnds, "strings.HasPrefix": plan.RelationOldStarts, "strings.Contains": plan.RelationOldHolds,
}

var tests = map[string]plan.Test{
	"strings.HasSuffix": plan.TestEnds, "strings.HasPrefix": plan.TestStarts, "strings.Contains": plan.TestContains,
}

// known answers functions whose meaning is known without their source.
func (a *Analyser) known(name string, args []term, s state) (term, bool) {
	if t, ok := byName(name, args); ok {
		return t, true
	}
	switch {
	case len(args) == 0:
		return term{}, false
	case name == "builtin.len" || name == "len":
		return length(args[0]), true
	case (name == "time.Parse" || strings.HasSuffix(name, "/date.ParseTime")) && len(args) == 2 && args[1].isValue():
		return tuple([]term{args[1].with(plan.FormTime), {op: opNil}}), true
	case (name == "bytes.Compare" || name == "strings.Compare") && len(args) == 2:
		return ordering(a.equal(args[0], args[1])), true
	case name == "fmt.Sprintf":
		return formatted(args), true
	case slices.Contains(passing, name):
		return tuple([]term{args[0], {op: opNil}}), true
	case name == "errors.New", name == "fmt.Errorf":
		return term{op: opError}, true
	case name == "strings.EqualFold" && len(args) == 2:
		return boolean(a.equal(folded(args[0]), folded(args[1]))), true
	case slices.Contains(sameness, name) && len(args) >= 2:
		return boolean(a.equal(args[0], args[1])), true
	case name == "slices.Contains" || strings.HasSuffix(name, "SliceContains") || strings.HasSuffix(name, ".StringInSlice"):
		return a.contains(args), true
	case relations[name] != "" && len(args) == 2:
		return boolean(texts(name, args[0], args[1])), true
	}
	return a.textFunction(name, args)
}

func folded(t term) term {
	if s, ok := t.text(); ok {
		return constant(strings.ToLower(s))
	}
	return t.with(plan.FormFold)
}

func length(t term) term {
	if n := len(t.forms); t.isValue() && n > 0 && t.forms[n-1].Kind == plan.FormMatch {
		return matchLength(t)
	}
	switch {
	case t.op == opParts && t.place == "":
		return t.args[0].with(formParts, t.name)
	case t.op == opParts && t.place == "after":
		return t.args[0].with(formParts, t.name+"\x00")
	case t.isValue():
		return t.with(formLen)
	}
	return unknown("length")
}

// matchLength is the number of groups of a match, 0 where there is none.
func matchLength(t term) term {
	n := len(t.forms) - 1
	pattern := t.forms[n].Args[0]
	groups := 1
	if re, err := regexp.Compile(pattern); err == nil {
		groups += re.NumSubexp()
	}
	found := condition(plan.Condition{Of: side(t), Before: t.before, Forms: t.forms[:n:n], Test: plan.TestMatches, Values: []string{pattern}})
	return term{op: opCases, cases: []outcome{{found, []term{constant(int64(groups))}}, {not(found), []term{constant(int64(0))}}}}
}

// formatted is Sprintf of one value in a text.
func formatted(args []term) term {
	format, ok := args[0].text()
	if !ok || len(args) != 2 || !args[1].isValue() {
		return unknown("format")
	}
	before, after, ok := strings.Cut(format, "%")
	if !ok || after == "" || !strings.ContainsRune("svd", rune(after[0])) || strings.Contains(after, "%") {
		return unknown("format")
	}
	return args[1].with(plan.FormAdd, before, after[1:])
}

// texts is HasPrefix, HasSuffix or Contains.
func texts(name string, x, y term) *formula {
	if text, ok := y.text(); ok {
		if x.isValue() || x.op == opKey {
			return condition(plan.Condition{Of: side(x), Before: x.before, Forms: x.forms, Test: tests[name], Values: []string{text}})
		}
		return unclear(name)
	}
	if x.op == opOld || x.op == opNew {
		return relation(relations[name], x, y)
	}
	return unclear(name)
}

// contains: one of the values is in a list that is written out.
func (a *Analyser) contains(args []term) term {
	if len(args) != 2 {
		return unknown("contains")
	}
	list, x := args[0], args[1]
	if list.op != opValue {
		list, x = x, list
	}
	elems, ok := interp.Deref(list.value).(*interp.SliceV)
	if !ok || elems.Dyn || !x.isValue() {
		return boolean(unclear("contains"))
	}
	c := plan.Condition{Of: side(x), Before: x.before, Forms: x.forms, Test: plan.TestIs}
	for _, e := range elems.Elems {
		text, ok := asText(a.wrap(e))
		if !ok {
			return boolean(unclear("contains"))
		}
		c.Values = append(c.Values, text)
	}
	if len(c.Values) == 0 {
		return constant(false)
	}
	return boolean(condition(c))
}

// textFunction is a function of one text and constants.
func (a *Analyser) textFunction(name string, args []term) (term, bool) {
	t := args[0]
	if !t.isValue() && t.op != opCases && t.op != opKey {
		return term{}, false
	}
	var consts []string
	for _, x := range args[1:] {
		s, ok := asText(x)
		if !ok {
			return term{}, false
		}
		consts = append(consts, s)
	}
	n := len(consts)
	if t.op == opKey {
		if name == "strings.LastIndexByte" || name == "strings.LastIndex" {
			return unknown("last index"), true
		}
		return keyFunction(name, consts)
	}
	switch {
	case forms[name] == "base":
		return t.with(plan.FormPart, "/", "-1"), true
	case forms[name] != "":
		return tuple([]term{t.with(forms[name]), {op: opNil}}), true
	case name == "net.ParseCIDR":
		return tuple([]term{t.with(plan.FormIP), t.with(plan.FormCIDR), {op: opNil}}), true
	case name == "strings.Trim" && n == 1:
		return t.with(plan.FormTrim, consts...), true
	case name == "strings.TrimLeft" && n == 1:
		return t.with(plan.FormTrimLeft, consts...), true
	case name == "strings.TrimRight" && n == 1:
		return t.with(plan.FormTrimRight, consts...), true
	case name == "strings.TrimPrefix" && n == 1:
		return t.with(plan.FormTrimPrefix, consts...), true
	case name == "strings.TrimSuffix" && n == 1:
		return t.with(plan.FormTrimSuffix, consts...), true
	case name == "strings.ReplaceAll" && n == 2, name == "strings.Replace" && n == 3 && consts[2] == "-1":
		return t.with(plan.FormReplace, consts[:2]...), true
	case name == "strings.Split" && n == 1:
		return term{op: opParts, name: consts[0], args: []term{t}}, true
	case (name == "strings.SplitN" || name == "strings.SplitAfterN") && n == 2 && consts[1] == "2":
		return term{op: opParts, name: consts[0], place: "after", args: []term{t}}, true
	}
	return term{}, false
}

// keyFunction: the path of the attribute, or of one beside it.
func keyFunction(name string, consts []string) (term, bool) {
	switch {
	case name == "strings.TrimSuffix" && len(consts) == 1 && consts[0] == ".#":
		return term{op: opKey}, true
	case (name == "strings.ReplaceAll" || name == "strings.Replace") && len(consts) >= 2 && !strings.Contains(consts[1], "."):
		return constant("." + strings.TrimPrefix(consts[1], ".")), true
	}
	return unknown(name), true
}
