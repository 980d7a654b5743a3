package hcl

import (
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/dotfile"
)

// dotfiles reports changed dot-files that may decide which configuration some
// tool sees, and of which nothing is known.
func (p *prediction) dotfiles() plan.Plan {
	var out plan.Plan
	for _, f := range p.changed {
		if !dotfile.Unknown(f) {
			continue
		}
		for which, tree := range p.trees() {
			folders, _ := configFolders(tree)
			beside := slices.IndexFunc(folders, func(dir string) bool { return dotfile.Beside(f, dir) && !isExample(dir) })
			if beside < 0 {
				continue
			}
			out.Gaps = append(out.Gaps, plan.Gap{
				At: p.changedLine(plan.Range{File: f, Line: 1, EndLine: 1, Side: which}), Root: folders[beside], Kind: plan.GapUnsupported, Subject: f,
				Why: "it could not be determined which tool reads " + path.Base(f) + "; it may decide which configuration next to it is applied",
			})
			break
		}
	}
	return out
}
