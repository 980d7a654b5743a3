package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// largestSettings is more than any settings need, in bytes.
const largestSettings = 128 << 10

// SettingsFor reads the settings in force: those of the base commit, else the
// organisation's, else the strict default. Settings that cannot be read or are
// not sound carry a Problem and hold everything; nothing weaker is fallen back
// to. Either tree may be nil.
func (s *Set) SettingsFor(base, organisation fs.FS) Settings {
	for _, source := range []struct {
		tree   fs.FS
		origin Origin
	}{{base, FromBase}, {organisation, FromOrganisation}} {
		if source.tree == nil {
			continue
		}
		data, err := readSettings(source.tree)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		settings := Strict()
		if err == nil {
			settings, err = s.ParseSettings(SettingsPath, data)
		}
		if settings.Origin = source.origin; err != nil {
			settings = settings.unsound(firstLine(err.Error()))
		}
		return settings
	}
	return Strict()
}

// readSettings takes one regular file and nothing else: not a link, not a
// submodule, not a folder.
func readSettings(tree fs.FS) ([]byte, error) {
	info, err := fs.Lstat(tree, SettingsPath)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", SettingsPath, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: want a plain file, not a link, folder or submodule", SettingsPath)
	case info.Size() > largestSettings:
		return nil, fmt.Errorf("%s: larger than %d bytes", SettingsPath, largestSettings)
	}
	data, err := fs.ReadFile(tree, SettingsPath)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", SettingsPath, err)
	}
	if plan.IsLFSPointer(data) {
		return nil, fmt.Errorf("%s: it is a Git LFS pointer; keep the settings in the repository itself", SettingsPath)
	}
	return data, nil
}

// atLine starts a message about a line of a file.
func atLine(file string, line int) string { return fmt.Sprintf("%s:%d: ", file, line) }

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// ParseSettings reads settings. An error names the file and the line.
func (s *Set) ParseSettings(file string, data []byte) (Settings, error) {
	fail := func(line int, format string, args ...any) (Settings, error) {
		return Settings{}, fmt.Errorf("%s%s", atLine(file, line), fmt.Sprintf(format, args...))
	}
	if len(data) > largestSettings {
		return fail(1, "larger than %d bytes", largestSettings)
	}
	if line, bad := badText(data); bad {
		return fail(line, "this is not plain UTF-8 text")
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return fail(1, "the file is empty; it needs at least `version: 1`")
	}
	if err == nil {
		if err = dec.Decode(&more); err == nil {
			return fail(more.Line, "there is a second document; settings are one")
		}
	}
	if !errors.Is(err, io.EOF) {
		return fail(errorLine(err), "%s", yamlWords(err))
	}
	settings := Strict()
	settings.Version = 0
	d := decoder{file: file, lines: map[string]int{}}
	d.decode(doc.Content[0], reflect.ValueOf(&settings).Elem(), "", "settings")
	if d.err == nil {
		s.checkSettings(&d, settings)
	}
	if d.err != nil {
		return Settings{}, d.err
	}
	settings.complete(d.lines)
	return settings, nil
}

// badText finds the first line that is not UTF-8, or holds characters that
// show nothing or turn the reading direction (Unicode TR 36).
func badText(data []byte) (line int, bad bool) {
	line = 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size <= 1, r < ' ' && r != '\n' && r != '\r' && r != '\t', r == 0x7f,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200b, r == 0xfeff:
			return line, true
		case r == '\n':
			line++
		}
		data = data[size:]
	}
	return 0, false
}

func errorLine(err error) int {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			return n
		}
	}
	return 1
}

var yamlPrefix = regexp.MustCompile(`^yaml: (line \d+: )?`)

func yamlWords(err error) string {
	return "this is not YAML: " + firstLine(yamlPrefix.ReplaceAllString(err.Error(), ""))
}

// checkSettings looks at what single fields cannot tell.
func (s *Set) checkSettings(d *decoder, settings Settings) {
	known := make([]field, len(s.rules))
	for i, r := range s.rules {
		known[i].name = r.ID
	}
	for _, id := range sortedKeys(settings.Rules) {
		at := d.lines["rules."+id]
		switch {
		case slices.Contains(s.retired, id):
			d.failAt(at, "rules.%s: this rule no longer exists; remove the line", id)
		case !slices.ContainsFunc(known, func(f field) bool { return f.name == id }):
			d.failAt(at, "rules.%s is not a rule%s", id, nearest(id, known))
		}
	}
	var environments []string
	for i, e := range settings.Environments {
		if slices.Contains(environments, e.Name) {
			d.failAt(d.lines[fmt.Sprintf("environments[%d].name", i)], "environments[%d].name: %q is given twice", i, e.Name)
		}
		environments = append(environments, e.Name)
	}
	for i, a := range settings.Approvals {
		at := fmt.Sprintf("approvals[%d]", i)
		if a.empty() {
			d.failAt(d.lines[at], "%s names nobody: give users, teams or roles", at)
		}
		for j, e := range a.Environments {
			if !slices.Contains(environments, e) {
				name := fmt.Sprintf("%s.environments[%d]", at, j)
				d.failAt(d.lines[name], "%s: %q is not one of the environments", name, e)
			}
		}
		people := len(a.Users)
		if len(a.Teams)+len(a.Roles) == 0 && a.Number > people {
			d.failAt(d.lines[at], "%s takes %d approvals and names fewer people (%d)", at, a.Number, people)
		}
		checkRoles(d, at, a.Roles)
		checkBots(d, at, a.Users)
	}
	checkRoles(d, "override", settings.Override.Roles)
	checkBots(d, "override", settings.Override.Users)
	for i, e := range settings.Agents.Exempt {
		if !strings.Contains(string(e.Login), "[bot]") {
			at := fmt.Sprintf("agents.exempt[%d].login", i)
			d.failAt(d.lines[at], "%s: %q is not a bot account, %s[bot]", at, e.Login, e.Login.Login())
		}
	}
	if settings.Terraform.OnlyRoots && len(settings.Terraform.Roots) == 0 {
		d.failAt(d.lines["terraform.only_roots"], "terraform.only_roots: no roots are named, so nothing would be judged")
	}
}

// checkRoles refuses roles that let readers release, and GitHub's own in
// another case: they would be taken for custom roles that nobody has.
func checkRoles(d *decoder, at string, roles []string) {
	for i, r := range roles {
		name := fmt.Sprintf("%s.roles[%d]", at, i)
		switch lower := strings.ToLower(r); lower {
		case "none", "read", "triage":
			d.failAt(d.lines[name], "%s: %s is too little to release anything; want write, maintain, admin or a custom role", name, r)
		case "write", "maintain", "admin":
			if r != lower {
				d.failAt(d.lines[name], "%s: %q: roles are written in lower case, %s", name, r, lower)
			}
		}
	}
}

// checkBots refuses bots as approvers: only people release.
func checkBots(d *decoder, at string, users []User) {
	for i, u := range users {
		if strings.Contains(string(u), "[bot]") {
			name := fmt.Sprintf("%s.users[%d]", at, i)
			d.failAt(d.lines[name], "%s: %s is a bot; only people release", name, u)
		}
	}
}

func (a Approvers) empty() bool { return len(a.Users)+len(a.Teams)+len(a.Roles) == 0 }

// complete fills in what was left out. Naming anybody for the override takes
// the place of its default role.
func (s *Settings) complete(given map[string]int) {
	if given["override.roles"] == 0 && given["override.users"]+given["override.teams"] > 0 {
		s.Override.Roles = nil
	}
	s.checksLine = given["checks"]
	for i := range s.Approvals {
		if s.Approvals[i].Number == 0 {
			s.Approvals[i].Number = 1
		}
	}
}

// Teams are all teams that the settings name, org/slug in lower case.
func (s Settings) Teams() []string {
	var out []string
	add := func(teams []string) {
		for _, t := range teams {
			if t = strings.ToLower(t); !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	for _, a := range s.Approvals {
		add(a.Teams)
	}
	add(s.Override.Teams)
	slices.Sort(out)
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
