package recovery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// seconds are those of a unit.
var seconds = map[string]float64{"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}

// IsCopy reports whether all that a destroyed object holds is computed from other
// resources of its root that stay.
func (t *Table) IsCopy(c *plan.Change) bool {
	_, ok := t.copyOf(c)
	return ok
}

// copyOf are the attributes of a change's object that are a copy.
func (t *Table) copyOf(c *plan.Change) (of []string, ok bool) {
	if len(c.Derived) == 0 {
		return nil, false
	}
	for _, r := range t.Rows(c.Address.Engine, c.Address.Type) {
		if r.Kind != Derived {
			continue
		}
		for _, name := range r.Of {
			if v, set := c.Before[name]; set && v == nil {
				continue // not set
			}
			if slices.Contains(c.Derived, name) {
				of = append(of, name)
			} else if _, set := c.Before[name]; set || slices.Contains(c.Given, name) {
				return nil, false
			}
		}
	}
	return of, len(of) > 0
}

// Of says what is left of the object that a change destroys, in sentences; empty
// where nothing is known.
func (t *Table) Of(c *plan.Change) string {
	if of, ok := t.copyOf(c); ok {
		return "A copy: " + strings.Join(of, ", ") + " is computed from other resources of this root, which stay, " +
			"so it is written again when the object is created again."
	}
	var rows []*Row
	for _, r := range t.Rows(c.Address.Engine, c.Address.Type) {
		if r.Kind != Derived && r.Kind != Unsaid && r.applies(c.Before) {
			rows = append(rows, r)
		}
	}
	var out []string
	for _, r := range rows {
		if s := r.sentence(c.Before, len(rows) == 1); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func (r *Row) applies(before map[string]any) bool {
	if r.If == nil {
		return true
	}
	v, set := at(before, r.If.Attribute)
	if !set || v == nil {
		v = r.If.Default
	}
	return v != nil && fmt.Sprint(v) == fmt.Sprint(r.If.Is)
}

// sentence is what a row says of an object. Alone says that no other row does.
func (r *Row) sentence(before map[string]any, alone bool) string {
	switch {
	case r.Says != "":
		return r.Says
	case r.Kind == Gone:
		return "Irreversible: no copy is kept."
	case r.Kind == Window:
		return r.window(before)
	case r.Attribute == "":
		return "The destroy fails while " + r.Holds + "."
	}
	v, set := at(before, r.Attribute)
	switch {
	case set && v == nil && r.Default != nil:
		v = r.Default
	case !set || v == nil:
		return r.unless()
	}
	is := fmt.Sprintf("%s is %v", r.Attribute, v)
	safe := fmt.Sprint(v) == fmt.Sprint(r.Safe)
	switch {
	case r.Kind == Empty && safe:
		return "The destroy fails while " + r.Holds + ": " + is + "."
	case r.Kind == Empty && alone:
		return "Irreversible: " + is + ", so what it holds is deleted with it."
	case r.Kind == Empty:
		return "What it holds is deleted with it: " + is + "."
	case safe && r.missing(before):
		return "The destroy fails: " + is + " and " + r.Needs + " is not set."
	case safe:
		return "A final snapshot is taken: " + is + "."
	}
	return "Irreversible: " + is + ", so no final snapshot is taken."
}

// unless is what holds by default where the value of a switch is not known.
func (r *Row) unless() string {
	if r.Default == nil || fmt.Sprint(r.Default) != fmt.Sprint(r.Safe) {
		return ""
	}
	unless := " unless " + r.Attribute + " is set outside the repository."
	if r.Kind == Empty {
		return "The destroy fails while " + r.Holds + "," + unless
	}
	return "A final snapshot is taken" + unless
}

// missing reports whether what a snapshot needs is known not to be set.
func (r *Row) missing(before map[string]any) bool {
	if r.Needs == "" {
		return false
	}
	v, set := at(before, r.Needs)
	return set && (v == nil || v == "")
}

func (r *Row) window(before map[string]any) string {
	if r.Attribute == "" {
		return "Recoverable for " + r.length(number(r.Default)) + "."
	}
	v, set := at(before, r.Attribute)
	if !set || v == nil {
		text := "Recoverable for " + r.length(number(r.Default))
		if set {
			return text + ", the default of " + r.Attribute + "."
		}
		return text + " unless " + r.Attribute + " is set outside the repository."
	}
	n := number(v)
	switch {
	case n == 0:
		return fmt.Sprintf("Irreversible: %s is %v, so no copy is kept.", r.Attribute, v)
	case n < 0:
		return "" // not a number
	}
	return fmt.Sprintf("Recoverable for %s: %s = %v.", r.length(n), r.Attribute, v)
}

// length is a time in the largest unit that fits.
func (r *Row) length(n float64) string {
	n *= seconds[r.Unit]
	for _, unit := range []string{"days", "hours", "minutes", "seconds"} {
		if k := n / seconds[unit]; k >= 1 && k == float64(int(k)) {
			if k == 1 {
				unit = strings.TrimSuffix(unit, "s")
			}
			return fmt.Sprintf("%d %s", int(k), unit)
		}
	}
	return fmt.Sprintf("%v seconds", n)
}

// number is a number, or a text such as 2592000s; negative for anything else.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int:
		return float64(v)
	case string:
		if n, err := strconv.ParseFloat(strings.TrimSuffix(v, "s"), 64); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}

// at is the value at a path; a list on the way is entered at its first element.
// set is false where it is not known.
func at(before map[string]any, name string) (v any, set bool) {
	v = before
	for step := range strings.SplitSeq(name, ".") {
		if list, ok := v.([]any); ok {
			if len(list) == 0 {
				return nil, true // the block is not there
			}
			v = list[0]
		}
		if v == nil {
			return nil, true
		}
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[step]; !ok {
			return nil, false
		}
	}
	return v, true
}
