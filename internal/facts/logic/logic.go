// Package logic reads what code of providers does at plan time: rows made by
// hand (rules/facts/logic), by resource type.
//
// A file is split into its types when one of its provider is first asked for,
// and the rows of a type are decoded when that is: most types have none.
package logic

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	data "github.com/holdpoint-dev/holdpoint/rules/facts"
)

// Row is one record of a file.
type Row struct {
	plan.Logic `yaml:",inline"`
	// Types narrow the types that the row stands under to these.
	Types []string
	// Since and Until are the first and the last major version of the provider
	// in which the row holds; 0 is no bound.
	Since, Until int
	// Release is a version of the provider that has the attributes, where that of
	// the file has not.
	Release string
}

// File is one file. Its rows stand under keys that name the types they are about.
type File struct {
	name string
	// Releases are the providers' packed facts by the types' prefix:
	// `aws: hashicorp/aws@6.58.0`.
	Releases map[string]string
	sections []section
}

// section is the text of the rows under one key, and the key's names. It is
// decoded once.
type section struct {
	names []string
	text  string
	rows  func() ([]Row, error)
}

var embedded = sync.OnceValue(func() map[string]func() *File {
	names, err := fs.Glob(data.Logic, "logic/*.yaml")
	if err != nil {
		panic(fmt.Sprintf("list logic: %v", err))
	}
	files := map[string]func() *File{}
	for _, name := range names {
		files[strings.TrimSuffix(path.Base(name), ".yaml")] = sync.OnceValue(func() *File { return mustRead(name) })
	}
	return files
})

// Files returns what is embedded, in the order of names.
func Files() []*File {
	files := embedded()
	var out []*File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out = append(out, files[name]())
	}
	return out
}

// Of returns the rows about a resource type in a version of its provider, those
// that name the type before those that name all of a provider.
func Of(resourceType string, major int) []plan.Logic {
	provider, _, _ := strings.Cut(resourceType, "_")
	open, ok := embedded()[provider]
	if !ok {
		open = embedded()["other"]
	}
	rows, err := open().Rows(resourceType)
	if err != nil {
		panic(err.Error()) // embedded data, covered by a test
	}
	var out []plan.Logic
	for _, r := range rows {
		if major >= r.Since && (r.Until == 0 || major <= r.Until) {
			out = append(out, r.Logic)
		}
	}
	return out
}

func mustRead(name string) *File {
	text, err := data.Logic.ReadFile(name)
	if err == nil {
		var f *File
		if f, err = Read(name, string(text)); err == nil {
			return f
		}
	}
	panic(fmt.Sprintf("logic: %v", err)) // embedded data, covered by a test
}

// Read splits a file at its keys, which stand at the start of a line.
func Read(name, text string) (*File, error) {
	f := &File{name: name}
	for line := range strings.Lines(text) {
		key, rest, isKey := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "":
		case strings.ContainsAny(line[:1], " -"):
			if len(f.sections) == 0 {
				return nil, fmt.Errorf("%s: rows before a type: name the types that they are about", name)
			}
			f.sections[len(f.sections)-1].text += line
		case !isKey:
			return nil, fmt.Errorf("%s: %q is no type: write `type:` or `type, type:`", name, strings.TrimSpace(line))
		case key == "releases":
			if err := decode(rest, &f.Releases); err != nil {
				return nil, fmt.Errorf("%s: releases: %w", name, err)
			}
		default:
			f.sections = append(f.sections, section{names: strings.Split(key, ", ")})
		}
	}
	for i := range f.sections {
		s := &f.sections[i]
		s.rows = sync.OnceValues(func() ([]Row, error) { return decodeRows(f.name, s.names, s.text) })
	}
	return f, nil
}

// ReleaseOf is the provider (`hashicorp/aws`) and the version that have the
// attributes of a row about a type.
func (f *File) ReleaseOf(resourceType string, r Row) (provider, version string) {
	prefix, _, _ := strings.Cut(resourceType, "_")
	provider, version, _ = strings.Cut(f.Releases[prefix], "@")
	if r.Release != "" {
		version = r.Release
	}
	return provider, version
}

// Name is the file's path in rules/facts.
func (f *File) Name() string { return f.name }

// Section is the rows under one key.
type Section struct {
	// Names are those of the key: `aws_lb`, `aws_*`.
	Names []string
	Rows  []Row
}

// Sections decodes the whole file.
func (f *File) Sections() ([]Section, error) {
	var out []Section
	for _, s := range f.sections {
		rows, err := s.rows()
		if err != nil {
			return nil, err
		}
		out = append(out, Section{s.names, rows})
	}
	return out, nil
}

// Rows decodes the rows about a resource type.
func (f *File) Rows(resourceType string) ([]Row, error) {
	var own, general []Row
	for _, s := range f.sections {
		exact := slices.Contains(s.names, resourceType)
		if !exact && !slices.ContainsFunc(s.names, func(n string) bool { return isPattern(n) && under(n, resourceType) }) {
			continue
		}
		rows, err := s.rows()
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			switch {
			case exact:
				own = append(own, r)
			case len(r.Types) == 0 || slices.Contains(r.Types, resourceType):
				general = append(general, r)
			}
		}
	}
	return append(own, general...), nil
}

func isPattern(name string) bool { return strings.HasSuffix(name, "*") }

func under(pattern, name string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(pattern, "*"))
}

func decodeRows(file string, names []string, text string) ([]Row, error) {
	key := strings.Join(names, ", ")
	var rows []Row
	if err := decode(text, &rows); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", file, key, err)
	}
	for i := range rows {
		r := &rows[i]
		if r.Rule == "" && r.Check != "" {
			r.Rule = plan.LogicCheck
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%s: %s: row %d (%s): %w", file, key, i+1, strings.Join(r.Paths, ", "), err)
		}
	}
	return rows, nil
}

func decode(text string, into any) error {
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	dec.KnownFields(true)
	return dec.Decode(into)
}

// needs are the keys that rules take besides the paths.
var needs = map[plan.LogicRule]struct {
	key   string
	given func(plan.Logic) bool
}{
	plan.LogicUnset:   {"from", func(l plan.Logic) bool { return len(l.From) > 0 }},
	plan.LogicCrossed: {"among", func(l plan.Logic) bool { return len(l.Among) > 0 }},
	plan.LogicOnly:    {"transitions", func(l plan.Logic) bool { return len(l.Transitions) > 0 }},
	plan.LogicExcept:  {"transitions", func(l plan.Logic) bool { return len(l.Transitions) > 0 }},
	plan.LogicRenamed: {"to", func(l plan.Logic) bool { return l.To != "" }},
	plan.LogicCheck:   {"check", func(l plan.Logic) bool { return l.Check != "" }},
	plan.LogicHash:    {"by or check", func(l plan.Logic) bool { return len(l.By) > 0 || l.Check != "" }},
}

var rules = []plan.LogicRule{
	plan.LogicAlways, plan.LogicNever, plan.LogicLowered, plan.LogicRemoved, plan.LogicToggled, plan.LogicDowngraded, plan.LogicNarrowed,
	plan.LogicLeaves, plan.LogicDisabled, plan.LogicUnset, plan.LogicCrossed, plan.LogicOnly, plan.LogicExcept, plan.LogicBlockRemoved,
	plan.LogicBlockAdded, plan.LogicBlockCount, plan.LogicCheck,
	plan.LogicDefault, plan.LogicIdentity, plan.LogicHash, plan.LogicRecomputed, plan.LogicRenamed, plan.LogicKept,
}

func (r Row) check() error {
	switch {
	case len(r.Paths) == 0:
		return errors.New("paths must be given: the attributes that the row is about")
	case r.Source == "":
		return errors.New("source must be given: the file of the provider that says so")
	case !slices.Contains(rules, r.Rule):
		return fmt.Errorf("rule %q: want one of %v", r.Rule, rules)
	case r.Check != "" && r.Rule != plan.LogicCheck && r.Rule != plan.LogicHash:
		return fmt.Errorf("check %s: leave out rule %s, or the check", r.Check, r.Rule)
	case r.As != "" && r.As != "list":
		return fmt.Errorf("as %q: want list", r.As)
	}
	if n, ok := needs[r.Rule]; ok && !n.given(r.Logic) {
		return fmt.Errorf("rule %s needs %s", r.Rule, n.key)
	}
	for _, t := range r.Transitions {
		if strings.Count(t, ">") != 1 {
			return fmt.Errorf("transition %q: want `old>new`", t)
		}
	}
	return nil
}
