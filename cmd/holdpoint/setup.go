package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/appmanifest"
)

// setupCommand makes the GitHub App: a local page posts a manifest, one click
// on GitHub makes the App, and its credentials are written where they belong.
type setupCommand struct {
	WebhookURL   string        `help:"Where GitHub sends webhooks: the output WebhookUrl of the stack, or https://HOST/webhook of serve." required:"" placeholder:"URL"`
	Organisation string        `help:"The organization that owns the App. Default: your own account." short:"o" placeholder:"ORG"`
	Name         string        `help:"Name of the App; it must be free on GitHub. Default: ${default}." default:"holdpoint" placeholder:"NAME"`
	GithubURL    string        `help:"Where people see GitHub. Default: ${default}." env:"HOLDPOINT_GITHUB_URL" default:"https://github.com" placeholder:"URL"`
	To           string        `help:"Where to store the credentials: ${enum}." enum:"files,secretsmanager,ssm" default:"files"`
	Dir          string        `help:"Folder for the files. Default: ${default}." default:"holdpoint-app" placeholder:"DIR"`
	Prefix       string        `help:"Prefix of the names in Secrets Manager or SSM. Default: ${default}." default:"/holdpoint" placeholder:"PREFIX"`
	Listen       string        `help:"Loopback address of the setup page. Default: ${default}, a free port." default:"127.0.0.1:0" placeholder:"HOST:PORT"`
	Wait         time.Duration `help:"How long to wait for the confirmation. Default: ${default}." default:"30m" placeholder:"TIME"`
}

// Run serves the page until the App is made.
func (c *setupCommand) Run(a *app) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	store, err := c.store(a.ctx)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	address := "http://" + listener.Addr().String()
	s := &setup{command: c, store: store, address: address, state: rand.Text(), done: make(chan setupResult, 1)}
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	fmt.Fprintf(a.stdout, "Open this page on this machine and follow it:\n\n  %s/\n\n", address)
	select {
	case <-a.ctx.Done():
		return errors.New("stopped before the GitHub App was created")
	case <-time.After(c.Wait):
		return fmt.Errorf("the GitHub App was not created within %s; run setup again", c.Wait)
	case r := <-s.done:
		grace, cancel := context.WithTimeout(a.ctx, headerTime)
		defer cancel()
		_ = server.Shutdown(grace) // the page with the result is shown
		if r.err != nil {
			return r.err
		}
		fmt.Fprintf(a.stdout, "GitHub App %d (%s) created.\n\n%s\nInstall it: %s\nThen, on every repository: a ruleset that requires its check, the "+
			"label for overrides (holdpoint-override),\nand `holdpoint doctor OWNER/REPO` lists what is missing. See docs/install.md.\n",
			r.app.ID, r.app.Slug, r.written, installPage(r.app))
		return nil
	}
}

// check refuses what GitHub or good sense would not take.
func (c *setupCommand) check() error {
	u, err := url.Parse(c.WebhookURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("--webhook-url %q is not an address; want https://HOST/PATH", c.WebhookURL)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return fmt.Errorf("--webhook-url %q: want https, or anybody on the network can read the events", c.WebhookURL)
	}
	if err := checkGitHubURL(c.GithubURL); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || !loopback(host) {
		return fmt.Errorf("--listen %q: want a loopback address, 127.0.0.1:PORT; the page hands out credentials", c.Listen)
	}
	if c.Name == "" || len(c.Name) > 34 {
		return fmt.Errorf("--name %q: want 1 to 34 characters", c.Name)
	}
	return nil
}

// checkGitHubURL refuses an address on which tokens and keys could be read.
func checkGitHubURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname()))) {
		return fmt.Errorf("--github-url %q: want https://github.com, or https://HOST of a GitHub Enterprise Server", address)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// credentialStore is where the credentials go.
type credentialStore interface {
	// write stores them and says, in lines for people, where they are and
	// what to set.
	write(ctx context.Context, app appmanifest.NewApp) (string, error)
}

func (c *setupCommand) store(ctx context.Context) (credentialStore, error) {
	server := webURL(c.GithubURL)
	if c.To != "files" {
		return newCloudStore(ctx, c.To, c.Prefix, server)
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("--dir: %w", err)
	}
	s := fileStore{dir: dir, server: server}
	return s, s.check()
}

// fileStore writes files that only their owner can read.
type fileStore struct {
	dir    string // absolute
	server string // the address of an Enterprise Server, empty for github.com
}

const (
	keyFile    = "app-key.pem"
	secretFile = "webhook-secret"
	envFile    = "holdpoint.env"
)

// check refuses to write over credentials, and makes the folder, before an App
// is made in vain.
func (s fileStore) check() error {
	if strings.ContainsAny(s.dir, "'\n") {
		return fmt.Errorf("%w: --dir %q: choose a folder without quotes in its name", errUsage, s.dir)
	}
	for _, name := range []string{keyFile, secretFile, envFile} {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); err == nil {
			return fmt.Errorf("%w: %s is there already; choose another --dir, so that no credentials are lost", errUsage, filepath.Join(s.dir, name))
		}
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("%w: --dir: %w", errUsage, err)
	}
	probe, err := os.CreateTemp(s.dir, "probe")
	if err != nil {
		return fmt.Errorf("%w: --dir: %w", errUsage, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func (s fileStore) write(_ context.Context, app appmanifest.NewApp) (string, error) {
	for _, f := range []struct{ name, text string }{{keyFile, app.PEM}, {secretFile, app.WebhookSecret + "\n"}, {envFile, s.env(app)}} {
		if err := writeSecretFile(filepath.Join(s.dir, f.name), f.text); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("Its credentials are in %s, readable by you alone.\nStart the service with the variables in %s, and HOLDPOINT_DATA.\n",
		s.dir, filepath.Join(s.dir, envFile)), nil
}

// env is the environment of serve, for a shell and for systemd, which read
// single quotes alike.
func (s fileStore) env(app appmanifest.NewApp) string {
	env := fmt.Sprintf("HOLDPOINT_APP_ID=%d\nHOLDPOINT_APP_KEY_FILE='%s'\nHOLDPOINT_WEBHOOK_SECRET_FILE='%s'\n",
		app.ID, filepath.Join(s.dir, keyFile), filepath.Join(s.dir, secretFile))
	if s.server != "" {
		env += fmt.Sprintf("HOLDPOINT_GITHUB_URL='%s'\n", s.server)
	}
	return env
}

func writeSecretFile(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	return nil
}

// setup is the local page.
type setup struct {
	command        *setupCommand
	store          credentialStore
	address, state string
	done           chan setupResult
}

type setupResult struct {
	app     appmanifest.NewApp
	written string
	err     error
}

func (s *setup) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.form)
	mux.HandleFunc("GET /callback", s.callback)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A page of another site must not reach this one under a name of its
		// own (DNS rebinding), nor frame it.
		if "http://"+r.Host != s.address {
			http.Error(w, "not the address of this page", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "text/html; charset=utf-8")
		mux.ServeHTTP(w, r)
	})
}

func (s *setup) form(w http.ResponseWriter, _ *http.Request) {
	manifest := appmanifest.NewManifest(s.command.Name, s.command.WebhookURL, s.address+"/callback")
	raw, err := json.Marshal(manifest)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	page, err := appmanifest.NewAppPage(webURL(s.command.GithubURL), s.command.Organisation, s.state)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	owner := s.command.Organisation
	if owner == "" {
		owner = "your account"
	}
	_ = setupPages.ExecuteTemplate(w, "form",
		map[string]any{"Action": page, "Manifest": string(raw), "M": manifest, "Owner": owner, "To": s.command.describeTarget()})
}

func (c *setupCommand) describeTarget() string {
	if c.To == "files" {
		return "files in " + c.Dir
	}
	return map[string]string{"secretsmanager": "Secrets Manager", "ssm": "SSM Parameter Store"}[c.To] + " under " + c.Prefix
}

// callback is where GitHub sends the browser back. The code is used once; a
// wrong state is somebody else's.
func (s *setup) callback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(s.state)) != 1 {
		w.WriteHeader(http.StatusForbidden)
		_ = setupPages.ExecuteTemplate(w, "problem", "This answer does not belong to the page that was opened. Start again at its beginning.")
		return
	}
	made, err := appmanifest.ConvertManifest(r.Context(), webURL(s.command.GithubURL), q.Get("code"))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		_ = setupPages.ExecuteTemplate(w, "problem",
			"GitHub did not return the App: "+err.Error()+". Start again from the first page.")
		return
	}
	written, err := s.store.write(r.Context(), made)
	if err != nil {
		err = fmt.Errorf("the GitHub App %d was created, but its credentials could not be stored: %w; generate a new key and secret on its settings page (%s)",
			made.ID, err, made.HTMLURL)
		w.WriteHeader(http.StatusInternalServerError)
		_ = setupPages.ExecuteTemplate(w, "problem", err.Error())
	} else {
		_ = setupPages.ExecuteTemplate(w, "done",
			map[string]any{"App": made, "Written": strings.Split(strings.TrimSpace(written), "\n"), "Install": installPage(made)})
	}
	select {
	case s.done <- setupResult{made, written, err}:
	default:
	}
}

func installPage(app appmanifest.NewApp) string { return app.HTMLURL + "/installations/new" }

var setupPages = template.Must(template.New("").Parse(`
{{define "head"}}<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdpoint setup</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1f2328;background:#fff}
h1{font-size:1.5rem}table{border-collapse:collapse;margin:1rem 0}td{padding:.2rem 1.5rem .2rem 0;vertical-align:top}
button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:6px;background:#1f6feb;color:#fff;cursor:pointer}code{background:#f0f1f3;padding:.1rem .3rem;border-radius:4px}
</style>{{end}}
{{define "form"}}{{template "head"}}<h1>Create the GitHub App</h1>
<p>The button opens GitHub, where you confirm once. GitHub then sends you back to this page, and the credentials are stored in <strong>{{.To}}</strong>.</p>
<table><tr><td>Name<td><code>{{.M.Name}}</code><tr><td>Owner<td>{{.Owner}}<tr><td>Webhook<td><code>{{.M.Hook.URL}}</code>
<tr><td>Permissions<td>{{range $k, $v := .M.Permissions}}<code>{{$k}}: {{$v}}</code> {{end}}
<tr><td>Events<td>{{range .M.Events}}<code>{{.}}</code> {{end}}</table>
<form action="{{.Action}}" method="post"><input type="hidden" name="manifest" value="{{.Manifest}}"><button id="make">Create the GitHub App</button></form></html>{{end}}
{{define "done"}}{{template "head"}}<h1 id="done">GitHub App created</h1><p>It is <code>{{.App.Slug}}</code>, id <code>{{.App.ID}}</code>.</p>
{{range .Written}}<p>{{.}}</p>{{end}}<p>Next: <a href="{{.Install}}">install it</a> on your repositories. Each repository then needs
a ruleset that requires its check, and the label <code>holdpoint-override</code>; <code>holdpoint doctor OWNER/REPO</code> lists what is missing. You can close this page.</p></html>{{end}}
{{define "problem"}}{{template "head"}}<h1 id="problem">Setup failed</h1><p>{{.}}</p></html>{{end}}
`))
