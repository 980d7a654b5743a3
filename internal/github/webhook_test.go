package github_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

func secrets(t *testing.T, current string, more ...string) webhooks.Secrets {
	t.Helper()
	s, err := webhooks.NewSecrets(current, more...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// delivery is a real one: an agent's pull request was opened.
func delivery(t *testing.T) githubtest.Delivery {
	t.Helper()
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	all := w.hub.Deliveries()
	return all[len(all)-1]
}

func parse(t *testing.T, s webhooks.Secrets, d githubtest.Delivery) (webhooks.Job, error) {
	t.Helper()
	return webhooks.ParseWebhook(s, d.Header, d.Body, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
}

// F66: without a good secret everybody could sign.
func TestF66EmptyOrShortSecretIsRefused(t *testing.T) {
	for _, bad := range [][]string{{""}, {"short"}, {" spaces around the secret "}, {githubtest.Secret, "short"}} {
		if _, err := webhooks.NewSecrets(bad[0], bad[1:]...); err == nil {
			t.Errorf("secrets %q were taken", bad)
		}
	}
	if _, err := webhooks.ParseWebhook(webhooks.Secrets{}, http.Header{}, nil, time.Time{}); !errors.Is(err, webhooks.ErrSignature) {
		t.Errorf("no secret at all: %v", err)
	}
}

// F66, E49: only SHA-256, only JSON, only our secrets.
func TestF66E49SignatureIsChecked(t *testing.T) {
	good := delivery(t)
	ours := secrets(t, githubtest.Secret)
	cases := map[string]struct {
		change func(d *githubtest.Delivery)
		want   error
	}{
		"as sent":      {func(*githubtest.Delivery) {}, nil},
		"another body": {func(d *githubtest.Delivery) { d.Body = append(bytes.Clone(d.Body), ' ') }, webhooks.ErrSignature},
		"no signature": {func(d *githubtest.Delivery) { d.Header.Del("X-Hub-Signature-256") }, webhooks.ErrSignature},
		"SHA-1 alone": {func(d *githubtest.Delivery) {
			d.Header.Set("X-Hub-Signature", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709")
			d.Header.Del("X-Hub-Signature-256")
		}, webhooks.ErrSignature},
		"SHA-1 in the field": {func(d *githubtest.Delivery) {
			d.Header.Set("X-Hub-Signature-256", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709")
		}, webhooks.ErrSignature},
		"without its prefix": {func(d *githubtest.Delivery) { setMAC(d, strings.TrimPrefix(mac(d), "sha256=")) }, webhooks.ErrSignature},
		"another prefix":     {func(d *githubtest.Delivery) { setMAC(d, "sha1="+strings.TrimPrefix(mac(d), "sha256=")) }, webhooks.ErrSignature},
		"cut to 8 bytes":     {func(d *githubtest.Delivery) { setMAC(d, mac(d)[:len("sha256=")+16]) }, webhooks.ErrSignature},
		"8 bytes that fit":   {func(d *githubtest.Delivery) { setMAC(d, mac(d)[:len("sha256=")+16]+strings.Repeat("0", 48)) }, webhooks.ErrSignature},
		"the last byte off":  {func(d *githubtest.Delivery) { setMAC(d, mac(d)[:len(mac(d))-2]+other(mac(d)[len(mac(d))-2:])) }, webhooks.ErrSignature},
		"a byte too many":    {func(d *githubtest.Delivery) { setMAC(d, mac(d)+"00") }, webhooks.ErrSignature},
		"nothing to compare": {func(d *githubtest.Delivery) { setMAC(d, "sha256=") }, webhooks.ErrSignature},
		"not hexadecimal":    {func(d *githubtest.Delivery) { d.Header.Set("X-Hub-Signature-256", "sha256=zz") }, webhooks.ErrSignature},
		"form encoding":      {func(d *githubtest.Delivery) { d.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, webhooks.ErrMalformed},
		"a broken type":      {func(d *githubtest.Delivery) { d.Header.Set("Content-Type", "application/json; charset") }, webhooks.ErrMalformed},
		"more behind it":     {func(d *githubtest.Delivery) { setMAC(d, mac(d)+"zz") }, webhooks.ErrSignature},
		"no event":           {func(d *githubtest.Delivery) { d.Header.Del("X-GitHub-Event") }, webhooks.ErrMalformed},
		"unknown event":      {func(d *githubtest.Delivery) { d.Header.Set("X-GitHub-Event", "sponsorship") }, webhooks.ErrIgnored},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := good
			d.Header = good.Header.Clone()
			c.change(&d)
			if _, err := parse(t, ours, d); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	if _, err := parse(t, secrets(t, "another secret of good length"), good); !errors.Is(err, webhooks.ErrSignature) {
		t.Errorf("signed by another secret: %v", err)
	}
	for _, rotating := range []webhooks.Secrets{secrets(t, "the coming secret of good length", githubtest.Secret), secrets(t, githubtest.Secret, "the coming secret of good length"), secrets(t, githubtest.Secret, "")} {
		if _, err := parse(t, rotating, good); err != nil {
			t.Errorf("while secrets rotate: %v", err)
		}
	}
}

// A body that GitHub would not send is not looked at.
func TestLargeBody(t *testing.T) {
	for size, want := range map[int]error{webhooks.MaxWebhook: webhooks.ErrSignature, webhooks.MaxWebhook + 1: webhooks.ErrMalformed} {
		if _, err := webhooks.ParseWebhook(secrets(t, githubtest.Secret), http.Header{}, make([]byte, size), time.Time{}); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", size, err, want)
		}
	}
}

// What is wrong with a signature is told, so that it can be set right.
func TestSignatureThatIsNone(t *testing.T) {
	d := delivery(t)
	for value, want := range map[string]string{"": "no X-Hub-Signature-256 header", mac(&d)[:len("sha256=")+16]: "is not sha256=<64 hex digits>"} {
		setMAC(&d, value)
		if _, err := parse(t, secrets(t, githubtest.Secret), d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", value, err, want)
		}
	}
}

func mac(d *githubtest.Delivery) string { return d.Header.Get("X-Hub-Signature-256") }

func setMAC(d *githubtest.Delivery, value string) { d.Header.Set("X-Hub-Signature-256", value) }

// other is another byte than the one given, in hexadecimal.
func other(digits string) string {
	if digits == "00" {
		return "01"
	}
	return "00"
}

// E49: a replay is harmless, the payload being a hint; what names another
// repository than the installation's is not believed.
func TestE49ReplayAndForeignRepository(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	all := w.hub.Deliveries()
	for range 3 {
		w.take(all)
		w.work()
	}
	w.fine()
	w.concluded(p, "failure")
	if n := len(p.Reviews(w.hub.Bot())); n != 1 {
		t.Errorf("%d reviews after replays, want 1", n)
	}
	w.take(all[len(all)-1:])
	w.queue[0].RepoID++ // the token is for this id: GitHub refuses it
	job := w.queue[0]
	w.queue = nil
	if _, err := w.do(t.Context(), job); !errors.Is(err, api.ErrGone) {
		t.Errorf("repository of another id: %v, want %v", err, api.ErrGone)
	}
}

// E29, F3, F4, F57: every action that can change a verdict leads to a job.
func TestE29EveryActionIsHandled(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	p.SetDraft(true, w.agent)
	p.SetDraft(false, w.agent)
	p.Edit("Another title", w.agent)
	p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "x\n"}, w.agent), w.agent)
	p.AddLabel("infra", w.dana, "")
	p.RemoveLabel("infra", w.dana)
	r := p.Submit(w.alice, "APPROVED", "")
	p.Dismiss(r, w.dana)
	p.Retarget("main", w.dana)
	p.Close(w.agent, false)
	p.Reopen(w.agent)
	var got []string
	for _, d := range w.hub.Deliveries() {
		job, err := parse(t, secrets(t, githubtest.Secret), d)
		if err != nil {
			t.Errorf("%s %s: %v", d.Event, d.Action, err)
			continue
		}
		got = append(got, d.Event+" "+d.Action+" "+string(job.Kind))
	}
	for _, want := range []string{"pull_request opened pull", "pull_request converted_to_draft pull", "pull_request ready_for_review pull", "pull_request edited pull",
		"pull_request synchronize pull", "pull_request labeled pull", "pull_request unlabeled pull", "pull_request_review submitted pull",
		"pull_request_review dismissed pull", "pull_request closed closed", "pull_request reopened pull", "push  base"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q among %q", want, got)
		}
	}
}

// F35: other apps' checks are no business of ours; L1: nor are bots' reviews.
func TestF35OthersChecksAreIgnored(t *testing.T) {
	d := delivery(t)
	for event, body := range map[string]string{
		"check_run":           `{"action":"completed","check_run":{"head_sha":"x"},"installation":{"id":1},"repository":{"id":1,"name":"r","owner":{"login":"o"}}}`,
		"status":              `{}`,
		"issue_comment":       `{}`,
		"pull_request":        `{"action":"assigned"}`,
		"installation":        `{"action":"suspend","installation":{"id":1}}`,
		"pull_request_review": `{"action":"submitted","pull_request":{"number":1},"review":{"id":1,"user":{"login":"x[bot]","type":"Bot"}},"installation":{"id":1}}`,
	} {
		d.Event, d.Body = event, []byte(body)
		d.Sign(githubtest.Secret)
		if _, err := parse(t, secrets(t, githubtest.Secret), d); !errors.Is(err, webhooks.ErrIgnored) {
			t.Errorf("%s: %v, want it ignored", event, err)
		}
	}
}

// A body that is signed and not what it should be is an error with its place,
// never a panic and never a job.
func TestMalformedPayloads(t *testing.T) {
	d := delivery(t)
	for _, body := range []string{``, `null`, `[]`, `{`, `{"action":"opened"}`, `{"action":"opened","pull_request":null}`, `{"action":"opened","pull_request":{"number":1}}`,
		`{"action":"opened","pull_request":{"number":1},"installation":{"id":1}}`, `{"action":"opened","pull_request":{"number":1},"installation":{"id":1},"repository":{"id":1,"name":"r"}}`,
		`{"action":"opened","pull_request":{"number":"one"}}`, "\xff\xfe"} {
		d.Event, d.Body = "pull_request", []byte(body)
		d.Sign(githubtest.Secret)
		if job, err := parse(t, secrets(t, githubtest.Secret), d); !errors.Is(err, webhooks.ErrMalformed) && !errors.Is(err, webhooks.ErrIgnored) {
			t.Errorf("%q: job %v, error %v", body, job, err)
		}
	}
}

// F65: the largest payload that GitHub sends is read; a larger one is refused
// before it is hashed.
func TestF65LargePayload(t *testing.T) {
	d := delivery(t)
	var o map[string]any
	if err := json.Unmarshal(d.Body, &o); err != nil {
		t.Fatal(err)
	}
	pr, _ := o["pull_request"].(map[string]any)
	pr["body"] = strings.Repeat("x", 8<<20)
	d.Body, _ = json.Marshal(o)
	d.Sign(githubtest.Secret)
	if job, err := parse(t, secrets(t, githubtest.Secret), d); err != nil || job.Number != 1 {
		t.Errorf("8 MB: job %v, error %v", job, err)
	}
	d.Body = make([]byte, webhooks.MaxWebhook+1)
	if _, err := parse(t, secrets(t, githubtest.Secret), d); !errors.Is(err, webhooks.ErrMalformed) {
		t.Errorf("more than GitHub sends: %v", err)
	}
}

// F61, F62: receiving makes no call to GitHub, and a redelivery is the same
// job again, not one that is dropped.
func TestF61F62ReceivingIsPure(t *testing.T) {
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	all := w.hub.Deliveries()
	w.take(all)
	first := slices.Clone(w.queue)
	w.queue = nil
	w.take(all)
	if n := len(w.hub.Log()); n != 0 {
		t.Errorf("%d calls to GitHub while receiving", n)
	}
	for i := range first {
		if first[i].Delivery == "" || first[i].Delivery != w.queue[i].Delivery {
			t.Errorf("deliveries %q and %q", first[i].Delivery, w.queue[i].Delivery)
		}
	}
}
