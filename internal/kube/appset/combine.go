package appset

import (
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// matrix combines each of the first generator's with each of the second's.
func (g *generation) matrix(spec map[string]any) ([]params, error) {
	pair, _ := spec["generators"].([]any)
	if len(pair) != 2 {
		return nil, fmt.Errorf("a matrix takes two generators")
	}
	left, err := g.nested(pair[0], nil)
	if err != nil {
		return nil, err
	}
	var out []params
	for _, a := range left {
		right, err := g.nested(pair[1], &a)
		if err != nil {
			return nil, err
		}
		for _, b := range right {
			both, err := g.combined(a, b)
			if err != nil {
				return nil, err
			}
			if out = append(out, both); len(out) > maxGenerated {
				return nil, &Trouble{Kind: plan.GapLimit, Why: fmt.Sprintf("it generates more than %d Applications", maxGenerated)}
			}
		}
	}
	return out, nil
}

// combined joins two sets of a matrix. What stands for something outside gives
// way to what is known.
func (g *generation) combined(a, b params) (params, error) {
	known := binding{}
	if of, ok := b.values[bindings].(binding); ok {
		known = of
		b.values = maps.Clone(b.values)
		delete(b.values, bindings)
	}
	first, _ := known.into(a.values).(map[string]any)
	out := params{guessed: a.guessed || b.guessed}
	if g.set.Spec.GoTemplate {
		out.values = g.over(b.values, first)
		return out, nil
	}
	out.values = map[string]any{}
	for key, value := range b.values {
		out.values[key] = fmt.Sprint(value)
	}
	for key, value := range first {
		text := fmt.Sprint(value)
		if had, ok := out.values[key].(string); ok && had != text && !g.isUnknown(had) && !g.isUnknown(text) {
			return params{}, fmt.Errorf("the generators of a matrix both give %s, and not the same", key)
		}
		if _, ok := out.values[key]; !ok || !g.isUnknown(text) {
			out.values[key] = text
		}
	}
	return out, nil
}

// over is a map with another one over it: what is empty there, or unknown, does
// not count.
func (g *generation) over(base, top map[string]any) map[string]any {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range top {
		below, isMap := value.(map[string]any)
		was, wasMap := out[key].(map[string]any)
		text, isText := value.(string)
		switch {
		case isMap && wasMap:
			out[key] = g.over(was, below)
		case out[key] != nil && (isEmpty(value) || isText && g.isUnknown(text)):
		default:
			out[key] = value
		}
	}
	return out
}

func isEmpty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case bool:
		return !x
	case float64:
		return x == 0
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

// merge puts later generators' sets over the first one's of the same keys.
func (g *generation) merge(spec map[string]any) ([]params, error) {
	list, _ := spec["generators"].([]any)
	var keys []string
	wanted, _ := spec["mergeKeys"].([]any)
	for _, k := range wanted {
		keys = append(keys, fmt.Sprint(k))
	}
	if len(list) < 2 || len(keys) == 0 {
		return nil, fmt.Errorf("a merge takes two generators and keys")
	}
	base, err := g.nested(list[0], nil)
	if err != nil {
		return nil, err
	}
	if base, err = unique(keys, base); err != nil {
		return nil, err
	}
	for _, entry := range list[1:] {
		overs, err := g.nested(entry, nil)
		if err != nil {
			return nil, err
		}
		if overs, err = unique(keys, overs); err != nil {
			return nil, err
		}
		base = g.merged(keys, base, overs)
	}
	return base, nil
}

// merged puts sets over those of the same keys. One of which the keys are not
// known may be that of any of them.
func (g *generation) merged(keys []string, base, overs []params) []params {
	var out []params
	for _, b := range base {
		rest := b
		for _, o := range overs {
			known, fits := g.fits(keys, b, o)
			if !fits {
				continue
			}
			values, _ := known.into(b.values).(map[string]any)
			next := params{guessed: b.guessed || o.guessed}
			if g.set.Spec.GoTemplate {
				next.values = g.over(values, o.values)
			} else {
				next.values = maps.Clone(values)
				maps.Copy(next.values, o.values)
			}
			if len(known) > 0 {
				out = append(out, next)
			} else {
				rest = next
			}
		}
		out = append(out, rest)
	}
	return out
}

// fits reports whether two sets agree in keys, and what is known then.
func (g *generation) fits(keys []string, b, o params) (binding, bool) {
	known := binding{}
	for _, k := range keys {
		was, is := b.values[k], o.values[k]
		text, isText := was.(string)
		to, toText := is.(string)
		switch {
		case isText && toText && was != is && slices.Contains(g.unknown, text):
			known[text] = to
		case string(object.JSON(was)) != string(object.JSON(is)):
			return nil, false
		}
	}
	return known, true
}

func unique(keys []string, sets []params) ([]params, error) {
	seen := map[string]bool{}
	for _, p := range sets {
		of := map[string]any{}
		for _, k := range keys {
			of[k] = p.values[k]
		}
		key := string(object.JSON(of))
		if seen[key] {
			return nil, fmt.Errorf("a merge takes generators whose keys are unique, and %s comes twice", key)
		}
		seen[key] = true
	}
	return sets, nil
}
