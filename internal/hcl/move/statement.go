package move

// Statement is a moved block, or a move that a runtime implies.
type Statement struct {
	// Module is the call path, without keys, of the module it is written in.
	Module   Path
	From, To Endpoint
	Implied  bool
	// Tag is the caller's: it comes back with problems.
	Tag any
}

// Whole reports whether the statement moves all instances of a resource or
// module call alike: neither end has a key.
func (s Statement) Whole() bool { return s.From.key() == "" && s.To.key() == "" }

// base is the module instance that address a of an object lies in, as far as
// the statement's own module reaches; ok is false where it lies elsewhere.
func (s Statement) base(module Path) (Path, bool) {
	if len(module) < len(s.Module) {
		return nil, false
	}
	for i, step := range s.Module {
		if module[i].Name != step.Name {
			return nil, false
		}
	}
	return module[:len(s.Module):len(s.Module)], true
}

func join(a, b Path) Path { return append(a[:len(a):len(a)], b...) }

// moduleTarget is where the statement takes a module instance, for statements
// between modules.
func (s Statement) moduleTarget(module Path) (Path, bool) {
	base, ok := s.base(module)
	if !ok || s.From.IsResource() {
		return nil, false
	}
	rest := module[len(base):]
	from := s.From.Module
	if len(rest) < len(from) {
		return nil, false
	}
	last := len(from) - 1
	for i, step := range from {
		if i == last && s.Whole() {
			if rest[i].Name != step.Name {
				return nil, false
			}
			continue
		}
		if rest[i] != step {
			return nil, false
		}
	}
	target := join(base, s.To.Module)
	if s.Whole() {
		target = join(target, nil)
		target[len(target)-1].Key = rest[last].Key
	}
	return join(target, rest[len(from):]), true
}

// objectTarget is where the statement takes one object, for statements between
// resources.
func (s Statement) objectTarget(a Address) (Address, bool) {
	base, ok := s.base(a.Module)
	if !ok || !s.From.IsResource() || a.Type != s.From.Type || a.Name != s.From.Name {
		return a, false
	}
	if !a.Module[len(base):].Equal(s.From.Module) {
		return a, false
	}
	to := Address{Module: join(base, s.To.Module), Type: s.To.Type, Name: s.To.Name, Key: a.Key}
	if !s.Whole() {
		if a.Key != s.From.Key {
			return a, false
		}
		to.Key = s.To.Key
	}
	return to, true
}

// selects reports whether the statement mentions a resource itself: implied
// moves leave such a resource alone. A move of the module around it does not
// count.
func (s Statement) selects(a Address) bool {
	for _, e := range []Endpoint{s.From, s.To} {
		base, ok := s.base(a.Module)
		if ok && e.IsResource() && a.Module[len(base):].Equal(e.Module) && a.Type == e.Type && a.Name == e.Name {
			return true
		}
	}
	return false
}

// pattern is an endpoint made absolute, the statement's own module with
// wildcards for keys.
type pattern struct {
	wild       int // leading steps whose keys are free
	path       Path
	Type, Name string
	Key        string
	anyKey     bool // the last part stands for all its instances
}

func (s Statement) pattern(e Endpoint) pattern {
	return pattern{wild: len(s.Module), path: join(s.Module, e.Module), Type: e.Type, Name: e.Name, Key: e.Key, anyKey: s.Whole()}
}

// step reports whether step i of two patterns can be the same.
func (p pattern) step(q pattern, i int) bool {
	a, b := p.path[i], q.path[i]
	return a.Name == b.Name && (p.free(i) || q.free(i) || a.Key == b.Key)
}

// free reports whether step i stands for all instances of its module.
func (p pattern) free(i int) bool {
	last := p.Type == "" && i == len(p.path)-1
	return i < p.wild || last && p.anyKey
}

// meets reports whether two patterns can name the same thing.
func (p pattern) meets(q pattern) bool {
	if len(p.path) != len(q.path) || p.Type != q.Type || p.Name != q.Name {
		return false
	}
	for i := range p.path {
		if !p.step(q, i) {
			return false
		}
	}
	return p.Type == "" || p.anyKey == q.anyKey && (p.anyKey || p.Key == q.Key)
}

// nested reports whether p lies strictly inside q.
func (p pattern) nested(q pattern) bool {
	if q.Type != "" {
		same := p.Type == q.Type && p.Name == q.Name && len(p.path) == len(q.path)
		return same && q.anyKey && !p.anyKey && p.below(q)
	}
	if len(p.path) < len(q.path) || len(p.path) == len(q.path) && p.Type == "" {
		return false
	}
	return p.below(q)
}

// below reports whether p's path starts with all of q's.
func (p pattern) below(q pattern) bool {
	for i := range q.path {
		if !p.step(q, i) {
			return false
		}
	}
	return true
}

// after reports whether s must be applied after t: t makes what s takes, or
// one of them works inside what the other moves (OpenTofu
// internal/refactoring/move_execute.go, statementDependsOn).
func (s Statement) after(t Statement) bool {
	sFrom, sTo := s.pattern(s.From), s.pattern(s.To)
	tFrom, tTo := t.pattern(t.From), t.pattern(t.To)
	switch {
	case sFrom.meets(tTo):
		return true
	case !sFrom.nested(tTo) && !sTo.nested(tTo) && !tFrom.nested(sFrom) && !tTo.nested(sFrom):
		return false
	}
	// Both ends of a move that only changes a module's key lie around a move
	// inside that module: the inner one comes later, not in a circle.
	return len(s.Module) >= len(t.Module) || !s.rekeysModule()
}

// rekeysModule: the statement changes nothing but keys of a module.
func (s Statement) rekeysModule() bool {
	return !s.From.IsResource() && !s.Whole() && s.From.Module.Static() == s.To.Module.Static()
}
