package kube

import (
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// selected is what stays the same elsewhere and chooses, by labels and
// annotations that change here, what it alters.
func (l *loader) selected(r *pair, before, after map[clusterKey]*entry) {
	if r.before == nil || r.after == nil {
		return
	}
	for _, o := range r.after.unit.Outside {
		if !o.Selects || len(minus([]unit.Outside{o}, r.before.unit.Outside)) > 0 {
			continue
		}
		for _, key := range slices.SortedFunc(maps.Keys(before), compareKeys) {
			if now := after[key]; now != nil && relabelled(before[key].Object, now.Object) {
				l.gap(r.after.unit, now.at, plan.GapOpaque, o.What,
					"%s gets other labels or annotations, which %s may use to select objects that it changes or deletes; that is not in the repository",
					address(now), o.What)
				break
			}
		}
	}
}

// versionLabels change with every release and are chosen by nowhere.
var versionLabels = []string{"app.kubernetes.io/version", "helm.sh/chart"}

func relabelled(a, b object.Object) bool {
	for _, field := range []string{"labels", "annotations"} {
		was, is := pairsAt(a, field), pairsAt(b, field)
		if !reflect.DeepEqual(was, is) {
			return true
		}
	}
	return false
}

func pairsAt(o object.Object, field string) map[string]any {
	value, _ := o.Get("metadata", field)
	pairs, _ := value.(map[string]any)
	out := map[string]any{}
	for key, value := range pairs {
		if !slices.Contains(versionLabels, key) {
			out[key] = value
		}
	}
	return out
}

func minus(a, b []unit.Outside) []unit.Outside {
	var out []unit.Outside
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y unit.Outside) bool { return x.What == y.What && x.ID == y.ID }) {
			out = append(out, x)
		}
	}
	return out
}
