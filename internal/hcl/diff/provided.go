package diff

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// instance is a whole resource instance, which comparisons of a provider's ask
// about other attributes.
type instance struct {
	typ *plan.TypeFacts
	// before and after are the instance in the state and as configured; beside is
	// the block that is being compared, as configured.
	before, after, beside map[string]cty.Value
}

func holdsSeveral(v cty.Value) bool {
	t := v.Type()
	return t.IsCollectionType() || t.IsTupleType() || t.IsObjectType()
}

// provided applies the comparisons that the facts have of an attribute: holds
// says that the provider takes the two values for equal.
func (i instance) provided(path plan.Path, a *plan.AttrFacts, old, new cty.Value) forms.Answer {
	oldText, okOld := equal.Text(old)
	newText, okNew := equal.Text(new)
	if len(a.Compare) == 0 || !okOld || !okNew || holdsSeveral(old) || holdsSeveral(new) {
		return forms.Unasked // equal.Meaning knows symbols, and goes element by element
	}
	if un, _ := new.Unmark(); un.IsNull() && oldText != "" {
		newText = zeroText(old.Type())
	}
	return i.anyComparison(path, a, comparedTexts{oldText, newText})
}

// providedCount is provided for a block, whose occurrences are compared.
func (i instance) providedCount(path plan.Path, a *plan.AttrFacts, old, new cty.Value) forms.Answer {
	before, okOld := occurrences(old)
	after, okNew := occurrences(new)
	if !okOld || !okNew || before == after {
		return forms.Unasked
	}
	return i.anyComparison(append(slices.Clone(path), "#"), a, comparedTexts{strconv.Itoa(before), strconv.Itoa(after)})
}

func occurrences(v cty.Value) (int, bool) {
	un, _ := v.Unmark()
	switch {
	case !un.IsKnown():
		return 0, false
	case un.IsNull():
		return 0, true
	case un.Type().IsObjectType():
		return 1, true
	case un.CanIterateElements():
		return un.LengthInt(), true
	}
	return 0, false
}

// comparedTexts are the two values as the SDK hands them to a DiffSuppressFunc.
type comparedTexts struct{ old, new string }

// zeroText is what a value that is not configured any more is compared as
// (helper/schema/schema.go diffString: the zero value of its type).
func zeroText(t cty.Type) string {
	switch t {
	case cty.Number:
		return "0"
	case cty.Bool:
		return "false"
	}
	return ""
}

func (i instance) anyComparison(path plan.Path, a *plan.AttrFacts, t comparedTexts) forms.Answer {
	out := forms.Never
	for _, c := range a.Compare {
		switch i.comparison(path, c, t) {
		case forms.Holds:
			return forms.Holds
		case forms.Unsure:
			out = forms.Unsure
		}
	}
	return out
}

func (i instance) comparison(path plan.Path, c plan.Comparison, t comparedTexts) forms.Answer {
	out := forms.Holds
	for _, cond := range c.When {
		switch i.condition(path, cond, t) {
		case forms.Never:
			return forms.Never
		case forms.Unsure:
			out = forms.Unsure
		}
	}
	switch {
	case c.Code:
		return forms.Unsure
	case c.Relation == plan.RelationAny:
		return out
	}
	old, okOld := forms.InAll(c.Old, t.old)
	new, okNew := forms.InAll(c.New, t.new)
	switch {
	case okOld == forms.Unsure || okNew == forms.Unsure:
		return forms.Unsure
	case okOld == forms.Never || okNew == forms.Never || !related(c.Relation, old, new):
		return forms.Never
	}
	return out
}

func related(r plan.Relation, old, new string) bool {
	switch r {
	case plan.RelationEqual:
		return old == new
	case plan.RelationOldEnds:
		return strings.HasSuffix(old, new)
	case plan.RelationNewEnds:
		return strings.HasSuffix(new, old)
	case plan.RelationOldStarts:
		return strings.HasPrefix(old, new)
	case plan.RelationNewStarts:
		return strings.HasPrefix(new, old)
	case plan.RelationOldHolds:
		return strings.Contains(old, new)
	case plan.RelationNewHolds:
		return strings.Contains(new, old)
	}
	return false
}

func (i instance) condition(path plan.Path, c plan.Condition, t comparedTexts) forms.Answer {
	out := i.holds(path, c, t)
	switch {
	case c.Not && out == forms.Holds:
		return forms.Never
	case c.Not && out == forms.Never:
		return forms.Holds
	}
	return out
}

func (i instance) holds(path plan.Path, c plan.Condition, t comparedTexts) forms.Answer {
	text, ok := i.tested(path, c, t)
	if !ok {
		return forms.Unsure
	}
	formed, readable := forms.InAll(c.Forms, text)
	if readable != forms.Holds {
		return readable
	}
	switch c.Test {
	case plan.TestIs:
		return forms.AnswerOf(slices.Contains(c.Values, formed))
	case plan.TestFold:
		return forms.AnswerOf(slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, formed) }))
	case plan.TestSet:
		return forms.AnswerOf(formed != "" && formed != "0" && formed != "false")
	case plan.TestStarts:
		return forms.AnswerOf(slices.ContainsFunc(c.Values, func(v string) bool { return strings.HasPrefix(formed, v) }))
	case plan.TestEnds:
		return forms.AnswerOf(slices.ContainsFunc(c.Values, func(v string) bool { return strings.HasSuffix(formed, v) }))
	case plan.TestContains:
		return forms.AnswerOf(slices.ContainsFunc(c.Values, func(v string) bool { return strings.Contains(formed, v) }))
	case plan.TestMatches:
		return matchesAny(c.Values, formed)
	case plan.TestParts:
		return forms.AnswerOf(len(c.Values) == 2 && strconv.Itoa(len(strings.Split(formed, c.Values[0]))) == c.Values[1])
	case plan.TestParses:
		_, ok := forms.In(plan.Form{Kind: plan.FormKind(c.Values[0])}, formed)
		return ok
	}
	return forms.Unsure
}

func matchesAny(patterns []string, text string) forms.Answer {
	for _, p := range patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return forms.Unsure
		}
		if re.MatchString(text) {
			return forms.Holds
		}
	}
	return forms.Never
}

// tested is the text that a condition looks at; false where it is not known.
func (i instance) tested(path plan.Path, c plan.Condition, t comparedTexts) (string, bool) {
	switch c.Of {
	case "old":
		return t.old, true
	case "new":
		return t.new, true
	case "key":
		return dotted(path), true
	}
	if c.Test == plan.TestChanges || c.Test == plan.TestSame {
		return "", false
	}
	steps := strings.Split(c.Of, ".")
	if steps[0] == "" { // beside it
		if len(path) < 2 || i.beside == nil {
			return i.attributeText(steps[1:], c.Before, c.Test)
		}
		v, ok := i.beside[steps[1]]
		if !ok || c.Before || len(steps) > 2 {
			return "", false
		}
		return conditionText(v, c.Test)
	}
	return i.attributeText(steps, c.Before, c.Test)
}

// attributeText is an attribute of the whole instance as the planned state will
// have it: configured, else its default, else what the state has.
func (i instance) attributeText(steps []string, before bool, test plan.Test) (string, bool) {
	facts, now, was := i.typ.Attributes, i.after, i.before
	for n, name := range steps {
		a := facts[name]
		if a == nil || now == nil {
			return "", false
		}
		v, prior := now[name], was[name]
		if before {
			v = prior
		}
		if v == cty.NilVal || v.IsKnown() && v.IsNull() {
			if d := schema.Default(a, schema.ShapeOf(a)); d != cty.NilVal {
				v = d
			} else if a.Computed && prior != cty.NilVal {
				v = prior
			}
		}
		if n == len(steps)-1 {
			if v == cty.NilVal {
				return "", true
			}
			return conditionText(v, test)
		}
		facts = a.Nested
		now, was = firstBlock(v), firstBlock(prior)
		if now == nil {
			return "", v == cty.NilVal || isEmpty(v)
		}
	}
	return "", false
}

// firstBlock is the only block of its kind, nil where there is none or several.
func firstBlock(v cty.Value) map[string]cty.Value {
	if v == cty.NilVal {
		return nil
	}
	un, _ := v.Unmark()
	if !un.IsKnown() || un.IsNull() {
		return nil
	}
	if un.Type().IsObjectType() {
		return un.AsValueMap()
	}
	if !un.CanIterateElements() || un.LengthInt() != 1 {
		return nil
	}
	for _, e := range un.AsValueSlice() {
		if e, _ = e.Unmark(); e.IsKnown() && !e.IsNull() && e.Type().IsObjectType() {
			return e.AsValueMap()
		}
	}
	return nil
}

// conditionText is a value as a condition reads it; of a collection only
// whether there is anything in it.
func conditionText(v cty.Value, test plan.Test) (string, bool) {
	un, _ := v.Unmark()
	if !un.IsKnown() {
		return "", false
	}
	if !un.IsNull() && (un.Type().IsCollectionType() || un.Type().IsTupleType() || un.Type().IsObjectType()) {
		if test != plan.TestSet {
			return "", false
		}
		if isEmpty(un) {
			return "", true
		}
		return fmt.Sprint(un.LengthInt()), true
	}
	return equal.Text(un)
}
