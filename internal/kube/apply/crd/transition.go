package crd

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Finding is a rule that an update breaks, or that could not be evaluated.
type Finding struct {
	Path plan.Path
	// Rule is the expression, Message what its author says of it.
	Rule, Message string
	// Unread says why the rule could not be evaluated; empty where it is
	// broken.
	Unread string
}

// oldSelf finds rules that compare with the resource before.
var oldSelf = regexp.MustCompile(`\boldSelf\b`)

// transitions are the rules of a schema level that mention oldSelf
// (k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1
// types_jsonschema.go, ValidationRule).
func transitions(m map[string]any) []rule {
	list, _ := m["x-kubernetes-validations"].([]any)
	var out []rule
	for _, item := range list {
		v, _ := item.(map[string]any)
		r := rule{optional: v["optionalOldSelf"] == true}
		r.expr, _ = v["rule"].(string)
		r.message, _ = v["message"].(string)
		if oldSelf.MatchString(r.expr) {
			out = append(out, r)
		}
	}
	return out
}

// Transition evaluates the rules of a version for an update. Both values are
// whole resources with their defaults.
func (v *Version) Transition(before, after map[string]any) []Finding {
	if v == nil || v.node == nil || !v.node.deep {
		return nil
	}
	w := walker{}
	w.walk(v.node, nil, before, after, true)
	return w.found
}

type walker struct {
	env   *cel.Env
	found []Finding
}

// walk goes through two values together. related is false below a list whose
// elements could not be determined apart: there is no old value to compare with.
func (w *walker) walk(n *node, path plan.Path, before, after any, related bool) {
	if n == nil || !n.deep || after == nil {
		return
	}
	for _, r := range n.rules {
		if related && before != nil || r.optional {
			w.evaluate(n, r, path, before, after, related && before != nil)
		}
	}
	b, _ := before.(map[string]any)
	switch a := after.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(a)) {
			child := n.elem
			if n.fields != nil {
				child = n.fields[k]
			}
			w.walk(child, step(path, k), b[k], a[k], related)
		}
	case []any:
		w.walkList(n, path, before, a, related)
	}
}

func (w *walker) walkList(n *node, path plan.Path, before any, after []any, related bool) {
	old := map[string]any{}
	list, _ := before.([]any)
	for _, item := range list {
		old[keyOf(n.typ.Keys, item)] = item
	}
	for i, item := range after {
		if len(n.typ.Keys) == 0 {
			w.walk(n.elem, step(path, i), nil, item, false)
			continue
		}
		w.walk(n.elem, step(path, i), old[keyOf(n.typ.Keys, item)], item, related)
	}
}

func keyOf(keys []string, item any) string {
	m, _ := item.(map[string]any)
	out := ""
	for _, k := range keys {
		out += fmt.Sprintf("%v\x00", m[k])
	}
	return out
}

func step(path plan.Path, s any) plan.Path { return append(path[:len(path):len(path)], s) }

// costLimit is the API server's limit for one rule
// (k8s.io/apiserver pkg/apis/cel/config.go, PerCallLimit).
const costLimit = 1_000_000

// maxRule is the longest rule that is evaluated, in bytes.
const maxRule = 16 << 10

func (w *walker) evaluate(n *node, r rule, path plan.Path, before, after any, present bool) {
	if reflect.DeepEqual(before, after) && present {
		return // ratcheting: an unchanged value is not refused
	}
	f := Finding{Path: path, Rule: r.expr, Message: r.message}
	held, err := w.holds(n, r, before, after, present)
	if err != nil {
		f.Unread, _, _ = strings.Cut(err.Error(), "\n")
	}
	if err != nil || !held {
		w.found = append(w.found, f)
	}
}

func (w *walker) holds(n *node, r rule, before, after any, present bool) (bool, error) {
	if len(r.expr) > maxRule {
		return false, fmt.Errorf("the rule is longer than %d bytes", maxRule)
	}
	if w.env == nil {
		env, err := newEnv()
		if err != nil {
			return false, err
		}
		w.env = env
	}
	ast, issues := w.env.Compile(r.expr)
	if issues.Err() != nil {
		return false, fmt.Errorf("it does not compile here: %w", issues.Err())
	}
	prg, err := w.env.Program(ast, cel.CostLimit(costLimit))
	if err != nil {
		return false, err
	}
	vars := map[string]any{"self": n.value(after)}
	switch {
	case r.optional && present:
		vars["oldSelf"] = types.OptionalOf(types.DefaultTypeAdapter.NativeToValue(n.value(before)))
	case r.optional:
		vars["oldSelf"] = types.OptionalNone
	default:
		vars["oldSelf"] = n.value(before)
	}
	out, _, err := prg.Eval(vars)
	if err != nil {
		return false, fmt.Errorf("it cannot be evaluated: %w", err)
	}
	held, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("its result is not true or false")
	}
	return held, nil
}

// newEnv has the libraries of the API server that are part of cel-go
// (k8s.io/apiserver pkg/cel/environment/base.go). Those of Kubernetes itself
// (quantity, url, ip, cidr, semver, format) are not there: a rule that uses
// them is reported as unread.
func newEnv() (*cel.Env, error) {
	return cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true), cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(),
		ext.Strings(ext.StringsVersion(2)), ext.Sets(), ext.TwoVarComprehensions(), ext.Lists(ext.ListsVersion(3)),
		cel.Variable("self", cel.DynType), cel.Variable("oldSelf", cel.DynType),
	)
}
