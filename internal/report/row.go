package report

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// manyRows is from where on the rows of a section that differ by name alone
// become one.
const manyRows = 8

// sections makes rows of findings, by what is lost.
func sections(findings []rules.Finding) []Section {
	by := map[Loss][]rules.Finding{}
	for _, f := range findings {
		if f.Change != nil && f.Change.Effect == plan.Mass {
			continue // Whole says it
		}
		loss := LossOf(f)
		by[loss] = append(by[loss], f)
	}
	var out []Section
	for _, loss := range losses {
		if list := by[loss]; len(list) > 0 {
			out = append(out, Section{Loss: loss, Rows: rowsOf(list)})
		}
	}
	return out
}

func rowsOf(findings []rules.Finding) []Row {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b rules.Finding) int {
		return cmp.Or(review.Graver(a, b), cmp.Compare(lineOf(a), lineOf(b)))
	})
	out := fold(findings, byName)
	if len(out) > manyRows {
		out = fold(findings, byType)
	}
	return out
}

// lineOf is the line that a finding comes from.
func lineOf(f rules.Finding) int {
	if chain := Causes(f); len(chain) > 0 {
		return chain[0].Line
	}
	return 0
}

// kind is what the findings of one row have in common.
type kind struct{ rule, action, object, name string }

func byName(f rules.Finding) kind {
	k := kind{f.Rule, ActionOf(f), f.Object, f.Root() + "\x00" + f.Subject()}
	if c := f.Change; c != nil && c.Address.Engine == plan.Terraform && c.Address.Type != "" {
		a := c.Address
		a.Module, a.Key, a.Root = withoutKeys(a.Module), "", ""
		k.name = a.String()
	}
	return k
}

func byType(f rules.Finding) kind {
	k := byName(f)
	if c := f.Change; c != nil && c.Address.Type != "" {
		k.name = c.Address.Type
	}
	return k
}

var moduleKey = regexp.MustCompile(`\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]`)

// withoutKeys is a module address without instance keys.
func withoutKeys(module string) string { return moduleKey.ReplaceAllString(module, "") }

func fold(findings []rules.Finding, by func(rules.Finding) kind) []Row {
	var keys []kind
	groups := map[kind][]rules.Finding{}
	for _, f := range findings {
		k := by(f)
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], f)
	}
	out := make([]Row, len(keys))
	for i, k := range keys {
		out[i] = row(groups[k])
	}
	return out
}

// row describes findings of one kind by what they have in common.
func row(findings []rules.Finding) Row {
	f := findings[0]
	r := Row{Action: ActionOf(f), Name: f.Subject(), Object: f.Object, Findings: findings}
	if len(findings) == 1 || f.Change == nil {
		return r
	}
	same := func(what func(c plan.Change) string) bool {
		return !slices.ContainsFunc(findings, func(g rules.Finding) bool { return what(*g.Change) != what(*f.Change) })
	}
	address := func(c plan.Change) string { return c.Address.String() }
	root := func(c plan.Change) string { return c.Address.Root }
	var member func(c plan.Change) string
	switch {
	case same(address) && same(root):
		member = func(c plan.Change) string { return cmp.Or(c.Variant, c.Previous.String()) }
	case same(address):
		member = root
	case same(root) && same(resourceOf):
		r.Name, member = resourceOf(*f.Change), func(c plan.Change) string { return keysOf(c.Address) }
	case same(resourceOf):
		r.Name, member = resourceOf(*f.Change), func(c plan.Change) string { return c.Address.Root + " " + keysOf(c.Address) }
	case same(root):
		r.Name, member = f.Change.Address.Type, address
	default:
		r.Name, member = f.Change.Address.Type, func(c plan.Change) string { return c.Address.String() + " in " + c.Address.Root }
	}
	for _, g := range findings {
		r.Members = append(r.Members, member(*g.Change))
	}
	return r
}

// resourceOf is the address of a resource: that of an instance without any keys.
func resourceOf(c plan.Change) string {
	a := c.Address
	a.Module, a.Key = withoutKeys(a.Module), ""
	return a.String()
}

// keysOf are the keys of an instance, those of its modules first.
func keysOf(a plan.Address) string {
	text := ""
	for _, key := range moduleKey.FindAllString(a.Module, -1) {
		text += key
	}
	return text + a.Key
}
