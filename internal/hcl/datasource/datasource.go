// Package datasource says what reading a data source gives: what the repository
// itself answers, and something opaque that stays the same as long as the arguments
// do for the rest.
package datasource

import (
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Read is the result of a data source: its arguments, and what only the
// provider knows, the same for the same arguments.
func Read(inst *eval.Instance, cfg cty.Value) cty.Value {
	w := inst.Resource.Module.World
	if v, ok := remoteState(w, inst.Resource.Config, cfg); ok {
		return v
	}
	files := packaged(w, inst.Resource.Config, cfg)
	id := "data." + inst.Resource.Config.Type + "(" + providers.Identity(inst.Resource) + value.Fingerprint(cfg) + files + ")"
	if inst.Resource.Config.Type == "archive_file" {
		cfg = withDigests(cfg, id, files)
	}
	return openWith(cfg, value.Open{ID: id})
}

// Deferred is the result of a data source that is read only during apply: what it
// is given, and what becomes known then.
func Deferred(inst *eval.Instance, cfg cty.Value) cty.Value {
	if inst.Resource.Config.Type == "terraform_remote_state" {
		return remoteStateWith(cfg, value.NewPending(cty.DynamicPseudoType))
	}
	return openWith(cfg, value.Open{Pending: true})
}

// MaybeDeferred is the result of a data source that may be read only during apply.
func MaybeDeferred(inst *eval.Instance, cfg cty.Value) cty.Value {
	return openWith(cfg, value.Open{ID: "if deferred " + inst.Address() + value.Fingerprint(cfg)})
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
