package losses

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// verdict says whether a condition holds. The zero value is no.
type verdict int

const (
	no verdict = iota
	possible
	yes
)

// judge says whether one of the row's words holds of a pair.
func (r *Row) judge(p pair, created bool) verdict {
	worst := no
	for _, w := range r.Words {
		if w == Created {
			if created {
				return yes
			}
			continue
		}
		worst = max(worst, r.word(w, p))
	}
	return worst
}

func (r *Row) word(w Word, p pair) verdict {
	b, a := r.value(p.before), r.value(p.after)
	if reflect.DeepEqual(b, a) || isUnknown(b) && isUnknown(a) {
		return no
	}
	switch w {
	case Leaves:
		return when(p.isMember && !p.gone && b != nil, a == nil, isUnknown(a))
	case Joins:
		return when(p.isMember && a != nil && !isUnknown(b), b == nil, false)
	case Removed:
		return when(!p.gone && !r.never(b) && !isUnknown(b), r.never(a) && !isUnknown(a), isUnknown(a))
	case Introduced:
		return when(!isUnknown(b) && r.never(b), !isUnknown(a) && !r.never(a), isUnknown(a))
	case Widened:
		return when(!p.gone && !isUnknown(b) && text(b) != "", !isUnknown(a) && wider(text(b), text(a)), isUnknown(a))
	case Changed:
		return when(b != nil && a != nil, !isUnknown(a) && !isUnknown(b), true)
	}
	return r.scalar(w, p, b, a)
}

// scalar judges the words about single values.
func (r *Row) scalar(w Word, p pair, b, a any) verdict {
	switch w {
	case Lowered, Raised:
		if isUnknown(b) || isUnknown(a) {
			return when(!r.never(b) && !r.never(a), false, true)
		}
		sign := -1
		if w == Raised {
			sign = 1
		}
		c, ok := compare(a, b)
		return when(!r.never(b) && !r.never(a), ok && c == sign, false)
	case Zero:
		return becomes(b, a, b != nil, func(v any) bool { n, ok := number(v); return ok && n == 0 })
	case Enabled:
		return becomes(b, a, true, func(v any) bool { return same(v, true) })
	case Disabled:
		return when(same(b, true) && !p.gone, a == nil || same(a, false), isUnknown(a))
	case Set:
		return becomes(b, a, true, func(v any) bool { return oneOf(v, r.To) })
	case Unset:
		return when(oneOf(b, r.From) && !p.gone, !isUnknown(a) && !oneOf(a, r.From), isUnknown(a))
	}
	return no
}

// becomes judges a value that was not so before. fits says whether what was
// before can have been otherwise.
func becomes(b, a any, fits bool, is func(any) bool) verdict {
	switch {
	case isUnknown(a):
		return when(fits && !isUnknown(b) && b != nil && !is(b), false, true)
	case isUnknown(b):
		return when(is(a), false, true)
	}
	return when(fits && is(a), !is(b), false)
}

func when(applies, sure, maybe bool) verdict {
	switch {
	case applies && sure:
		return yes
	case applies && maybe:
		return possible
	}
	return no
}

// value is what holds where none is given.
func (r *Row) value(v any) any {
	if v == nil {
		return r.Default
	}
	return v
}

func (r *Row) never(v any) bool { return v == nil || text(v) == "" || oneOf(v, r.Never) }

func oneOf(v any, list []any) bool {
	return slices.ContainsFunc(list, func(want any) bool {
		pattern, ok := want.(string)
		if ok && strings.Contains(pattern, "*") {
			ok, _ = path.Match(strings.ToLower(pattern), strings.ToLower(text(v)))
			return ok
		}
		return same(v, want)
	})
}

// same compares scalars as people write them: true and "true" are one.
func same(a, b any) bool {
	return (a == nil) == (b == nil) && strings.EqualFold(text(a), text(b))
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// wider reports whether a prefix takes in more than another.
func wider(before, after string) bool { return before != after && strings.HasPrefix(before, after) }

// loss says what is lost at a place.
func (r *Row) loss(p pair, certain bool) plan.Loss {
	b, a := r.value(p.before), r.value(p.after)
	what := strings.NewReplacer("{before}", show(b), "{after}", show(a), "{member}", cmpOr(p.member, "one of them")).Replace(r.Lost)
	if p.path != "" {
		what += " (" + p.path + edit(p, b, a) + ")"
	}
	return plan.Loss{Effect: r.Effect, Class: r.Class, Path: p.path, What: what, Certain: certain, Source: r.Source}
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// edit writes the two values of a place, where they are short.
func edit(p pair, b, a any) string {
	switch {
	case b == nil && a == nil:
		return ""
	case isMap(b) || isMap(a), p.isMember && (b == nil || a == nil):
		switch {
		case a == nil:
			return " removed"
		case b == nil:
			return " added"
		}
		return " changed"
	}
	return ": " + show(b) + " -> " + show(a)
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case plan.Unknown:
		return "a value that is not in the repository"
	case map[string]any, []any:
		return "…"
	default:
		s := text(v)
		if s == "" {
			return `""`
		}
		if len(s) > 60 {
			s = strings.ToValidUTF8(s[:57], "") + "…"
		}
		return s
	}
}
