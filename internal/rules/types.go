package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// TypeLoss is what is lost with an object of one type.
type TypeLoss struct {
	Loss Loss `yaml:"loss"`
	// Holds says in a few words what the object holds: `relational database`.
	Holds string `yaml:"holds"`
	// Source is the vendor's operation or document that says what a deletion
	// takes with it.
	Source string `yaml:"source"`
}

// typeFile is one file of rules/types.
type typeFile struct {
	Engine plan.Engine `yaml:"engine"`
	// Types are by Terraform type or Kubernetes <group>/<Kind>. A name may
	// hold `*`; a name without one wins, then the longest pattern.
	Types map[string]TypeLoss `yaml:"types"`
}

type typeTable struct {
	exact    map[plan.Engine]map[string]TypeLoss
	patterns map[plan.Engine][]typePattern
}

type typePattern struct {
	pattern string
	TypeLoss
}

func newTypeTable() typeTable {
	return typeTable{exact: map[plan.Engine]map[string]TypeLoss{}, patterns: map[plan.Engine][]typePattern{}}
}

func (t typeTable) add(file string, f typeFile) error {
	if f.Engine != plan.Terraform && f.Engine != plan.Kubernetes {
		return fmt.Errorf("%s: engine %q: want terraform or kubernetes", file, f.Engine)
	}
	if t.exact[f.Engine] == nil {
		t.exact[f.Engine] = map[string]TypeLoss{}
	}
	for name, loss := range f.Types {
		if err := checkTypeLoss(loss); err != nil {
			return fmt.Errorf("%s: %s: %w", file, name, err)
		}
		if strings.ContainsAny(name, "*?[") {
			t.patterns[f.Engine] = append(t.patterns[f.Engine], typePattern{name, loss})
			continue
		}
		if _, twice := t.exact[f.Engine][name]; twice {
			return fmt.Errorf("%s: %s stands in another file too", file, name)
		}
		t.exact[f.Engine][name] = loss
	}
	slices.SortFunc(t.patterns[f.Engine], func(a, b typePattern) int {
		if len(a.pattern) != len(b.pattern) {
			return len(b.pattern) - len(a.pattern)
		}
		return strings.Compare(a.pattern, b.pattern)
	})
	return nil
}

func checkTypeLoss(t TypeLoss) error {
	if !t.Loss.valid() {
		return fmt.Errorf("loss %q: want data, identity, traffic, capacity or none", t.Loss)
	}
	if t.Holds == "" || t.Source == "" {
		return fmt.Errorf("holds and source must be given")
	}
	return nil
}

// of finds what is lost with an object of the type. Types that the table does
// not know are not listed.
func (t typeTable) of(a plan.Address) (loss TypeLoss, listed bool) {
	if loss, ok := t.exact[a.Engine][a.Type]; ok {
		return loss, true
	}
	for _, p := range t.patterns[a.Engine] {
		if ok, _ := path.Match(p.pattern, a.Type); ok {
			return p.TypeLoss, true
		}
	}
	return TypeLoss{}, false
}

func (l Loss) valid() bool { return slices.Contains(Losses(), l) }

// Losses returns the loss classes, the worst first.
func Losses() []Loss { return []Loss{Data, Identity, Traffic, Capacity, NoLoss} }

func (s Severity) valid() bool { return s == Note || s == Warn || s == Hold }
