package main

import (
	"fmt"
	"runtime"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

type versionCommand struct{}

// Run prints the release, or what the build recorded of the source.
func (versionCommand) Run(a *app) error {
	_, err := fmt.Fprintln(a.stdout, versionLine())
	return err
}

func versionLine() string {
	return fmt.Sprintf("holdpoint %s %s %s/%s", service.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
