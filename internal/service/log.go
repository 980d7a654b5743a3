package service

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLogText bounds one attribute, in bytes.
const maxLogText = 2048

// secretForms are what must never be in a log: GitHub's tokens
// (docs.github.com, "About authentication to GitHub", token formats), JSON web
// tokens, and PEM keys.
var secretForms = regexp.MustCompile(`gh[pousr]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}` +
	`|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*` +
	`|-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)`)

// NewLogger logs JSON lines. What is logged is cleaned: no secret, no control
// or formatting character, no text without end.
func NewLogger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(withJob{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: cleanAttr})})
}

// jobKey is where a context carries the attributes of the job that is done in it.
type jobKey struct{}

// inJob gives a context the attributes of a job, so that what is logged deep
// inside a review says which one it is of.
func inJob(ctx context.Context, attrs []any) context.Context {
	return context.WithValue(ctx, jobKey{}, attrs)
}

// withJob adds the attributes of the context's job to each line.
type withJob struct{ slog.Handler }

// Handle writes a line.
func (h withJob) Handle(ctx context.Context, r slog.Record) error {
	if attrs, ok := ctx.Value(jobKey{}).([]any); ok {
		r.Add(attrs...)
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs adds attributes to all lines.
func (h withJob) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withJob{h.Handler.WithAttrs(attrs)}
}

// WithGroup puts what follows into a group.
func (h withJob) WithGroup(name string) slog.Handler { return withJob{h.Handler.WithGroup(name)} }

func cleanAttr(_ []string, a slog.Attr) slog.Attr {
	if k := a.Value.Kind(); k != slog.KindString && k != slog.KindAny {
		return a // times, numbers
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(cleanText(v))
	case error:
		a.Value = slog.StringValue(cleanText(v.Error()))
	case fmt.Stringer:
		a.Value = slog.StringValue(cleanText(v.String()))
	case []byte:
		a.Value = slog.StringValue(cleanText(string(v)))
	}
	return a
}

func cleanText(s string) string {
	s = secretForms.ReplaceAllString(s, "[secret]")
	if len(s) > maxLogText {
		cut := maxLogText
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "..."
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.In(r, unicode.C) || unicode.In(r, unicode.Zl, unicode.Zp):
			return utf8.RuneError
		}
		return r
	}, s)
}
