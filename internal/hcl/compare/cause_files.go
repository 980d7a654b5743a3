package compare

import (
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// files is the first changed line of a module's own files, or of files that
// came or went in its folder.
func (t *tracer) files(before, after *config.Module) chain {
	var names []string
	for _, m := range []*config.Module{before, after} {
		if m != nil {
			names = append(names, m.Files...)
			for _, f := range t.c.Changed {
				if path.Dir(f) == m.Dir && config.IsConfig(f) {
					names = append(names, f)
				}
			}
		}
	}
	return t.firstOf(names)
}

func (t *tracer) firstOf(names []string) chain {
	for _, side := range []plan.Side{plan.After, plan.Before} {
		for _, f := range names {
			if links := t.lines(plan.Range{File: f, Side: side}, path.Base(f)+" changed"); links != nil {
				return links
			}
		}
	}
	return nil
}

// anything is the last resort: a changed line of a file that this root reads.
func (t *tracer) anything(o *object) chain {
	var names []string
	if o != nil {
		names = append(names, o.inst.Resource.Module.Config.Files...)
	}
	reads := map[string]bool{}
	for _, w := range []*eval.World{t.c.before, t.c.after} {
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
	for _, f := range t.c.Changed {
		if reads[f] || path.Dir(f) == t.c.Root || reads[path.Dir(f)] {
			names = append(names, f)
		}
	}
	if links := t.firstOf(names); links != nil {
		return links
	}
	return t.firstOf(t.c.Changed)
}
