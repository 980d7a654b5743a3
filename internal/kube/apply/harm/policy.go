package harm

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// share is a number of pods or a percentage.
type share struct {
	value   int
	percent bool
}

// lessThan reports whether a share counted in the same way is less.
func (s share) lessThan(other share) bool { return s.percent == other.percent && s.value < other.value }

// shareOf reads a share; false for anything else.
func shareOf(v any) (share, bool) {
	switch x := v.(type) {
	case int64:
		return share{int(x), false}, true
	case string:
		n, err := strconv.Atoi(strings.TrimSuffix(x, "%"))
		return share{n, strings.HasSuffix(x, "%")}, err == nil
	}
	return share{}, false
}

// budget: a PodDisruptionBudget lets more pods go at once, or none.
func budget(c *change) {
	minPath, maxPath := plan.Path{"spec", "minAvailable"}, plan.Path{"spec", "maxUnavailable"}
	oldMin, hadMin := shareOf(at(c.old, minPath...))
	nextMin, hasMin := shareOf(at(c.next, minPath...))
	oldMax, hadMax := shareOf(at(c.old, maxPath...))
	nextMax, hasMax := shareOf(at(c.next, maxPath...))
	bothMin, bothMax := hadMin && hasMin, hadMax && hasMax
	switch {
	case bothMin && nextMin.lessThan(oldMin):
		c.add(plan.BudgetWeakened, plan.Disarm, minPath,
			"minAvailable %v -> %v: more pods may be evicted at once", at(c.old, minPath...), at(c.next, minPath...))
	case bothMax && oldMax.lessThan(nextMax):
		c.add(plan.BudgetWeakened, plan.Disarm, maxPath,
			"maxUnavailable %v -> %v: more pods may be evicted at once", at(c.old, maxPath...), at(c.next, maxPath...))
	case hadMax && nextMax == share{100, true} && oldMax != nextMax, bothMin && nextMin.value == 0 && oldMin.value > 0:
		c.add(plan.BudgetWeakened, plan.Disarm, plan.Path{"spec"}, "every pod may be evicted at once")
	case hadMin != hasMin, hadMax != hasMax, bothMin && oldMin.percent != nextMin.percent, bothMax && oldMax.percent != nextMax.percent:
		c.maybe(plan.BudgetWeakened, plan.Disarm, plan.Path{"spec"},
			"the budget is computed differently, so that more pods may be evicted at once")
	}
	blocks := hasMax && nextMax.value == 0 || hasMin && nextMin == share{100, true}
	blocked := hadMax && oldMax.value == 0 || hadMin && oldMin == share{100, true}
	if blocks && !blocked {
		c.add(plan.DrainsBlocked, "", plan.Path{"spec"}, "no pod may be evicted, which blocks the drain of nodes")
	}
	c.emptySelector()
}

// emptySelector: an empty selector matches no pod in v1beta1 and every pod of
// the namespace in v1 (k8s.io/api policy/v1 types.go, Selector).
func (c *change) emptySelector() {
	path := plan.Path{"spec", "selector"}
	if c.before.Version == c.after.Version || c.before.Version != "v1beta1" {
		return
	}
	if v, ok := c.after.Get(path...); ok && len(object.MapAt(v)) == 0 {
		c.add(plan.PolicyWidened, "", path, "an empty selector matches no pod in v1beta1 and every pod of the namespace in v1")
	}
}

func autoscaler(c *change) {
	for _, f := range []string{"minReplicas", "maxReplicas"} {
		path := plan.Path{"spec", f}
		old, _ := object.IntAt(c.old, path...)
		if next, ok := object.IntAt(c.next, path...); ok && next < old {
			c.add(plan.AutoscalerLowered, "", path, "%s %d -> %d: pods may be removed", f, old, next)
		}
	}
}

func quota(c *change) {
	old, next := object.MapAt(c.old, "spec", "hard"), object.MapAt(c.next, "spec", "hard")
	for _, k := range slices.Sorted(maps.Keys(next)) {
		cmp, ok := schema.CompareQuantities(next[k], old[k])
		if old[k] == nil || ok && cmp < 0 {
			c.maybe(plan.QuotaLowered, "", plan.Path{"spec", "hard", k}, "new pods are refused beyond the new %s", k)
		}
	}
}

// strictness of the Pod Security levels.
var strictness = map[string]int{"": 0, "privileged": 0, "baseline": 1, "restricted": 2}

func podSecurity(c *change) {
	path := plan.Path{"metadata", "labels", "pod-security.kubernetes.io/enforce"}
	old, next := object.TextAt(c.old, path...), object.TextAt(c.next, path...)
	switch {
	case strictness[next] > strictness[old]:
		c.maybe(plan.PodSecurity, "", path, "pods that do not meet %s are refused when they restart", next)
	case strictness[next] < strictness[old]:
		c.add(plan.PodSecurity, plan.Disarm, path, "the namespace admits pods that %s rejected", old)
	}
	for _, inject := range []string{"istio-injection", "istio.io/rev", "linkerd.io/inject"} {
		for _, where := range []string{"labels", "annotations"} {
			p := plan.Path{"metadata", where, inject}
			if object.TextAt(c.old, p...) != object.TextAt(c.next, p...) {
				c.maybe(plan.PodSecurity, "", p, "pods start with or without their sidecar when they restart")
			}
		}
	}
}

// webhooks: a check at admission is dropped, or lets through what it cannot
// judge.
func webhooks(c *change) {
	next := object.ListAt(c.next, "webhooks")
	for _, o := range object.ListAt(c.old, "webhooks") {
		name := object.TextAt(o, "name")
		now := named(next, name)
		if now == nil {
			c.add(plan.AdmissionWeakened, plan.Disarm, plan.Path{"webhooks"}, "webhook %s is removed", name)
		} else if object.TextAt(o, "failurePolicy") == "Fail" && object.TextAt(now, "failurePolicy") == "Ignore" {
			c.add(plan.AdmissionWeakened, plan.Disarm, plan.Path{"webhooks"}, "webhook %s admits everything while it is unreachable (failurePolicy: Ignore)", name)
		}
	}
}

func admissionPolicy(c *change) {
	path := plan.Path{"spec", "failurePolicy"}
	if object.TextAt(c.old, path...) == "Fail" && object.TextAt(c.next, path...) == "Ignore" {
		c.add(plan.AdmissionWeakened, plan.Disarm, path, "the policy admits objects that it cannot evaluate (failurePolicy: Ignore)")
	}
}

func admissionBinding(c *change) {
	path := plan.Path{"spec", "validationActions"}
	if slices.Contains(object.ListAt(c.old, path...), any("Deny")) && !slices.Contains(object.ListAt(c.next, path...), any("Deny")) {
		c.add(plan.AdmissionWeakened, plan.Disarm, path, "the policy no longer denies")
	}
}
