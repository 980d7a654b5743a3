package glob

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"docs/**", "docs/a/b.md", true}, {"docs/**", "docs", true}, {"docs/", "docs/a", true}, {"docs/**", "docsx/a", false},
		{"**/*.tf", "main.tf", true}, {"**/*.tf", "a/b/main.tf", true}, {"*.tf", "a/main.tf", false},
		{"release/*", "release/1", true}, {"release/*", "release/1/2", false}, {"**", "a/b", true},
		{"a/**/b", "a/b", true}, {"a/**/b", "a/x/y/b", true},
		{"main", "Main", false}, {"prod?", "prod1", true}, {"[ab].tf", "a.tf", true},
		{strings.Repeat("**/", 60) + "x", strings.Repeat("a/", 200) + "y", false},
	} {
		if got := Match(c.pattern, c.name); got != c.want {
			t.Errorf("%q fits %q: %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

// What Check refuses fits nothing.
func TestCheck(t *testing.T) {
	for pattern, want := range map[string]string{
		"": "an empty pattern", "/a": "starts with a slash", strings.Repeat("a", 513): "longer than 512",
		"a/../b": `holds ".."`, "./a": `holds "."`, "a**": "must stand alone", "[": "syntax error",
		"a/**/b/": "", "*.tf": "",
	} {
		err := Check(pattern)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", pattern, err, want)
		}
	}
}
