package trace

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// at is a chain of one link where a range holds a changed line.
func (t *walk) at(r plan.Range, text string) chain {
	if r.File == "" {
		return nil
	}
	changed := t.lines.Changed(r)
	if len(changed) == 0 {
		return nil
	}
	line := changed[0]
	for _, l := range changed { // a line with something on it says more
		if strings.Trim(t.lines.Text(r.File, r.Side, l), " \t\r\n{}[]()") != "" {
			line = l
			break
		}
	}
	end := line
	for slices.Contains(changed, end+1) {
		end++
	}
	return chain{{Range: plan.Range{File: r.File, Line: line, EndLine: end, Side: r.Side}, Text: clip(text)}}
}

// either looks for a changed line on the after side first, then on the before
// side.
func (t *walk) either(after, before hcl.Range, text string) chain {
	if after.Filename != "" {
		if links := t.at(t.pair.After.Place(after), text); links != nil {
			return links
		}
	}
	if before.Filename != "" {
		return t.at(t.pair.Before.Place(before), text)
	}
	return nil
}

func (t *walk) firstOf(names []string) chain {
	for _, side := range []plan.Side{plan.After, plan.Before} {
		for _, f := range names {
			if links := t.at(plan.Range{File: f, Side: side}, path.Base(f)+" changed"); links != nil {
				return links
			}
		}
	}
	return nil
}

// files is the first changed line of a module's own files, or of files that
// came or went in its folder.
func (t *walk) files(before, after *config.Module) chain {
	var names []string
	for _, m := range []*config.Module{before, after} {
		if m != nil {
			names = append(names, m.Files...)
			for _, f := range t.changed {
				if path.Dir(f) == m.Dir && config.IsConfig(f) {
					names = append(names, f)
				}
			}
		}
	}
	return t.firstOf(names)
}

// anything is the last resort: a changed line of a file that this root reads.
func (t *walk) anything(o *pair.Object) chain {
	var names []string
	if o != nil {
		names = append(names, o.Inst.Resource.Module.Config.Files...)
	}
	reads := map[string]bool{}
	for _, w := range []*eval.World{t.pair.Before, t.pair.After} {
		if w == nil {
			continue
		}
		for f := range w.Reads {
			reads[f] = true
		}
		for _, m := range w.Modules() {
			names = append(names, m.Config.Files...)
		}
		for _, v := range w.Given {
			names = append(names, v.Range.Filename)
		}
	}
	for _, f := range t.changed {
		if reads[f] || path.Dir(f) == t.root || reads[path.Dir(f)] {
			names = append(names, f)
		}
	}
	if links := t.firstOf(names); links != nil {
		return links
	}
	return t.firstOf(t.changed)
}

// read explains a value by the files its functions read.
func (t *walk) read(e *expr.Expression) chain {
	calls := false
	for _, name := range e.Calls {
		calls = calls || strings.HasPrefix(name, "file") || name == "templatefile"
	}
	if !calls {
		return nil
	}
	changed := t.changedReads()
	for _, f := range changed { // one that the expression names, first
		if strings.Contains(e.Text, path.Base(f)) {
			if links := t.firstOf([]string{f}); links != nil {
				return links
			}
		}
	}
	return t.firstOf(changed)
}

// changedReads are the changed files that functions looked at, those in
// folders they listed included.
func (t *walk) changedReads() []string {
	var out []string
	for _, f := range t.changed {
		for _, w := range []*eval.World{t.pair.After, t.pair.Before} {
			if w.Reads[f] || w.Listed(f) {
				out = append(out, f)
				break
			}
		}
	}
	return out
}

// called explains path.module and the like: the call that leads to a module.
func (t *walk) called(before, after *eval.Module) chain {
	for before != nil && after != nil && before.Call != nil && after.Call != nil {
		if links := t.either(after.Call.SourceAt, before.Call.SourceAt, after.Address+": source"); links != nil {
			return links
		}
		before, after = before.Parent, after.Parent
	}
	return nil
}
