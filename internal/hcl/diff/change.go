package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hit is one attribute whose value changes, or may change.
type hit struct {
	path     plan.Path
	attr     *plan.AttrFacts
	verdict  equal.Verdict // maybe or differs
	force    plan.Force
	old, new cty.Value
	why      string // what makes it uncertain
	problem  string // what the provider would refuse
}

// texts are both values of a hit as text, "" for null and for what is known
// only after apply; ok is false where one is opaque.
func (h hit) texts() (old, new string, ok bool) {
	o, okOld := equal.Text(h.old)
	n, okNew := equal.Text(h.new)
	if k, _ := value.Know(h.new); k == value.IsPending {
		n, okNew = "", true
	}
	return o, n, okOld && okNew
}

// lengths are the numbers of elements of both values; ok is false where one is
// unknown.
func (h hit) lengths() (old, new int, ok bool) {
	o, _ := h.old.Unmark()
	n, _ := h.new.Unmark()
	if !o.IsKnown() || !n.IsKnown() {
		return 0, 0, false
	}
	return equal.Length(o), equal.Length(n), true
}

// change is what plan-time logic of a provider sees: the whole instance before
// and as planned.
type change struct {
	typ            *plan.TypeFacts
	prior, planned map[string]cty.Value
	config         map[string]cty.Value
}

// decision is what plan-time logic makes of one changed attribute.
type decision int

const (
	inPlace  decision = iota + 1 // an update
	replaces                     // forces replacement
	open                         // depends on a value, or an answer of the service, that is not known
	nothing                      // not a change at all
)

// was and becomes are attributes as text: "" where null, false where unknown.
func (c change) was(path string) (string, bool) { return textAt(c.prior, path) }

func (c change) becomes(path string) (string, bool) { return textAt(c.planned, path) }

// unset reports that the configuration leaves an attribute to the provider.
func (c change) unset(name string) bool {
	v, ok := c.config[name]
	return !ok || v.IsKnown() && v.IsNull()
}
