package rules

import (
	"slices"
	"strings"
	"unicode"

	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// namePrefix starts the name of every check of ours.
const namePrefix = "holdpoint: "

// Lengths of names, in characters. GitHub does not document that of a check
// run's name; the context of a commit status, which is what a ruleset requires,
// has 255, and GitHub's own Actions cut the names of theirs at 100. What is
// written is cut at the larger, and names are compared up to the smaller.
const (
	nameWritten  = 255
	nameCompared = 100
)

// Names are the names of the check for base branches. The settings of the
// default branch alone give them, since a check belongs to a commit: a branch
// that named its own check could let another branch's pull requests through.
// The zero Names are those without any settings.
type Names struct{ checks []Check }

// Names are the names that the settings give, as those of the default branch.
func (s Settings) Names() Names { return Names{s.Checks} }

// Of is the name of the check run for a base branch.
func (n Names) Of(baseRef string) string {
	name := []rune(namePrefix + n.behind(baseRef))
	return string(name[:min(len(name), nameWritten)])
}

func (n Names) behind(baseRef string) string {
	for _, c := range n.checks {
		if glob.MatchAny(c.Bases, baseRef) {
			return c.Name
		}
	}
	return baseRef
}

// Shared reports whether GitHub may take the checks of two base branches for
// one: their names are equal but for case and for what is behind the limit.
func (n Names) Shared(a, b string) bool { return SameName(n.Of(a), n.Of(b)) }

// Gives reports whether the settings give the name of a base's check to others
// too.
func (n Names) Gives(baseRef string) bool {
	return slices.ContainsFunc(n.checks, func(c Check) bool { return SameName(namePrefix+c.Name, n.Of(baseRef)) })
}

// SameName reports whether GitHub may take two names of checks for one.
func SameName(a, b string) bool { return foldedName(a) == foldedName(b) }

// foldedName is what names are compared by.
func foldedName(name string) string {
	folded := []rune(strings.Map(foldRune, name))
	return strings.TrimSpace(string(folded[:min(len(folded), nameCompared)]))
}

// foldRune is the least of the characters that differ by case alone (Unicode,
// simple case folding).
func foldRune(r rune) rune {
	least := r
	for s := unicode.SimpleFold(r); s != r; s = unicode.SimpleFold(s) {
		least = min(least, s)
	}
	return least
}

// NamedElsewhere are the settings of a branch that is not the default one: they
// must not name checks in another way than the default branch's do. A copy of
// what those say changes nothing, and a branch that was made from the default
// one has it.
func (s Settings) NamedElsewhere(standard Settings, defaultBranch string) Settings {
	same := slices.EqualFunc(s.Checks, standard.Checks, func(a, b Check) bool { return a.Name == b.Name && slices.Equal(a.Bases, b.Bases) })
	switch {
	case !s.Sound():
		return s
	case !standard.Sound():
		return s.unsound("the settings of the default branch, " + defaultBranch + ", name the checks and are invalid: " + standard.Problem)
	case s.Origin == FromBase && len(s.Checks) > 0 && !same:
		return s.unsound(atLine(SettingsPath, s.checksLine) +
			"checks: only the settings of the default branch, " + defaultBranch + ", name checks; remove this here")
	}
	return s
}

// unsound are the strict settings with a problem.
func (s Settings) unsound(problem string) Settings {
	strict := Strict()
	strict.Origin, strict.Problem = s.Origin, problem
	return strict
}
