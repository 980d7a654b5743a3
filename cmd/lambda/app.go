package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// appSource is the App with its key from the ARN in the configuration.
func appSource(ctx context.Context, config config, aws cloud, set *rules.Set, meter service.Meter, log *slog.Logger) (*service.AppSource,
	error) {
	key := service.NewCachedSecret(func(ctx context.Context) (string, error) {
		return aws.readSecret(ctx, config.AppKey)
	}, time.Now)
	return service.NewAppSource(ctx, service.AppOptions{App: config.App, Key: key, Rules: set, Meter: meter, Log: log, Now: time.Now})
}
