package apply_test

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

func effects(before, after object.Object) string {
	var b strings.Builder
	for _, e := range apply.Effects(before, after) {
		word := "effect"
		if !e.Certain {
			word = "possible effect"
		}
		fmt.Fprintf(&b, "%s %s %s %v: %s\n", word, e.Kind, e.Effect, e.Path, e.Why)
	}
	return b.String()
}
