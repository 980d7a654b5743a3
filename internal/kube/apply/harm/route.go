package harm

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// served is one thing that a route answers: a path of a host. Other conditions
// (headers, methods) are compared as they are.
type served struct {
	host, path string
	prefix     bool
	other, to  any
}

// covers reports whether what was answered still is. The same path may lead
// elsewhere; a wider one has to lead where this did.
func (n served) covers(o served) bool {
	if !reflect.DeepEqual(n.other, o.other) && n.other != nil {
		return false
	}
	if n.host == o.host && n.path == o.path {
		return true
	}
	below := n.prefix && strings.HasPrefix(o.path+"/", strings.TrimSuffix(n.path, "/")+"/")
	return sameHost(n.host, o.host) && (n.path == o.path || below) && reflect.DeepEqual(n.to, o.to)
}

// sameHost reports whether a host, or a wildcard for its first label, takes in
// another. None takes in all.
func sameHost(pattern, host string) bool {
	_, rest, _ := strings.Cut(host, ".")
	return pattern == "" || pattern == host || pattern == "*."+rest
}

// gone are the routes of before that nothing of after covers.
func gone(before, after []served) []served {
	return slices.DeleteFunc(before, func(o served) bool {
		return slices.ContainsFunc(after, func(n served) bool { return n.covers(o) })
	})
}

// routes: hosts and paths that an Ingress serves no more.
func routes(c *change) {
	next := ingressRoutes(c.next)
	named := map[string]bool{}
	for _, r := range gone(ingressRoutes(c.old), next) {
		path, what := plan.Path{"spec", "rules"}, "host "+r.host
		switch {
		case r.host == "" && r.path == "/":
			path, what = plan.Path{"spec"}, "requests that no other rule matches"
		case r.host == "" || slices.ContainsFunc(next, func(n served) bool { return n.host == r.host }):
			what = "path " + r.host + r.path
		}
		if !named[what] {
			named[what] = true
			c.add(plan.RouteRemoved, plan.RouteLost, path, "%s is no longer served", what)
		}
	}
	path := plan.Path{"spec", "ingressClassName"}
	if old, now := object.TextAt(c.old, path...), object.TextAt(c.next, path...); old != "" && old != now {
		c.maybe(plan.RouteRemoved, plan.RouteLost, path,
			"ingressClassName %s -> %s: another controller serves it, at another address", old, orNone(now))
	}
}

func ingressRoutes(v map[string]any) []served {
	var out []served
	if backend := object.MapAt(v, "spec", "defaultBackend"); backend != nil {
		out = append(out, served{path: "/", prefix: true, to: any(backend)})
	}
	for _, rule := range object.ListAt(v, "spec", "rules") {
		host := object.TextAt(rule, "host")
		paths := object.ListAt(rule, "http", "paths")
		if len(paths) == 0 {
			out = append(out, served{host: host, path: "/", prefix: true, to: at(v, "spec", "defaultBackend")})
		}
		for _, p := range paths {
			m := object.MapAt(p)
			prefix := object.TextAt(m, "pathType") != "Exact"
			out = append(out, served{host: host, path: literal(object.TextAt(m, "path")), prefix: prefix, to: at(m, "backend")})
		}
	}
	return out
}

// literal is a path up to where it is a pattern of some controller, without a
// slash at its end.
func literal(path string) string {
	if i := strings.IndexAny(path, "(*$?[.^+"); i >= 0 && strings.ContainsAny(path, "(*$?[^+") {
		path = path[:i]
	}
	return cmp.Or(strings.TrimRight(path, "/"), "/")
}

// rules: paths that a route of the Gateway API serves no more.
func rules(c *change) {
	for _, r := range gone(gatewayRoutes(c.old), gatewayRoutes(c.next)) {
		c.add(plan.RouteRemoved, plan.RouteLost, plan.Path{"spec", "rules"},
			"a rule for %s is removed, and its requests are no longer served", r.path)
	}
}

func gatewayRoutes(v map[string]any) []served {
	var out []served
	for _, item := range object.ListAt(v, "spec", "rules") {
		rule := object.MapAt(item)
		to := []any{at(rule, "backendRefs"), at(rule, "filters")}
		matches := object.ListAt(rule, "matches")
		if len(matches) == 0 {
			matches = []any{map[string]any{}}
		}
		for _, m := range matches {
			out = append(out, gatewayMatch(object.MapAt(m), to))
		}
	}
	return out
}

func gatewayMatch(m map[string]any, to any) served {
	kind := cmp.Or(object.TextAt(m, "path", "type"), "PathPrefix")
	path := cmp.Or(object.TextAt(m, "path", "value"), "/")
	out := served{path: path, prefix: kind == "PathPrefix", to: to}
	if out.prefix {
		out.path = cmp.Or(strings.TrimRight(path, "/"), "/")
	}
	rest := map[string]any{}
	for k, v := range m {
		if k != "path" {
			rest[k] = v
		}
	}
	if kind == "RegularExpression" {
		rest["pattern"] = path
	}
	if len(rest) > 0 {
		out.other = rest
	}
	return out
}

// hostnames: a route of the Gateway API serves fewer hosts. One that names none
// serves those of its listeners.
func hostnames(c *change) {
	path := plan.Path{"spec", "hostnames"}
	next := object.ListAt(c.next, path...)
	if len(next) == 0 {
		return
	}
	for _, h := range object.ListAt(c.old, path...) {
		if !slices.Contains(next, h) {
			c.add(plan.RouteRemoved, plan.RouteLost, path, "host %v is no longer served", h)
		}
	}
}

// listeners: a Gateway stops listening.
func listeners(c *change) {
	path := plan.Path{"spec", "listeners"}
	for _, l := range object.ListAt(c.old, path...) {
		if name := object.TextAt(l, "name"); named(object.ListAt(c.next, path...), name) == nil {
			c.add(plan.RouteRemoved, plan.RouteLost, path, "the listener %s is removed, with everything it served", name)
		}
	}
}
