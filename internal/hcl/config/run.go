package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// Run is code of the configuration's own that a plan or an apply runs: a
// provisioner, or a data source that starts a program.
type Run struct {
	// Kind is local-exec, remote-exec, or the data source's type.
	Kind string
	// Says are the arguments that decide what is run, by name.
	Says map[string]*expr.Expression
	// Range is its header, Full the whole of it.
	Range, Full hcl.Range
}

var (
	// said are the arguments of provisioners that decide what is run, and when.
	said = []string{"command", "interpreter", "environment", "inline", "script", "scripts", "when"}
	// asked are those of data sources that start a program, by their types.
	asked = map[string][]string{"external": {"program", "query"}, "local_command": {"command", "arguments", "stdin"}}
)

// provisioners reads those of a resource or of a removed block.
func provisioners(b *rawBlock) []Run {
	var out []Run
	for _, p := range b.body.blocksOf("provisioner") {
		if len(p.labels) == 0 || p.labels[0] != "local-exec" && p.labels[0] != "remote-exec" {
			continue
		}
		run := Run{Kind: p.labels[0], Says: map[string]*expr.Expression{}, Range: p.header, Full: p.full}
		for name, a := range p.body.attrs {
			if slices.Contains(said, name) {
				run.Says[name] = a.ready()
			}
		}
		out = append(out, run)
	}
	return out
}

// runs reads what a resource runs. Its body must be decoded.
func runs(r *Resource, b *rawBlock) []Run {
	out := provisioners(b)
	if names := asked[r.Type]; r.Mode == Data && names != nil {
		run := Run{Kind: r.Type, Says: map[string]*expr.Expression{}, Range: b.header, Full: b.full}
		for _, name := range names {
			if a := r.Body.Attributes[name]; a != nil {
				run.Says[name] = a.Value
			}
		}
		out = append(out, run)
	}
	return out
}
