package hcl

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// stateMoved is a root whose state is kept elsewhere from here on. Terraform
// refuses to go on until somebody says what becomes of the old one: left behind,
// everything is made a second time; taken along, the change does what it would
// have done there.
func (p *prediction) relocatedState(root string, in compare.Input) plan.Plan {
	was, is := in.Before.Module.Settings, in.After.Module.Settings
	at, side := is.StateRange, plan.After
	if is.State == "" {
		at, side = was.StateRange, plan.Before
	}
	place := p.changedLine(rangeOn(at, side))
	from, to := stateNames(was.State, is.State)
	out := compare.Left(in, plan.StateRelocated, place, "the state moves from "+from+" to "+to, true)
	if other, taken := p.stateOf(is.State, root); taken {
		out.Gaps = append(out.Gaps, plan.Gap{At: place, Root: root, Kind: plan.GapUnsupported, Subject: root,
			Why: "its state is the one of " + other + ": resources in that state that this folder does not configure would be destroyed"})
	}
	along := onlyLosses(compare.Root(in))
	for i := range along.Changes {
		along.Changes[i].Certain = false
	}
	return plan.Join(out, plan.Plan{Changes: along.Changes, Objects: along.Objects})
}

// stateNames are two states in words: the kind of backend, and the arguments in
// which they differ.
func stateNames(before, after string) (from, to string) {
	b, a := strings.Fields(before), strings.Fields(after)
	return stateName(b, a), stateName(a, b)
}

func stateName(state, other []string) string {
	if len(state) == 0 {
		return "a local file"
	}
	var out []string
	for i, word := range state {
		if i < 2 || !slices.Contains(other, word) {
			out = append(out, strings.Trim(word, "{}"))
		}
	}
	text := strings.Join(out, " ")
	if len(text) > 120 {
		text = strings.ToValidUTF8(text[:117], "") + "…"
	}
	return text
}

// namesState reports whether a backend says which state it is; the rest may be
// given by the command line.
func namesState(state string) bool {
	return slices.ContainsFunc([]string{"key=", "path=", "prefix=", "workspaces"}, func(s string) bool { return strings.Contains(state, s) })
}

// stateOf finds another root that kept its state in this place before the change.
func (p *prediction) stateOf(state, root string) (string, bool) {
	if !namesState(state) {
		return "", false
	}
	folders, _ := configFolders(p.before)
	for _, dir := range folders {
		if dir != root && p.load(p.before, plan.Before, dir).exists() && p.load(p.before, plan.Before, dir).module.Settings.State == state {
			return dir, true
		}
	}
	return "", false
}

// stateFileGone reports whether a state file that was committed beside a root
// without a backend is removed: what it lists is then made anew.
func (p *prediction) stateFileGone(root string, before side) (string, bool) {
	name := path.Join(root, "terraform.tfstate")
	if before.module.Settings.State != "" || !exists(p.before, name) || exists(p.after, name) {
		return "", false
	}
	b, err := fs.ReadFile(p.before, name)
	return name, err == nil && listsResources(string(b))
}

func listsResources(state string) bool {
	return strings.Contains(state, `"resources"`) && !strings.Contains(state, `"resources":[]`) && !strings.Contains(state, `"resources": []`)
}
