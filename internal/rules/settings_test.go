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
	for name, c := range map[string]struct {
		tree    fs.FS
		problem string
	}{
		"a symbolic link": {fstest.MapFS{SettingsPath: {Data: []byte("weak.yaml"), Mode: fs.ModeSymlink | 0o777}, ".github/weak.yaml": weak},
			"want a plain file"},
		"a folder":    {fstest.MapFS{SettingsPath + "/inner.yaml": weak}, "want a plain file"},
		"a submodule": {fstest.MapFS{SettingsPath: {Mode: fs.ModeIrregular | 0o755}}, "want a plain file"},
		"an LFS pointer": {fstest.MapFS{SettingsPath: {Data: []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
			Mode: 0o644}}, "Git LFS pointer"},
		"a large file": {unread{fstest.MapFS{SettingsPath: {Data: []byte("version: 1\n" + strings.Repeat("# x\n", 40_000)), Mode: 0o644}}},
			"larger than"},
		"binary": {fstest.MapFS{SettingsPath: {Data: []byte("version: 1\n\x00\xff"), Mode: 0o644}}, "not plain UTF-8"},
		"unread": {unread{fstest.MapFS{SettingsPath: weak}}, "connection reset"},
	} {
		s := set.SettingsFor(c.tree, organisation)
		if s.Sound() || s.Origin != FromBase || s.Enforce.Data != ByEveryone || !strings.Contains(s.Problem, c.problem) {
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
		t.Errorf("the organization's settings are not read: %+v", s)
	}
	if s := set.SettingsFor(unreadable{}, organisation); s.Sound() {
		t.Error("a tree that cannot be read falls back to the organisation")
	}
}

// unread is a tree whose files cannot be read.
type unread struct{ fstest.MapFS }

func (unread) ReadFile(string) ([]byte, error) { return nil, errors.New("connection reset") }

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

// What shows nothing, or turns the reading direction, is refused with its line.
func TestBadText(t *testing.T) {
	for text, line := range map[string]int{
		"a\u202ab": 1, "a\n\u202eb": 2, "\u2066": 1, "\u2069": 1, "\u200b": 1, "\ufeff": 1, "a\x7f": 1, "\n\n\x1f": 3, "a\xffb": 1, "\xe2\x80": 1,
		"": 0, "a\tb\r\n": 0, "caf\u00e9": 0, "\u65e5\u672c": 0, "\u2029\u202f\u2065\u206a": 0, "\ufffd": 0, "~\u0080": 0,
	} {
		if got, bad := badText([]byte(text)); got != line || bad != (line > 0) {
			t.Errorf("%q: line %d, %t, want %d", text, got, bad, line)
		}
	}
}

// The forms of single values.
func TestForms(t *testing.T) {
	long := strings.Repeat("x", 51)
	for form, c := range map[string]struct{ good, bad []string }{
		"folder":     {[]string{".", "prod", "a/b c"}, []string{"", "/prod", "../prod", "a/../b", "a/*", "a?", `a\b`, `\a`, "a\nb"}},
		"file":       {[]string{"x.tfvars", "../shared.tfvars"}, []string{"", "/x.tfvars", `a\x`, "a\nb", "a\x00b"}},
		"label":      {[]string{"", "holdpoint override", long[:50]}, []string{long, " x", "a,b", "a\nb", "a\tb"}},
		"user":       {[]string{"alice", "alice#583231", "x[bot]", "x[bot]#1"}, []string{"", "@alice", "alice#0", "alice#x", "a b", "[bot]"}},
		"team":       {[]string{"acme/dba"}, []string{"dba", "acme/", "/dba", "acme/dba/x", "@acme/dba"}},
		"repository": {[]string{"acme/modules.tf"}, []string{"acme", "acme/", "https://github.com/acme/b"}},
		"name":       {[]string{"prod", "eu west/1"}, []string{"", "-x", "a\nb", "x\u0430"}},
	} {
		for _, text := range append(slices.Clone(c.good), c.bad...) {
			if err := forms[form](text); (err != nil) != slices.Contains(c.bad, text) {
				t.Errorf("%s %q: %v", form, text, err)
			}
		}
	}
}

// What is left out of the settings has its default, and what is given stands.
func TestSettingsAreCompleted(t *testing.T) {
	set := loaded(t)
	s, err := set.ParseSettings("x", []byte("version: 1\napprovals:\n  - {roles: [write]}\n  - {roles: [write], number: 3, teams: [acme/A, ACME/a, acme/b]}\n"+
		"override: {teams: [acme/b], second: True}\nterraform: {only_roots: TRUE, roots: [{path: prod}]}\nkubernetes: {folders: [{path: a, prune: False}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Approvals[0].Number != 1 || s.Approvals[1].Number != 3 {
		t.Errorf("numbers of approvals: %+v", s.Approvals)
	}
	if !s.Override.Second || !s.Terraform.OnlyRoots || s.Kubernetes.Folders[0].Prune {
		t.Errorf("true and false: %+v", s)
	}
	if got := s.Teams(); !slices.Equal(got, []string{"acme/a", "acme/b"}) {
		t.Errorf("teams %q", got)
	}
}

// A rule that is gone is told as that, and settings that are too long are not read.
func TestSettingsOfBefore(t *testing.T) {
	set := *loaded(t)
	set.retired = []string{"tf-of-before"}
	for text, want := range map[string]string{
		"version: 1\nrules: {tf-of-before: warn}\n":           "x:2: rules.tf-of-before: this rule no longer exists",
		"version: 1\n" + strings.Repeat("#", largestSettings): "x:1: larger than",
	} {
		if _, err := set.ParseSettings("x", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
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
		if !slices.Contains([]string{"aws", "google", "azurerm", "random", "tls", "local", "null", "time", "kubernetes"}, provider) ||
			slices.Contains(beta, name) {
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
