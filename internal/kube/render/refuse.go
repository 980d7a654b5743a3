package render

import (
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// refuse says why a request is not rendered at all, nil where it may be. It
// looks again at what the discovery of units has looked at, because what
// passes here is run.
func refuse(req request.Request, limits Limits) *request.Failure {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(req.Files)) {
		content := req.Files[name]
		size += len(content)
		if size > limits.Input {
			return &request.Failure{Kind: plan.GapLimit, Why: fmt.Sprintf("its files are larger than %d MiB", limits.Input>>20)}
		}
		if err := request.CheckYAML(name, content); err != nil {
			return &request.Failure{Kind: plan.GapLimit, Why: oneLine(err.Error())}
		}
	}
	if req.Tool == request.Kustomize {
		return request.RefuseReferences(req)
	}
	return nil
}
