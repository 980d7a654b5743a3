package losses

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Table is all rows. It is immutable once its files are added, and then safe
// for concurrent use.
type Table struct {
	exact    map[plan.Engine]map[string][]*Row
	patterns map[plan.Engine][]*Row
	rows     []*Row
}

type file struct {
	Engine plan.Engine `yaml:"engine"`
	Losses []*Row      `yaml:"losses"`
}

// NewTable returns a table without rows.
func NewTable() *Table {
	return &Table{exact: map[plan.Engine]map[string][]*Row{}, patterns: map[plan.Engine][]*Row{}}
}

// Add reads one file of rows. The first row that is not sound is an error.
func (t *Table) Add(name string, data []byte) error {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: more than one document", name)
	}
	if f.Engine != plan.Terraform && f.Engine != plan.Kubernetes {
		return fmt.Errorf("%s: engine %q: want terraform or kubernetes", name, f.Engine)
	}
	if t.exact[f.Engine] == nil {
		t.exact[f.Engine] = map[string][]*Row{}
	}
	for i, r := range f.Losses {
		r.Engine = f.Engine
		if err := r.ready(); err != nil {
			return fmt.Errorf("%s: row %d (%s): %w", name, i+1, strings.Join(r.Types, ", "), err)
		}
		t.index(r)
	}
	return nil
}

func (t *Table) index(r *Row) {
	t.rows = append(t.rows, r)
	pattern := false
	for _, name := range r.Types {
		if strings.ContainsAny(name, "*?[") {
			pattern = true
			continue
		}
		t.exact[r.Engine][name] = append(t.exact[r.Engine][name], r)
	}
	if pattern {
		t.patterns[r.Engine] = append(t.patterns[r.Engine], r)
	}
}

// Rows returns the records in the order of the files.
func (t *Table) Rows() []Row {
	out := make([]Row, len(t.rows))
	for i, r := range t.rows {
		out[i] = *r
	}
	return out
}

// Of says what an update or a creation takes away, each thing once.
func (t *Table) Of(q plan.LossQuestion) []plan.Loss {
	var out []plan.Loss
	seen := map[string]int{}
	for _, r := range t.of(q.Engine, q.Type) {
		for _, l := range r.losses(q) {
			key := l.Path + string(l.Effect)
			if i, twice := seen[key]; twice {
				out[i].Certain = out[i].Certain || l.Certain
				continue
			}
			seen[key] = len(out)
			out = append(out, l)
		}
	}
	return out
}

func (t *Table) of(engine plan.Engine, name string) []*Row {
	rows := slices.Clone(t.exact[engine][name])
	for _, r := range t.patterns[engine] {
		if !slices.Contains(rows, r) && r.fits(name) {
			rows = append(rows, r)
		}
	}
	return rows
}

// losses judges one row.
func (r *Row) losses(q plan.LossQuestion) []plan.Loss {
	if q.Before == nil && (!r.Create || r.fresh(q)) {
		return nil
	}
	out := r.between(q, q.After)
	if len(out) == 0 && r.Written && q.Written != nil {
		out = r.between(q, q.Written)
		for i := range out {
			out[i].Certain = false
		}
	}
	return out
}

func (r *Row) between(q plan.LossQuestion, after map[string]any) []plan.Loss {
	var out []plan.Loss
	for _, steps := range r.paths {
		w := walk{row: r}
		p := pair{after: after}
		if q.Before != nil {
			p.before = q.Before
		}
		w.step(p, steps, nil)
		for _, p := range w.found {
			if v := r.judge(p, q.Before == nil); v != no {
				out = append(out, r.loss(p, v == yes && !p.doubt && !r.Possible))
			}
		}
	}
	return out
}

// fresh reports whether what the object acts on is new. `*` stands for any
// attribute, and `@base` for the type that the object's own is named after.
func (r *Row) fresh(q plan.LossQuestion) bool {
	if q.Fresh == nil {
		return false
	}
	for attribute, types := range r.Of {
		for name, value := range q.After {
			if (attribute == "*" || attribute == name) && q.Fresh(ofBase(types, q.Type), value) {
				return true
			}
		}
	}
	return false
}

func ofBase(types []string, own string) []string {
	if !slices.Contains(types, "@base") {
		return types
	}
	base, _, _ := strings.Cut(own, "_iam_")
	return []string{base}
}
