package service

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Environment reads configuration. It collects every error, so that all are
// told at once. Only main has the real environment to hand.
type Environment struct {
	look func(name string) (string, bool)
	errs []error
}

// NewEnvironment reads through look, which is os.LookupEnv in main.
func NewEnvironment(look func(name string) (string, bool)) *Environment {
	return &Environment{look: look}
}

// Err is everything that was wrong, nil for nothing.
func (e *Environment) Err() error { return errors.Join(e.errs...) }

// Fail records what is wrong with a variable.
func (e *Environment) Fail(name, format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
}

// Text is the value, or the fallback where it is unset or empty.
func (e *Environment) Text(name, fallback string) string {
	if v, _ := e.look(name); strings.TrimSpace(v) != "" {
		return strings.TrimSpace(v)
	}
	return fallback
}

// Required is the value; what says what belongs there.
func (e *Environment) Required(name, what string) string {
	v := e.Text(name, "")
	if v == "" {
		e.Fail(name, "is not set; want %s", what)
	}
	return v
}

// Number is a whole number in a range.
func (e *Environment) Number(name string, fallback, least, most int64) int64 {
	v := e.Text(name, strconv.FormatInt(fallback, 10))
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < least || n > most {
		e.Fail(name, "is %q; want a whole number from %d to %d", v, least, most)
		return fallback
	}
	return n
}

// Period is a time as a whole number of units (time.Second, time.Minute).
func (e *Environment) Period(name string, unit, fallback, least, most time.Duration) time.Duration {
	return time.Duration(e.Number(name, int64(fallback/unit), int64(least/unit), int64(most/unit))) * unit
}

// Level is a log level.
func (e *Environment) Level(name string) slog.Level {
	var l slog.Level
	if v := e.Text(name, "info"); l.UnmarshalText([]byte(v)) != nil {
		e.Fail(name, "is %q; want debug, info, warn or error", v)
	}
	return l
}

// App is which GitHub App this is, and where.
type App struct {
	ID int64
	// URL is where people see GitHub: https://github.com, or the server of
	// a GitHub Enterprise.
	URL string
	// WritesPerHour bounds what is written for one installation.
	WritesPerHour int
}

// maxAppID is a bound that catches a wrong number in the place of the id.
const maxAppID = 1 << 40

// defaultWrites leaves room below what github.com allows an App to write for
// one installation (docs.github.com, "Rate limits for the REST API": 500
// content-creating requests an hour).
const defaultWrites = 400

// App reads HOLDPOINT_APP_ID, HOLDPOINT_GITHUB_URL and
// HOLDPOINT_WRITES_PER_HOUR.
func (e *Environment) App() App {
	var app App
	if e.Required("HOLDPOINT_APP_ID", "the App's numeric id, from its settings page on GitHub") != "" {
		app.ID = e.Number("HOLDPOINT_APP_ID", 0, 1, maxAppID)
	}
	app.URL = e.Text("HOLDPOINT_GITHUB_URL", "https://github.com")
	u, err := url.Parse(app.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		e.Fail("HOLDPOINT_GITHUB_URL", "is not an address; want https://github.com or https://github.example.com")
	case u.Scheme != "https" && !isLoopback(u.Hostname()):
		e.Fail("HOLDPOINT_GITHUB_URL", "is %q; want https, because tokens travel on it", app.URL)
	}
	app.URL = strings.TrimRight(app.URL, "/")
	app.WritesPerHour = int(e.Number("HOLDPOINT_WRITES_PER_HOUR", defaultWrites, 60, 1_000_000))
	return app
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}
