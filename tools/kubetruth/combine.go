package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"k8s.io/apimachinery/pkg/runtime"
)

// combinations makes n edits of two to four fields each out of the
// single-field edits of an object. They are drawn at random, the same ones in
// every run.
func combinations(o object.Object, n int) []edit {
	single := edits(o)
	h := fnv.New64a()
	_, _ = h.Write([]byte(o.Group + "/" + o.Kind + "/" + o.Name))
	draw := rand.New(rand.NewPCG(h.Sum64(), 1))
	var out []edit
	for range n {
		var chosen []edit
		for want := 2 + draw.IntN(3); len(chosen) < want; {
			e := single[draw.IntN(len(single))]
			if !overlaps(chosen, e.path) {
				chosen = append(chosen, e)
			} else if draw.IntN(10) == 0 {
				break // a small object has no room for as many
			}
		}
		out = append(out, together(o.Value, chosen))
	}
	return out
}

// overlaps reports whether a path leads to, above or below one that is edited
// already.
func overlaps(chosen []edit, path plan.Path) bool {
	for _, c := range chosen {
		n := min(len(c.path), len(path))
		if dotted(c.path[:n]) == dotted(path[:n]) {
			return true
		}
	}
	return false
}

func together(v map[string]any, chosen []edit) edit {
	out := edit{after: v}
	var names []string
	for _, c := range chosen {
		names = append(names, c.name)
		out.after = with(out.after, c.path, c.value).(map[string]any)
	}
	out.name = strings.Join(names, " + ")
	return out
}

// versions writes an object in every other version that the API server can
// read, the groups that a kind has left included.
func (o *oracle) versions(seed object.Object) ([]object.Object, error) {
	internal, own, err := o.decode(seed.Value)
	if err != nil {
		return nil, err
	}
	var out []object.Object
	for _, gv := range o.scheme.PrioritizedVersionsAllGroups() {
		if gv == own.GroupVersion() || object.CanonicalGroup(gv.Group, seed.Kind) != object.CanonicalGroup(seed.Group, seed.Kind) ||
			!o.scheme.Recognizes(gv.WithKind(seed.Kind)) {
			continue
		}
		data, err := runtime.Encode(o.codecs.LegacyCodec(gv), internal)
		if err != nil {
			return nil, fmt.Errorf("%s as %s: %w", seed.Name, gv, err)
		}
		f, err := object.Parse(seed.File, data, object.Limits{})
		if err != nil {
			return nil, err
		}
		out = append(out, f.Objects...)
	}
	return out, nil
}
