// Package recovery says whether an object that is destroyed comes back: what the
// rows of rules/recovery say of its type, with the values that it has before.
package recovery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Kind is a way in which a destroyed object is lost. The zero value is invalid.
type Kind string

const (
	Gone     Kind = "gone"          // at once
	Window   Kind = "window"        // comes back within a time
	Derived  Kind = "derived"       // a copy of values of other resources of the root
	Snapshot Kind = "snapshot"      // a last copy is taken, unless a switch says no
	Empty    Kind = "must-be-empty" // the destroy fails while it holds something, unless a switch says otherwise
	Unsaid   Kind = "unsaid"        // what becomes of it depends on what no tree tells: nothing is said
)

// Row is one record: what becomes of objects of some types.
type Row struct {
	// Types are Terraform types or Kubernetes <group>/<Kind>. A name may hold `*`;
	// a name without one wins, then the longest pattern. All rows that name a type
	// alike are about it.
	Types []string `yaml:"types"`
	Kind  Kind     `yaml:"kind"`
	// Attribute is the path of the time of a window, or of a switch.
	Attribute string `yaml:"attribute"`
	// Default is its value where it is not set.
	Default any `yaml:"default"`
	// Unit is that of a window: days, hours, minutes or seconds.
	Unit string `yaml:"unit"`
	// Safe is the value of a switch with which something is kept. Of a snapshot
	// that needs one more attribute, Needs is that.
	Safe  any    `yaml:"safe"`
	Needs string `yaml:"needs"`
	// Holds names what must be gone first: `the bucket holds objects`.
	Holds string `yaml:"holds"`
	// Of are the attributes that a copy consists of.
	Of []string `yaml:"of"`
	// If limits the row to objects for which an attribute is known to have a value.
	If *Condition `yaml:"if"`
	// Says stands in place of the kind's own sentence.
	Says string `yaml:"says"`
	// Source is the API or the documentation that says so.
	Source string `yaml:"source"`
}

// Condition is a value that an attribute must be known to have; Default is that of
// an attribute that is not set.
type Condition struct {
	Attribute string `yaml:"attribute"`
	Is        any    `yaml:"is"`
	Default   any    `yaml:"default"`
}

type file struct {
	Engine   plan.Engine `yaml:"engine"`
	Recovery []Row       `yaml:"recovery"`
}

// Table holds the rows. It is safe for concurrent use once it is filled.
type Table struct {
	exact    map[plan.Engine]map[string][]*Row
	patterns map[plan.Engine][]pattern
}

type pattern struct {
	text string
	rows []*Row
}

// NewTable has no rows.
func NewTable() *Table {
	return &Table{exact: map[plan.Engine]map[string][]*Row{}, patterns: map[plan.Engine][]pattern{}}
}

// Add reads one file of rules/recovery.
func (t *Table) Add(name string, data []byte) error {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return fmt.Errorf("read pack %s: %w", name, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read pack %s: more than one document", name)
	}
	if f.Engine != plan.Terraform && f.Engine != plan.Kubernetes {
		return fmt.Errorf("%s: engine %q: want terraform or kubernetes", name, f.Engine)
	}
	for i := range f.Recovery {
		row := &f.Recovery[i]
		if err := row.check(); err != nil {
			return fmt.Errorf("%s: recovery of %s: %w", name, strings.Join(row.Types, ", "), err)
		}
		for _, typ := range row.Types {
			t.add(f.Engine, typ, row)
		}
	}
	return nil
}

func (t *Table) add(engine plan.Engine, typ string, row *Row) {
	if !strings.ContainsAny(typ, "*?[") {
		if t.exact[engine] == nil {
			t.exact[engine] = map[string][]*Row{}
		}
		t.exact[engine][typ] = append(t.exact[engine][typ], row)
		return
	}
	i := slices.IndexFunc(t.patterns[engine], func(p pattern) bool { return p.text == typ })
	if i < 0 {
		t.patterns[engine] = append(t.patterns[engine], pattern{text: typ})
		slices.SortFunc(t.patterns[engine], func(a, b pattern) int {
			if len(a.text) != len(b.text) {
				return len(b.text) - len(a.text)
			}
			return strings.Compare(a.text, b.text)
		})
		i = slices.IndexFunc(t.patterns[engine], func(p pattern) bool { return p.text == typ })
	}
	t.patterns[engine][i].rows = append(t.patterns[engine][i].rows, row)
}

func (r *Row) check() error {
	switch {
	case len(r.Types) == 0 || r.Source == "":
		return errors.New("types and source must be given")
	case !slices.Contains([]Kind{Gone, Window, Derived, Snapshot, Empty, Unsaid}, r.Kind):
		return fmt.Errorf("kind %q is none", r.Kind)
	case r.Kind == Window && (r.Default == nil || seconds[r.Unit] == 0):
		return errors.New("a window needs a default and a unit")
	case (r.Kind == Snapshot || r.Kind == Empty) && (r.Attribute == "" && r.Kind == Snapshot || r.Attribute != "" && r.Safe == nil):
		return errors.New("a switch needs an attribute and its safe value")
	case r.Kind == Empty && r.Holds == "":
		return errors.New("holds must say what must be gone first")
	case (r.Kind == Derived) != (len(r.Of) > 0):
		return errors.New("`of` names the attributes of a copy, and only of one")
	case r.Says != "" && r.Kind != Gone && r.Kind != Window:
		return errors.New("`says` is for what is gone or has a window")
	}
	for _, typ := range r.Types {
		if _, err := path.Match(typ, ""); err != nil {
			return fmt.Errorf("type %q: %w", typ, err)
		}
	}
	return nil
}

// Rows are those of a type, none where nothing is listed.
func (t *Table) Rows(engine plan.Engine, typ string) []*Row {
	if rows := t.exact[engine][typ]; rows != nil {
		return rows
	}
	for _, p := range t.patterns[engine] {
		if ok, _ := path.Match(p.text, typ); ok {
			return p.rows
		}
	}
	return nil
}
