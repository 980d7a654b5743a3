// Package hosted predicts what an update in place does to what an object of
// Terraform applies in its turn: a release of a chart, a manifest, a stack.
// Terraform's engine hands out what it evaluated, and the engine that knows it
// says what becomes of it.
package hosted

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Engine predicts what applying two trees of manifests does, with folders that
// are declared.
type Engine func(before, after fs.FS, declared []unit.Declaration) plan.Plan

// Predict says what becomes of what the objects of a plan apply.
func Predict(p plan.Plan, before, after fs.FS, kubernetes Engine) plan.Plan {
	var out plan.Plan
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Hosts != nil {
			h := &host{change: c, before: before, after: after, kubernetes: kubernetes}
			out = plan.Join(out, h.predict())
		}
	}
	return out
}

// host is one object that applies others.
type host struct {
	change        *plan.Change
	before, after fs.FS
	kubernetes    Engine
}

func (h *host) predict() plan.Plan {
	was, is := known(h.change.Hosts.Before, h.change.Hosts.After)
	before, after := asMap(was), asMap(is)
	switch typ := h.change.Address.Type; {
	case typ == "helm_release":
		return h.release(before, after)
	case strings.HasPrefix(typ, "kubernetes_"), texts[typ] != "":
		return h.manifest(before, after)
	}
	return h.template(before, after)
}

// folder is where what an object applies is put for the engine.
const folder = "hosted"

// told makes what the engine says of the content speak of the object: it is
// there that the change comes from.
func (h *host) told(p plan.Plan) plan.Plan {
	var out plan.Plan
	for _, c := range p.Changes {
		if !c.Action.Destroys() && c.Effect == "" && len(c.Losses) == 0 || strings.Contains(c.Address.Type, "toolkit.fluxcd.io/") {
			continue
		}
		c.Address.Root, c.Previous.Root = h.change.Address.Root, h.change.Address.Root
		c.Certain, c.Variant = c.Certain && h.change.Certain, h.change.Variant
		c.Causes, c.At = h.causes(c), h.at(c.At)
		out.Changes = append(out.Changes, c)
	}
	for _, g := range p.Gaps {
		g.Root, g.Variant = h.change.Address.Root, h.change.Variant
		g.Why = releaseOf.ReplaceAllString(g.Why, "")
		if g.At = h.at(g.At); g.At == h.change.At {
			g.Why = h.change.Address.String() + ": " + g.Why
		}
		out.Gaps = append(out.Gaps, g)
	}
	return out
}

// releaseOf is how the engine names the object that stands for a release.
var releaseOf = regexp.MustCompile(` \(HelmRelease [^)]*\)`)

// at is a place of the repository: what stands in the content alone is where
// the object is.
func (h *host) at(r plan.Range) plan.Range {
	if path.Dir(r.File) == folder || r.File == folder {
		return h.change.At
	}
	return r
}

// causes lead from the changed line over the object to what it applies.
func (h *host) causes(c plan.Change) []plan.Cause {
	out := slices.Clone(h.change.Causes)
	if n := len(out); n > 0 {
		out[n-1].Text = strings.TrimSuffix(strings.TrimSpace(out[n-1].Text), ":")
	}
	for i, cause := range c.Causes {
		moved := h.at(cause.Range)
		if last := i == len(c.Causes)-1; moved == cause.Range || last {
			cause.Range = moved
			out = append(out, cause)
		}
	}
	return out
}

// known are two values without what is not known on one of the sides: nothing
// is made up for it, and it makes no difference.
func known(before, after any) (any, any) {
	if isUnknown(before) || isUnknown(after) {
		return nil, nil
	}
	b, isMap := before.(map[string]any)
	a, alike := after.(map[string]any)
	if isMap && alike {
		was, is := map[string]any{}, map[string]any{}
		for k := range b {
			was[k], _ = known(b[k], a[k])
		}
		for k := range a {
			_, is[k] = known(b[k], a[k])
		}
		return was, is
	}
	x, isList := before.([]any)
	y, alike := after.([]any)
	if isList && alike && len(x) == len(y) {
		was, is := make([]any, len(x)), make([]any, len(y))
		for i := range x {
			was[i], is[i] = known(x[i], y[i])
		}
		return was, is
	}
	return alone(before), alone(after)
}

// alone is a value without what is not known in it.
func alone(v any) any {
	switch v := v.(type) {
	case plan.Unknown:
		return nil
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			out[k] = alone(item)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			if !isUnknown(item) {
				out = append(out, alone(item))
			}
		}
		return out
	}
	return v
}

func isUnknown(v any) bool { _, ok := v.(plan.Unknown); return ok }

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }
