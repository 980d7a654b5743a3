package hcl

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
)

// installKey tells installations apart: the tools have registries of their own.
type installKey struct {
	old, root     string
	before, after config.Tool
}

// install lays the modules from elsewhere of a root, once.
func (p *prediction) install(old, root string, before, after side) elsewhere.Installed {
	key := installKey{old, root, before.runtime.Tool, after.runtime.Tool}
	if done, ok := p.installs[key]; ok {
		return done
	}
	done := elsewhere.Install(p.sources, p.loader,
		elsewhere.Side{Tree: p.laid[0], Root: old, Module: before.module, Runtime: before.runtime},
		elsewhere.Side{Tree: p.laid[1], Root: root, Module: after.module, Runtime: after.runtime})
	p.installs[key] = done
	return done
}

// changedWith are the paths that differ, those of installed modules among them.
func (p *prediction) changedWith(more []string) []string {
	if len(more) == 0 {
		return p.changed
	}
	out := slices.Concat(p.changed, more)
	slices.Sort(out)
	return slices.Compact(out)
}
