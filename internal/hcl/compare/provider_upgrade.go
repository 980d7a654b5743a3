package compare

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/opaque"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// providerUpgrades adds providers that come in another version which may
// plan differently. Providers keep such changes for major versions; within one,
// only types of which the facts of the two versions differ count.
func (c *comparison) providerUpgrades() {
	for source, types := range c.managedTypes() {
		old, new := c.BeforeVersions[source], c.AfterVersions[source]
		name := source[strings.LastIndexByte(source, '/')+1:]
		switch {
		case old != "" && new != "" && old != new:
			c.upgrade(source, name, old, new, types)
		case new == "":
			c.otherConstraint(source, name, types)
		}
	}
}

// otherConstraint adds a provider without a locked version whose constraint allows
// another major version.
func (c *comparison) otherConstraint(source, name string, types []string) {
	was, is := c.Before.Root.Config.Constraints[source], c.After.Root.Config.Constraints[source]
	if was == is || source == config.BuiltinProvider || sameMajor(was, is) {
		return
	}
	c.gap(plan.Gap{At: c.After.Place(hcl.Range{Filename: c.After.Dir}), Kind: plan.GapUnknown, Subject: "provider " + name,
		Why: fmt.Sprintf("the version constraint of provider %s changes from %q to %q and no lock file names a version:"+
			" its effect on %s is not known; commit a lock file", name, was, is, opaque.Listed(types))})
}

// sameMajor: without a lock file init takes the newest version that a constraint
// allows, which is of the same major under both. Where neither sets a bound above
// it is the same version.
func sameMajor(was, is string) bool {
	old, openBefore, ok := config.NewestMajor(was)
	now, openAfter, okAfter := config.NewestMajor(is)
	return ok && okAfter && old == now && openBefore == openAfter
}

// upgrade adds a provider that is locked in another version.
func (c *comparison) upgrade(source, name, old, new string, types []string) {
	var concerned []string
	for _, t := range types {
		if c.Facts == nil || !diff.SameRelease(c.Facts(source, old, t), c.Facts(source, new, t)) {
			concerned = append(concerned, t)
		}
	}
	if diff.Major(old) != diff.Major(new) && len(concerned) == 0 {
		concerned = types
	}
	if len(concerned) == 0 {
		return
	}
	line := config.LockedAt(c.After.Tree, c.After.Dir, source)
	at := hcl.Pos{Line: line, Column: 1}
	c.gap(plan.Gap{At: c.After.Place(hcl.Range{Filename: path.Join(c.After.Dir, config.LockFile), Start: at, End: at}),
		Kind: plan.GapUnknown, Subject: "provider " + name,
		Why: fmt.Sprintf("provider %s changes from version %s to %s, which may plan differently for %s", name, old, new, opaque.Listed(concerned))})
}

// managedTypes are the resource types that both sides manage, by provider.
func (c *comparison) managedTypes() map[string][]string {
	out := map[string][]string{}
	for _, o := range c.Objects {
		r := c.ConfigAt(o.Final)
		if r == nil {
			continue
		}
		source := providers.Source(o.Inst.Resource)
		if !slices.Contains(out[source], r.Type) {
			out[source] = append(out[source], r.Type)
		}
	}
	for _, types := range out {
		slices.Sort(types)
	}
	return out
}
