package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/browser"
	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// lines is an output that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startSetup runs setup against a simulated GitHub and returns the address of
// its page.
func startSetup(t *testing.T, hub *githubtest.Server, args ...string) (page string, out *lines, ended chan int) {
	t.Helper()
	out, ended = &lines{}, make(chan int, 1)
	line := append([]string{"holdpoint", "setup", "--webhook-url", "https://holdpoint.example.com/webhook", "--organisation", "acme",
		"--github-url", hub.WebURL(), "--wait", "60s"}, args...)
	go func() { ended <- Main(line, strings.NewReader(""), out, out, os.Environ()) }()
	eventually.True(t, "setup opens a page", func() bool {
		select {
		case status := <-ended:
			t.Fatalf("setup ended with status %d:\n%s", status, out)
		default:
		}
		page = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(out.String())
		return page != ""
	})
	return page, out, ended
}

// get reads a page.
func get(t *testing.T, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// press follows the page as a browser does: it posts the form to GitHub and
// returns where GitHub's button leads.
func press(t *testing.T, page string) string {
	t.Helper()
	_, text := get(t, page)
	action := html.UnescapeString(regexp.MustCompile(`action="([^"]+)"`).FindStringSubmatch(text)[1])
	manifest := html.UnescapeString(regexp.MustCompile(`name="manifest" value="([^"]+)"`).FindStringSubmatch(text)[1])
	var m struct {
		Permissions map[string]string `json:"default_permissions"`
		Events      []string          `json:"default_events"`
		Public      bool              `json:"public"`
		Hook        struct {
			URL string `json:"url"`
		} `json:"hook_attributes"`
	}
	if err := json.Unmarshal([]byte(manifest), &m); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(m.Permissions) != "map[checks:write contents:read issues:read members:read merge_queues:read metadata:read pull_requests:write]" || m.Public ||
		fmt.Sprint(m.Events) != "[check_run check_suite label merge_group pull_request pull_request_review push]" ||
		m.Hook.URL != "https://holdpoint.example.com/webhook" {
		t.Errorf("manifest %s", manifest)
	}
	resp, err := http.PostForm(action, url.Values{"manifest": {manifest}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return html.UnescapeString(regexp.MustCompile(`id="create" href="([^"]+)"`).FindStringSubmatch(string(body))[1])
}

func TestSetupWritesFiles(t *testing.T) {
	hub := githubtest.NewEnterprise(t, githubtest.NewGit(t))
	dir := filepath.Join(t.TempDir(), "app")
	page, out, ended := startSetup(t, hub, "--dir", dir)
	back := press(t, page)

	forged, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	q := forged.Query()
	q.Set("state", "guessed")
	forged.RawQuery = q.Encode()
	if status, text := get(t, forged.String()); status != http.StatusForbidden || !strings.Contains(text, `id="problem"`) {
		t.Errorf("an answer with another state: %d %s", status, text)
	}
	if written, err := os.ReadDir(dir); err != nil || len(written) > 0 {
		t.Errorf("a forged answer wrote %v (%v)", written, err)
	}
	if status, text := get(t, back); status != http.StatusOK || !strings.Contains(text, `id="done"`) ||
		strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, githubtest.Secret) {
		t.Errorf("the last page: %d %s", status, text)
	}
	if status := <-ended; status != 0 {
		t.Fatalf("status %d:\n%s", status, out)
	}
	if text := out.String(); strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, githubtest.Secret) ||
		!strings.Contains(text, "/installations/new") || !strings.Contains(text, "holdpoint-override") {
		t.Errorf("output:\n%s", text)
	}
	for name, want := range map[string]string{keyFile: string(hub.PrivateKey()), secretFile: githubtest.Secret + "\n",
		envFile: fmt.Sprintf("HOLDPOINT_APP_ID=4711\nHOLDPOINT_APP_KEY_FILE='%[1]s/app-key.pem'\nHOLDPOINT_WEBHOOK_SECRET_FILE='%[1]s/webhook-secret'\nHOLDPOINT_GITHUB_URL='%[2]s'\n",
			dir, strings.TrimSuffix(hub.WebURL(), "/"))} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
			continue
		}
		if raw, _ := os.ReadFile(filepath.Join(dir, name)); string(raw) != want {
			t.Errorf("%s holds something else", name)
		}
	}
	// None of the three is written over.
	for _, name := range []string{keyFile, secretFile, envFile} {
		var again lines
		if status := Main([]string{"holdpoint", "setup", "--webhook-url", "https://x.example/webhook", "--dir", dir}, strings.NewReader(""),
			&again, &again, nil); status != statusUsage || !strings.Contains(again.String(), name) {
			t.Errorf("over %s: status %d\n%s", name, status, &again)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSetupRefusals(t *testing.T) {
	for _, args := range [][]string{
		{"--webhook-url", "http://holdpoint.example.com/webhook"}, {"--webhook-url", "holdpoint"},
		{"--webhook-url", "https://x.example", "--listen", "0.0.0.0:0"}, {"--webhook-url", "https://x.example", "--to", "paper"}, {},
		{"--webhook-url", "https://x.example", "--github-url", "http://github.example.com"},
		{"--webhook-url", "https://x.example", "--dir", "/proc/nothing"}, {"--webhook-url", "https://x.example", "--dir", "it's"},
	} {
		var out lines
		if status := Main(append([]string{"holdpoint", "setup", "--dir", filepath.Join(t.TempDir(), "x")}, args...), strings.NewReader(""), &out,
			&out, nil); status != statusUsage {
			t.Errorf("%v: status %d\n%s", args, status, &out)
		}
	}
}

// TestSetupPageIsItsOwn: another name for the address is refused.
func TestSetupPageIsItsOwn(t *testing.T) {
	hub := githubtest.NewEnterprise(t, githubtest.NewGit(t))
	page, _, ended := startSetup(t, hub, "--dir", filepath.Join(t.TempDir(), "app"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example:80"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("under another name: %d", resp.StatusCode)
	}
	get(t, press(t, page))
	<-ended
}

// TestSetupWritesToAWS: the two stores, over a simulated AWS.
func TestSetupWritesToAWS(t *testing.T) {
	for _, store := range []string{"secretsmanager", "ssm"} {
		t.Run(store, func(t *testing.T) {
			kept := map[string]string{}
			aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { simulateStore(t, kept, w, r) }))
			defer aws.Close()
			for k, v := range map[string]string{"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
				"AWS_SECRET_ACCESS_KEY": "example"} {
				t.Setenv(k, v)
			}
			hub := githubtest.NewEnterprise(t, githubtest.NewGit(t))
			page, out, ended := startSetup(t, hub, "--to", store)
			get(t, press(t, page))
			if status := <-ended; status != 0 {
				t.Fatalf("status %d:\n%s", status, out)
			}
			prefix := map[string]string{"secretsmanager": "holdpoint", "ssm": "/holdpoint"}[store]
			if kept[prefix+"/app-key"] != string(hub.PrivateKey()) || kept[prefix+"/webhook-secret"] != githubtest.Secret {
				t.Errorf("kept under %d names", len(kept))
			}
			for _, want := range []string{"AppId=4711", "GitHubUrl=" + strings.TrimSuffix(hub.WebURL(), "/"), "SecretStore=" + store,
				"AppKeyArn=arn:aws:" + store, "WebhookSecretArn=arn:aws:" + store} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the output lacks %s:\n%s", want, out)
				}
			}
		})
	}
}

// simulateStore is Secrets Manager and SSM as far as setup uses them. The
// first secret exists already.
func simulateStore(t *testing.T, kept map[string]string, w http.ResponseWriter, r *http.Request) {
	var in struct{ Name, SecretId, SecretString, Value, Type string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		t.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	switch r.Header.Get("X-Amz-Target") {
	case "secretsmanager.CreateSecret":
		if strings.HasSuffix(in.Name, "app-key") {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"ResourceExistsException","Message":"it exists"}`)
			return
		}
		kept[in.Name] = in.SecretString
		fmt.Fprintf(w, `{"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:%s-AbCdEf"}`, in.Name)
	case "secretsmanager.PutSecretValue":
		kept[in.SecretId] = in.SecretString
		fmt.Fprintf(w, `{"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:%s-AbCdEf"}`, in.SecretId)
	case "AmazonSSM.PutParameter":
		if in.Type != "SecureString" {
			t.Errorf("%s is stored as %s", in.Name, in.Type)
		}
		kept[in.Name] = in.Value
		_, _ = io.WriteString(w, `{"Version":1}`)
	case "AmazonSSM.GetParameter":
		fmt.Fprintf(w, `{"Parameter":{"ARN":"arn:aws:ssm:eu-west-1:123456789012:parameter%s"}}`, in.Name)
	default:
		t.Errorf("call to %s", r.Header.Get("X-Amz-Target"))
	}
}

// TestSetupInABrowser: the way of a person, in a real browser.
func TestSetupInABrowser(t *testing.T) {
	d := browser.Start(t)
	hub := githubtest.NewEnterprise(t, githubtest.NewGit(t))
	dir := filepath.Join(t.TempDir(), "app")
	page, out, ended := startSetup(t, hub, "--dir", dir)
	d.Open(page)
	if text := d.Text("document.body.innerText"); !strings.Contains(text, "contents: read") ||
		!strings.Contains(text, "https://holdpoint.example.com/webhook") {
		t.Errorf("the page shows:\n%s", text)
	}
	d.Click("#make", "#create") // to GitHub, where the second button is
	d.Click("#create", "#done") // and back
	if text := d.Text("document.body.innerText"); !strings.Contains(text, "GitHub App created") || !strings.Contains(text, "4711") {
		t.Errorf("the last page shows:\n%s", text)
	}
	if status := <-ended; status != 0 {
		t.Errorf("status %d:\n%s", status, out)
	}
	if _, err := os.Stat(filepath.Join(dir, keyFile)); err != nil {
		t.Error(err)
	}
}
