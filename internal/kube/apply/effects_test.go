package apply_test

import "github.com/holdpoint-dev/holdpoint/internal/kube/object"

func effects(before, after object.Object) string { return "" }
