package planner

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// sensitivity names the parts of a configuration that are sensitive.
func sensitivity(v cty.Value) string {
	if !v.ContainsMarked() {
		return ""
	}
	_, marked := v.UnmarkDeepWithPaths()
	var out []string
	for _, pm := range marked {
		if _, ok := pm.Marks[value.Sensitive]; ok {
			out = append(out, pathText(pm.Path))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func pathText(p cty.Path) string {
	var b strings.Builder
	for _, s := range p {
		switch s := s.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + s.Name)
		case cty.IndexStep:
			b.WriteString("[" + value.KeyText(s.Key) + "]")
		}
	}
	return b.String()
}

// fresh makes what a function gives anew at each plan pending.
func fresh(cfg cty.Value) cty.Value {
	if !cfg.ContainsMarked() || !hasImpure(cfg) {
		return cfg
	}
	out, err := cty.Transform(cfg, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if v.IsKnown() || !impure(v) {
			return v, nil
		}
		return value.NewPending(v.Type()), nil
	})
	if err != nil {
		return cfg
	}
	return out
}

func hasImpure(v cty.Value) bool {
	_, m := v.UnmarkDeep()
	_, ok := m[funcs.Impure{}]
	_, moment := m[funcs.Moment]
	return ok || moment
}

// impure: the time of the plan as it is counts, what is made of it may be the
// same for long.
func impure(v cty.Value) bool {
	_, ok := v.Marks()[funcs.Impure{}]
	return ok || value.SymbolOf(v) == funcs.Moment.ID
}
