package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
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

// place writes a range as file:line, of several lines file:first-last. It is
// foreign text.
func place(r plan.Range) string {
	switch {
	case r.File == "":
		return "the whole root"
	case r.Line > 0 && r.EndLine > r.Line:
		return fmt.Sprintf("%s-%d", r.Place(), r.EndLine)
	default:
		return r.Place()
	}
}

// spot is where a chain leads over: its first line.
func spot(r plan.Range) string {
	r.EndLine = r.Line
	return place(r)
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

// why says why a finding's change happens: what forces it, or its reason.
func why(f rules.Finding) string {
	if f.Change == nil {
		return ""
	}
	if attrs := forced(*f.Change); attrs != "" {
		if len(f.Change.Because) == 1 {
			return attrs + " forces replacement"
		}
		return attrs + " force replacement"
	}
	return f.Change.Why()
}

// whyAll is why the change of every object of a row happens.
func whyAll(r report.Row) string {
	if len(r.Members) == 0 || r.First().Change == nil || len(r.First().Change.Because) > 0 {
		return why(r.First())
	}
	return r.First().Change.Reason.Sentence()
}

// about is what the rule says of a finding, without the name in front.
func about(f rules.Finding) string {
	rest, named := strings.CutPrefix(f.Message, f.Subject())
	if !named {
		return f.Message
	}
	return strings.TrimLeft(rest, ": ")
}

// inRoot is the root of a row where nothing else tells it: the name, the members,
// or the file that causes it.
func inRoot(r report.Row, cause plan.Cause) string {
	root := r.First().Root()
	several := slices.ContainsFunc(r.Findings, func(f rules.Finding) bool { return f.Root() != root })
	said := r.Name == root || strings.HasPrefix(r.Name, root+"/") || strings.HasPrefix(cause.File, root+"/")
	if several || said || root == "" || root == "." {
		return ""
	}
	return root
}

// count writes a number with its noun: 1 object, 2 objects.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// operation says what happens to the subject of a finding.
func operation(f rules.Finding) string { return report.ActionOf(f) }

// causes is the chain of a finding.
func causes(f rules.Finding) []plan.Cause { return report.Causes(f) }
