package fix

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// keepers are the annotations by which each of those that apply leaves an object
// alone which is no longer in the repository.
var keepers = []string{
	"kustomize.toolkit.fluxcd.io/prune: disabled",
	"argocd.argoproj.io/sync-options: Prune=false",
	"helm.sh/resource-policy: keep",
	"kapp.k14s.io/delete-strategy: orphan",
}

// keeps is the way of an object out of Kubernetes' owners that stays alive, in two
// steps: this change puts it back with the annotation that keeps it, a later one
// takes it out. The second step is predicted too: with the annotation live, nothing
// deletes the object.
func (p *proposer) keeps() {
	failed := map[string]bool{} // roots of which no annotation keeps anything
	keeper := map[string]string{}
	for _, f := range p.open(plan.Kubernetes) {
		c := f.Change
		if p.cleared[f.Fingerprint] || failed[c.Address.Root] || c.Action != plan.Delete || c.At.Side != plan.Before || c.Effect == plan.Cascade {
			continue
		}
		known := keepers
		if k := keeper[c.Address.Root]; k != "" {
			known = []string{k}
		}
		tried := false
		for _, annotation := range known {
			cand, ok := p.keep(c, annotation)
			if !ok {
				continue
			}
			tried = true
			if p.keptLater(c.Address, cand.edits) && p.offer(cand) {
				keeper[c.Address.Root] = annotation
				break
			}
		}
		failed[c.Address.Root] = tried && keeper[c.Address.Root] == ""
	}
}

// keep puts the lines back that an object comes from, with an annotation on it.
func (p *proposer) keep(c *plan.Change, annotation string) (candidate, bool) {
	units := p.within(func(u unit) bool {
		return u.covers(c.At) || slices.ContainsFunc(c.Causes, func(cause plan.Cause) bool { return u.covers(cause.Range) })
	})
	if len(units) == 0 {
		return candidate{}, false
	}
	marked := false
	for i, u := range units {
		first := c.At.Line - u.old.start
		if u.from == c.At.File && first >= 0 && c.At.EndLine <= u.old.end {
			units[i].was, marked = annotated(u.was, first, c.At.EndLine-u.old.start, annotation)
		}
	}
	edits, ok := restoreAll(p.change.After, units)
	if !ok {
		return candidate{}, false
	}
	if !marked {
		content, err := fs.ReadFile(p.change.Before, c.At.File)
		now, errNow := fs.ReadFile(p.change.After, c.At.File)
		if err != nil || errNow != nil || !bytes.Equal(content, now) {
			return candidate{}, false
		}
		lines := p.lines(c.At.File)
		if c.At.Line < 1 || c.At.EndLine > len(lines) {
			return candidate{}, false
		}
		fresh, ok := annotated(lines[c.At.Line-1:c.At.EndLine], 0, c.At.EndLine-c.At.Line, annotation)
		if !ok {
			return candidate{}, false
		}
		edits = append(edits, Edit{Path: c.At.File, Start: c.At.Line, End: c.At.EndLine, New: fresh})
	}
	key, _, _ := strings.Cut(annotation, ":")
	return candidate{kind: Keep, restores: true, edits: edits,
		title: "Keep " + c.Address.String() + " in two steps: put it back with the annotation " + key + ", and remove it in a later pull request",
		note:  "Once the annotation is applied, removing the object from the repository leaves it alive and unmanaged.",
	}, true
}

// annotated puts an annotation into the manifest that lines from first to end hold.
func annotated(lines []string, first, end int, annotation string) ([]string, bool) {
	for i := first; i <= end && i < len(lines); i++ {
		if flow, ok := strings.CutPrefix(lines[i], "metadata: {"); ok && !strings.Contains(flow, "annotations:") {
			out := slices.Clone(lines)
			out[i] = "metadata: {annotations: {" + annotation + "}, " + flow
			return out, true
		}
		if strings.TrimRight(lines[i], " ") != "metadata:" {
			continue
		}
		for j := i + 1; j <= end && j < len(lines) && strings.HasPrefix(lines[j], " "); j++ {
			if lines[j] == "  annotations:" {
				return slices.Insert(slices.Clone(lines), j+1, "    "+annotation), true
			}
			if strings.HasPrefix(lines[j], "  annotations:") {
				return nil, false
			}
		}
		return slices.Insert(slices.Clone(lines), i+1, "  annotations:", "    "+annotation), true
	}
	return nil, false
}

// keptLater reports whether the object outlives the change that takes it out
// once it has been applied with the edits.
func (p *proposer) keptLater(a plan.Address, edits []Edit) bool {
	if p.budget < 2 || !p.safe(edits) {
		return false
	}
	p.budget--
	step, err := withEdits(p.req, p.index, edits)
	if err != nil {
		return false
	}
	fixed := step.Comparisons[p.index]
	o, ok := fixed.After.(overlay)
	if !ok {
		return false
	}
	later := review.Comparison{Name: "change", Before: o, After: p.change.After}
	for name := range o.files {
		f := plan.File{Path: name, From: name, Status: plan.Modified, BeforeMode: 0o644, AfterMode: 0o644}
		if _, err := fs.Stat(p.change.After, name); err != nil {
			f.Status, f.AfterMode = plan.Removed, 0
		}
		later.Files = append(later.Files, f)
	}
	slices.SortFunc(later.Files, func(a, b plan.File) int { return strings.Compare(a.Path, b.Path) })
	step.Comparisons = []review.Comparison{later}
	rep, err := p.retry(step)
	if err != nil {
		return false
	}
	left := false
	for _, c := range rep.Plan.Changes {
		if c.Address.Engine == plan.Kubernetes && c.Address == a {
			if c.Action != plan.Orphan {
				return false
			}
			left = true
		}
	}
	return left
}
