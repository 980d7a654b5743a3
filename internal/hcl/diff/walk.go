package diff

import (
	"slices"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// walker compares a whole instance, attribute by attribute, in the order of
// their names, and collects what differs.
type walker struct {
	instance
	hits []hit
	// within is the path of the set that is being walked: elements of a set
	// have no paths of their own.
	within plan.Path
	// problems are what does not fit the schema, by dotted path.
	problems map[string]string
}

func (w *walker) sdk() bool { return !w.typ.Framework }

func (w *walker) hit(path plan.Path, a *plan.AttrFacts, v equal.Verdict, force plan.Force, old, new cty.Value) {
	h := hit{path: slices.Clone(path), attr: a, verdict: v, force: force, old: old, new: new}
	if w.within != nil {
		h.path = slices.Clone(w.within)
	}
	if force == plan.ForceConfigured && new.IsKnown() && new.IsNull() {
		h.force = plan.ForceNever
	}
	if problem, ok := w.problems[dotted(path)]; ok {
		h.verdict, h.force, h.why = equal.Maybe, plan.ForceIf, problem
		h.problem = problem
	} else if v == equal.Maybe {
		h.why = dotted(path) + " may or may not change: its value is not in the configuration"
	}
	w.hits = append(w.hits, h)
}

// object compares the attributes of one object and returns their planned
// values. Absent attributes count as null.
func (w *walker) object(path plan.Path, facts map[string]*plan.AttrFacts, old, new map[string]cty.Value) map[string]cty.Value {
	names := make([]string, 0, len(facts))
	for name := range facts {
		names = append(names, name)
	}
	sort.Strings(names)
	defer func(outer map[string]cty.Value) { w.beside = outer }(w.beside)
	w.beside = new
	out := make(map[string]cty.Value, len(facts))
	for _, name := range names {
		a := facts[name]
		if v, ok := leftAlone(a, old[name], new[name]); ok {
			out[name] = v
			continue
		}
		s := schema.ShapeOf(a)
		out[name] = w.attr(append(path[:len(path):len(path)], name), a, s, orNull(old[name], s), orNull(new[name], s))
	}
	w.unlisted(path, facts, old, new, out)
	return out
}

// leftAlone answers for the many attributes that are not configured: they stay
// as they are.
func leftAlone(a *plan.AttrFacts, old, new cty.Value) (cty.Value, bool) {
	if old == cty.NilVal || a.Nested != nil || a.Default != nil {
		return cty.NilVal, false
	}
	if new != cty.NilVal && !new.IsNull() {
		return cty.NilVal, false
	}
	return old, a.Computed || old.IsKnown() && old.IsNull()
}

// unlisted compares attributes that the facts do not know: of a preview build
// of the provider, of another version, or misspelt.
func (w *walker) unlisted(path plan.Path, facts map[string]*plan.AttrFacts, old, new, out map[string]cty.Value) {
	for _, name := range unionKeys(old, new) {
		if _, ok := facts[name]; ok {
			continue
		}
		o, n := orNull(old[name], schema.Shape{}), orNull(new[name], schema.Shape{})
		out[name] = n
		if equal.Loosely(o, n) != equal.Same {
			at := append(path[:len(path):len(path)], name)
			w.hit(at, &plan.AttrFacts{}, equal.Maybe, plan.ForceIf, o, n)
		}
	}
}

func (w *walker) attr(path plan.Path, a *plan.AttrFacts, s schema.Shape, old, new cty.Value) cty.Value {
	if schema.WriteOnly(a, last(path)) {
		return cty.NullVal(s.ValueType())
	}
	if s.Nested {
		return w.nested(path, a, s, old, new)
	}
	if new.IsKnown() && new.IsNull() {
		switch d := schema.Default(a, s); {
		case d != cty.NilVal:
			new = d
		case a.Computed:
			return old
		}
	}
	if w.sdk() && a.Computed && isEmptyString(new) {
		// "" means unset where the provider can compute the value
		// (helper/schema/schema.go finalizeDiff).
		return old
	}
	v := equal.Values(s, w.sdk(), old, new)
	if v != equal.Same && a.Normalised {
		v = w.normalised(path, a, old, new)
	}
	if v == equal.Maybe && a.Computed && ownChoice(path, old) && isKeyName(last(path)) {
		// The service's own key is none that a configuration names.
		v = equal.Differs
	}
	if v == equal.Same {
		return unchangedValue(old, new)
	}
	if problem := notJSON(w.typ, a, path, new); problem != "" {
		w.problem(dotted(path), problem)
	}
	w.hit(path, a, v, a.Force, old, new)
	return new
}

// normalised compares as the provider's own code does, as far as the facts say.
// What no comparison takes for equal is different, and where the facts cannot
// tell it may be; but for Google, whose states have links where configurations
// have names, so that its rules are code (equal/meaning_google.go).
func (w *walker) normalised(path plan.Path, a *plan.AttrFacts, old, new cty.Value) equal.Verdict {
	said := w.provided(path, a, old, new)
	if said == forms.Holds {
		return equal.Same
	}
	v := equal.Meaning{Provider: w.typ.ProviderName(), Type: w.typ.Type, Attr: last(path)}.Compare(old, new)
	switch {
	case w.typ.ProviderName() == "google":
	case said == forms.Never && v == equal.Maybe:
		return equal.Differs
	case said == forms.Unsure && v == equal.Differs:
		return equal.Maybe
	}
	return v
}

func (w *walker) problem(path, what string) {
	if w.problems == nil {
		w.problems = map[string]string{}
	}
	w.problems[path] = path + " " + what
}

// ownChoice reports that the value was left to the service.
func ownChoice(path plan.Path, old cty.Value) bool {
	k, id := value.Know(old)
	return k == value.IsOpaque && strings.HasSuffix(id, "."+dotted(path))
}

// isKeyName recognises the attributes that name an encryption key.
func isKeyName(name string) bool {
	switch name {
	case "encryption_key_name", "crypto_key_name":
		return true
	}
	return strings.Contains(name, "kms_key") || strings.Contains(name, "kms_master_key")
}

// unchangedValue is the value of an unchanged attribute: as the configuration has it,
// with its marks, unless the provider only regards it as the same.
func unchangedValue(old, new cty.Value) cty.Value {
	if old.RawEquals(new) || equal.Canonical(old) == equal.Canonical(new) {
		return new
	}
	return old
}
