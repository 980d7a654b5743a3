package compare

import (
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// facts finds the facts of a resource's type: those of the version that the
// after side locks, so that both sides are read by one schema.
func (c *comparison) facts(r *eval.Resource) *plan.TypeFacts {
	if c.Facts == nil {
		return nil
	}
	source := r.Module.Config.ProviderSource(localProvider(r.Config))
	return c.Facts(source, c.version(source), r.Config.Type)
}

// version is the locked version of a provider, empty where no lock file says.
func (c *comparison) version(source string) string {
	if v, ok := c.After.Versions[source]; ok {
		return v
	}
	return c.Before.Versions[source]
}

// localProvider is the local name of a resource's provider.
func localProvider(r *config.Resource) string {
	if r.Provider != "" {
		name, _, _ := strings.Cut(r.Provider, ".")
		return name
	}
	name, _, _ := strings.Cut(r.Type, "_")
	return name
}

// priorObjects are the objects of the before side: what an apply of it left.
type priorObjects struct{ c *comparison }

func (p *priorObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, _ := inst.Config()
	t := p.c.facts(inst.Resource)
	cfg = diff.Placed(t, p.c.providerValue(inst.Resource), cfg, true)
	state := diff.State(t, inst.Address(), cfg)
	if t == nil {
		state = state.Mark(value.Open{ID: inst.Address()})
	}
	return value.CarryLimit(state, cfg), nil
}

func (p *priorObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, diags := inst.Config()
	return p.c.read(inst, cfg), diags
}

func (p *priorObjects) Unknown(r *eval.Resource) cty.Value { return some(r) }

// some is the value of a resource whose instances are not known: opaque, the
// same as long as the set and what its instances look like are.
func some(r *eval.Resource) cty.Value {
	e := r.Expansion()
	v := cty.DynamicVal
	if inst := r.Instance(eval.SomeKey); inst != nil { // none while the set itself is being worked out
		v, _ = inst.Value()
	}
	return value.CarryLimit(value.NewOpaque(r.Address+"[*] "+value.Fingerprint(e.Value, v), cty.DynamicPseudoType), e.Value, v)
}

// read is the result of a data source: its arguments, and what only the
// provider knows, the same for the same arguments.
func (c *comparison) read(inst *eval.Instance, cfg cty.Value) cty.Value {
	w := inst.Resource.Module.World
	if v, ok := remoteState(w, inst.Resource.Config, cfg); ok {
		return v
	}
	files := packaged(w, inst.Resource.Config, cfg)
	id := "data." + inst.Resource.Config.Type + "(" + c.providerID(inst.Resource) + value.Fingerprint(cfg) + files + ")"
	if inst.Resource.Config.Type == "archive_file" {
		cfg = withDigests(cfg, id, files)
	}
	return openWith(cfg, value.Open{ID: id})
}

// openWith is an open object of the known arguments in cfg.
func openWith(cfg cty.Value, o value.Open) cty.Value {
	vals := map[string]cty.Value{}
	plain, _ := cfg.Unmark()
	if plain.IsKnown() && !plain.IsNull() && plain.Type().IsObjectType() {
		maps.Copy(vals, plain.AsValueMap())
	}
	for name, v := range vals {
		if v.IsKnown() && v.IsNull() {
			delete(vals, name) // the provider may fill it in
		}
	}
	return value.CarryLimit(value.OpenObject(o, vals), cfg)
}

// plannedObjects are the objects of the after side: what is planned for them.
type plannedObjects struct{ c *comparison }

func (p *plannedObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	s := p.c.step(inst)
	if s.cycle != nil {
		return cty.DynamicVal, s.cycle
	}
	return s.planned, nil
}

func (p *plannedObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, diags := inst.Config()
	switch p.c.deferred(inst, cfg) {
	case isPending:
		return deferredRead(inst, cfg), diags
	case mayBePending:
		return openWith(cfg, value.Open{ID: "if deferred " + inst.Address() + value.Fingerprint(cfg)}), diags
	}
	return p.c.read(inst, cfg), diags
}

func deferredRead(inst *eval.Instance, cfg cty.Value) cty.Value {
	if inst.Resource.Config.Type == "terraform_remote_state" {
		return remoteStateWith(cfg, value.NewPending(cty.DynamicPseudoType))
	}
	return openWith(cfg, value.Open{Pending: true})
}

func (p *plannedObjects) Unknown(r *eval.Resource) cty.Value {
	if r.Expansion().Pending() {
		return value.NewPending(cty.DynamicPseudoType)
	}
	return some(r)
}
