package service

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// CachedSecret keeps a secret for a while, so that a rotated one is picked up
// without a restart.
type CachedSecret struct {
	read func(context.Context) (string, error)
	now  func() time.Time

	mu    sync.Mutex
	value string
	at    time.Time // of the last successful reading
	tried time.Time // of the last reading
}

const (
	// secretLife is how long a secret is used before it is read again.
	secretLife = 5 * time.Minute
	// secretPause is the least time between two readings, so that deliveries
	// with wrong signatures cannot make us read without end.
	secretPause = 30 * time.Second
)

// NewCachedSecret keeps what read returns.
func NewCachedSecret(read func(context.Context) (string, error), now func() time.Time) *CachedSecret {
	return &CachedSecret{read: read, now: now}
}

// Get returns the secret. fresh asks to read it even where the kept one is
// young. Where it cannot be read the kept one serves on.
func (c *CachedSecret) Get(ctx context.Context, fresh bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	young := now.Sub(c.at) < secretLife && !fresh
	if c.value != "" && (young || now.Sub(c.tried) < secretPause) {
		return c.value, nil
	}
	c.tried = now
	value, err := c.read(ctx)
	if err != nil {
		if c.value != "" {
			return c.value, nil
		}
		return "", err
	}
	c.value, c.at = value, now
	return value, nil
}

// SecretCache is a SecretSource over a text: the webhook secret on its first
// line, and while one takes over from another the old one on the second.
type SecretCache struct{ text *CachedSecret }

var _ SecretSource = SecretCache{}

// NewSecretCache keeps the webhook secrets that read returns.
func NewSecretCache(read func(context.Context) (string, error), now func() time.Time) SecretCache {
	return SecretCache{text: NewCachedSecret(read, now)}
}

// Webhook returns the secrets in use.
func (c SecretCache) Webhook(ctx context.Context, fresh bool) (webhooks.Secrets, error) {
	text, err := c.text.Get(ctx, fresh)
	if err != nil {
		return webhooks.Secrets{}, err
	}
	return ParseSecrets(text)
}

// ParseSecrets reads the text of a webhook secret: one line, or two while one
// takes over from the other.
func ParseSecrets(text string) (webhooks.Secrets, error) {
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	if len(lines) > 2 {
		return webhooks.Secrets{}, fmt.Errorf("webhook secret has %d lines; want the secret, and on a second line the old one while it is "+
			"rotated", len(lines))
	}
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return webhooks.NewSecrets(lines[0], lines[1:]...)
}
