package compare

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// providersReleased tells of providers that come in another version which may
// plan differently. Providers keep such changes for major versions; within one,
// only types of which the facts of the two versions differ are told.
func (c *comparison) providersReleased() {
	for source, types := range c.managedTypes() {
		old, new := c.Before.Versions[source], c.After.Versions[source]
		name := source[strings.LastIndexByte(source, '/')+1:]
		switch {
		case old != "" && new != "" && old != new:
			c.released(source, name, old, new, types)
		case new == "":
			was, is := c.before.Root.Config.Constraints[source], c.after.Root.Config.Constraints[source]
			if was != is && source != config.BuiltinProvider && !sameMajor(was, is) {
				c.gap(plan.Gap{At: c.after.Place(hcl.Range{Filename: c.After.Dir}), Root: c.Root, Kind: plan.GapUnknown, Subject: "provider " + name, Variant: c.Variant,
					Why: fmt.Sprintf("the version constraint of provider %s changes from %q to %q and no lock file names a version: what it does with %s is not known; commit a lock file", name, was, is, listed(types))})
			}
		}
	}
}

// sameMajor: without a lock file init takes the newest version that a constraint
// allows, which is of the same major under both. Where neither sets a bound above
// it is the same version.
func sameMajor(was, is string) bool {
	old, openBefore, ok := config.NewestMajor(was)
	now, openAfter, okAfter := config.NewestMajor(is)
	return ok && okAfter && old == now && openBefore == openAfter
}

func (c *comparison) released(source, name, old, new string, types []string) {
	otherMajor := diff.Major(old) != diff.Major(new)
	var concerned []string
	for _, t := range types {
		if c.Facts == nil || !diff.SameRelease(c.Facts(source, old, t), c.Facts(source, new, t)) {
			concerned = append(concerned, t)
		}
	}
	if otherMajor && len(concerned) == 0 {
		concerned = types
	}
	if len(concerned) == 0 {
		return
	}
	file := path.Join(c.After.Dir, config.LockFile)
	line := config.LockedAt(c.After.Tree, c.After.Dir, source)
	at := hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: 1}, End: hcl.Pos{Line: line, Column: 1}}
	c.gap(plan.Gap{At: c.after.Place(at), Root: c.Root, Kind: plan.GapUnknown, Subject: "provider " + name, Variant: c.Variant,
		Why: fmt.Sprintf("provider %s goes from version %s to %s, which may plan differently for %s", name, old, new, listed(concerned))})
}

// managedTypes are the resource types that both sides manage, by provider.
func (c *comparison) managedTypes() map[string][]string {
	out := map[string][]string{}
	for _, o := range c.objects {
		r := c.configAt(o.final)
		if r == nil {
			continue
		}
		source := o.inst.Resource.Module.Config.ProviderSource(localProvider(o.inst.Resource.Config))
		if !slices.Contains(out[source], r.Type) {
			out[source] = append(out[source], r.Type)
		}
	}
	for _, types := range out {
		slices.Sort(types)
	}
	return out
}

// listed names the first few and counts the rest.
func listed(types []string) string {
	const few = 5
	if len(types) <= few {
		return strings.Join(types, ", ")
	}
	return fmt.Sprintf("%s and %d more types", strings.Join(types[:few], ", "), len(types)-few)
}
