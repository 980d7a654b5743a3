package logic

import (
	"slices"
	"strings"
	"testing"
)

const sound = "releases: {a: b/a@1.0.0}\na_b:\n- {rule: lowered, paths: [c], source: s}\n- {rule: lowered, paths: [d], source: s}\n"

// A row that is not sound does not load, and the error names the file, the type,
// the row and the way out; one that is sound does.
func TestUnsoundRows(t *testing.T) {
	for want, edit := range map[string][2]string{
		"":                                 {"", ""},
		"source must be given":             {"[d], source: s", "[d]"},
		"paths must be given":              {", paths: [d]", ""},
		"field extra not found":            {"[d], source: s", "[d], source: s, extra: 1"},
		`rule "shrinks": want one of`:      {"lowered, paths: [d]", "shrinks, paths: [d]"},
		"rule unset needs from":            {"lowered, paths: [d]", "unset, paths: [d]"},
		"rule only needs transitions":      {"lowered, paths: [d]", "only, paths: [d]"},
		"transition \"a\": want `old>new`": {"lowered, paths: [d]", "only, transitions: [a], paths: [d]"},
		"leave out rule lowered":           {"lowered, paths: [d]", "lowered, check: x, paths: [d]"},
		`as "map": want list`:              {"lowered, paths: [d]", "renamed, to: e, as: map, paths: [d]"},
	} {
		rows, err := mustSplit(t, strings.Replace(sound, edit[0], edit[1], 1)).Rows("a_b")
		switch {
		case want == "":
			if err != nil || len(rows) != 2 {
				t.Errorf("sound rows: %v, %v", rows, err)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: got %v", want, err)
		case !strings.HasPrefix(err.Error(), "a.yaml: a_b: "):
			t.Errorf("%v: names no file and type", err)
		case !strings.Contains(want, "field") && !strings.Contains(err.Error(), "row 2"):
			t.Errorf("%v: names no row", err)
		}
	}
}

func TestUnsoundFiles(t *testing.T) {
	for want, text := range map[string]string{
		"rows before a type": "- {rule: lowered}\n",
		"is no type":         "a_b\n",
		"releases":           "releases: [a]\n",
	} {
		if _, err := Read("a.yaml", text); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "a.yaml: ") {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

// Rows of a type come before those of a pattern, which `types` narrow.
func TestRowsOfPatterns(t *testing.T) {
	f := mustSplit(t, `a_*:
- {rule: always, paths: [p], source: s}
- {rule: never, paths: [q], types: [a_c], source: s}
a_b, a_c:
- {rule: removed, paths: [r], source: s}
`)
	for name, want := range map[string]string{"a_b": "removed always", "a_c": "removed always never", "a_d": "always", "b_a": ""} {
		rows, err := f.Rows(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, string(r.Rule))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", name, got, want)
		}
	}
}

// A row holds from its first major version to its last.
func TestVersions(t *testing.T) {
	for major, want := range map[int]int{5: 1, 6: 2} {
		rows := Of("aws_dynamodb_table", major)
		n := 0
		for _, r := range rows {
			if slices.Contains(r.Paths, "stream_arn") {
				n++
			}
		}
		if n != want {
			t.Errorf("version %d: %d rows about stream_arn, want %d", major, n, want)
		}
	}
}

// Every embedded file is sound, says each thing once, and names its providers.
func TestEmbedded(t *testing.T) {
	for _, f := range Files() {
		seen := map[string]bool{}
		for _, s := range f.sections {
			if key := strings.Join(s.names, ", "); seen[key] {
				t.Errorf("%s: %s stands twice: put its rows together", f.name, key)
			} else {
				seen[key] = true
			}
			rows, err := s.rows()
			if err != nil {
				t.Error(err)
			}
			if len(rows) == 0 {
				t.Errorf("%s: %v has no rows", f.name, s.names)
			}
			for _, name := range s.names {
				if provider, version := f.ReleaseOf(name, Row{}); provider == "" || version == "" {
					t.Errorf("%s: %s: releases name no version of its provider", f.name, name)
				}
			}
		}
	}
}

func mustSplit(t *testing.T, text string) *File {
	t.Helper()
	f, err := Read("a.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
