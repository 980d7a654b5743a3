package publish

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Lengths of foreign text in a slot, in characters.
const (
	maxName   = 200
	maxPath   = 200
	maxCause  = 160
	maxPhrase = 500
)

// ShortID is the handle of a finding in texts: HP- and eight digits of its
// fingerprint.
func ShortID(fingerprint string) string {
	return "HP-" + fingerprint[:min(8, len(fingerprint))]
}

// operation says what happens to the subject of a finding in one or two
// words: delete, replace, disarm, change, unknown.
func operation(f rules.Finding) string {
	switch {
	case f.Change != nil:
		return changeWord(*f.Change)
	case f.File != nil:
		return string(f.File.Status)
	default:
		return "unknown"
	}
}

// changeWord names an action; where there is only an effect, the effect.
func changeWord(c plan.Change) string {
	if c.Action == plan.None && c.Effect != "" {
		return string(c.Effect)
	}
	if c.Effect == plan.Reject {
		return "replace or be refused"
	}
	if !c.Certain {
		return "may " + string(c.Action)
	}
	return string(c.Action)
}

// lossPhrase says what is lost when the finding comes true.
func lossPhrase(f rules.Finding) string {
	switch {
	case f.Gap != nil:
		return "not known"
	case f.File != nil, f.Change != nil && f.Change.Effect == plan.Disarm:
		return "nothing yet"
	}
	switch f.Loss {
	case rules.Data:
		return "data that cannot be had back"
	case rules.Identity:
		return "names or addresses that others rely on"
	case rules.Traffic:
		return "service until it is back"
	case rules.Capacity:
		return "nothing that cannot be made anew"
	default:
		return "nothing by itself"
	}
}

// place writes a range as file:line. It is foreign text.
func place(r plan.Range) string {
	if r.File == "" {
		return "the whole root"
	}
	return r.Place()
}

// causes is the chain of a finding; where the predictor gave none, the place
// of the finding is all there is.
func causes(f rules.Finding) []plan.Cause {
	if f.Change != nil && len(f.Change.Causes) > 0 {
		return f.Change.Causes
	}
	if f.At == (plan.Range{}) {
		return nil
	}
	return []plan.Cause{{Range: f.At}}
}

// forced writes the attributes that force a replacement: `engine`,
// `node_config[0].machine_type`. They are foreign text.
func forced(c plan.Change) string {
	var all []string
	for _, path := range c.Because {
		all = append(all, attribute(path))
	}
	return strings.Join(all, ", ")
}

func attribute(path plan.Path) string {
	var b strings.Builder
	for i, step := range path {
		switch step := step.(type) {
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		default:
			fmt.Fprintf(&b, "[%v]", step)
		}
	}
	return b.String()
}

// subject names what a finding is about, with the root where it is not the top.
func subject(f rules.Finding) string { return within(f.Subject(), f) }

// within adds the root of a finding to what names its subject; a path says it
// itself.
func within(name string, f rules.Finding) string {
	if root := f.Root(); root != "" && root != "." && name != root && !strings.HasPrefix(name, root+"/") {
		return name + " in " + root
	}
	return name
}

// group is the findings that come from one changed line.
type group struct {
	cause    plan.Cause
	findings []rules.Finding
}

// byCause groups findings by the line they come from, in the order of the
// first finding of each.
func byCause(findings []rules.Finding) []group {
	var groups []group
	at := map[plan.Cause]int{}
	for _, f := range findings {
		var first plan.Cause
		if chain := causes(f); len(chain) > 0 {
			first = chain[0]
		}
		i, ok := at[first]
		if !ok {
			i = len(groups)
			at[first] = i
			groups = append(groups, group{cause: first})
		}
		groups[i].findings = append(groups[i].findings, f)
	}
	return groups
}

// split parts the findings into those that hold and the others.
func split(findings []rules.Finding) (holding, others []rules.Finding) {
	for _, f := range findings {
		if f.Holds {
			holding = append(holding, f)
			continue
		}
		others = append(others, f)
	}
	return holding, others
}

// uncoveredGaps are the gaps that no finding is about.
func uncoveredGaps(gaps []plan.Gap, findings []rules.Finding) []plan.Gap {
	shown := map[plan.Gap]bool{}
	for _, f := range findings {
		if f.Gap != nil {
			shown[*f.Gap] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(gaps), func(g plan.Gap) bool { return shown[g] })
}

// unmatchedChanges are destroyed objects that no rule says anything of.
func unmatchedChanges(changes []plan.Change, findings []rules.Finding) []plan.Change {
	type key struct {
		address plan.Address
		action  plan.Action
	}
	shown := map[key]bool{}
	for _, f := range findings {
		if f.Change != nil {
			shown[key{f.Change.Address, f.Change.Action}] = true
		}
	}
	var out []plan.Change
	for _, c := range changes {
		k := key{c.Address, c.Action}
		if c.Action.Destroys() && !shown[k] {
			shown[k] = true
			out = append(out, c)
		}
	}
	return out
}

// count writes a number with its noun: 1 object, 2 objects.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// why says why a change happens: its reason, and what forces it.
func why(f rules.Finding) string {
	if f.Change == nil {
		return ""
	}
	reason := f.Change.Reason.Sentence()
	if attrs := forced(*f.Change); attrs != "" {
		reason = cmp.Or(reason, "an attribute changes that cannot change in place") + ": " + attrs
	}
	return reason
}
