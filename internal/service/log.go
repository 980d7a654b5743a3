package service

import (
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
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: cleanAttr}))
}

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
