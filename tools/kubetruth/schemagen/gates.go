package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	gateEntry   = regexp.MustCompile(`(?m)^\t(\w+): \{\n((?:\t\t\{Version:.*\n)+)\t\},`)
	gateDefault = regexp.MustCompile(`Default: (true|false)`)
)

// disabledGates are the feature gates that are off unless a cluster turns them
// on, in the release that the types are read from.
func disabledGates(modules ...string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, dir := range modules {
		data, err := os.ReadFile(filepath.Join(dir, "pkg/features/kube_features.go"))
		if err != nil {
			return nil, err
		}
		found := gateEntry.FindAllStringSubmatch(string(data), -1)
		if len(found) == 0 {
			return nil, fmt.Errorf("no feature gates found below %s", dir)
		}
		for _, m := range found {
			all := gateDefault.FindAllStringSubmatch(m[2], -1)
			if len(all) > 0 && all[len(all)-1][1] == "false" {
				out[m[1]] = true
			}
		}
	}
	return out, nil
}

// untagged are fields behind a gate whose comment does not say so.
var untagged = map[string]string{"core.v1.Lifecycle.stopSignal": "ContainerStopSignals"}

// gateOf is the feature gate that a field's comment names, or "".
func gateOf(comment string) string {
	for _, line := range strings.Split(comment, "\n") {
		if gate, ok := strings.CutPrefix(strings.TrimSpace(line), "+featureGate="); ok {
			return gate
		}
	}
	return ""
}
