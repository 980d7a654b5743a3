package harm

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Effect is one harm of an update.
type Effect struct {
	// Reason says what the harm is.
	Reason plan.Reason
	// Effect is the word of the vocabulary, empty where none fits.
	Effect plan.Effect
	// Path leads to what changes.
	Path plan.Path
	// Why is one sentence without a final stop.
	Why string
	// Certain is false where it depends on what the manifests do not tell.
	Certain bool
}

// change is one update: the manifests and what is stored for them, in normal
// form, defaults filled in.
type change struct {
	before, after object.Object
	old, next     map[string]any
	found         []Effect
}

// add notes a harm that the update does, whatever the cluster holds.
func (c *change) add(reason plan.Reason, effect plan.Effect, path plan.Path, why string, args ...any) {
	c.found = append(c.found, Effect{reason, effect, path, fmt.Sprintf(why, args...), true})
}

// maybe notes a harm that depends on what the manifests do not say.
func (c *change) maybe(reason plan.Reason, effect plan.Effect, path plan.Path, why string, args ...any) {
	c.found = append(c.found, Effect{reason, effect, path, fmt.Sprintf(why, args...), false})
}

func at(v map[string]any, path ...any) any {
	x, _ := object.Lookup(v, path...)
	return x
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// named is the item of a list with a name, nil where there is none.
func named(list []any, name string) map[string]any {
	for _, item := range list {
		if m := object.MapAt(item); object.TextAt(m, "name") == name {
			return m
		}
	}
	return nil
}
