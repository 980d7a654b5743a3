package diff

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// beforeVersion6: what plan-time logic of later versions may force is an update
// in the versions before them, whose schema does not force it.
func beforeVersion6(c change, _ hit) decision {
	if major(c.typ.Version) < 6 {
		return inPlace
	}
	return open
}

// allGo: none of the elements that are there stays.
func allGo(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	olds, oldOpen := elementTexts(h.old)
	news, newOpen := elementTexts(h.new)
	switch {
	case len(olds)+oldOpen == 0, missing(olds, news) < len(olds):
		return inPlace
	case oldOpen == 0 && newOpen == 0, length(unmarked(h.new)) == 0:
		return replaces
	}
	_, oldIDs := value.KnowWithin(h.old)
	_, newIDs := value.KnowWithin(h.new)
	if was := strings.Split(oldIDs, "\x00"); oldOpen > 0 && missing(was, strings.Split(newIDs, "\x00")) < len(was) {
		return inPlace
	}
	return open
}

// otherFirst: the first element becomes another.
func otherFirst(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	olds, news := elements(h.old), elements(h.new)
	if !h.old.IsKnown() || !h.new.IsKnown() || len(olds) == 0 || len(news) == 0 {
		return open
	}
	switch compare(shape{holds: single}, true, olds[0], news[0]) {
	case same:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}

// countChanges: a block comes or goes.
func countChanges(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return decide(old != new)
}

// otherTemplateVersion: a number is what the instance was launched from;
// $Latest and $Default are looked up at plan time.
func otherTemplateVersion(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok || !isDigits(old) || new != "" && !isDigits(new) {
		return open
	}
	return decide(old != new)
}

// issuedNames: 5.x forces in the schema, later versions leave the names of
// imported certificates alone.
func issuedNames(c change, h hit) decision {
	if h.force == plan.ForceAlways || c.unset("private_key") && c.unset("private_key_wo") && c.unset("certificate_body") {
		return h.decided()
	}
	return open
}

// decided is what an unconditional force-new would do.
func (h hit) decided() decision {
	if h.verdict == maybe {
		return open
	}
	return replaces
}

// batchNetwork: Fargate environments move in place, others under the same
// conditions as everything else.
func batchNetwork(c change, h hit) decision {
	kind, ok := c.becomes("compute_resources.type")
	if ok && strings.HasPrefix(strings.ToUpper(kind), "FARGATE") {
		return inPlace
	}
	return batchFixed(c, h)
}

// batchFixed: with the service-linked role and a strategy that can be updated
// the settings that plan-time logic guards change in place.
func batchFixed(c change, h hit) decision {
	if h.force != plan.ForceIf {
		return byForce(h)
	}
	strategy, ok := c.becomes("compute_resources.allocation_strategy")
	before, okBefore := c.was("compute_resources.allocation_strategy")
	role, okRole := c.becomes("service_role")
	if c.unset("service_role") {
		role, okRole = "", true // the service-linked role, unless one was named before
	}
	if !ok || !okBefore || !okRole {
		return open
	}
	updatable := batchStrategies[strategy] && batchStrategies[before] && (role == "" || strings.Contains(role, "AWSServiceRoleForBatch"))
	return decide(!updatable)
}

var batchStrategies = map[string]bool{
	"BEST_FIT_PROGRESSIVE": true, "SPOT_CAPACITY_OPTIMIZED": true, "SPOT_PRICE_CAPACITY_OPTIMIZED": true,
}

// byForce is what the schema alone decides.
func byForce(h hit) decision {
	if h.force == plan.ForceNever {
		return inPlace
	}
	return h.decided()
}
