package equality

import (
	"encoding/json"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// comparisons are the alternatives of a formula.
func comparisons(f *formula) []plan.Comparison {
	alts, ok := alternatives(f, false)
	if !ok {
		return code()
	}
	var out []plan.Comparison
	for _, c := range minimal(alts) {
		out = append(out, comparison(c))
	}
	slices.SortFunc(out, func(x, y plan.Comparison) int { return slices.Compare(text(x), text(y)) })
	return slices.CompactFunc(out, func(x, y plan.Comparison) bool { return string(text(x)) == string(text(y)) })
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// comparison is one alternative. What it asks for beyond one relation and
// conditions makes it code.
func comparison(c conjunction) plan.Comparison {
	var out plan.Comparison
	for _, l := range c {
		switch {
		case l.why != "":
			out.Code = true
		case l.cond != nil:
			cond := *l.cond
			cond.Not = cond.Not != l.not
			out.When = append(out.When, cond)
		case l.not || out.Relation != plan.RelationAny:
			out.Code = true
		default:
			out.Relation, out.Old, out.New = l.relation, l.old, l.new
		}
	}
	slices.SortFunc(out.When, func(x, y plan.Condition) int { return slices.Compare(text(x), text(y)) })
	if out.Code {
		return plan.Comparison{Code: true, When: out.When}
	}
	return out
}
