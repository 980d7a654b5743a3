package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Limits of a webhook.
const (
	// MaxWebhook is the largest body GitHub sends
	// (docs.github.com/webhooks, "Payload cap": 25 MB).
	MaxWebhook = 25 << 20
	// minSecret is the shortest secret that is accepted, in bytes. GitHub
	// advises "a random string of text with high entropy".
	minSecret = 16
)

// Errors of ParseWebhook. They are answered 401, 400 and 202.
var (
	ErrSignature = errors.New("webhook signature does not fit")
	ErrMalformed = errors.New("webhook is malformed")
	// ErrIgnored: a valid delivery that asks for no work.
	ErrIgnored = errors.New("nothing to do for this event")
)

// Secrets are the webhook secrets in use: one, or two while one takes over
// from the other.
type Secrets struct{ keys [][]byte }

// NewSecrets checks the secrets. An empty or short one is refused: with an
// empty secret everybody could sign. Empty strings after the first are
// skipped, so that an unset second secret may be passed on as it is.
func NewSecrets(current string, more ...string) (Secrets, error) {
	var s Secrets
	for i, v := range append([]string{current}, more...) {
		if v == "" && i > 0 {
			continue
		}
		if len(v) < minSecret || strings.TrimSpace(v) != v {
			return Secrets{}, fmt.Errorf("webhook secret %d: want at least %d bytes without space around them, have %d; "+
				"set the same random text here and in the app's settings on GitHub", i+1, minSecret, len(v))
		}
		s.keys = append(s.keys, []byte(v))
	}
	return s, nil
}

// signaturePrefix starts X-Hub-Signature-256. The older SHA-1 header is not
// read at all.
const signaturePrefix = "sha256="

// verify checks signature, the value of X-Hub-Signature-256, against body.
func (s Secrets) verify(signature string, body []byte) error {
	if signature == "" {
		return fmt.Errorf("%w: no X-Hub-Signature-256 header; set a secret in the app's settings on GitHub", ErrSignature)
	}
	text, ok := strings.CutPrefix(signature, signaturePrefix)
	got, err := hex.DecodeString(text)
	if !ok || err != nil || len(got) != sha256.Size {
		return fmt.Errorf("%w: X-Hub-Signature-256 is not sha256=<64 hex digits>", ErrSignature)
	}
	fits := false
	for _, key := range s.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		// Every key is tried, so that the time taken tells nothing.
		fits = hmac.Equal(mac.Sum(nil), got) || fits
	}
	if !fits {
		return ErrSignature
	}
	return nil
}

// ParseWebhook verifies a delivery and turns it into a job. It makes no call.
// The error wraps ErrSignature, ErrMalformed or ErrIgnored; now is the time
// the delivery was received.
func ParseWebhook(secrets Secrets, header http.Header, body []byte, now time.Time) (Job, error) {
	if len(body) > MaxWebhook {
		return Job{}, fmt.Errorf("%w: %d bytes, more than GitHub sends", ErrMalformed, len(body))
	}
	if err := secrets.verify(header.Get("X-Hub-Signature-256"), body); err != nil {
		return Job{}, err
	}
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		return Job{}, fmt.Errorf("%w: content type %q; choose application/json in the app's settings on GitHub",
			ErrMalformed, header.Get("Content-Type"))
	}
	event := header.Get("X-GitHub-Event")
	if event == "" {
		return Job{}, fmt.Errorf("%w: no X-GitHub-Event header", ErrMalformed)
	}
	job, err := parseEvent(event, body)
	if err != nil {
		return Job{}, fmt.Errorf("delivery %s, event %s: %w", header.Get("X-GitHub-Delivery"), event, err)
	}
	job.Event, job.Delivery, job.Received = event, header.Get("X-GitHub-Delivery"), now
	return job, nil
}
