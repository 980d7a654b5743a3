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
	// Words are by a word of the name or the source of a module whose content is
	// not known.
	Words map[string]TypeLoss `yaml:"words"`
}

type typeTable struct {
	exact    map[plan.Engine]map[string]TypeLoss
	patterns map[plan.Engine][]typePattern
	words    map[plan.Engine]map[string]TypeLoss
}

type typePattern struct {
	pattern string
	TypeLoss
}

func newTypeTable() typeTable {
	return typeTable{exact: map[plan.Engine]map[string]TypeLoss{}, patterns: map[plan.Engine][]typePattern{},
		words: map[plan.Engine]map[string]TypeLoss{}}
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
			return fmt.Errorf("%s: %s is in another file too", file, name)
		}
		t.exact[f.Engine][name] = loss
	}
	if err := t.addWords(file, f); err != nil {
		return err
	}
	slices.SortFunc(t.patterns[f.Engine], func(a, b typePattern) int {
		if len(a.pattern) != len(b.pattern) {
			return len(b.pattern) - len(a.pattern)
		}
		return strings.Compare(a.pattern, b.pattern)
	})
	return nil
}

func (t typeTable) addWords(file string, f typeFile) error {
	if t.words[f.Engine] == nil {
		t.words[f.Engine] = map[string]TypeLoss{}
	}
	for word, loss := range f.Words {
		if err := checkTypeLoss(loss); err != nil {
			return fmt.Errorf("%s: %s: %w", file, word, err)
		}
		if len(wordsOf(word)) != 1 {
			return fmt.Errorf("%s: %q is not one word in lower case", file, word)
		}
		t.words[f.Engine][word] = loss
	}
	return nil
}

// wordsOf splits a name or an address into words in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// named finds what is lost with something of which only names are known: the
// worst of what their words stand for.
func (t typeTable) named(engine plan.Engine, names ...string) (loss TypeLoss, listed bool) {
	for _, name := range names {
		for _, word := range wordsOf(name) {
			l, ok := t.words[engine][word]
			if ok && (!listed || slices.Index(Losses(), l.Loss) < slices.Index(Losses(), loss.Loss)) {
				loss, listed = l, true
			}
		}
	}
	return loss, listed
}

// lost finds what is lost with the object of a change. Of a module whose content
// is not known, its own name and source tell.
func (t typeTable) lost(c *plan.Change) (loss TypeLoss, listed bool) {
	if c.Address.Type != "" {
		return t.of(c.Address)
	}
	source, _ := c.Before["source"].(string)
	return t.named(c.Address.Engine, lastCall(c.Address.Module), source)
}

// lastCall is the name of the innermost call of a module address, without keys.
func lastCall(module string) string {
	i := strings.LastIndex(module, "module.")
	if i < 0 {
		return ""
	}
	name, _, _ := strings.Cut(module[i+len("module."):], "[")
	return name
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
