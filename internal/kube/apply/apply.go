// Package apply simulates what the API server makes of an update: which parts
// of the stored object change, and whether it refuses.
//
// Everything here is a pure function of two manifests of the same object. The
// manifest before stands for what is live: the server's defaults are filled in
// first. What is compared is meaning, not text.
package apply

import (
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/harm"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Update says what an update of before to after does in a family. The two
// must be the same object ([object.Identity.Key]).
func Update(before, after object.Object, family Family, cluster Cluster) Outcome {
	if before.Identity == after.Identity && reflect.DeepEqual(before.Value, after.Value) {
		return Outcome{Verdict: None, Known: true}
	}
	u := prepare(before, after, family, cluster)
	u.refuse()
	u.remark()
	out := Outcome{Changed: u.changed, Refused: u.refused, Notes: u.notes, Known: u.known}
	out.Effects = harm.Of(before, after, u.old, u.next)
	out.Verdict = verdict(out)
	return out
}
