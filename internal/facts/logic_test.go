package facts_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/logic"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every type and path of rules/facts/logic is in the facts of the release that
// the row names.
func TestLogicIsAboutWhatExists(t *testing.T) {
	find := facts.Load()
	for _, f := range logic.Files() {
		sections, err := f.Sections()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sections {
			for _, r := range s.Rows {
				found := map[string]bool{}
				types := typesOf(t, f, s, r)
				for _, name := range types {
					provider, version := f.ReleaseOf(name, r)
					known := find(provider, version, name)
					if known == nil || known.Version != version {
						t.Errorf("%s: %s is not in %s %s: name a release that has it", f.Name(), name, provider, version)
						continue
					}
					has := false
					for _, p := range r.Paths {
						if attributeAt(known, p) != nil {
							found[p], has = true, true
						}
					}
					if !has && len(types) < 100 {
						t.Errorf("%s: %s %s has none of %v", f.Name(), name, version, r.Paths)
					}
					if r.To != "" && attributeAt(find(provider, "", name), r.To) == nil {
						t.Errorf("%s: the newest %s has no %s", f.Name(), name, r.To)
					}
				}
				for _, p := range r.Paths {
					if !found[p] {
						t.Errorf("%s: %v: no %s in the release that the row names", f.Name(), s.Names, p)
					}
				}
			}
		}
	}
}

// typesOf are the types that a row is about.
func typesOf(t *testing.T, f *logic.File, s logic.Section, r logic.Row) []string {
	t.Helper()
	pattern := s.Names[0]
	switch {
	case len(r.Types) > 0:
		return r.Types
	case !strings.HasSuffix(pattern, "*"):
		return s.Names
	}
	provider, version := f.ReleaseOf(pattern, logic.Row{})
	for _, h := range facts.Versions() {
		if h.Provider == provider && h.Version == version {
			return facts.Types(h)
		}
	}
	t.Fatalf("%s: %s: no facts of %s %s", f.Name(), pattern, provider, version)
	return nil
}

// attributeAt follows a path of names; `**` stands for whatever is there.
func attributeAt(t *plan.TypeFacts, path string) *plan.AttrFacts {
	attrs, at := t.Attributes, &plan.AttrFacts{}
	for name := range strings.SplitSeq(path, ".") {
		if name == "**" {
			return at
		}
		if at = attrs[name]; at == nil {
			return nil
		}
		attrs = at.Nested
	}
	return at
}
