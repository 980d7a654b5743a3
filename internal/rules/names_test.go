package rules

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// A1: names that GitHub may take for one are one; others are not.
func TestA1NamesFold(t *testing.T) {
	names := Names{[]Check{{Name: "release", Bases: []string{"release/*", "hotfix/**"}}, {Name: "Trunk", Bases: []string{"dev"}}}}
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"main", "main", true}, {"main", "Main", true}, {"main", "MAIN", true}, {"stra\u00dfe", "STRA\u1e9eE", true},
		{"\u212aube", "kube", true}, // the Kelvin sign
		{"release/1", "release/2", true}, {"release/1", "hotfix/a/b", true}, {"release/1", "RELEASE", true}, {"dev", "trunk", true},
		{long + "a", long + "b", true}, {strings.Repeat("x", 89) + "a", strings.Repeat("x", 89) + "b", true},
		{"main", "main2", false}, {"main", "mai", false}, {"release/1", "release/1/2", false}, {"dev", "main", false},
		{"m\u0430in", "main", false}, // another letter
		{strings.Repeat("x", 88) + "a", strings.Repeat("x", 88) + "b", false},
	} {
		if got := names.Shared(c.a, c.b); got != c.same || names.Shared(c.b, c.a) != got {
			t.Errorf("%q and %q share a name: %t, want %t", c.a, c.b, got, c.same)
		}
	}
	for base, want := range map[string]string{"main": "holdpoint: main", "release/1": "holdpoint: release", "dev": "holdpoint: Trunk",
		long: "holdpoint: " + long[:244]} {
		if got := names.Of(base); got != want {
			t.Errorf("the check of %s is %q, want %q", base, got, want)
		}
	}
}

// A1: `checks:` of another branch is an error that says so, but for a copy of
// what the default branch says; the other settings are the branch's own.
func TestA1OnlyTheDefaultBranchNames(t *testing.T) {
	set := loaded(t)
	tree := func(text string) fs.FS {
		if text == "" {
			return fstest.MapFS{}
		}
		return fstest.MapFS{SettingsPath: &fstest.MapFile{Data: []byte(text), Mode: 0o644}}
	}
	const one, other = "checks:\n  - {name: all, bases: [\"**\"]}\n", "checks:\n  - {name: main, bases: [evil]}\n"
	for name, c := range map[string]struct{ own, standard, organisation, problem string }{
		"none":                   {"version: 1\n", "version: 1\n" + one, "", ""},
		"a copy":                 {"version: 1\nrules: {tf-forget: hold}\n" + one, "version: 1\n" + one, "", ""},
		"the organisation's":     {"", "", "version: 1\n" + one, ""},
		"not the organisation's": {"", "version: 1\n", "version: 1\n" + one, ""},
		"others": {"version: 1\n" + other, "version: 1\n" + one, "",
			".github/holdpoint.yaml:3: checks: only the settings of the default branch, main, name checks"},
		"beside none": {"version: 1\nenforce: {data: nobody}\n" + other, "version: 1\n", "",
			".github/holdpoint.yaml:4: checks: only"},
		"beside no settings":      {"version: 1\n" + one, "", "", ".github/holdpoint.yaml:3: checks: only"},
		"beside the organisation": {"version: 1\n" + other, "", "version: 1\n" + one, ".github/holdpoint.yaml:3: checks: only"},
		"beside unsound ones": {"version: 1\n", "version: 3\n", "",
			"the settings of the default branch, main, name the checks and are invalid: .github/holdpoint.yaml:1: version"},
		"another name": {"version: 1\n" + other, "version: 1\nchecks:\n  - {name: main2, bases: [evil]}\n", "",
			".github/holdpoint.yaml:3: checks: only"},
		"other bases": {"version: 1\n" + other, "version: 1\nchecks:\n  - {name: main, bases: [dev]}\n", "",
			".github/holdpoint.yaml:3: checks: only"},
		"neither is sound":         {"version: 4\n", "version: 3\n", "", ".github/holdpoint.yaml:1: version is \"4\""},
		"with an error of its own": {"version: 3\n" + other, "version: 1\n", "", ".github/holdpoint.yaml:1: version"},
	} {
		standard := set.SettingsFor(tree(c.standard), tree(c.organisation))
		got := set.SettingsFor(tree(c.own), tree(c.organisation)).NamedElsewhere(standard, "main")
		if got.Sound() != (c.problem == "") || !strings.HasPrefix(got.Problem, c.problem) {
			t.Errorf("%s: the problem is %q, want %q", name, got.Problem, c.problem)
		}
		if !got.Sound() && got.Enforce.Data != ByEveryone {
			t.Errorf("%s: settings that are not sound enforce less", name)
		}
	}
}
