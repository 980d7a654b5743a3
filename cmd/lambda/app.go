package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// appSource is the App with its key from the ARN in the configuration.
func appSource(ctx context.Context, config config, aws cloud, wants func(string) bool, meter service.Meter, log *slog.Logger) (*service.AppSource, error) {
	key := service.NewCachedSecret(func(ctx context.Context) (string, error) {
		return aws.readSecret(ctx, config.AppKey)
	}, time.Now)
	return service.NewAppSource(ctx, service.AppOptions{App: config.App, Key: key, Wants: wants, Meter: meter, Log: log, Now: time.Now})
}
