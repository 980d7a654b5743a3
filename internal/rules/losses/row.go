// Package losses knows what updates in place and creations take away: a table
// of attributes (rules/losses), and one judgement of two values for all of it.
package losses

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Word is a condition on the value before and the value after. The zero value
// is invalid.
type Word string

const (
	Lowered    Word = "lowered"    // a smaller number, duration or size
	Raised     Word = "raised"     // a larger one
	Introduced Word = "introduced" // from none, or from for ever, to something
	Removed    Word = "removed"    // from something to none
	Zero       Word = "zero"       // to 0, from anything else
	Enabled    Word = "enabled"    // to true
	Disabled   Word = "disabled"   // to false
	Set        Word = "set"        // to one of `to`
	Unset      Word = "unset"      // from one of `from` to something else
	Changed    Word = "changed"    // to another value, both given
	Leaves     Word = "leaves"     // a member of a list, set or map goes
	Joins      Word = "joins"      // a member comes
	Widened    Word = "widened"    // a filter that takes in more: a shorter prefix, or none
	Created    Word = "created"    // the object itself is new
)

var words = []Word{Lowered, Raised, Introduced, Removed, Zero, Enabled, Disabled, Set, Unset, Changed, Leaves, Joins, Widened, Created}

// Row is one record: an attribute of some types, a condition, and what is lost
// where it holds.
type Row struct {
	// Types are names or patterns (`google_*_iam_binding`, `*.crossplane.io/*`).
	Types []string `yaml:"types"`
	// Paths lead to attributes, in names joined by dots. Lists and sets on the
	// way are entered; `*` is every key of a map, `**` any depth. A dot in a
	// name is written `\.`.
	Paths []string `yaml:"paths"`
	Words []Word   `yaml:"words"`
	// To and From are the values of Set and Unset. In To, `*` at the ends of
	// a text stands for anything.
	To   []any `yaml:"to"`
	From []any `yaml:"from"`
	// Never are values that mean no limit, beside none at all.
	Never []any `yaml:"never"`
	// Default is the value where none is given.
	Default any `yaml:"default"`
	// By names the members of lists: the attribute that identifies them. Where
	// it is empty id, name and the like are tried.
	By []string `yaml:"by"`
	// Where are conditions on the object, or on what a path leads through: a
	// path, and the values that it must have, `present` or `absent`. What does
	// not meet them counts as not there.
	Where map[string]any `yaml:"where"`
	// JSON says that the attributes are texts in JSON, judged by what they say.
	JSON bool `yaml:"json"`
	// Create also judges creations: all of before is none then. Of are the
	// attributes that name what the object acts on, each with the types of that:
	// where it is created by the same apply nothing is lost.
	Create bool                `yaml:"create"`
	Of     map[string][]string `yaml:"of"`
	Effect plan.Effect         `yaml:"effect"`
	Class  string              `yaml:"class"`
	// Lost says what is lost, a clause with {before}, {after}, {member}.
	Lost   string `yaml:"lost"`
	Source string `yaml:"source"`
	// Written also judges by what is written, where it differs from what is
	// planned: some versions of the provider keep what is not written.
	Written bool `yaml:"written"`
	// Possible marks what depends on things outside the repository.
	Possible bool    `yaml:"possible"`
	Example  Example `yaml:"example"`
	// Engine is that of the row's file.
	Engine plan.Engine `yaml:"-"`
	paths  [][]string
	where  []condition
}

// Example is the row's fixture: the values at its path on both sides. The
// reverse edit is its harmless twin unless Twin says otherwise.
type Example struct {
	Before any `yaml:"before"`
	After  any `yaml:"after"`
	// With is the rest of the object, on both sides.
	With map[string]any `yaml:"with"`
	// Type is a member of the row's patterns, where it has no plain type.
	Type string `yaml:"type"`
	Twin *Twin  `yaml:"twin"`
}

// Twin is a harmless edit, for rows whose reverse is not. Why says so.
type Twin struct {
	Before any            `yaml:"before"`
	After  any            `yaml:"after"`
	With   map[string]any `yaml:"with"`
	Why    string         `yaml:"why"`
}

// condition is on what a path leads through, as far down as the two go the same
// way.
type condition struct {
	steps []string
	want  []any
}

var (
	effects = []plan.Effect{plan.DataLoss, plan.ScaleToZero, plan.Detach, plan.Disarm, plan.Exposure, plan.RouteLost, plan.Cascade}
	classes = []string{"data", "identity", "traffic", "capacity"}
)

// ready checks the record and splits its paths.
func (r *Row) ready() error {
	if err := r.check(); err != nil {
		return err
	}
	for _, p := range r.Paths {
		r.paths = append(r.paths, split(p))
	}
	for at, want := range r.Where {
		list, ok := want.([]any)
		if !ok {
			list = []any{want}
		}
		r.where = append(r.where, condition{split(at), list})
	}
	slices.SortFunc(r.where, func(a, b condition) int { return slices.Compare(a.steps, b.steps) })
	return nil
}

func (r *Row) check() error {
	switch {
	case len(r.Types) == 0 || len(r.Paths) == 0 || len(r.Words) == 0:
		return errors.New("types, paths and words must be given")
	case r.Lost == "" || r.Source == "":
		return errors.New("lost and source must be given")
	case !slices.Contains(effects, r.Effect):
		return fmt.Errorf("effect %q: want one of %v", r.Effect, effects)
	case !slices.Contains(classes, r.Class):
		return fmt.Errorf("class %q: want one of %v", r.Class, classes)
	case slices.Contains(r.Words, Set) != (len(r.To) > 0) || slices.Contains(r.Words, Unset) != (len(r.From) > 0):
		return errors.New("set needs to, and unset needs from")
	case len(r.Of) > 0 && !r.Create:
		return errors.New("of is for rows about creations")
	case r.Example.Before == nil && r.Example.After == nil && !slices.Contains(r.Words, Created):
		return errors.New("example must be given")
	case slices.Contains(r.Words, Created) && !r.Create:
		return errors.New("created needs create")
	}
	for _, w := range r.Words {
		if !slices.Contains(words, w) {
			return fmt.Errorf("word %q: want one of %v", w, words)
		}
	}
	for _, t := range r.Types {
		if _, err := path.Match(t, ""); err != nil {
			return fmt.Errorf("type %q: %w", t, err)
		}
	}
	if t := r.Example.Twin; t != nil && t.Why == "" {
		return errors.New("a twin that is not the reverse edit needs why")
	}
	return nil
}

func (r *Row) fits(name string) bool {
	return slices.ContainsFunc(r.Types, func(t string) bool { ok, _ := path.Match(t, name); return ok })
}

// split splits a path at its dots.
func split(p string) []string {
	parts := strings.Split(strings.ReplaceAll(p, `\.`, "\x00"), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\x00", ".")
	}
	return parts
}
