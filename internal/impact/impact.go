// Package impact finds who depends on what a change destroys: resources that refer
// to it and stay, other roots that read it, and files of the repository that name
// it. What it finds is what the repository shows within a budget of files and bytes;
// that nothing was found says nothing.
package impact

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Kind says how something depends on a lost object. The zero value is invalid.
type Kind string

const (
	Resource    Kind = "resource"     // another resource of the root refers to it
	Module      Kind = "module"       // an input of a module call of the root does
	Provider    Kind = "provider"     // a provider of the root is configured with it
	RemoteState Kind = "remote state" // another root reads an output that derives from it
	DataSource  Kind = "data source"  // another root looks it up by its name
	Object      Kind = "object"       // a Kubernetes object mounts it, selects it or sends to it
	File        Kind = "file"         // a file names its identifier
)

// kinds are all, the closest first.
var kinds = []Kind{Resource, Module, Provider, RemoteState, DataSource, Object, File}

// Use is one place that depends on a lost object.
type Use struct {
	Kind Kind
	// What is the address of what depends on it, or the identifier that a file
	// names. It is foreign text: whoever prints it escapes it.
	What string
	At   plan.Range
}

// MaxUses bounds the uses that are listed of one finding.
const MaxUses = 5

// Impact is what was found for one finding.
type Impact struct {
	// Uses are the closest, at most [MaxUses]; More counts the others.
	Uses []Use
	More int
	// Searched is how many files were read. Complete is false where others were
	// left out: the budget ended, or they are not at hand.
	Searched int
	Complete bool
}

// Sentence says it in plain text, empty where nothing was found. Its names are
// foreign text.
func (i Impact) Sentence() string {
	if len(i.Uses) == 0 {
		return ""
	}
	n, places := len(i.Uses)+i.More, "places"
	if n == 1 {
		places = "place"
	}
	parts := make([]string, len(i.Uses))
	for k, u := range i.Uses {
		if parts[k] = u.At.Place(); u.Kind != File {
			parts[k] = u.What + " (" + u.At.Place() + ")"
		}
	}
	text := fmt.Sprintf("Used by %d %s found in this repository: %s", n, places, strings.Join(parts, ", "))
	if i.More > 0 {
		text += fmt.Sprintf(" and %d more", i.More)
	}
	return text + "."
}

// maxLost bounds the lost objects that are looked for; the others are not searched.
const maxLost = 2000

// Of finds the impact of each held finding that destroys something, by its
// fingerprint. It reads the tree of the change alone, and only what is at hand of it.
// Findings in private content are left out: its names are not for everybody.
func Of(req review.Request, rep review.Report) map[string]Impact {
	i := slices.IndexFunc(req.Comparisons, func(c review.Comparison) bool { return c.Name == "change" })
	if i < 0 || req.Comparisons[i].Before == nil || req.Comparisons[i].After == nil {
		return nil
	}
	held := destroying(rep)
	if len(held) == 0 {
		return nil
	}
	s := newSearch(req.Comparisons[i].Before, req.Comparisons[i].After, rep.Plan, held[:min(len(held), maxLost)])
	s.run()
	out := map[string]Impact{}
	for k, f := range held {
		if k >= maxLost {
			out[f.Fingerprint] = Impact{}
			continue
		}
		out[f.Fingerprint] = s.impact(s.lost[k])
	}
	return out
}

// destroying are the held findings about an object that goes, or loses its data.
func destroying(rep review.Report) []rules.Finding {
	var out []rules.Finding
	for _, f := range rep.Holding() {
		c := f.Change
		if c == nil || c.Private != (plan.Private{}) || c.Address.Type == "" || f.Comparison != "change" {
			continue
		}
		if c.Action.Destroys() && c.Effect != plan.Blocked || c.Effect == plan.DataLoss {
			out = append(out, f)
		}
	}
	return out
}

// search is one search for all lost objects.
type search struct {
	tree       fs.FS
	before     *configuration
	after      *configuration
	lost       []*lost
	budget     budget
	leaves     map[string]bool // what else is destroyed, by folder and key or by object
	identified map[string][]identifier
	named      map[string][]*lost // Kubernetes objects by name
}

func newSearch(before, after fs.FS, p plan.Plan, held []rules.Finding) *search {
	s := &search{tree: after, leaves: map[string]bool{}, identified: map[string][]identifier{}, named: map[string][]*lost{}}
	s.before, s.after = newConfiguration(before, &s.budget), newConfiguration(after, &s.budget)
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Action.Destroys() {
			s.leaves[leaving(c)] = true
		}
	}
	for _, f := range held {
		l := lostOf(f.Change)
		s.lost = append(s.lost, l)
		for _, id := range l.identifiers {
			first := firstToken(id)
			s.identified[first] = append(s.identified[first], identifier{l, id, strings.Index(id, first)})
		}
		if l.kind != "" {
			s.named[l.name] = append(s.named[l.name], l)
		}
	}
	return s
}

func (s *search) run() {
	for _, name := range s.list() {
		s.file(name)
	}
	s.after.whole = true
	for _, l := range s.lost {
		s.follow(l)
	}
}

// impact sorts what was found for one object.
func (s *search) impact(l *lost) Impact {
	slices.SortStableFunc(l.uses, func(a, b Use) int {
		return cmp.Or(slices.Index(kinds, a.Kind)-slices.Index(kinds, b.Kind),
			cmp.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, cmp.Compare(a.What, b.What))
	})
	kept := min(len(l.uses), MaxUses)
	return Impact{Uses: l.uses[:kept:kept], More: len(l.uses) - kept + l.more, Searched: s.budget.files, Complete: !s.budget.short}
}
