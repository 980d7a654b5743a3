package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// TitleLimit is GitHub's for the title of a check run's output.
const TitleLimit = 255

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
			if losesData(f) {
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
		parts[i] = m.String()
	}
	return "Needs " + strings.Join(parts, "; and ") + "."
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

// losesData reports whether the finding itself takes data away: what only
// lets a later change do so, or may hide it, does not.
func losesData(f rules.Finding) bool {
	return f.Loss == rules.Data && f.Change != nil && (f.Change.Action.Destroys() || f.Change.Effect == plan.DataLoss)
}

// sorts are the kinds of findings in words, the worst first.
var sorts = []string{
	"permanent data loss", "an identity change", "downtime", "capacity", "a removed safeguard", "an edit of guard rails",
	"something that could not be determined",
	"a change",
}

// sortOf is the index of a finding's kind in sorts.
func sortOf(f *rules.Finding) int {
	switch {
	case f.Gap != nil:
		return 6
	case f.File != nil || strings.HasPrefix(f.Rule, "guard-"):
		return 5
	case f.Change != nil && f.Change.Effect == plan.Disarm:
		return 4
	}
	if i := slices.Index(rules.Losses(), f.Loss); i >= 0 && i < 4 {
		return i
	}
	return 7
}

// forWhat says what findings are about: their kinds, numbers, environments.
func forWhat(findings []*rules.Finding) string {
	count := make([]int, len(sorts))
	environments := make([][]string, len(sorts))
	for _, f := range findings {
		i := sortOf(f)
		count[i]++
		if f.Environment != "" && !slices.Contains(environments[i], f.Environment) {
			environments[i] = append(environments[i], f.Environment)
		}
	}
	var parts []string
	for i, n := range count {
		if n == 0 {
			continue
		}
		text := sorts[i]
		if n > 1 {
			text += fmt.Sprintf(" (%d findings)", n)
		}
		if len(environments[i]) > 0 {
			slices.Sort(environments[i])
			text += " in " + strings.Join(environments[i], ", ")
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
