package extract

import (
	"fmt"
	"io/fs"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// aws reads the service packages of hashicorp/aws: each lists its resources in
// SDKResources and FrameworkResources of its servicePackage.
func (x *extractor) aws() error {
	entries, err := fs.ReadDir(x.tree, "internal/service")
	if err != nil {
		return fmt.Errorf("list services: %w", err)
	}
	for _, e := range entries {
		path := x.module + "/internal/service/" + e.Name()
		p := x.in.Loader.Load(path)
		if !e.IsDir() || p == nil || p.Types["servicePackage"] == nil {
			continue
		}
		service := interp.Pointer(&interp.Struct{Type: named(path, "servicePackage"), Fields: map[string]interp.Value{}})
		for _, r := range x.list(service, "SDKResources") {
			x.awsResource(r, func(factory interp.Value) (string, *resource) {
				return "", x.sdk(x.in.Call(factory, nil, nil)[0])
			})
		}
		for _, r := range x.list(service, "FrameworkResources") {
			x.awsResource(r, func(factory interp.Value) (string, *resource) {
				return x.framework(x.in.Call(factory, []interp.Value{external("ctx")}, nil)[0], "aws")
			})
		}
	}
	return nil
}

func (x *extractor) awsResource(v interp.Value, read func(factory interp.Value) (string, *resource)) {
	registration, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		return
	}
	name, _ := x.in.Force(registration.Fields["TypeName"]).(string)
	if name != "" && !x.wanted(name) {
		return
	}
	x.in.Reset()
	own, r := read(registration.Fields["Factory"])
	if name == "" {
		name = own
	}
	x.injectRegion(registration, r)
	x.add(name, r)
}

// injectRegion adds the attribute that provider 6.x gives to regional types.
func (x *extractor) injectRegion(registration *interp.Struct, r *resource) {
	region, ok := registration.Fields["Region"]
	if !ok || interp.IsNil(region) || r.unresolved || r.Attributes == nil {
		return
	}
	s, ok := interp.Deref(region).(*interp.Struct)
	if !ok {
		r.why = append(r.why, "region is "+interp.Describe(region))
		return
	}
	if enabled, _ := s.Fields["IsOverrideEnabled"].(bool); !enabled {
		return
	}
	if r.Attributes["region"] == nil {
		r.Attributes["region"] = &facts.SourceAttr{Type: "string", Mode: "oc"}
	}
	mark(r.Attributes["region"])
	r.PlanLogic = true
}
