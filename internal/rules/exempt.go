package rules

import (
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// exemptsAll reports whether every changed path is exempt: one that is not
// brings all the others back, so that a name alone hides nothing. The settings
// themselves are never exempt, whatever pattern they fit.
func (s Settings) exemptsAll(files []plan.File) bool {
	own := func(f plan.File) bool { return f.Path == SettingsPath || f.From == SettingsPath }
	return len(s.Exempt) > 0 && within(s.Exempt, files) && !slices.ContainsFunc(files, own)
}

// withoutExempt takes out of a case whose every changed path is exempt what is
// about exempt folders: changes and gaps whose root lies there, and the files.
// What another root makes of an exempt file that it reads stays.
func (c Case) withoutExempt() (left Case, files []plan.File) {
	if !c.Settings.exemptsAll(c.Files) {
		return c, c.Files
	}
	c.Plan.Changes = slices.DeleteFunc(slices.Clone(c.Plan.Changes), func(x plan.Change) bool {
		return c.Settings.exemptsRoot(x.Address.Root) && c.Settings.exemptsRoot(x.Previous.Root)
	})
	c.Plan.Gaps = slices.DeleteFunc(slices.Clone(c.Plan.Gaps), func(g plan.Gap) bool {
		switch {
		case g.Kind == plan.GapInternal:
			return false
		case g.Root == "":
			return g.At.File != "" && glob.MatchAny(c.Settings.Exempt, g.At.File)
		}
		return c.Settings.exemptsRoot(g.Root)
	})
	return c, nil
}

// anyName stands for every name that a file may have: only a wildcard fits it.
const anyName = "\x00 any name \x00"

// exemptsRoot reports whether every file that may lie in a folder is exempt: a
// pattern that names some of them leaves the root itself outside.
func (s Settings) exemptsRoot(root string) bool {
	return root != "" && glob.MatchAny(s.Exempt, path.Join(root, anyName))
}

// exempts reports whether the settings take this pull request out of the
// agents: a bot they name, whose every changed path is one of the entry's, and
// whose every commit and push is its own or GitHub's for it. A signature speaks
// for the committer: that must be GitHub, which signs for apps, or the bot
// itself. A commit says nothing of who brought it: pushes do.
func (s Settings) exempts(signals Signals, files []plan.File) bool {
	if signals.Author.Type != "Bot" || signals.CommitsIncomplete || len(signals.Commits) == 0 || len(files) == 0 {
		return false
	}
	own := signals.Author.ID
	if own == 0 || !signals.pushedBy(own, WebFlow) {
		return false
	}
	for _, c := range signals.Commits {
		by := c.Committer.Account.ID
		if !c.Verified || c.Author.Account.ID != own || by != own && by != WebFlow {
			return false
		}
	}
	for _, e := range s.Agents.Exempt {
		if e.Login.Is(signals.Author) && within(e.Paths, files) {
			return true
		}
	}
	return false
}

// pushedBy reports whether it is known that nobody else pushed to the branch.
func (s Signals) pushedBy(ids ...int64) bool {
	return s.PushersKnown && !slices.ContainsFunc(s.Pushers, func(a Account) bool { return !slices.Contains(ids, a.ID) })
}

// within reports whether every changed path, old names included, fits.
func within(patterns []string, files []plan.File) bool {
	for _, f := range files {
		if !glob.MatchAny(patterns, f.Path) || f.From != "" && !glob.MatchAny(patterns, f.From) {
			return false
		}
	}
	return len(files) > 0
}
