package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// SecretSource gives the webhook secrets in use. It caches them; fresh asks
// for them anew, because a signature did not fit: they may have been rotated.
type SecretSource interface {
	Webhook(ctx context.Context, fresh bool) (webhooks.Secrets, error)
}

// Receiver takes webhook deliveries: it verifies, parses, queues and answers.
// It makes no call to GitHub.
type Receiver struct {
	Secrets SecretSource
	Queue   Queue
	Meter   Meter
	Log     *slog.Logger
	Now     func() time.Time
}

// Answer is the response to a delivery. GitHub shows it beside the delivery.
type Answer struct {
	Status int
	Text   string
}

// Accept handles one delivery. 202 means that the event is queued, or that
// there is nothing to do for it.
func (r Receiver) Accept(ctx context.Context, header http.Header, body []byte) Answer {
	start := r.Now()
	log := r.Log.With("delivery", header.Get("X-GitHub-Delivery"), "event", header.Get("X-GitHub-Event"))
	job, err := r.parse(ctx, header, body)
	answer, result := Answer{Status: http.StatusAccepted, Text: "queued"}, "accepted"
	switch {
	case err == nil:
		message, merr := NewMessage(job)
		if merr == nil {
			merr = r.Queue.Send(ctx, message)
		}
		log = log.With(JobAttrs(job, message.Trace)...)
		if err = merr; err != nil {
			answer, result = Answer{http.StatusServiceUnavailable, "the queue did not take the event; redeliver it"}, "failed"
		}
	case errors.Is(err, webhooks.ErrIgnored):
		answer, result = Answer{http.StatusAccepted, "nothing to do"}, "ignored"
	case errors.Is(err, webhooks.ErrSignature):
		answer, result = Answer{http.StatusUnauthorized, webhooks.ErrSignature.Error()}, "refused"
	case errors.Is(err, webhooks.ErrMalformed):
		answer, result = Answer{http.StatusBadRequest, err.Error()}, "refused"
	default:
		answer, result = Answer{http.StatusServiceUnavailable, "the webhook secret cannot be read; redeliver later"}, "failed"
	}
	r.report(ctx, log, result, err, r.Now().Sub(start))
	return answer
}

func (r Receiver) report(ctx context.Context, log *slog.Logger, result string, err error, took time.Duration) {
	level := slog.LevelInfo
	switch result {
	case "failed":
		level = slog.LevelError
	case "refused":
		level = slog.LevelWarn
	}
	if err != nil {
		log = log.With("error", err)
	}
	log.Log(ctx, level, "event "+result, "ms", took.Milliseconds())
	r.Meter.Add(Events, 1, result)
	r.Meter.Add(ReceiveSeconds, took.Seconds())
}

// parse verifies with the secrets in hand, and where they do not fit once
// more with fresh ones.
func (r Receiver) parse(ctx context.Context, header http.Header, body []byte) (webhooks.Job, error) {
	secrets, err := r.Secrets.Webhook(ctx, false)
	if err != nil {
		return webhooks.Job{}, fmt.Errorf("read webhook secret: %w", err)
	}
	job, err := webhooks.ParseWebhook(secrets, header, body, r.Now())
	if !errors.Is(err, webhooks.ErrSignature) {
		return job, err
	}
	secrets, ferr := r.Secrets.Webhook(ctx, true)
	if ferr != nil {
		return webhooks.Job{}, err
	}
	return webhooks.ParseWebhook(secrets, header, body, r.Now())
}

// ServeHTTP is Accept for net/http.
func (r Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "webhooks are posted", http.StatusMethodNotAllowed)
		return
	}
	body, err := r.read(w, req)
	if err != nil {
		r.Log.Warn("event refused", "delivery", req.Header.Get("X-GitHub-Delivery"), "error", err)
		r.Meter.Add(Events, 1, "refused")
		w.Header().Set("Connection", "close") // the body may still be on its way
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	defer body.release()
	answer := r.Accept(req.Context(), req.Header, body.bytes)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(answer.Status)
	_, _ = io.WriteString(w, answer.Text+"\n")
}

// read reads the body, where the header does not tell that it is not worth it.
func (r Receiver) read(w http.ResponseWriter, req *http.Request) (*body, error) {
	if req.ContentLength <= webhooks.MaxWebhook && req.Header.Get("X-Hub-Signature-256") == "" {
		return nil, fmt.Errorf("%w: no X-Hub-Signature-256 header; set a secret in the app's settings on GitHub", webhooks.ErrSignature)
	}
	return readBody(w, req, webhooks.MaxWebhook)
}

// statusOf is the answer to a request whose body is not there.
func statusOf(err error) int {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, webhooks.ErrSignature):
		return http.StatusUnauthorized
	case errors.Is(err, errSlow):
		return http.StatusRequestTimeout
	case errors.Is(err, errDropped):
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// NewMessage makes the message of a job.
func NewMessage(job webhooks.Job) (Message, error) {
	raw, err := json.Marshal(job)
	if err != nil {
		return Message{}, fmt.Errorf("encode job %s: %w", job, err)
	}
	return Message{ID: messageID(job.Delivery, raw), Group: job.Group(), Trace: traceID(job.Delivery, raw), Sent: job.Received, Job: raw}, nil
}

// maxMessageID is what SQS takes as a deduplication id (Amazon SQS API
// Reference, SendMessage: 128 alphanumeric characters and punctuation).
const maxMessageID = 128

// messageID is the delivery id where it is one, else a digest of the job: two
// jobs without an id must not be taken for the same.
func messageID(delivery string, job []byte) string {
	if delivery == "" || len(delivery) > maxMessageID {
		return digest(job)
	}
	for _, c := range []byte(delivery) {
		if c <= ' ' || c > '~' {
			return digest(job)
		}
	}
	return delivery
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// traceID is the same for every redelivery of an event, so that one search
// finds all that was done for it. It has the form of a W3C trace id.
func traceID(delivery string, job []byte) string {
	if delivery == "" {
		return digest(job)[:32]
	}
	return digest([]byte(delivery))[:32]
}

// DecodeJob decodes the job of a message. An unknown field is an error: the message
// was made by a newer version, whose facts must not be passed over.
func (m Message) DecodeJob() (webhooks.Job, error) {
	var job webhooks.Job
	d := json.NewDecoder(bytes.NewReader(m.Job))
	d.DisallowUnknownFields()
	if err := d.Decode(&job); err != nil {
		return webhooks.Job{}, fmt.Errorf("decode job of delivery %s: %w", m.ID, err)
	}
	return job, nil
}

// Attrs are the attributes that every log line about a message carries.
func (m Message) Attrs() []any {
	attrs := []any{"delivery", m.ID}
	job, err := m.DecodeJob()
	if err != nil {
		return append(attrs, "trace", m.Trace)
	}
	return append(attrs, JobAttrs(job, m.Trace)...)
}

// JobAttrs are the attributes that every log line about a job carries.
func JobAttrs(job webhooks.Job, trace string) []any {
	attrs := []any{"trace", trace, "kind", string(job.Kind)}
	if job.Owner != "" {
		attrs = append(attrs, "repository", job.Owner+"/"+job.Repo)
	}
	if job.Number != 0 {
		attrs = append(attrs, "pull_request", job.Number)
	}
	if job.HeadSHA != "" {
		attrs = append(attrs, "head", job.HeadSHA)
	}
	return attrs
}
