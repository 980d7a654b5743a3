package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// TitleLimit is GitHub's for the title of a check run's output.
const TitleLimit = 255

// title leads with what cannot be had back.
func title(d Decision) string {
	n := d.Counts
	var text string
	switch d.Basis {
	case Clear:
		text = "Nothing to hold"
	case Released:
		text = "Released: " + findingsText(n) + ", approved by " + names(d.Releases)
	case Overridden:
		text = "Overridden: " + findingsText(n) + ", by " + names(d.Releases)
	case Held:
		text = "Held: " + findingsText(n)
	default:
		text = "Held: " + d.Why
	}
	return cut(text, TitleLimit)
}

func findingsText(n Counts) string {
	text := plural(n.Holding, "finding")
	if n.Data > 0 {
		text = plural(n.Data, "loss of data", "losses of data") + " in " + text
	}
	return text
}

func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

func counts(rep Report) Counts {
	var n Counts
	for _, f := range rep.Findings {
		switch {
		case f.Holds:
			n.Holding++
			if f.Loss == rules.Data {
				n.Data++
			}
		case f.Severity == rules.Note:
			n.Notes++
		default:
			n.Warnings++
		}
	}
	destroyed := map[string]bool{}
	for _, c := range rep.Plan.Changes {
		if c.Action.Destroys() {
			destroyed[string(c.Previous.Engine)+c.Previous.Root+"\x00"+c.Previous.String()] = true
		}
	}
	n.Destroyed, n.Gaps = len(destroyed), len(rep.Gaps)
	return n
}

// plural writes `1 thing`, `2 things`; a third word is the plural itself.
func plural(n int, one string, many ...string) string {
	if n == 1 {
		return "1 " + one
	}
	if len(many) > 0 {
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// why says in one sentence what is missing.
func why(missing []Missing) string {
	parts := make([]string, len(missing))
	for i, m := range missing {
		parts[i] = fmt.Sprintf("%s by %s for %s", m.What, m.From, m.For)
	}
	return "It takes " + strings.Join(parts, "; and ") + "."
}

// fromWhom names the people an entry lets approve.
func fromWhom(by rules.Approvers) string {
	var names []string
	for _, u := range by.Users {
		names = append(names, "@"+u.Login())
	}
	for _, t := range by.Teams {
		names = append(names, "a member of "+t)
	}
	for _, r := range by.Roles {
		switch r {
		case "read", "triage", "write":
			names = append(names, "anyone with "+r+" access")
		default:
			names = append(names, "anyone with the "+r+" role")
		}
	}
	return or(names)
}

func or(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// forWhat says what findings are about: loss classes, environments.
func forWhat(findings []*rules.Finding) string {
	var parts []string
	words := map[rules.Loss]string{
		rules.Data: "a loss of data", rules.Identity: "a lost name, address or key", rules.Traffic: "an outage",
		rules.Capacity: "lost capacity", rules.NoLoss: "an edit of guard rails",
	}
	for _, loss := range rules.Losses() {
		n := 0
		var environments []string
		for _, f := range findings {
			if f.Loss != loss {
				continue
			}
			n++
			if f.Environment != "" && !slices.Contains(environments, f.Environment) {
				environments = append(environments, f.Environment)
			}
		}
		if n == 0 {
			continue
		}
		text := words[loss]
		if n > 1 {
			text += fmt.Sprintf(" (%d findings)", n)
		}
		if len(environments) > 0 {
			slices.Sort(environments)
			text += " in " + strings.Join(environments, ", ")
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func names(releases []Release) string {
	var logins []string
	for _, r := range releases {
		if !slices.Contains(logins, r.Login) {
			logins = append(logins, r.Login)
		}
	}
	if len(logins) < 2 {
		return strings.Join(logins, "")
	}
	return strings.Join(logins[:len(logins)-1], ", ") + " and " + logins[len(logins)-1]
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}
