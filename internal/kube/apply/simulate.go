package apply

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// prepare computes what is stored before and after.
func prepare(before, after object.Object, family Family, cluster Cluster) *update {
	u := &update{before: before, after: after, family: family, cluster: cluster, known: true}
	b, h := before.Value, after.Value
	if u.typ = schema.Of(readAs(before.Identity, after.Identity)); u.typ != nil {
		b, h = current(before.Identity, u.typ, b), current(after.Identity, u.typ, h)
	} else {
		u.definition = cluster.Definition(after.Group, after.Kind)
		u.typ, u.known = schema.Custom(nil), false
		if v := u.definition.Of(after.Version); v != nil {
			u.typ, u.known = v.Type, true
		}
	}
	b, h = withoutServerFields(b), withoutServerFields(h)
	u.live = asMap(u.typ.Default(b))
	if family == Put {
		u.wanted = asMap(u.typ.Default(h))
	} else {
		u.wanted = asMap(u.typ.Default(u.typ.Merge(b, h, u.live)))
	}
	if strategy := strategies[u.kind()]; strategy != nil {
		strategy(u)
	}
	u.old, u.next = asMap(u.typ.Normal(u.live)), asMap(u.typ.Normal(u.wanted))
	u.compare()
	u.keepIgnored()
	return u
}

func (u *update) compare() {
	u.changed = slices.DeleteFunc(u.typ.Diff(u.old, u.next), func(d schema.Difference) bool {
		return len(d.Path) == 1 && d.Path[0] == "apiVersion"
	})
}

// keepIgnored undoes the changes that the server drops without an error.
func (u *update) keepIgnored() {
	for _, f := range table()[u.kind()] {
		if f.Rule != ignored || len(u.below(f.path)) == 0 {
			continue
		}
		old, _ := get(u.old, f.path)
		put(u.next, f.path, old)
		u.note(Ignored, f.path, fmt.Sprintf("the API server keeps the old %s without an error (%s)", f.Path, sourced(f.Source)))
		u.compare()
	}
}

// put sets the value at a path of a normal value, which is its own copy.
func put(m map[string]any, path plan.Path, v any) {
	for len(path) > 1 {
		key, _ := path[0].(string)
		child, ok := m[key].(map[string]any)
		if !ok {
			child = map[string]any{}
			m[key] = child
		}
		m, path = child, path[1:]
	}
	key, _ := path[0].(string)
	if v == nil {
		delete(m, key)
		return
	}
	m[key] = v
}

// serverFields of metadata are set by the server alone, or name the writer.
var serverFields = []string{"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
	"managedFields", "resourceVersion", "selfLink", "uid"}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// withoutServerFields drops status and what only the server writes.
func withoutServerFields(v map[string]any) map[string]any {
	out := maps.Clone(v)
	delete(out, "status")
	meta := maps.Clone(mapAt(out, "metadata"))
	if meta == nil {
		return out
	}
	for _, f := range serverFields {
		delete(meta, f)
	}
	if a := mapAt(meta, "annotations"); a[lastApplied] != nil {
		a = maps.Clone(a)
		delete(a, lastApplied)
		meta["annotations"] = a
	}
	out["metadata"] = meta
	return out
}

// refuse applies the table and the rules of custom resources.
func (u *update) refuse() {
	if len(u.changed) == 0 {
		return
	}
	for _, f := range table()[u.kind()] {
		u.judge(f)
	}
	u.judgeTransitions()
	u.weighGates()
	if rewritten(u.before.Identity, u.after.Identity) {
		for i := range u.refused {
			u.refused[i].Certain = false
			u.refused[i].Why += fmt.Sprintf(" (%s and %s write it differently, which is not translated here)", u.before.Version, u.after.Version)
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

// judgeTransitions evaluates the rules that a definition has for its
// resources.
func (u *update) judgeTransitions() {
	for _, f := range u.definition.Of(u.after.Version).Transition(u.old, u.next) {
		source := fmt.Sprintf("x-kubernetes-validations of CustomResourceDefinition %s at %s:%d",
			u.definition.Object.Name, u.definition.Object.File, u.definition.Object.Line)
		r := Refusal{Paths: []plan.Path{f.Path}, Field: dotted(f.Path), Source: source, Certain: f.Unread == ""}
		r.Why = fmt.Sprintf("the rule %q of its definition does not hold", f.Rule)
		if f.Message != "" {
			r.Why = fmt.Sprintf("its definition says: %s", f.Message)
		}
		if f.Unread != "" {
			r.Why = fmt.Sprintf("the rule %q of its definition was not evaluated: %s", f.Rule, f.Unread)
		}
		u.refused = append(u.refused, r)
	}
}

func (u *update) deny(f field, paths []plan.Path, why string) {
	u.refused = append(u.refused, Refusal{Paths: paths, Field: f.As, Why: why, Source: sourced(f.Source), Certain: true})
}

// doubt adds a refusal that depends on what the manifests do not tell.
func (u *update) doubt(f field, paths []plan.Path, why string) {
	u.refused = append(u.refused, Refusal{Paths: paths, Field: f.As, Why: why, Source: sourced(f.Source)})
}

func (u *update) note(kind NoteKind, path plan.Path, text string) {
	u.notes = append(u.notes, Note{kind, path, text})
}

// kind is the type as immutable.yaml writes it: core/Pod.
func (u *update) kind() string { return u.after.Key().GroupKind() }

// same reports whether the values at a path are equal before and after.
func (u *update) same(path ...any) bool {
	a, _ := get(u.old, path)
	b, _ := get(u.next, path)
	return reflect.DeepEqual(a, b)
}
