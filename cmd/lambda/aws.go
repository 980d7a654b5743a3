package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// cloud is what is used of AWS.
type cloud struct{ config aws.Config }

func newAWS(ctx context.Context) (cloud, error) {
	c, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return cloud{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	return cloud{config: c}, nil
}

// readSecret reads a secret by its ARN.
func (c cloud) readSecret(ctx context.Context, name string) (string, error) {
	a, err := arn.Parse(name)
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	var value *string
	switch a.Service {
	case "secretsmanager":
		out, e := secretsmanager.NewFromConfig(c.config).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
		if err = e; err == nil {
			value = out.SecretString
		}
	case "ssm":
		out, e := ssm.NewFromConfig(c.config).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err = e; err == nil && out.Parameter != nil {
			value = out.Parameter.Value
		}
	default:
		err = fmt.Errorf("%s keeps no secrets", a.Service)
	}
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	if strings.TrimSpace(aws.ToString(value)) == "" {
		return "", fmt.Errorf("read secret %s: it is empty; write the value into it", name)
	}
	return *value, nil
}

// sqsQueue sends to the FIFO queue, and gives messages back to it.
type sqsQueue struct {
	client *sqs.Client
	url    string
}

var _ service.Queue = sqsQueue{}

func (c cloud) queue(url string) sqsQueue {
	return sqsQueue{client: sqs.NewFromConfig(c.config), url: url}
}

// maxMessage is the largest message of SQS (Amazon SQS Developer Guide,
// "Quotas": 1 MiB).
const maxMessage = 1 << 20

// Send puts a message at the end of its group.
func (q sqsQueue) Send(ctx context.Context, m service.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode delivery %s: %w", m.ID, err)
	}
	if err := q.send(ctx, m.Group, m.ID, string(body)); err != nil {
		return fmt.Errorf("queue delivery %s: %w", m.ID, err)
	}
	return nil
}

// send puts a body at the end of a group. The queue drops one whose id it saw
// in the last five minutes.
func (q sqsQueue) send(ctx context.Context, group, id, body string) error {
	if len(body) > maxMessage {
		return fmt.Errorf("%d bytes are more than the queue takes", len(body))
	}
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: &id,
	})
	if err != nil {
		return fmt.Errorf("send to %s: %w", q.url, err)
	}
	return nil
}

// remove takes a message that was handed out from the queue.
func (q sqsQueue) remove(ctx context.Context, receipt string) error {
	if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &receipt}); err != nil {
		return fmt.Errorf("remove message: %w", err)
	}
	return nil
}

// mostVisibility is the longest time a message can be hidden (Amazon SQS API
// Reference, ChangeMessageVisibility: 12 hours).
const mostVisibility = 12 * time.Hour

// hide keeps a message that was handed out, and with it its group, from being
// handed out again for a time.
func (q sqsQueue) hide(ctx context.Context, receipt string, d time.Duration) error {
	seconds := int32((min(d, mostVisibility) + time.Second - 1) / time.Second)
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &receipt, VisibilityTimeout: max(seconds, 0),
	})
	if err != nil {
		return fmt.Errorf("hide message for %s: %w", d, err)
	}
	return nil
}
