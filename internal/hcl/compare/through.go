package compare

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// through leads a chain that begins in a module from elsewhere back to the line
// of the repository that names another version of it.
func (t *tracer) through(links chain) chain {
	for range maxNested {
		if len(links) == 0 {
			return links
		}
		key, ok := elsewhere.Key(t.c.After.Dir, links[0].File)
		if !ok {
			if key, ok = elsewhere.Key(t.c.Before.Dir, links[0].File); !ok {
				return links
			}
		}
		first := t.named(key)
		if first == nil || first[0].File == links[0].File {
			return links
		}
		links = append(first, links...)
	}
	return links
}

// maxNested is how many packages lead to one another.
const maxNested = plan.MaxSourceDepth

// named is the call of a module from elsewhere, with what it stands for on both
// sides.
func (t *tracer) named(key string) chain {
	was, had := t.c.Before.Elsewhere[key]
	is, has := t.c.After.Elsewhere[key]
	text := "module." + strings.ReplaceAll(key, ".", ".module.")
	switch {
	case had && has:
		text += ": " + standsFor(was) + " -> " + strings.TrimPrefix(standsFor(is), was.Call.Source+" ")
		if links := t.either(versionAt(is.Call), versionAt(was.Call), text); links != nil {
			return links
		}
		return chain{{Range: t.c.after.Place(is.Call.Range), Text: clip(text)}}
	case has:
		return chain{{Range: t.c.after.Place(is.Call.Range), Text: clip(text + ": " + standsFor(is))}}
	case had:
		return chain{{Range: t.c.before.Place(was.Call.Range), Text: clip(text + ": " + standsFor(was))}}
	}
	return nil
}

// versionAt is where a call says which state of its source it means.
func versionAt(call *config.Call) hcl.Range {
	if call.VersionAt.Filename != "" {
		return call.VersionAt
	}
	return call.SourceAt
}

// standsFor is a source with the version or the digest that it resolved to.
func standsFor(m elsewhere.Module) string {
	text := m.Call.Source
	switch {
	case m.Package.Version != "":
		text += " " + m.Package.Version
	case m.Call.Version != "":
		text += " " + m.Call.Version
	}
	if _, id, ok := strings.Cut(m.Package.Digest, "@"); ok && len(id) > 12 {
		text += " (" + strings.TrimPrefix(id, "sha256:")[:7] + ")"
	}
	return text
}

// drifts tells of references that moved by themselves. Both sides were taken for
// what was live, so that nothing of it is held against this change.
func (c *comparison) drifts() {
	for _, d := range c.Drifts {
		was, is := elsewhere.Module{Call: &config.Call{Source: d.Source.Address}, Package: d.Was}, elsewhere.Module{Call: &config.Call{Source: d.Source.Address}, Package: d.Is}
		c.gap(plan.Gap{At: c.after.Place(d.Declared), Root: c.Root, Kind: plan.GapSourceDrift, Variant: c.Variant, Source: d.Source.Address,
			Subject: "module." + strings.ReplaceAll(d.Key, ".", ".module."),
			Why: "was " + standsFor(was) + " when the base was pushed and is " + strings.TrimPrefix(standsFor(is), d.Source.Address+" ") +
				" now, without this change; the next apply takes the newer one. Pin the version to apply what was reviewed"})
	}
}

// sourcesOf are the digests of the packages that a change lies in or comes of,
// those of both sides.
func (c *comparison) sourcesOf(change plan.Change) []string {
	var out []string
	add := func(dir, file string) {
		key, ok := elsewhere.Key(dir, file)
		if !ok {
			return
		}
		for _, side := range []map[string]elsewhere.Module{c.Before.Elsewhere, c.After.Elsewhere} {
			if d := side[key].Package.Digest; d != "" {
				out = append(out, d)
			}
		}
	}
	for _, dir := range []string{c.Before.Dir, c.After.Dir} {
		add(dir, change.At.File)
		for _, cause := range change.Causes {
			add(dir, cause.File)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
