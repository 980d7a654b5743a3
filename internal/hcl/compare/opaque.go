package compare

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/opaque"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/trace"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// opaqueCalls adds what changes of modules that are not had.
func (c *comparison) opaqueCalls() {
	gone, gaps := opaque.Compare(c.Pair)
	for _, g := range gone {
		c.callGone(g)
	}
	for _, g := range gaps {
		c.gap(g)
	}
}

func (c *comparison) callGone(g opaque.Gone) {
	if _, unknown := c.moduleOf(g.Final[:len(g.Final)-1]); unknown {
		return
	}
	change := plan.Change{Address: c.address(move.Address{Module: g.Final}), Previous: c.address(move.Address{Module: g.Address}),
		Action: plan.Delete, Reason: g.Reason, Certain: !strings.Contains(g.Address.String(), string(eval.SomeKey)),
		Variant: c.in.Variant, At: c.Before.Place(g.Call.Config.Full), Before: map[string]any{"source": g.Call.Config.Source}}
	if g.Forget {
		change.Action = plan.Forget
	}
	change.Causes = c.tracer.Call(g.Call, change)
	c.changes = append(c.changes, change)
}

// drifts adds references that moved by themselves. Both sides were taken for
// what was live, so that nothing of it is held against this change.
func (c *comparison) drifts() {
	for _, d := range c.in.Drifts {
		call := &config.Call{Source: d.Source.Address}
		was := trace.StandsFor(elsewhere.Module{Call: call, Package: d.Was})
		is := trace.StandsFor(elsewhere.Module{Call: call, Package: d.Is})
		c.gap(plan.Gap{At: c.After.Place(d.Declared), Kind: plan.GapSourceDrift, Source: d.Source.Address,
			Subject: "module." + strings.ReplaceAll(d.Key, ".", ".module."),
			Why: "was " + was + " when the base was pushed and is " + strings.TrimPrefix(is, d.Source.Address+" ") +
				" now, without this change; the next apply uses the newer one. Pin the version to apply what was reviewed"})
	}
}
