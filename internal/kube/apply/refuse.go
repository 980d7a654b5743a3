package apply

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// checks are the rules that a table cannot say, by their name in
// immutable.yaml. Each refuses what it finds.
var checks = map[string]func(*update, field){
	"completions":         completions,
	"jobTemplate":         jobTemplate,
	"generatedSelector":   generatedSelector,
	"pod":                 pod,
	"clusterIPs":          clusterIPs,
	"ipFamilies":          ipFamilies,
	"loadBalancerClass":   loadBalancerClass,
	"healthCheckNodePort": healthCheckNodePort,
	"claim":               claim,
	"claimSize":           claimSize,
	"claimAttributes":     claimAttributes,
	"betaClass":           betaClass,
	"volumeSource":        volumeSource,
	"volumeAffinity":      volumeAffinity,
	"cidrs":               cidrs,
	"nodeDrivers":         nodeDrivers,
	"storedVersions":      storedVersions,
}

// refuse applies the table and the rules of custom resources.
func (u *update) refuse() {
	if len(u.changed) == 0 {
		return
	}
	for _, f := range table()[u.kind()] {
		u.refuseField(f)
	}
	u.refuseTransitions()
	u.weighGates()
	if rewritten(u.before.Identity, u.after.Identity) {
		for i := range u.refused {
			u.refused[i].Certain = false
			u.refused[i].Why += fmt.Sprintf(" (%s and %s write it differently, which is not converted here)", u.before.Version, u.after.Version)
		}
	}
}

// weighGates takes back the certainty of refusals that rest on fields which a
// cluster drops unless it turns a feature gate on.
func (u *update) weighGates() {
	for i, r := range u.refused {
		gate := ""
		for _, p := range r.Paths {
			if gate = u.typ.GateOf(p); gate == "" {
				break
			}
		}
		if gate != "" && len(r.Paths) > 0 {
			u.refused[i].Certain = false
			u.refused[i].Why += fmt.Sprintf(", on clusters that turn the feature gate %s on", gate)
		}
	}
	for _, d := range u.changed {
		if gate := u.typ.GateOf(d.Path); gate != "" {
			u.note(Depends, d.Path, fmt.Sprintf("clusters drop %s unless they turn the feature gate %s on", dotted(d.Path), gate))
		}
	}
}

// refuseTransitions evaluates the rules that a definition has for its
// resources.
func (u *update) refuseTransitions() {
	for _, f := range u.definition.Of(u.after.Version).Transition(u.old, u.next) {
		source := fmt.Sprintf("x-kubernetes-validations of CustomResourceDefinition %s at %s:%d",
			u.definition.Object.Name, u.definition.Object.File, u.definition.Object.Line)
		r := Refusal{Paths: []plan.Path{f.Path}, Field: dotted(f.Path), Source: source, Certain: f.Unread == ""}
		r.Why = fmt.Sprintf("the validation rule %q of its CustomResourceDefinition fails", f.Rule)
		if f.Message != "" {
			r.Why = fmt.Sprintf("its CustomResourceDefinition: %s", f.Message)
		}
		if f.Unread != "" {
			r.Why = fmt.Sprintf("the rule %q of its definition was not evaluated: %s", f.Rule, f.Unread)
		}
		u.refused = append(u.refused, r)
	}
}

// table is immutable.yaml: the entries of each kind.
var table = sync.OnceValue(func() map[string][]field {
	t, err := readTable(immutableYAML, func(name string) bool { return checks[name] != nil })
	if err != nil {
		panic(err) // embedded data, covered by a test
	}
	return t
})

// refuseField applies one entry of the table.
func (u *update) refuseField(f field) {
	if !u.applies(f) {
		return
	}
	old, had := get(u.old, f.path)
	next, has := get(u.next, f.path)
	switch f.Rule {
	case checked:
		checks[f.Check](u, f)
		return
	case once:
		if !had {
			return
		}
	case keep:
		if has {
			return
		}
	case ignored:
		return // see keepIgnored
	case asSet:
		if sameSet(old, next) {
			return
		}
	}
	paths := u.differing(f)
	if len(paths) == 0 {
		return
	}
	if f.Until != "" {
		u.note(Depends, f.path, fmt.Sprintf("up to Kubernetes %s the API server rejects a change of %s", f.Until, f.Path))
		return
	}
	why := f.Path + ": field is immutable"
	if len(f.When) > 0 {
		why = f.Path + ": field is immutable when `immutable` is set"
	}
	u.deny(f, paths, why)
}

// applies reports whether the object before is as the entry wants it.
func (u *update) applies(f field) bool {
	for path, want := range f.When {
		if got, _ := get(u.old, splitPath(path)); got != want {
			return false
		}
	}
	return true
}

// differing lists the differences below the path of an entry that no `unless`
// lets through.
func (u *update) differing(f field) []plan.Path {
	var out []plan.Path
	for _, d := range u.below(f.path) {
		rest := d.Path[min(len(f.path), len(d.Path)):]
		if !slices.ContainsFunc(f.Unless, func(free string) bool { return under(rest, splitPath(free)) }) {
			out = append(out, d.Path)
		}
	}
	return out
}

func sameSet(a, b any) bool {
	x, _ := a.([]any)
	y, _ := b.([]any)
	has := func(l []any, v any) bool {
		return slices.ContainsFunc(l, func(e any) bool { return reflect.DeepEqual(e, v) })
	}
	for _, v := range x {
		if !has(y, v) {
			return false
		}
	}
	for _, v := range y {
		if !has(x, v) {
			return false
		}
	}
	return true
}
