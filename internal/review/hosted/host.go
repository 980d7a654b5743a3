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

// host is one object that applies others.
type host struct {
	change        *plan.Change
	before, after fs.FS
	kubernetes    Engine
}

// folder is where what an object applies is put for the engine.
const folder = "hosted"

// ofObject makes what the engine says of the content a change of the object: it
// is there that the change comes from.
func (h *host) ofObject(p plan.Plan) plan.Plan {
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

func isUnknown(v any) bool { _, ok := v.(plan.Unknown); return ok }

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

func (h *host) gap(kind plan.GapKind, why string) plan.Plan {
	c := h.change
	return plan.Plan{Gaps: []plan.Gap{{At: c.At, Root: c.Address.Root, Kind: kind, Subject: c.Address.String(), Why: why, Variant: c.Variant}}}
}

func text(m map[string]any, at string) string { s, _ := m[at].(string); return s }
