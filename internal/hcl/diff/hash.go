package diff

import (
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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

func isOpaqueValue(v cty.Value) bool {
	k, _ := value.Know(v)
	return k == value.IsOpaque
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
