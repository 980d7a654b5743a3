package fix

import (
	"reflect"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// pair is an object that goes and the one that comes in its place.
type pair struct{ gone, come plan.Change }

// pairs finds for what a root loses the one object that it gets instead: of the
// same type, with attributes that fit, and each the best for the other.
func (p *proposer) pairs() []pair {
	var goes, comes []plan.Change
	for _, c := range p.rep.Plan.Changes {
		if c.Address.Engine != plan.Terraform || c.Private.Repository != "" || c.Address.Type == "" || len(c.Left) > 0 {
			continue
		}
		switch {
		case c.Action == plan.Delete:
			goes = append(goes, c)
		case c.Action == plan.Create && c.At.Side == plan.After:
			comes = append(comes, c)
		}
	}
	if len(goes)*len(comes) > 1<<20 {
		return nil
	}
	back := map[int]int{}
	for j := range comes {
		back[j] = best(len(goes), func(i int) int { return fit(goes[i], comes[j]) })
	}
	var out []pair
	for i := range goes {
		if j := best(len(comes), func(j int) int { return fit(goes[i], comes[j]) }); j >= 0 && back[j] == i {
			out = append(out, pair{goes[i], comes[j]})
		}
	}
	return out
}

// best is the index of the highest score, -1 where none is above zero or two are
// the same.
func best(n int, score func(int) int) int {
	found, most, twice := -1, 0, false
	for i := range n {
		switch s := score(i); {
		case s > most:
			found, most, twice = i, s, false
		case s == most && s > 0:
			twice = true
		}
	}
	if twice {
		return -1
	}
	return found
}

// fit scores how well two objects could be one; 0 where they could not.
func fit(gone, come plan.Change) int {
	a, b := gone.Address, come.Address
	if a.Root != b.Root || a.Type != b.Type || gone.Variant != come.Variant || a == b {
		return 0
	}
	equal, all := 0, 0
	for name, was := range gone.Before { // what one side does not know is not compared
		is, known := come.After[name]
		switch {
		case !known || was == nil && is == nil:
			continue
		case reflect.DeepEqual(was, is):
			equal++
		case identifies(name) && was != nil && is != nil:
			return 0
		}
		all++
	}
	if all > 0 && equal*2 < all {
		return 0
	}
	score := 1
	if all > 0 {
		score += 100 * equal / all
	}
	for weight, same := range map[int]bool{40: a.Name == b.Name, 20: a.Module == b.Module, 10: a.Key == b.Key} {
		if same {
			score += weight
		}
	}
	if all == 0 && score == 1 {
		return 0 // nothing says that they are one
	}
	return score
}

// identifies reports whether two objects with different values of an attribute
// are two.
func identifies(attribute string) bool {
	switch attribute {
	case "name", "identifier", "bucket", "id", "key", "username", "path":
		return true
	}
	return strings.HasSuffix(attribute, "_name") || strings.HasSuffix(attribute, "_identifier") || strings.HasSuffix(attribute, "_id")
}

// step is one module call of an address.
type step struct{ name, key string }

func (s step) String() string { return "module." + s.name + s.key }

// moduleSteps cuts `module.a["x"].module.b` into its calls.
func moduleSteps(module string) []step {
	var out []step
	for rest := module; rest != ""; {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "."), "module.")
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			return append(out, step{name: rest})
		}
		s := step{name: rest[:end]}
		if rest = rest[end:]; rest[0] == '[' {
			close := keyEnd(rest)
			s.key, rest = rest[:close], rest[close:]
		}
		out = append(out, s)
	}
	return out
}

// keyEnd is where an instance key ends; a bracket in a quoted key does not end it.
func keyEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == ']':
			return i + 1
		}
	}
	return len(s)
}

func joinSteps(steps []step) string {
	parts := make([]string, len(steps))
	for i, s := range steps {
		parts[i] = s.String()
	}
	return strings.Join(parts, ".")
}

// calls are the two module calls that differ between the addresses of a pair,
// where what is below them is the same.
func (p pair) calls() (from, to []step, ok bool) {
	a, b := p.gone.Address, p.come.Address
	if a.Type != b.Type || a.Name != b.Name || a.Key != b.Key || a.Module == b.Module {
		return nil, nil, false
	}
	from, to = moduleSteps(a.Module), moduleSteps(b.Module)
	for len(from) > 1 && len(to) > 1 && from[len(from)-1] == to[len(to)-1] {
		from, to = from[:len(from)-1], to[:len(to)-1]
	}
	ok = len(from) > 0 && len(to) > 0 && slices.Equal(from[:len(from)-1], to[:len(to)-1])
	return from, to, ok
}
