package review

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// What is left of an object in private content names its values.
func TestPrivateFindingsSayNothingOfRecovery(t *testing.T) {
	c := plan.Change{Private: plan.Private{Repository: "acme/modules", Module: "module.m"}, Action: plan.Delete,
		Derived: []string{"data"}, Given: []string{"data"}, Before: map[string]any{"a": 1}}
	got := privateFinding([]rules.Finding{{Change: &c, Recovery: "Recoverable for 7 days: deletion_window_in_days = 7."}})
	if got.Recovery != "" || got.Change.Before != nil || got.Change.Derived != nil || got.Change.Given != nil {
		t.Errorf("%+v", got)
	}
}
