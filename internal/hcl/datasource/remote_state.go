package datasource

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// remoteState answers a terraform_remote_state with the local backend from the
// state file, where that is in the tree.
func remoteState(w *eval.World, r *config.Resource, cfg cty.Value) (cty.Value, bool) {
	if r.Type != "terraform_remote_state" {
		return cty.NilVal, false
	}
	args := attrs.Map(cfg)
	if attrs.Text(args["backend"]) != "local" {
		return cty.NilVal, false
	}
	name := "terraform.tfstate"
	if conf, ok := args["config"]; ok {
		if given := attrs.Map(conf)["path"]; given != cty.NilVal {
			if name = attrs.Text(given); name == "" {
				return cty.NilVal, false
			}
		}
	}
	b, err := w.Read(name)
	if err != nil {
		return cty.NilVal, false
	}
	outputs, err := stateOutputs(b)
	if err != nil {
		return cty.NilVal, false
	}
	return remoteStateWith(cfg, cty.ObjectVal(withDefaults(attrs.Map(args["defaults"]), outputs))), true
}

// remoteStateWith is the whole data source: its arguments, given or not, and
// its outputs.
func remoteStateWith(cfg, outputs cty.Value) cty.Value {
	vals := map[string]cty.Value{"outputs": outputs}
	for _, name := range []string{"backend", "config", "defaults", "workspace"} {
		vals[name] = cty.NullVal(cty.DynamicPseudoType)
	}
	maps.Copy(vals, attrs.Map(cfg))
	return cty.ObjectVal(vals)
}

// withDefaults lays the outputs of a state over the defaults of the data source.
func withDefaults(defaults, outputs map[string]cty.Value) map[string]cty.Value {
	out := map[string]cty.Value{}
	maps.Copy(out, defaults)
	maps.Copy(out, outputs)
	return out
}

// stateOutputs reads the root outputs of a state file, format version 4.
func stateOutputs(b []byte) (map[string]cty.Value, error) {
	var state struct {
		Version int
		Outputs map[string]struct {
			Value, Type json.RawMessage
			Sensitive   bool
		}
	}
	if err := json.Unmarshal(b, &state); err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	if state.Version != 4 {
		return nil, fmt.Errorf("read state: version %d", state.Version)
	}
	vals := map[string]cty.Value{}
	for name, o := range state.Outputs {
		ty, err := ctyjson.UnmarshalType(o.Type)
		if err != nil {
			return nil, fmt.Errorf("read output %s: %w", name, err)
		}
		v, err := ctyjson.Unmarshal(o.Value, ty)
		if err != nil {
			return nil, fmt.Errorf("read output %s: %w", name, err)
		}
		if o.Sensitive {
			v = v.Mark(value.Sensitive)
		}
		vals[name] = v
	}
	return vals, nil
}
