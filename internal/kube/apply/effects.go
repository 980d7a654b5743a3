package apply

import (
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/harm"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Effect is a lesser harm of an update; see package harm.
type Effect = harm.Effect

// Effects lists what an update by patch does beside changing fields. It says
// nothing of whether the update is accepted: see Update.
func Effects(before, after object.Object) []Effect {
	if before.Identity == after.Identity && reflect.DeepEqual(before.Value, after.Value) {
		return nil
	}
	u := prepare(before, after, Patch, Cluster{})
	return harm.Of(before, after, u.old, u.next)
}
