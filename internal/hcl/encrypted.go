package hcl

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// encrypted are the variable files of a root that are encrypted and the same on
// both sides: what they give is not known, and does not change.
type encrypted map[string]bool

// sealed finds them: was and is are the files of a root on both sides, in their
// order.
func (p *prediction) sealed(was, is []string) encrypted {
	out := encrypted{}
	if !slices.Equal(was, is) {
		return out
	}
	for _, name := range is {
		if text, ok := config.Encrypted(p.after, name); ok {
			before, same := config.Encrypted(p.before, name)
			out[name] = same && before == text
		}
	}
	return out
}

// isNews reports whether a problem is not that of a file that is encrypted on
// both sides alike.
func (e encrypted) isNews(problem config.Problem) bool { return !e[problem.Range.Filename] }

// give hands the root what encrypted files may give it: every variable that no
// later file gives, and whose declaration stays as it is, has a value of theirs
// that nobody here knows. A default that changes counts as if it were in use.
func (p *prediction) give(v *variant, root string, files []string, sealed encrypted) {
	last := -1
	for i, name := range files {
		if sealed[name] {
			last = i
		}
	}
	if last < 0 {
		return
	}
	before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
	if !before.exists() || !after.exists() {
		return
	}
	laterBefore, _ := config.Values(p.before, files[last+1:])
	laterAfter, _ := config.Values(p.after, files[last+1:])
	for name, was := range before.module.Variables {
		is := after.module.Variables[name]
		_, given := laterBefore[name]
		_, gives := laterAfter[name]
		if is == nil || given || gives || !sameDefault(was, is) {
			continue
		}
		hidden := value.NewOpaque("var."+name+" in "+files[last], cty.DynamicPseudoType)
		v.before[name] = config.Value{Value: hidden, Range: was.Range}
		v.after[name] = config.Value{Value: hidden, Range: is.Range}
	}
}

func sameDefault(was, is *config.Variable) bool {
	if was.Default == nil || is.Default == nil {
		return was.Default == nil && is.Default == nil
	}
	had, diags := was.Default.Value(nil)
	has, more := is.Default.Value(nil)
	return !diags.HasErrors() && !more.HasErrors() && had.RawEquals(has)
}
