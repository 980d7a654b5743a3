package plan

// Reason says why an action is predicted. Predictors set it, publishers print
// its Sentence; no logic depends on it.
type Reason string

// Sentence is the reason in words, without a final stop. A reason that is not
// in the table prints as itself.
func (r Reason) Sentence() string {
	if s, ok := sentences[r]; ok {
		return s
	}
	return string(r)
}

// Reasons of Terraform deletions carry the names of Terraform's own
// action_reason where it has one (terraform 1.11 internal/plans/changes.go).
const (
	NoResourceConfig Reason = "delete_because_no_resource_config"
	WrongRepetition  Reason = "delete_because_wrong_repetition"
	CountIndex       Reason = "delete_because_count_index"
	EachKey          Reason = "delete_because_each_key"
	NoModule         Reason = "delete_because_no_module"
	NoMoveTarget     Reason = "delete_because_no_move_target"
	CannotUpdate     Reason = "replace_because_cannot_update"
	ByTriggers       Reason = "replace_by_triggers"
	ObjectRemoved    Reason = "object_removed"
)

var sentences = map[Reason]string{
	NoResourceConfig: "its resource block is gone",
	WrongRepetition:  "its key does not fit the repetition (count, for_each or none) it now has",
	CountIndex:       "its index is beyond the new count",
	EachKey:          "its key is no longer in for_each",
	NoModule:         "the module instance it lives in is gone",
	NoMoveTarget:     "it moved to an address that is not declared",
	CannotUpdate:     "an attribute changes that cannot change in place",
	ByTriggers:       "replace_triggered_by names something that changes",
	ObjectRemoved:    "it is no longer among what is applied",
}
