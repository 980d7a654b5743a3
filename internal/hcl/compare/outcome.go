package compare

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// planAll plans every instance of the after side.
func (c *comparison) planAll(m *eval.Module, path move.Path) {
	for _, r := range managed(m) {
		e := r.Expansion()
		switch {
		case e.Repeat == eval.Failed:
			c.expansionFailed(r.Address, e)
			continue
		case e.Pending():
			if !c.pendingBefore(r) {
				c.invalidAt(e.By.Range(), r.Address, "Invalid "+argument(r.Config)+" argument: its value is known only after apply")
			}
			continue
		case e.Repeat == eval.Unknown && c.unknownSet(r):
			continue
		}
		for _, inst := range r.Instances() {
			c.outcome(c.step(inst), path)
		}
	}
	for _, call := range calls(m) {
		if call.Opaque {
			continue
		}
		e := call.Expansion()
		switch {
		case e.Repeat == eval.Failed:
			c.expansionFailed(call.Address, e)
			continue
		case e.Pending():
			c.invalidAt(e.By.Range(), call.Address, "Invalid count or for_each argument: its value is known only after apply")
			continue
		case e.Repeat == eval.Unknown:
			c.unknownCall(call)
		}
		for _, child := range call.Instances() {
			c.planAll(child, append(path[:len(path):len(path)], move.Step{Name: call.Config.Name, Key: string(child.Key)}))
		}
	}
}

// pendingBefore: the number of instances could not be told when before was
// applied either.
func (c *comparison) pendingBefore(r *eval.Resource) bool {
	m := moduleAt(c.before.Root, r.Module.Address)
	if m == nil {
		return false
	}
	old := m.Resource(r.Config.Key())
	return old != nil && old.Expansion().Pending()
}

func argument(r *config.Resource) string {
	if r.Count != nil {
		return "count"
	}
	return "for_each"
}

// expansionFailed tells why a set of instances cannot be computed, unless it
// could not be before either, for the same reason.
func (c *comparison) expansionFailed(address string, e *eval.Expansion) {
	if c.failedBefore[address] == first(e.Diags) && expr.LimitIn(e.Diags) == nil {
		return
	}
	c.diagnostics(address, e.Diags)
}

// diagnostics turns errors of the after side into gaps.
func (c *comparison) diagnostics(subject string, diags hcl.Diagnostics) {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := hcl.Range{Filename: c.Root}
		if d.Subject != nil {
			at = *d.Subject
		}
		if d.Summary == expr.LimitReached {
			c.limit(c.after, subject, d)
			continue
		}
		if kind := limited(d); kind != "" {
			if c.limits[d.Detail] {
				continue // what follows from it is the same limit again
			}
			c.limits[d.Detail] = true
			c.gap(plan.Gap{At: c.brought(d, c.after.Place(at)), Root: c.Root, Kind: kind, Subject: subject, Why: d.Summary + ": " + d.Detail, Variant: c.Variant})
			continue
		}
		c.invalidAt(at, subject, d.Summary+": "+d.Detail)
	}
}

// brought is the place of a diagnostic that the before side did not have: where
// nothing of its file and root changes, the changed file that brought it. That
// is the one which the diagnostic or the expression names, or else the first.
func (c *comparison) brought(d *hcl.Diagnostic, at plan.Range) plan.Range {
	inRoot := func(name string) bool { return name == at.File || c.Root == "." || strings.HasPrefix(name, c.Root+"/") }
	if len(c.Changed) == 0 || slices.ContainsFunc(c.Changed, inRoot) {
		return at
	}
	told := d.Detail
	for line := at.Line; line <= at.EndLine; line++ {
		told += c.Lines.Text(at.File, at.Side, line)
	}
	named := func(name string) bool { return strings.Contains(told, path.Base(name)) }
	return plan.Range{File: c.Changed[max(0, slices.IndexFunc(c.Changed, named))], Side: plan.After}
}

// unknownSet compares a resource whose instances the trees do not tell with
// what it was before; it reports whether the set itself may differ.
func (c *comparison) unknownSet(r *eval.Resource) bool {
	before := moduleAt(c.before.Root, r.Module.Address)
	if before == nil {
		return false
	}
	old := before.Resource(r.Config.Key())
	if old == nil {
		return false
	}
	was := old.Expansion()
	if was.Repeat == eval.Unknown && was.ID() == r.Expansion().ID() {
		return false
	}
	if value.IsLimited(was.Value) || value.IsLimited(r.Expansion().Value) {
		return true
	}
	for _, inst := range old.Instances() {
		o := c.byAddress[inst.Address()]
		if o == nil || o.final.String() != o.address.String() {
			continue
		}
		c.add(o, plan.Change{Action: plan.Delete, Reason: reasonUnknown(r.Config), Certain: false}, nil,
			"which instances remain depends on a value that is not in the repository")
	}
	return true
}

// unknownCall tells where the instances of a module are not known, and need
// not be those of before.
func (c *comparison) unknownCall(call *eval.Call) {
	before := moduleAt(c.before.Root, call.Module.Address)
	if before == nil {
		return
	}
	old := before.ModuleCall(call.Config.Name)
	if old == nil || old.Expansion().Repeat == eval.Unknown && old.Expansion().ID() == call.Expansion().ID() {
		return
	}
	c.setGap(call.Address, call.Expansion())
}

func reasonUnknown(r *config.Resource) plan.Reason {
	if r.Count != nil {
		return plan.CountIndex
	}
	return plan.EachKey
}

// outcome tells what happens to one instance of the after side.
func (c *comparison) outcome(s *step, path move.Path) {
	c.diagnosticsOf(s)
	if s.prior == nil {
		c.created(s, path)
		return
	}
	change := plan.Change{Action: s.action, Certain: s.certain}
	if s.disarmed() {
		change.Effect, change.Reason = plan.Disarm, plan.GuardRemoved
	}
	switch s.action {
	case plan.Replace:
		change.Reason, change.Because = plan.CannotUpdate, s.paths
		if s.trigger != nil {
			change.Reason = plan.ByTriggers
		}
		if s.inst.Resource.Config.Lifecycle.PreventDestroy {
			change.Effect = plan.Blocked
		}
	case plan.None:
		if c.otherChart(s) {
			change.Action = plan.Update
		} else if change.Effect == "" {
			return
		}
	}
	why := s.why
	if change.Certain && strings.Contains(s.inst.Address(), string(eval.SomeKey)) {
		change.Certain, why = false, "how many instances there are depends on a value that is not in the repository"
	}
	c.add(s.prior, change, s, why)
	c.hosts(s)
	c.mayLose(s)
}

// created tells of a new instance. Nothing is lost by it; it is listed for
// those who ask for everything.
func (c *comparison) created(s *step, path move.Path) {
	if s.action != plan.Create {
		return
	}
	r := s.inst.Resource.Config
	address := c.planAddress(move.Address{Module: path, Type: r.Type, Name: r.Name, Key: string(s.inst.Key)})
	change := plan.Change{
		Address: address, Previous: address, Action: plan.Create, Certain: s.certain, Variant: c.Variant,
		At: c.after.Place(r.Full), After: attributes(s.planned),
	}
	change.Causes = c.causes(nil, s, change, "new")
	c.changes = append(c.changes, change)
	c.mayLose(s)
}

// disarmed reports whether the object loses its prevent_destroy: nothing
// happens to it yet, and the next change that destroys it will not be stopped.
func (s *step) disarmed() bool {
	return s.action != plan.Replace && s.prior.inst.Resource.Config.Lifecycle.PreventDestroy && !s.inst.Resource.Config.Lifecycle.PreventDestroy
}

func (c *comparison) diagnosticsOf(s *step) {
	if !s.diags.HasErrors() && s.cycle == nil {
		return
	}
	diags := append(s.diags, s.cycle...)
	if s.prior != nil {
		if _, old := s.prior.inst.Config(); old.HasErrors() {
			diags = slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return contains(old, d) })
		}
	}
	c.diagnostics(s.inst.Address(), diags)
}

func contains(diags hcl.Diagnostics, d *hcl.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(o *hcl.Diagnostic) bool { return o.Summary == d.Summary && o.Detail == d.Detail })
}

// leftovers tells what happens to objects that have no place any more.
func (c *comparison) leftovers() {
	for _, o := range c.objects {
		if c.declared(o) {
			continue
		}
		cfg := c.configAt(o.final)
		if c.unsettled(o) {
			continue
		}
		change := plan.Change{Action: plan.Delete, Certain: true, Reason: c.deleteReason(o, cfg)}
		why := ""
		if strings.Contains(o.address.String(), string(eval.SomeKey)) {
			change.Certain, why = false, "how many instances there are depends on a value that is not in the repository"
		}
		if cfg == nil {
			if keep, found := c.forgotten(o); found && keep {
				change.Action = plan.Forget
			} else if !found && o.inst.Resource.Config.Lifecycle.Keep {
				change.Action = plan.Forget
			}
			if problem := c.providerGone(o); problem != "" {
				c.invalidAt(o.inst.Resource.Config.Range, o.address.String(), problem)
			}
		} else if cfg.Lifecycle.Keep {
			change.Action = plan.Forget
		} else if cfg.Lifecycle.PreventDestroy {
			change.Effect = plan.Blocked
		}
		c.add(o, change, nil, why)
	}
}

// unsettled reports whether an object's place could not be computed; it is
// told as a gap then.
func (c *comparison) unsettled(o *object) bool {
	m := c.after.Root
	for _, step := range o.final.Module {
		call := m.ModuleCall(step.Name)
		if call == nil {
			return false
		}
		switch e := call.Expansion(); {
		case call.Opaque:
			c.opaqueGap(call, "its objects were declared in the repository before, and its source "+call.Config.Source+" is outside")
			return true
		case e.Repeat == eval.Failed || call.Broken != nil:
			return true
		case e.Repeat == eval.Unknown:
			if !e.Pending() {
				c.setGap(call.Address, e)
			}
			return true
		}
		if m = call.Instance(eval.Key(step.Key)); m == nil {
			return false
		}
	}
	r := m.Resource(o.final.Type + "." + o.final.Name)
	if r == nil {
		return false
	}
	repeat := r.Expansion().Repeat
	return repeat == eval.Failed || repeat == eval.Unknown
}

// setGap tells that a set of instances changes in a way the trees do not tell.
func (c *comparison) setGap(address string, e *eval.Expansion) {
	if value.IsLimited(e.Value) {
		return
	}
	c.gap(plan.Gap{At: c.after.Place(e.By.Range()), Root: c.Root, Kind: plan.GapUnknown, Subject: address, Variant: c.Variant,
		Why: "which instances of " + address + " remain depends on a value that is not in the repository; give the variable file that sets it"})
}

// deleteReason is Terraform's action_reason (terraform 1.11
// internal/terraform/node_resource_plan_orphan.go, deleteActionReason).
func (c *comparison) deleteReason(o *object, cfg *config.Resource) plan.Reason {
	if cfg == nil {
		if o.by != nil {
			return plan.NoMoveTarget
		}
		return plan.NoResourceConfig
	}
	m := moduleAt(c.after.Root, o.final.Module.String())
	if m == nil {
		return plan.NoModule
	}
	switch key := o.final.Key; {
	case key == "":
		return plan.WrongRepetition
	case len(key) > 1 && key[1] == '"':
		if cfg.ForEach == nil {
			return plan.WrongRepetition
		}
		return plan.EachKey
	default:
		if cfg.Count == nil {
			return plan.WrongRepetition
		}
		return plan.CountIndex
	}
}

// forgotten looks for a removed block that names an object's resource or a
// module around it. keep is its destroy = false.
func (c *comparison) forgotten(o *object) (keep, found bool) {
	for _, m := range c.after.Branches() {
		for _, block := range m.Config.Removed {
			e, ok := move.ParseEndpoint(block.From, quoteIndex)
			if !ok || !names(m.Static, e, o.final) {
				continue
			}
			if block.Destroy != nil {
				return !*block.Destroy, true
			}
			return !c.After.Runtime.RemovedDestroys(), true
		}
	}
	return false, false
}

// names reports whether a removed block in the module at a call path names an
// object, its keys aside.
func names(static string, e move.Endpoint, a move.Address) bool {
	prefix := append(splitStatic(static), splitStatic(e.Module.Static())...)
	if len(a.Module) < len(prefix) {
		return false
	}
	for i, name := range prefix {
		if a.Module[i].Name != name {
			return false
		}
	}
	if !e.IsResource() {
		return true
	}
	return len(a.Module) == len(prefix) && e.Type == a.Type && e.Name == a.Name
}

// add records a change of an object.
func (c *comparison) add(o *object, change plan.Change, s *step, why string) {
	change.Address, change.Previous = c.planAddress(o.final), c.planAddress(o.address)
	change.Variant = c.Variant
	state, _ := o.inst.Value()
	change.Before = attributes(state)
	change.At = c.before.Place(o.inst.Resource.Config.Full)
	if s != nil {
		change.After = attributes(s.planned)
		change.At = c.after.Place(s.inst.Resource.Config.Full)
	}
	if change.Effect == plan.Blocked {
		c.guarded(o, change)
	}
	change.Causes = c.causes(o, s, change, why)
	c.changes = append(c.changes, change)
}

// guarded tells that prevent_destroy stops a change. A possible one need not
// make the plan fail.
func (c *comparison) guarded(o *object, change plan.Change) {
	at := c.after.Place(o.inst.Resource.Config.Range)
	if cfg := c.configAt(o.final); cfg != nil {
		at = c.after.Place(cfg.Lifecycle.PreventRange)
	}
	verdict, could := "would", "would"
	if c.invalid = c.invalid || change.Certain; !change.Certain {
		verdict, could = "might", "may"
	}
	c.gap(plan.Gap{At: at, Root: c.Root, Kind: plan.GapInvalid, Subject: change.Address.String(), Variant: c.Variant,
		Why: fmt.Sprintf("%s not plan: Instance cannot be destroyed: %s has prevent_destroy, and the change %s %s it", verdict, change.Address, could, change.Action)})
}

func (c *comparison) planAddress(a move.Address) plan.Address {
	return plan.Address{Engine: plan.Terraform, Root: c.Root, Module: a.Module.String(), Type: a.Type, Name: a.Name, Key: a.Key}
}
