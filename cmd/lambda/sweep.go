package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// sweepHandler takes the schedule's event, in which nothing is of interest.
type sweepHandler func(context.Context, json.RawMessage) error

func newSweep(ctx context.Context, config config, aws cloud, log *slog.Logger, meter *emf) (sweepHandler, error) {
	source, err := appSource(ctx, config, aws, nil, meter, log)
	if err != nil {
		return nil, err
	}
	sweeper := service.Sweeper{GitHub: source.Sweep, Queue: aws.queue(config.QueueURL), Every: config.Every, Meter: meter, Log: log,
		Now: time.Now}
	return func(ctx context.Context, _ json.RawMessage) error {
		defer meter.flush()
		ctx, cancel := beforeDeadline(ctx)
		defer cancel()
		err := sweeper.Sweep(ctx)
		if err != nil {
			log.Error("sweep failed in part", "error", err)
		}
		return err
	}, nil
}
