package command_test

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/rules/command"
	packs "github.com/holdpoint-dev/holdpoint/rules"
)

// table is what the packs hold.
func table(t *testing.T) *command.Table {
	t.Helper()
	names, err := fs.Glob(packs.Packs, "commands/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("there are no commands", err)
	}
	out := &command.Table{}
	for _, name := range names {
		data, err := fs.ReadFile(packs.Packs, name)
		if err != nil {
			t.Fatal(err)
		}
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		var f command.File
		if err := d.Decode(&f); err != nil {
			t.Fatal(path.Base(name), err)
		}
		if err := out.Add(f); err != nil {
			t.Fatal(path.Base(name), err)
		}
	}
	return out
}

var script = command.Files{Reads: "shell", As: command.Script}

// Every row finds its examples, and no row anything in a twin.
func TestRowsKeepTheirWord(t *testing.T) {
	full := table(t)
	for _, list := range []struct {
		rows []*command.Row
		of   func(r *command.Row) command.File
		in   *command.Table
	}{
		{full.Destroying(), func(r *command.Row) command.File { return command.File{Destroys: []*command.Row{r}} }, full},
		{full.Hiding(), func(r *command.Row) command.File { return command.File{Hides: []*command.Row{r}} }, full},
	} {
		for _, r := range list.rows {
			name := strings.Join(r.Program, "|") + " " + strings.Join(r.Args, ", ")
			one := &command.Table{}
			if err := one.Add(list.of(copyOf(r))); err != nil {
				t.Fatal(name, err)
			}
			for _, line := range r.Example {
				if one.Worst(line) == nil {
					t.Errorf("%s does not find its example %q", name, line)
				}
			}
			for _, line := range r.Twin {
				if found := one.Worst(line); found != nil {
					t.Errorf("%s finds its twin %q", name, line)
				}
				if found, err := full.Added(script, "", line); err != nil || len(found) > 0 {
					t.Errorf("%s: its twin %q is found: %v %v", name, line, found, err)
				}
			}
		}
	}
	if n := len(full.Destroying()); n < 80 {
		t.Errorf("only %d rows", n)
	}
}

// Every statement and every operation is found in its examples, and not in a twin.
func TestStatementsAndCallsKeepTheirWord(t *testing.T) {
	full := table(t)
	for _, list := range []struct {
		rows  []*command.Row
		files command.Files
	}{
		{full.Stating(), command.Files{Reads: "sql", As: command.Statement}},
		{full.Calling(), command.Files{Reads: "program", As: command.Embedded}},
	} {
		for _, r := range list.rows {
			for _, line := range r.Example {
				found, err := full.Added(list.files, "", line)
				if err != nil || len(found) != 1 || found[0].Row != r {
					t.Errorf("%s in %q: %v %v", r.Program[0], line, found, err)
				}
			}
			for _, line := range r.Twin {
				if found, err := full.Added(list.files, "", line); err != nil || len(found) > 0 {
					t.Errorf("%s: its twin %q is found: %v %v", r.Program[0], line, found, err)
				}
			}
		}
	}
}

func copyOf(r *command.Row) *command.Row {
	return &command.Row{Program: r.Program, Args: r.Args, Text: r.Text, Not: r.Not, Unless: r.Unless, First: r.First, What: r.What,
		Source: r.Source, Example: r.Example, Twin: r.Twin}
}

// A row that does not say where it is from, or shows no example and no twin, does
// not load.
func TestRowsWithoutASourceDoNotLoad(t *testing.T) {
	sound := command.Row{Program: []string{"a"}, Args: []string{"b"}, What: "deletes", Source: "https://example.com/a",
		Example: []string{"a b"}, Twin: []string{"a c"}}
	add := func(r command.Row) error {
		return new(command.Table).Add(command.File{Destroys: []*command.Row{&r}})
	}
	if err := add(sound); err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string]func(*command.Row){
		"source must be":   func(r *command.Row) { r.Source = "somewhere" },
		"example and twin": func(r *command.Row) { r.Twin = nil },
		"and twin must":    func(r *command.Row) { r.Example = nil },
		"program and what": func(r *command.Row) { r.What = "" },
		"and what must be": func(r *command.Row) { r.Program = nil },
		"args or text":     func(r *command.Row) { r.Args = nil },
		"text:":            func(r *command.Row) { r.Text = "(" },
		"not:":             func(r *command.Row) { r.Not = "(" },
	} {
		r := sound
		edit(&r)
		if err := add(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	unknown := command.File{Files: []command.Files{{Reads: "cobol", As: command.Script, Paths: []string{"a"}}}}
	if err := new(command.Table).Add(unknown); err == nil {
		t.Error("a reader that is not there loads")
	}
}
