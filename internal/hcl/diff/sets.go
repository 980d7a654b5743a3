package diff

import (
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// set compares set blocks: elements are paired by content, what the provider
// computes inside them counting as equal to whatever it was; elements that
// find no partner are removed or added.
func (w *walker) set(path plan.Path, a *plan.AttrFacts, s schema.Shape, old, new cty.Value) cty.Value {
	olds, news := elements(old), elements(new)
	if !old.IsKnown() {
		return w.opaqueSet(path, a, s, old, news)
	}
	if w.sameHashes(hashOf(w.typ, names(path)), olds, news) {
		return old
	}
	pairs, removed, added := w.pair(path, a, olds, news)
	if len(olds) != len(news) {
		w.hit(path, a, equal.Differs, a.Force, old, new)
	}
	inner := w.inside(path)
	var planned []cty.Value
	for _, p := range pairs {
		planned = append(planned, inner.element(path, a, p.old, p.new))
	}
	for _, e := range added {
		inner.added(path, a, e)
		planned = append(planned, inner.element(path, a, cty.NullVal(cty.DynamicPseudoType), e))
	}
	for _, e := range removed {
		if w.sdk() {
			inner.element(path, a, e, cty.NullVal(cty.DynamicPseudoType))
		} else {
			inner.hit(path, a, equal.Differs, a.Force, old, new)
		}
	}
	w.hits = inner.hits
	return collect(s, planned)
}

// inside is a walker whose hits carry the path of the set.
func (w *walker) inside(path plan.Path) *walker {
	inner := *w
	if inner.within == nil {
		inner.within = path
	}
	return &inner
}

// added: an attribute of a new element that the provider computes and that
// forces replacement is unknown, and so forces it
// (helper/schema/schema.go finalizeDiff).
func (w *walker) added(path plan.Path, a *plan.AttrFacts, e cty.Value) {
	if !w.sdk() {
		return
	}
	config := w.attributes(path, e, a.Nested)
	for name, n := range a.Nested {
		v, ok := config[name]
		if n.Computed && n.Force == plan.ForceAlways && (!ok || v.IsKnown() && v.IsNull()) && !schema.ShapeOf(n).Nested {
			w.hit(path, n, equal.Differs, n.Force, cty.NullVal(cty.DynamicPseudoType), e)
		}
	}
}

// opaqueSet: what was there before was the provider's choice.
func (w *walker) opaqueSet(path plan.Path, a *plan.AttrFacts, s schema.Shape, old cty.Value, news []cty.Value) cty.Value {
	inner := w.inside(path)
	var planned []cty.Value
	for _, e := range news {
		planned = append(planned, inner.element(path, a, old, e))
	}
	inner.hit(path, a, equal.Maybe, a.Force, old, cty.TupleVal(news))
	w.hits = inner.hits
	return collect(s, planned)
}

type pair struct{ old, new cty.Value }

// pair finds for each new element an old one that is the same, else one that
// may be.
func (w *walker) pair(path plan.Path, a *plan.AttrFacts, olds, news []cty.Value) (pairs []pair, removed, added []cty.Value) {
	taken := make([]bool, len(olds))
	partner := make([]int, len(news))
	text := make(map[string][]int, len(olds))
	for i, o := range olds {
		text[equal.Canonical(o)] = append(text[equal.Canonical(o)], i)
	}
	for j, n := range news {
		partner[j] = -1
		for _, i := range text[equal.Canonical(n)] {
			if !taken[i] {
				taken[i], partner[j] = true, i
				break
			}
		}
	}
	for _, accept := range []equal.Verdict{equal.Same, equal.Maybe} {
		for j := range news {
			for i := 0; i < len(olds) && partner[j] < 0; i++ {
				if !taken[i] && w.elementVerdict(path, a, olds[i], news[j]) <= accept {
					taken[i], partner[j] = true, i
				}
			}
		}
	}
	for j, n := range news {
		if partner[j] < 0 {
			added = append(added, n)
			continue
		}
		pairs = append(pairs, pair{olds[partner[j]], n})
	}
	for i, o := range olds {
		if !taken[i] {
			removed = append(removed, o)
		}
	}
	return pairs, removed, added
}

// elementVerdict is the verdict on a whole element.
func (w *walker) elementVerdict(path plan.Path, a *plan.AttrFacts, old, new cty.Value) equal.Verdict {
	trial := walker{instance: w.instance, within: path, problems: w.problems}
	trial.element(path, a, old, new)
	worst := equal.Same
	for _, h := range trial.hits {
		worst = max(worst, h.verdict)
	}
	return worst
}

// hashOf is the hash of a set whose provider gives it one of its own. The SDK
// compares sets by their hashes alone (helper/schema/schema.go diffSet): while
// these agree nothing has changed, whatever else differs inside. Nil where the
// set has the usual hash over everything that is configured.
func hashOf(t *plan.TypeFacts, path string) func(map[string]cty.Value) string {
	switch row, ok := rowOf(t, plan.LogicHash, path); {
	case !ok:
		return nil
	case row.Check != "":
		return hashes[row.Check]
	default:
		return byAttributes(row.By)
	}
}

// hashes are what rows name.
var hashes = map[string]func(map[string]cty.Value) string{"firewallRule": firewallRule}

func byAttributes(names []string) func(map[string]cty.Value) string {
	return func(attrs map[string]cty.Value) string {
		var b strings.Builder
		for _, name := range names {
			if v, ok := attrs[name]; ok && !equal.IsZero(v) && !isOpaqueValue(v) {
				b.WriteString(equal.Canonical(v))
			}
			b.WriteByte('-')
		}
		return b.String()
	}
}

func firewallRule(attrs map[string]cty.Value) string {
	protocol, _ := textAt(attrs, "protocol")
	var ports []string
	list, ok := attrs["ports"]
	if !ok {
		list = cty.EmptyTupleVal
	}
	for _, p := range elements(list) {
		ports = append(ports, equal.Canonical(p))
	}
	sort.Strings(ports)
	return strings.ToLower(protocol) + "-" + strings.Join(ports, "-")
}

// sameHashes reports that both sides have the same hashes; false also where a
// set has no hash of its own.
func (w *walker) sameHashes(hash func(map[string]cty.Value) string, olds, news []cty.Value) bool {
	if hash == nil || !w.sdk() || len(olds) != len(news) {
		return false
	}
	count := map[string]int{}
	for _, e := range olds {
		count[hash(w.attributes(nil, e, nil))]++
	}
	for _, e := range news {
		count[hash(w.attributes(nil, e, nil))]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
