// Command lambda is Holdpoint on AWS Lambda: one binary, four roles.
//
//	receive  takes webhooks and puts them into the queue
//	work     reviews what is in the queue
//	sweep    finds what was missed
//	sources  fetches external modules, charts and bases elsewhere for work
//
// HOLDPOINT_ROLE chooses. All of the configuration is in the environment and
// checked before the first event is taken.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

func main() {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(run(os.Args[1:], os.LookupEnv, fetch.SystemNetwork(), os.Stdout, os.Exit))
}

// initTime is how long Lambda lets a function start
// (AWS Lambda Developer Guide, "Lambda execution environment": 10 seconds).
const initTime = 9 * time.Second

// run starts the role and serves it until the environment is shut down. It
// returns only when it could not start. The role sources alone uses the network.
func run(args []string, look func(string) (string, bool), network fetch.Network, out io.Writer, exit func(int)) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintln(out, service.Version())
		return 0
	}
	config, err := readConfig(look)
	log := service.NewLogger(out, config.Level).With("version", service.Version())
	if err != nil {
		log.Error("configuration is not usable", "error", err)
		return 1
	}
	log = log.With("role", string(config.Role))
	meter := newEMF(out, string(config.Role), time.Now)
	handler, err := start(config, network, log, meter, exit)
	if err != nil {
		log.Error("could not start", "error", err)
		return 1
	}
	lambda.StartWithOptions(handler)
	return 0
}

// start builds the handler of the role: only what that role needs.
func start(config config, network fetch.Network, log *slog.Logger, meter *emf, exit func(int)) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), initTime)
	defer cancel()
	aws, err := newAWS(ctx)
	if err != nil {
		return nil, err
	}
	switch config.Role {
	case roleReceive:
		return newReceive(ctx, config, aws, log, meter)
	case roleWork:
		return newWork(ctx, config, aws, log, meter, exit)
	case roleSweep:
		return newSweep(ctx, config, aws, log, meter)
	case roleSources:
		return newSources(config, aws, network, log), nil
	default:
		return nil, fmt.Errorf("unknown role %q", config.Role)
	}
}
