package main

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/appmanifest"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// clinic is a simulated GitHub on which everything is as it should be.
type clinic struct {
	hub     *githubtest.Server
	repo    *githubtest.Repo
	git     *githubtest.Git
	keyFile string
}

func newClinic(t *testing.T, files githubtest.Files) *clinic {
	t.Helper()
	git := githubtest.NewGit(t)
	hub := githubtest.NewEnterprise(t, git)
	hub.Advance(time.Since(hub.Now()))
	c := &clinic{hub: hub, git: git, keyFile: filepath.Join(t.TempDir(), "key.pem")}
	c.repo = hub.Repo("acme/infra", "main", git.Commit(githubtest.CommitOf{Files: files, Message: "Start"}))
	c.repo.Require("main", "holdpoint: main", githubtest.AppID)
	c.repo.Label("holdpoint-override")
	hub.SetApp(appmanifest.Permissions(), appmanifest.Events())
	// Somebody answers as the service does.
	receiver := service.Receiver{Secrets: service.NewSecretCache(readFile(writeFile(t, "secret", githubtest.Secret)), time.Now),
		Meter: newPrometheus(nil), Log: slog.New(slog.DiscardHandler), Now: time.Now}
	hook := httptest.NewServer(receiver)
	t.Cleanup(hook.Close)
	hub.SetHook(hook.URL, "json", false)
	c.deliver(202)
	if err := os.WriteFile(c.keyFile, hub.PrivateKey(), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// deliver notes one delivery and its answer.
func (c *clinic) deliver(status int) {
	c.hub.Install(c.hub.User("dana"), c.repo)
	for _, d := range c.hub.Deliveries() {
		c.hub.Record(d, status)
	}
}

func (c *clinic) ask(args ...string) (string, int) {
	var out bytes.Buffer
	env := []string{"HOLDPOINT_APP_ID=4711", "HOLDPOINT_APP_KEY_FILE=" + c.keyFile, "HOLDPOINT_GITHUB_URL=" + c.hub.WebURL()}
	line := append([]string{"holdpoint", "doctor"}, args...)
	line = append(line, "--app-id", "4711", "--key-file", c.keyFile, "--github-url", c.hub.WebURL())
	status := Main(line, strings.NewReader(""), &out, &out, env)
	return out.String(), status
}

func TestDoctorFindsNothing(t *testing.T) {
	c := newClinic(t, githubtest.Files{".github/holdpoint.yaml": "version: 1\n"})
	out, status := c.ask("acme/infra")
	if status != 0 || strings.Contains(out, "FAIL") {
		t.Errorf("status %d\n%s", status, out)
	}
	for _, want := range []string{"the settings (base) are valid", "pinned to the App", "Holdpoint answers at", "all 1 events", "the label"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}

// TestDoctorKnowsTwoRulesets: where two rulesets require the check, one that
// pins it is enough.
func TestDoctorKnowsTwoRulesets(t *testing.T) {
	c := newClinic(t, githubtest.Files{"a": "b"})
	c.repo = c.hub.Repo("acme/twice", "main", c.git.Commit(githubtest.CommitOf{Files: githubtest.Files{"a": "b"}, Message: "Start"}))
	c.repo.Require("main", "holdpoint: main", 0)
	c.repo.Require("main", "holdpoint: main", githubtest.AppID)
	c.repo.Label("holdpoint-override")
	c.deliver(202)
	if out, status := c.ask("acme/twice"); status != 0 {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestDoctorFinds: each thing that can be wrong is found, with what to do, and
// makes the exit status 1.
func TestDoctorFinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		files githubtest.Files
		spoil func(*clinic)
		args  []string
		want  string
	}{
		{name: "permission", spoil: func(c *clinic) {
			p := appmanifest.Permissions()
			p["checks"] = "read"
			c.hub.SetApp(p, appmanifest.Events())
		}, want: "the App lacks permissions: checks: write"},
		{name: "event", spoil: func(c *clinic) { c.hub.SetApp(appmanifest.Permissions(), appmanifest.Events()[1:]) }, want: "the App is not subscribed to check_run"},
		{name: "no webhook", spoil: func(c *clinic) { c.hub.SetHook("", "json", false) }, want: "the App has no webhook URL"},
		{name: "form", spoil: func(c *clinic) { c.hub.SetHook(c.hub.WebURL()+"settings/apps/new", "form", false) }, want: `the webhook's content type is "form"`},
		{name: "not us", spoil: func(c *clinic) { c.hub.SetHook(c.hub.WebURL()+"settings/apps/new", "json", false) }, want: "answers 400, and is not Holdpoint"},
		{name: "nobody there", spoil: func(c *clinic) { c.hub.SetHook("http://127.0.0.1:1/webhook", "json", false) }, want: "nothing answers at http://127.0.0.1:1/webhook"},
		{name: "certificate", spoil: func(c *clinic) { c.hub.SetHook("http://127.0.0.1:1/webhook", "json", true) }, want: "GitHub does not check the certificate"},
		{name: "lost deliveries", spoil: func(c *clinic) { c.deliver(401) }, want: "1 of 2 events of the last 24h0m0s were never accepted"},
		{name: "not installed there", args: []string{"other/infra"}, want: "the App is not installed for other"},
		{name: "not given", args: []string{"acme/secret"}, want: "the installation does not include acme/secret"},
		{name: "no rule", args: []string{"acme/infra", "--branch", "release"}, want: `release does not require the check "holdpoint: release"`},
		{name: "not pinned", spoil: func(c *clinic) {
			c.repo = c.hub.Repo("acme/loose", "main", c.git.Commit(githubtest.CommitOf{Files: githubtest.Files{"a": "b"}, Message: "Start"}))
			c.repo.Require("main", "holdpoint: main", 0)
		}, args: []string{"acme/loose"}, want: "is not pinned to App 4711"},
		{name: "no label", files: githubtest.Files{".github/holdpoint.yaml": "version: 1\noverride:\n  label: let-it-pass\n"}, want: `the label "let-it-pass" for overrides does not exist`},
		{name: "settings", files: githubtest.Files{".github/holdpoint.yaml": "version: 1\nenforce:\n  date: everyone\n"}, want: "the settings (base) are invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.files == nil {
				c.files = githubtest.Files{"README.md": "x\n"}
			}
			clinic := newClinic(t, c.files)
			if c.spoil != nil {
				c.spoil(clinic)
			}
			if c.args == nil {
				c.args = []string{"acme/infra"}
			}
			out, status := clinic.ask(c.args...)
			at := strings.Index(out, c.want)
			if at < 0 || status != statusFailure {
				t.Fatalf("status %d, want %d and %q:\n%s", status, statusFailure, c.want, out)
			}
			if line := out[strings.LastIndex(out[:at], "\n")+1:]; !strings.HasPrefix(line, "FAIL") || !strings.Contains(line, "\n      -> ") {
				t.Errorf("no failing point with what to do:\n%s", out)
			}
		})
	}
}

func TestDoctorWithAWrongKey(t *testing.T) {
	c := newClinic(t, githubtest.Files{"a": "b"})
	if out, status := c.ask("no-slash"); status != statusUsage {
		t.Errorf("status %d\n%s", status, out)
	}
	c.hub.Inject(&githubtest.Fault{Call: "GET /app", Status: 401, Message: "A JSON web token could not be decoded"})
	out, status := c.ask("acme/infra")
	if status != statusFailure || !strings.Contains(out, "GitHub does not know the App with this key") || strings.Contains(out, "PRIVATE KEY") {
		t.Errorf("status %d\n%s", status, out)
	}
}
