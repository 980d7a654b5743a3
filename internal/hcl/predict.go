// Package hcl predicts what an apply of changed Terraform or OpenTofu text
// does to the instances that exist: from two trees, and from nothing else.
package hcl

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/upload"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// Predict says what an apply of after does to what an apply of before left.
// The plan is sorted.
func Predict(before, after fs.FS, facts plan.Facts, opt Options) plan.Plan {
	if opt.Work == nil {
		opt.Work = NewWork()
	}
	files, err := treediff.Files(before, after)
	if err != nil {
		return plan.Plan{Gaps: []plan.Gap{{
			Kind: plan.GapUnreadable, Subject: "tree", Why: "the two versions cannot be compared: " + err.Error(),
		}}}
	}
	was, is := elsewhere.Over(before), elsewhere.Over(after)
	p := &prediction{before: was, after: is, laid: [2]*elsewhere.Tree{was, is}, facts: facts, opt: opt,
		loader: config.NewLoader(maxConfigBytes), tools: [2]*config.Runtimes{config.NewRuntimes(before), config.NewRuntimes(after)},
		lines: lines.New(was, is), sources: plan.SourcesOr(opt.Sources), installs: map[installKey]elsewhere.Installed{}}
	for _, f := range files {
		p.changed = append(p.changed, f.Path)
		if f.From != f.Path {
			p.changed = append(p.changed, f.From)
		}
	}
	p.renames(files)
	slices.Sort(p.changed)
	p.changed = slices.Compact(p.changed)
	if len(p.changed) == 0 {
		return plan.Plan{}
	}
	p.named, p.passing, p.unread = sync.OnceValue(p.changedWords), sync.OnceValue(p.findPassing), sync.OnceValue(p.findUnread)
	out := p.run()
	out.Sort()
	return out
}

// Wants reports whether a file is worth having at hand before [Predict]: it is
// configuration, or something configuration often reads.
func Wants(name string) bool {
	base := path.Base(name)
	switch {
	case config.IsConfig(name), strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"),
		base == ".terraform.lock.hcl", base == upload.IgnoreFile, config.PinsRuntime(base), base == "terragrunt.hcl", name == "root.hcl",
		strings.HasSuffix(name, ".terraform/modules/modules.json"):
		return true
	}
	return isPipeline(name)
}

func (p *prediction) run() plan.Plan {
	var gaps []plan.Gap
	p.applied, gaps = p.roots()
	out := plan.Plan{Gaps: append(gaps, p.unread().gaps...)}
	for i, root := range p.applied {
		if p.opt.Work.Err() != nil {
			out = p.unevaluated(out, p.applied[i:])
			break
		}
		out = plan.Join(out, p.uploads(root, p.limited(root, p.root(root))))
	}
	return plan.Join(out, p.terragrunt(), p.dotfiles(), p.code())
}
