package main

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/tools/providerfacts/interp"
)

// generic reads a provider from the function that makes it: an SDK provider
// with its ResourcesMap, a framework provider with its Resources method, or a
// function that gives protocol schemas. entries are `import/path:Function`.
func (x *extractor) generic(entries []string, prefix string) error {
	for _, e := range entries {
		path, function, _ := strings.Cut(e, ":")
		x.in.Reset()
		r := x.in.Call(x.in.Member(path, function), []interp.Value{"dev"}, nil)
		for len(r) > 0 && isFunc(r[0]) { // a function that gives the one that makes it
			r = x.in.Call(r[0], nil, nil)
		}
		if len(r) == 0 {
			x.in.Log.Add("registration", "%s gave nothing", e)
			continue
		}
		x.provider(r[0], prefix)
	}
	return nil
}

func isFunc(v interp.Value) bool {
	_, ok := v.(*interp.FuncV)
	return ok
}

func (x *extractor) provider(p interp.Value, prefix string) {
	if s, ok := interp.Deref(p).(*interp.Struct); ok {
		if m, ok := interp.Deref(s.Fields["ResourcesMap"]).(*interp.MapV); ok {
			for _, name := range append([]string(nil), m.Keys...) {
				if x.wanted(name) {
					x.in.Reset()
					x.add(name, x.sdk(m.Elems[name]))
				}
			}
			return
		}
	}
	if m, ok := interp.Deref(p).(*interp.MapV); ok {
		for _, name := range m.Keys {
			x.add(name, x.protocol(m.Elems[name]))
		}
		return
	}
	for _, factory := range x.list(p, "Resources") {
		x.in.Reset()
		if r := x.in.Call(factory, nil, nil); len(r) > 0 {
			x.add(x.framework(r[0], prefix))
		}
	}
}

// protocol reads a tfprotov5 or tfprotov6 schema literal.
func (x *extractor) protocol(v interp.Value) *resource {
	r := &resource{Attributes: map[string]*facts.SourceAttr{}}
	s, ok := interp.Deref(v).(*interp.Struct)
	r.unresolved = !ok || !protocolBlock(x.in, s.Fields["Block"], r.Attributes)
	return r
}
