package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// tracer follows a difference back to the line that made it: from what differs
// to what it is computed from, as long as that differs between the sides too.
type tracer struct {
	c    *comparison
	seen map[string]bool
	left int
}

// chain is a cause chain under construction, the changed line first.
type chain []plan.Cause

func (c *comparison) tracer() *tracer { return &tracer{c: c, seen: map[string]bool{}, left: 200} }

// causes is the chain for one change, the instance itself last.
func (c *comparison) causes(o *object, s *step, change plan.Change, why string) []plan.Cause {
	t := c.tracer()
	var links chain
	if s != nil {
		links = t.step(s)
	} else {
		links = t.leftover(o, change.Reason)
	}
	if links == nil {
		links = t.anything(o)
	}
	links = t.through(links)
	text := change.Address.String() + ": " + change.Reason.Sentence()
	if why != "" {
		text = change.Address.String() + ": " + why
	}
	return append(links, plan.Cause{Range: change.At, Text: clip(text)})
}

func (c *comparison) opaqueCauses(old *eval.Call, change plan.Change) []plan.Cause {
	t := c.tracer()
	links := t.lines(c.before.Place(old.Config.Full), old.Address+" removed")
	if links == nil {
		links = t.calls(old.Module, old.Config.Name)
	}
	if links == nil {
		links = t.anything(nil)
	}
	links = t.through(links)
	return append(links, plan.Cause{Range: change.At, Text: clip(change.Address.String() + ": " + change.Reason.Sentence())})
}

func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 160 {
		s = strings.ToValidUTF8(s[:157], "") + "…"
	}
	return s
}

// lines is a chain of one link where a range holds a changed line.
func (t *tracer) lines(r plan.Range, text string) chain {
	if r.File == "" {
		return nil
	}
	changed := t.c.Lines.Changed(r)
	if len(changed) == 0 {
		return nil
	}
	line := changed[0]
	for _, l := range changed { // a line with something on it says more
		if strings.Trim(t.c.Lines.Text(r.File, r.Side, l), " \t\r\n{}[]()") != "" {
			line = l
			break
		}
	}
	end := line
	for slices.Contains(changed, end+1) {
		end++
	}
	return chain{{Range: plan.Range{File: r.File, Line: line, EndLine: end, Side: r.Side}, Text: clip(text)}}
}

// either looks for a changed line on the after side first, then on the before
// side.
func (t *tracer) either(after, before hcl.Range, text string) chain {
	if after.Filename != "" {
		if links := t.lines(t.c.after.Place(after), text); links != nil {
			return links
		}
	}
	if before.Filename != "" {
		return t.lines(t.c.before.Place(before), text)
	}
	return nil
}

func (l chain) via(r plan.Range, text string) chain {
	if l == nil {
		return nil
	}
	if last := l[len(l)-1]; last.Text == clip(text) && last.File == r.File && last.Line >= r.Line && last.Line <= r.EndLine {
		return l // the same said twice
	}
	return append(l[:len(l):len(l)], plan.Cause{Range: r, Text: clip(text)})
}

// leftover explains why an object has no place any more.
func (t *tracer) leftover(o *object, reason plan.Reason) chain {
	old := o.inst.Resource
	if o.by != nil && o.by.Tag != nil {
		if links := t.lines(t.c.after.Place(o.by.Tag.(hcl.Range)), "moved to "+o.final.String()); links != nil {
			return links
		}
	}
	if links := t.path(o); links != nil {
		return links
	}
	cfg := t.c.configAt(o.final)
	if cfg == nil {
		if links := t.lines(t.c.before.Place(old.Config.Full), old.Config.Key()+" removed"); links != nil {
			return links
		}
		return t.files(old.Module.Config, nil)
	}
	if links := t.set(o, cfg); links != nil {
		return links
	}
	return nil
}

// path looks for the module call on the way to an object that went away, lost
// the instance, or now leads elsewhere.
func (t *tracer) path(o *object) chain {
	before, after := t.c.before.Root, t.c.after.Root
	for i, stepAt := range o.address.Module {
		call := before.ModuleCall(stepAt.Name)
		if call == nil {
			return nil
		}
		next := before
		if inst := call.Instance(eval.Key(stepAt.Key)); inst != nil {
			next = inst
		}
		if i >= len(o.final.Module) || o.final.Module[i].Name != stepAt.Name {
			return nil
		}
		now := after.Config.Calls[stepAt.Name]
		if now == nil {
			if links := t.lines(t.c.before.Place(call.Config.Full), call.Address+" removed"); links != nil {
				return links
			}
			return t.files(before.Config, nil)
		}
		nowCall := after.ModuleCall(stepAt.Name)
		inst := nowCall.Instance(eval.Key(o.final.Module[i].Key))
		if inst == nil {
			return t.expansion(call.Expansion(), nowCall.Expansion(), before, after, call.Config.Range, now.Range, call.Address)
		}
		if now.Source != call.Config.Source {
			if links := t.either(now.SourceAt, call.Config.SourceAt, call.Address+": source "+call.Config.Source+" -> "+now.Source); links != nil {
				return links
			}
		}
		before, after = next, inst
	}
	return nil
}

// calls explains a lost instance of a module call.
func (t *tracer) calls(m *eval.Module, name string) chain {
	after := moduleAt(t.c.after.Root, m.Address)
	if after == nil || after.Config.Calls[name] == nil {
		return t.files(m.Config, nil)
	}
	old, now := m.ModuleCall(name), after.ModuleCall(name)
	return t.expansion(old.Expansion(), now.Expansion(), m, after, old.Config.Range, now.Config.Range, old.Address)
}

// set explains a change of a resource's instances.
func (t *tracer) set(o *object, cfg *config.Resource) chain {
	after := moduleAt(t.c.after.Root, o.final.Module.String())
	if after == nil {
		return nil
	}
	now := after.Resource(cfg.Key())
	if now == nil {
		return nil
	}
	old := o.inst.Resource
	return t.expansion(old.Expansion(), now.Expansion(), old.Module, after, old.Config.Full, cfg.Full, old.Address)
}

func (t *tracer) expansion(was, is *eval.Expansion, before, after *eval.Module, beforeAt, afterAt hcl.Range, address string) chain {
	text := address + ": " + repeats(was) + " -> " + repeats(is)
	switch {
	case was.By != nil && is.By != nil:
		links := t.expression(side{before, before.Context()}, side{after, after.Context()}, was.By, is.By, text)
		return links.via(t.c.after.Place(is.By.Range()), text)
	case is.By != nil:
		if links := t.lines(t.c.after.Place(is.By.Range()), text); links != nil {
			return links
		}
	case was.By != nil:
		if links := t.lines(t.c.before.Place(was.By.Range()), text); links != nil {
			return links
		}
	}
	return t.either(afterAt, beforeAt, text)
}

func repeats(e *eval.Expansion) string {
	switch e.Repeat {
	case eval.Counted:
		return fmt.Sprintf("count %d", len(e.Keys))
	case eval.Each:
		return fmt.Sprintf("for_each of %d", len(e.Keys))
	case eval.Single:
		return "one"
	}
	return "unknown"
}

// step explains why an instance is replaced or updated.
func (t *tracer) step(s *step) chain {
	if s.prior == nil {
		return t.lines(t.c.after.Place(s.inst.Resource.Config.Full), s.inst.Address()+" added")
	}
	if !t.enter("step " + s.inst.Address()) {
		return nil
	}
	if s.trigger != nil {
		if links := t.trigger(s); links != nil {
			return links
		}
	}
	names := make([]string, 0, 4)
	for _, p := range s.paths {
		if name, ok := p[0].(string); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = t.changedArguments(s)
	}
	for _, name := range names {
		if links := t.argument(s, name); links != nil {
			return links
		}
	}
	block := s.inst.Resource.Config
	return t.either(block.Full, s.prior.inst.Resource.Config.Full, s.inst.Address()+" changed")
}

// changedArguments are the arguments of an instance that differ.
func (t *tracer) changedArguments(s *step) []string {
	old, _ := s.prior.inst.Config()
	was, is := asMap(old), asMap(s.config)
	var out []string
	for _, name := range sorted(is) {
		if w, ok := was[name]; !ok || value.Fingerprint(w) != value.Fingerprint(is[name]) || containsPending(is[name]) {
			out = append(out, name)
		}
	}
	for _, name := range sorted(was) {
		if _, ok := is[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

// argument explains one argument or block type of an instance.
func (t *tracer) argument(s *step, name string) chain {
	before, after := instanceSide(s.prior.inst), instanceSide(s.inst)
	was, is := argumentsOf(s.prior.inst.Resource.Config, name), argumentsOf(s.inst.Resource.Config, name)
	text := s.inst.Address() + "." + name
	for i := range max(len(was), len(is)) {
		var links chain
		switch {
		case i >= len(is):
			links = t.lines(t.c.before.Place(was[i].Range()), text+" removed")
		case i >= len(was):
			if links = t.lines(t.c.after.Place(is[i].Range()), text+" added"); links == nil {
				links = t.references(before, after, nil, is[i])
			}
		default:
			links = t.expression(before, after, was[i], is[i], text)
		}
		if links != nil {
			return links
		}
	}
	for _, b := range s.inst.Resource.Config.Body.Blocks {
		if b.Type == name {
			if links := t.lines(t.c.after.Place(b.Range), text+" changed"); links != nil {
				return links
			}
		}
	}
	for _, b := range s.prior.inst.Resource.Config.Body.Blocks {
		if b.Type == name {
			if links := t.lines(t.c.before.Place(b.Range), text+" changed"); links != nil {
				return links
			}
		}
	}
	return nil
}

// argumentsOf are the expressions behind an argument or all blocks of a type.
func argumentsOf(r *config.Resource, name string) []*expr.Expression {
	if a := r.Body.Attributes[name]; a != nil {
		return []*expr.Expression{a.Value}
	}
	var out []*expr.Expression
	for _, b := range r.Body.Blocks {
		if b.Type != name {
			continue
		}
		if b.Dynamic != nil {
			out = append(out, b.Dynamic.ForEach)
		}
		bodyExpressions(b.Body, nil, func(e *expr.Expression, _ []string) { out = append(out, e) })
	}
	return out
}

func (t *tracer) trigger(s *step) chain {
	for _, e := range s.inst.Resource.Config.Lifecycle.TriggeredBy {
		if e.Range() != *s.trigger {
			continue
		}
		ref, _ := e.Static(s.inst.Context())
		if ref == nil {
			continue
		}
		return t.reference(instanceSide(s.prior.inst), instanceSide(s.inst), ref).via(t.c.after.Place(e.Range()), "replace_triggered_by "+e.Text)
	}
	return nil
}

// enter guards against going in circles, and against going on for ever.
func (t *tracer) enter(what string) bool {
	if t.left--; t.left < 0 || t.seen[what] {
		return false
	}
	t.seen[what] = true
	return true
}
