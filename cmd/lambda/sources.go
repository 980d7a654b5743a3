package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambdacontext"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// sourcesHandler answers what work asks.
type sourcesHandler func(context.Context, apart.Call) (apart.Reply, error)

// newSources has neither the App's key nor the webhook secret nor the queue.
// The token comes with each call, and is in no line of the log.
func newSources(config config, aws cloud, network fetch.Network, log *slog.Logger) sourcesHandler {
	if mib := int64(lambdacontext.MemoryLimitInMB); mib > 0 {
		debug.SetMemoryLimit(mib << 20 / 10 * 9) // collect rather than be killed
	}
	store := aws.bucket(config.SourcesBucket)
	fetcher := service.NewFetcher(config.SourceHosts, network, store, func(err error) {
		log.Error("what was fetched is not kept", "error", err)
	})
	return func(ctx context.Context, call apart.Call) (apart.Reply, error) {
		ctx, cancel := beforeDeadline(ctx)
		defer cancel()
		defer fetcher.Rest() // Lambda freezes the process: connections would die unnoticed
		reply := apart.Handle(ctx, fetcher, store, call)
		log := log.With("repository", call.Repository, "sources", len(call.Sources))
		if reply.Failed != "" {
			log.Error("sources failed", "error", reply.Failed)
			return reply, nil
		}
		log.Info("sources answered", "spent", reply.Spent.Seconds())
		return reply, nil
	}
}

// sourcesClient is the side of work: it calls the function that fetches and
// reads from the bucket what that left.
func (c cloud) sourcesClient(function, bucket string) apart.Client {
	client := functions.NewFromConfig(c.config)
	call := func(ctx context.Context, call apart.Call) (apart.Reply, error) {
		reply, err := invoke(ctx, client, function, call)
		if err != nil {
			return apart.Reply{}, fmt.Errorf("function that fetches sources: %w", err)
		}
		return reply, nil
	}
	return apart.Client{Call: call, Store: c.bucket(bucket), Limits: content.DefaultLimits()}
}

// invoke calls the function and waits for its reply. Nothing on the way keeps
// the payload, which has a token.
func invoke(ctx context.Context, client *functions.Client, function string, call apart.Call) (reply apart.Reply, err error) {
	payload, err := json.Marshal(call)
	if err != nil {
		return reply, err
	}
	out, err := client.Invoke(ctx, &functions.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return reply, err
	}
	if out.FunctionError != nil {
		var why struct{ ErrorType, ErrorMessage string }
		if json.Unmarshal(out.Payload, &why) != nil || why.ErrorType+why.ErrorMessage == "" {
			why.ErrorType = *out.FunctionError
		}
		return reply, errors.New(why.ErrorType + ": " + why.ErrorMessage)
	}
	return reply, json.Unmarshal(out.Payload, &reply)
}
