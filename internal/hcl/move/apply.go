package move

import "slices"

// Blocked is a move that did not happen because something lives at its
// destination already.
type Blocked struct {
	Statement Statement
	From, To  string
}

// Result says where each object ended up: Final by the object's index in the
// slice given to [Apply].
type Result struct {
	Final   []Address
	Blocked []Blocked
	// By is the last statement that moved each object, nil for none.
	By []*Statement
	// Cycle holds statements that depend on each other; nothing was moved.
	Cycle []Statement
}

// Apply moves objects. It does not change its arguments.
func Apply(objects []Address, statements []Statement) Result {
	r := Result{Final: slices.Clone(objects), By: make([]*Statement, len(objects))}
	ordered, cycle := order(statements)
	if len(cycle) > 0 {
		r.Cycle = cycle
		return r
	}
	for i := range ordered {
		s := &ordered[i]
		switch {
		case !s.From.IsResource():
			r.modules(s)
		case s.Whole():
			r.resources(s)
		default:
			r.instances(s)
		}
	}
	return r
}

// order sorts statements so that each comes after those it depends on.
func order(statements []Statement) (out, cycle []Statement) {
	const (
		fresh = iota
		open
		closed
	)
	state := make([]int, len(statements))
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		for j := range statements {
			if i == j || !statements[i].after(statements[j]) {
				continue
			}
			switch state[j] {
			case fresh:
				visit(j)
			case open:
				cycle = append(cycle, statements[i], statements[j])
			}
		}
		state[i] = closed
		out = append(out, statements[i])
	}
	for i := range statements {
		if state[i] == fresh {
			visit(i)
		}
	}
	return out, cycle
}

// modules moves whole module instances. A module that exists already is not
// overwritten.
func (r *Result) modules(s *Statement) {
	taken := map[string]bool{}
	for _, a := range r.Final {
		taken[a.Module.String()] = true
	}
	decided := map[string]bool{}
	for i, a := range r.Final {
		target, ok := s.moduleTarget(a.Module)
		if !ok || target.Equal(a.Module) {
			continue
		}
		from, to := a.Module.String(), target.String()
		allowed, known := decided[from]
		if !known {
			allowed = !taken[to]
			decided[from] = allowed
			if !allowed {
				r.Blocked = append(r.Blocked, Blocked{*s, from, to})
			}
		}
		if allowed {
			r.Final[i].Module, r.By[i] = target, s
		}
	}
}

// resources moves all instances of a resource together.
func (r *Result) resources(s *Statement) {
	taken := map[string]bool{}
	for _, a := range r.Final {
		taken[a.resource()] = true
	}
	for i, a := range r.Final {
		to, ok := s.objectTarget(a)
		if !ok || to.resource() == a.resource() {
			continue
		}
		if taken[to.resource()] {
			r.Blocked = append(r.Blocked, Blocked{*s, a.String(), to.String()})
			continue
		}
		r.Final[i], r.By[i] = to, s
	}
}

func (r *Result) instances(s *Statement) {
	taken := map[string]bool{}
	for _, a := range r.Final {
		taken[a.String()] = true
	}
	for i, a := range r.Final {
		to, ok := s.objectTarget(a)
		if !ok || to.String() == a.String() {
			continue
		}
		if taken[to.String()] {
			r.Blocked = append(r.Blocked, Blocked{*s, a.String(), to.String()})
			continue
		}
		r.Final[i], r.By[i] = to, s
	}
}

// Declared is a resource of the new configuration for [Implied].
type Declared int

const (
	// DeclaredSingle: neither count nor for_each.
	DeclaredSingle Declared = iota + 1
	// DeclaredCount: count.
	DeclaredCount
)

// Implied returns the moves that go without saying: an object without a key
// becomes [0] where its resource gains count, and the reverse. declared says
// how the resource at an address repeats in the new configuration; other
// answers mean no implied move. Resources that a statement mentions are left
// alone.
func Implied(objects []Address, explicit []Statement, declared func(Address) Declared) []Statement {
	var out []Statement
	seen := map[string]bool{}
	for _, a := range objects {
		if a.Key != "" && a.Key != "[0]" || seen[a.String()] {
			continue
		}
		seen[a.String()] = true
		var to string
		switch d := declared(a); {
		case d == DeclaredCount && a.Key == "":
			to = "[0]"
		case d == DeclaredSingle && a.Key == "[0]":
			to = ""
		default:
			continue
		}
		if slices.ContainsFunc(explicit, func(s Statement) bool { return s.selects(a) }) {
			continue
		}
		from := Endpoint{Module: a.Module, Type: a.Type, Name: a.Name, Key: a.Key}
		target := from
		target.Key = to
		out = append(out, Statement{From: from, To: target, Implied: true})
	}
	return out
}
