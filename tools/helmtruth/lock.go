package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
)

var digestLine = regexp.MustCompile(`(?m)^digest: .*$`)

// relock writes a lock that names an older version, with the digest that Helm
// computes of the dependencies and the lock (internal/resolver, HashReq): it
// refuses one that does not fit.
func relock(dir, constraint, repository, lock, newest, locked string) {
	req := []*chart.Dependency{{Name: "redis", Version: constraint, Repository: repository}}
	of := []*chart.Dependency{{Name: "redis", Version: locked, Repository: repository}}
	data := must(json.Marshal([2][]*chart.Dependency{req, of}))
	lock = strings.Replace(lock, "version: "+newest, "version: "+locked, 1)
	lock = digestLine.ReplaceAllString(lock, fmt.Sprintf("digest: sha256:%x", sha256.Sum256(data)))
	if err := os.WriteFile(filepath.Join(dir, "Chart.lock"), []byte(lock), 0o600); err != nil {
		panic(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "charts")); err != nil {
		panic(err)
	}
}
