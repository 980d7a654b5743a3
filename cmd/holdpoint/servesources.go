package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// The folder of what was fetched, below the data folder, and the variables that
// tell the child of it.
const (
	sourcesFolder        = "sources"
	sourcesDataVariable  = "HOLDPOINT_SOURCES_DATA"
	sourcesSpaceVariable = "HOLDPOINT_SOURCES_MIB"
)

// sourceNetwork is what the child reaches the internet through.
var sourceNetwork = fetch.SystemNetwork

// Limits of the child.
const (
	sourcesMemory   = 768 << 20
	sourcesPatience = 30 * time.Second // beyond the budget of a review
)

// newSources prepares the child that fetches, and the reader of what it fetched.
func newSources(a serveConfig) (apart.Client, *apart.Process, error) {
	program, err := os.Executable()
	if err != nil {
		return apart.Client{}, nil, fmt.Errorf("path of the running program: %w", err)
	}
	dir, err := filepath.Abs(filepath.Join(a.Data, sourcesFolder))
	if err != nil {
		return apart.Client{}, nil, fmt.Errorf("folder of sources: %w", err)
	}
	store, err := cache.NewDisk(dir, a.SourcesSpace, time.Now)
	if err != nil {
		return apart.Client{}, nil, err
	}
	environment := []string{sourcesDataVariable + "=" + dir, fmt.Sprintf("%s=%d", sourcesSpaceVariable, a.SourcesSpace>>20)}
	child := &apart.Process{Program: program, Environment: append(environment, a.SourcesEnvironment...), Memory: sourcesMemory,
		Patience: sourcesPatience}
	return apart.Client{Call: child.Call, Store: store, Limits: content.DefaultLimits()}, child, nil
}

// sourcesChild is the process that fetches. Its environment has no secret.
func sourcesChild(in io.Reader, out, said io.Writer, look func(string) (string, bool)) int {
	e := service.NewEnvironment(look)
	hosts := e.Hosts()
	dir, space := e.Required(sourcesDataVariable, "a folder"), e.Number(sourcesSpaceVariable, 1024, 16, 1<<20)
	store, err := cache.NewDisk(dir, space<<20, time.Now)
	if err = errors.Join(e.Err(), err); err != nil {
		fmt.Fprintln(said, "holdpoint: sources:", err)
		return statusFailure
	}
	failed := func(err error) { fmt.Fprintln(said, "holdpoint: sources:", err) }
	return apart.Main(in, out, service.NewFetcher(hosts, sourceNetwork(), store, failed), store)
}
