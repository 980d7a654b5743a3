package trace

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// through leads a chain that begins in a module from elsewhere back to the line
// of the repository that names another version of it.
func (t *walk) through(links chain) chain {
	for range maxNested {
		if len(links) == 0 {
			return links
		}
		key, ok := elsewhere.Key(t.pair.After.Dir, links[0].File)
		if !ok {
			if key, ok = elsewhere.Key(t.pair.Before.Dir, links[0].File); !ok {
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
func (t *walk) named(key string) chain {
	was, had := t.pair.Before.Elsewhere[key]
	is, has := t.pair.After.Elsewhere[key]
	text := "module." + strings.ReplaceAll(key, ".", ".module.")
	switch {
	case had && has:
		text += ": " + StandsFor(was) + " -> " + strings.TrimPrefix(StandsFor(is), was.Call.Source+" ")
		if links := t.either(versionAt(is.Call), versionAt(was.Call), text); links != nil {
			return links
		}
		return chain{{Range: t.pair.After.Place(is.Call.Range), Text: clip(text)}}
	case has:
		return chain{{Range: t.pair.After.Place(is.Call.Range), Text: clip(text + ": " + StandsFor(is))}}
	case had:
		return chain{{Range: t.pair.Before.Place(was.Call.Range), Text: clip(text + ": " + StandsFor(was))}}
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

// StandsFor is a source with the version or the digest that it resolved to.
func StandsFor(m elsewhere.Module) string {
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
