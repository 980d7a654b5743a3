package main

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// httpHandler answers a function URL. An HTTP API sends the same format
// (payload version 2.0).
type httpHandler func(context.Context, events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error)

// newReceive reads the webhook secret, so that one that is empty or too short
// refuses to start.
func newReceive(ctx context.Context, config config, aws cloud, log *slog.Logger, meter *emf) (httpHandler, error) {
	secrets := service.NewSecretCache(func(ctx context.Context) (string, error) {
		return aws.readSecret(ctx, config.WebhookSecret)
	}, time.Now)
	if _, err := secrets.Webhook(ctx, false); err != nil {
		return nil, err
	}
	receiver := service.Receiver{Secrets: secrets, Queue: aws.queue(config.QueueURL), Meter: meter, Log: log, Now: time.Now}
	return func(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
		defer meter.flush()
		answer := accept(ctx, receiver, r)
		return events.LambdaFunctionURLResponse{
			StatusCode: answer.Status,
			Headers:    map[string]string{"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"},
			Body:       answer.Text + "\n",
		}, nil
	}, nil
}

func accept(ctx context.Context, receiver service.Receiver, r events.LambdaFunctionURLRequest) service.Answer {
	if r.RequestContext.HTTP.Method != http.MethodPost {
		return service.Answer{Status: http.StatusMethodNotAllowed, Text: "webhooks are posted"}
	}
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			return service.Answer{Status: http.StatusBadRequest, Text: "the body is not base64"}
		}
	}
	header := http.Header{}
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	return receiver.Accept(ctx, header, body)
}
