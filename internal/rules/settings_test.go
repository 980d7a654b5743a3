package rules

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func loaded(t testing.TB) *Set {
	t.Helper()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Each bad-*.txtar gives exactly the one line in it; each ok-*.txtar none.
func TestSettings(t *testing.T) {
	set := loaded(t)
	files, err := filepath.Glob("testdata/settings/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = set.ParseSettings(SettingsPath, archive.Files[0].Data)
			got := ""
			if err != nil {
				got = err.Error() + "\n"
			}
			if isBad := strings.HasPrefix(name, "bad-"); isBad != (err != nil) {
				t.Fatalf("error %q", got)
			} else if isBad {
				bad++
			}
			if strings.Count(got, "\n") > 1 || strings.Contains(got, "rules.Settings") {
				t.Errorf("this is not one line for people: %q", got)
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
				if got == "" {
					archive.Files = archive.Files[:1]
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := ""
			if len(archive.Files) > 1 {
				want = string(archive.Files[1].Data)
			}
			if got != want {
				t.Errorf("it says %q, want %q", got, want)
			}
		})
	}
	if bad < 40 {
		t.Errorf("only %d bad files", bad)
	}
}

// E2: one exact path, one plain file; anything else in its place holds, and
// nothing weaker is fallen back to.
func TestE2SettingsArePlainFiles(t *testing.T) {
	set := loaded(t)
	weak := &fstest.MapFile{Data: []byte("version: 1\nenforce: {data: nobody}\n"), Mode: 0o644}
	organisation := fstest.MapFS{SettingsPath: weak}
	for name, tree := range map[string]fstest.MapFS{
		"a symbolic link": {SettingsPath: {Data: []byte("weak.yaml"), Mode: fs.ModeSymlink | 0o777}, ".github/weak.yaml": weak},
		"a folder":        {SettingsPath + "/inner.yaml": weak},
		"a submodule":     {SettingsPath: {Mode: fs.ModeIrregular | 0o755}},
		"an LFS pointer":  {SettingsPath: {Data: []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), Mode: 0o644}},
		"a large file":    {SettingsPath: {Data: []byte("version: 1\n" + strings.Repeat("# x\n", 40_000)), Mode: 0o644}},
		"binary":          {SettingsPath: {Data: []byte("version: 1\n\x00\xff"), Mode: 0o644}},
	} {
		s := set.SettingsFor(tree, organisation)
		if s.Sound() || s.Origin != FromBase || s.Enforce.Data != ByEveryone {
			t.Errorf("%s: problem %q, origin %s, data %s", name, s.Problem, s.Origin, s.Enforce.Data)
		}
		if !s.enforced(Capacity, "", nil) {
			t.Errorf("%s: a person's capacity is not held", name)
		}
	}
	// The twin: another path beside it is no settings at all.
	beside := fstest.MapFS{".github/holdpoint.yml": weak, "holdpoint.yaml": weak}
	if s := set.SettingsFor(beside, nil); !s.Sound() || s.Origin != FromDefault || s.Enforce.Data != ByEveryone {
		t.Errorf("a file beside the settings is read: %+v", s)
	}
	if s := set.SettingsFor(beside, organisation); !s.Sound() || s.Origin != FromOrganisation || s.Enforce.Data != ByNobody {
		t.Errorf("the organisation's settings are not read: %+v", s)
	}
	if s := set.SettingsFor(unreadable{}, organisation); s.Sound() {
		t.Error("a tree that cannot be read falls back to the organisation")
	}
}

// unreadable is a tree whose reading fails for another reason than absence.
type unreadable struct{}

func (unreadable) Open(string) (fs.File, error)      { return nil, errors.New("connection reset") }
func (unreadable) Lstat(string) (fs.FileInfo, error) { return nil, errors.New("connection reset") }
func (unreadable) ReadLink(string) (string, error)   { return "", errors.New("connection reset") }
func (unreadable) Stat(string) (fs.FileInfo, error)  { return nil, errors.New("connection reset") }

func TestOverrideDefaults(t *testing.T) {
	set := loaded(t)
	for text, want := range map[string][]string{
		"version: 1\n":                                                  {"maintain"},
		"version: 1\noverride: {label: x}\n":                            {"maintain"},
		"version: 1\noverride: {users: [alice]}\n":                      nil,
		"version: 1\noverride: {users: [alice], roles: [admin]}\n":      {"admin"},
		"version: 1\noverride: {teams: [acme/on-call], second: true}\n": nil,
	} {
		s, err := set.ParseSettings("x", []byte(text))
		if err != nil || strings.Join(s.Override.Roles, ",") != strings.Join(want, ",") {
			t.Errorf("%s: roles %v (%v), want %v", text, s.Override.Roles, err, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"docs/**", "docs/a/b.md", true}, {"docs/**", "docs", true}, {"docs/", "docs/a", true}, {"docs/**", "docsx/a", false},
		{"**/*.tf", "main.tf", true}, {"**/*.tf", "a/b/main.tf", true}, {"*.tf", "a/main.tf", false},
		{"release/*", "release/1", true}, {"release/*", "release/1/2", false}, {"**", "a/b", true}, {"a/**/b", "a/b", true}, {"a/**/b", "a/x/y/b", true},
		{"main", "Main", false}, {"prod?", "prod1", true}, {"[ab].tf", "a.tf", true},
		{strings.Repeat("**/", 60) + "x", strings.Repeat("a/", 200) + "y", false},
	} {
		if got := matchPattern(c.pattern, c.name); got != c.want {
			t.Errorf("%q fits %q: %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

// FuzzSettings: whatever is in the file, reading it ends in settings or in one
// line that names the file, and never in weaker settings than were written.
func FuzzSettings(f *testing.F) {
	files, _ := filepath.Glob("testdata/settings/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	set := loaded(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := set.ParseSettings(SettingsPath, data)
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, SettingsPath+":") || strings.Contains(text, "\n") {
				t.Fatalf("error %q", text)
			}
			return
		}
		if s.Version != 1 || !s.Sound() {
			t.Fatalf("settings without a version: %+v", s)
		}
		for _, loss := range Losses() {
			if who := s.Enforce.of(loss); who != ByAgents && who != ByEveryone && who != ByNobody {
				t.Fatalf("loss %s is enforced for %q", loss, who)
			}
		}
		for _, a := range s.Approvals {
			if a.Number < 1 || a.empty() {
				t.Fatalf("an approval that takes nobody: %+v", a)
			}
		}
		_ = s.Names().Of("main")
		_ = s.EnvironmentOf("a/b", "a")
	})
}

// beta are types of google-beta, whose schema is not among the facts.
var beta = []string{"google_firebase_database_instance", "google_compute_machine_image", "google_api_gateway_gateway"}

// Every type with a loss class is one that the provider has, so that a
// misspelt name is not a hole.
func TestTypesExist(t *testing.T) {
	set := loaded(t)
	known := facts.Load()
	n := map[Loss]int{}
	checked := 0
	for name, l := range set.types.exact[plan.Terraform] {
		n[l.Loss]++
		provider, _, _ := strings.Cut(name, "_")
		if !slices.Contains([]string{"aws", "google", "azurerm", "random", "tls", "local", "null", "time", "kubernetes"}, provider) || slices.Contains(beta, name) {
			continue
		}
		checked++
		// The newest facts, and the oldest for what is gone since.
		source := "registry.terraform.io/hashicorp/" + provider
		if known(source, "999.0.0", name) == nil && known(source, "0.1.0", name) == nil {
			t.Errorf("no provider has the type %s", name)
		}
	}
	for _, l := range set.types.exact[plan.Kubernetes] {
		n[l.Loss]++
	}
	if checked < 600 || n[Data] < 350 || n[Identity] < 150 || n[Traffic] < 150 {
		t.Errorf("types by loss: %v, %d checked", n, checked)
	}
}
