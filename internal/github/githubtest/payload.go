package githubtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Delivery is one webhook delivery. A test sends it when and as often as it
// likes, or never.
type Delivery struct {
	ID     string
	Event  string
	Action string
	Header http.Header
	Body   []byte
	// at numbers the deliveries in GitHub's own log.
	at int64
}

// examples are GitHub's own, by event and action.
var examples = sync.OnceValues(func() (map[string]object, error) {
	data, err := unpack("payloads.json.gz")
	if err != nil {
		return nil, err
	}
	var all map[string]object
	return all, json.Unmarshal(data, &all)
})

// example is a copy of GitHub's example of an event. Where there is none of an
// action, that of another action of the event serves.
func (s *Server) example(event, action string) object {
	all, err := examples()
	if err != nil {
		s.t.Fatal(err)
	}
	name := webhookName(event, action)
	found := all[name]
	for _, other := range []string{"synchronize", "submitted", "created"} {
		if found == nil {
			found = all[webhookName(event, other)]
		}
	}
	if found == nil {
		s.t.Fatalf("githubtest: GitHub has no example of %s", name)
	}
	return copied(found).(object)
}

// copied is a copy of a JSON value that shares nothing with it.
func copied(v any) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for k, inner := range v {
			out[k] = copied(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = copied(inner)
		}
		return out
	}
	return v
}

func webhookName(event, action string) string {
	name := strings.ReplaceAll(event, "_", "-")
	if action != "" {
		name += "-" + strings.ReplaceAll(action, "_", "-")
	}
	return name
}

// payload starts the payload of an event of the repository.
func (r *Repo) payload(event, action string, by *User, more object) object {
	o := r.server.example(event, action)
	if action != "" {
		o["action"] = action
	}
	o["repository"], o["sender"] = r.json(), by.json()
	o["installation"] = object{"id": Installation, "node_id": "MDIz"}
	delete(o, "organization")
	maps.Copy(o, more)
	return o
}

// payload of a pull_request event.
func (p *Pull) payload(action string, by *User, more object) object {
	full := p.full(false)
	o := p.repo.payload("pull_request", action, by, object{"number": p.Number, "pull_request": full})
	for _, k := range []string{"label", "assignee", "changes", "before", "after", "requested_reviewer", "reason"} {
		if more[k] == nil {
			delete(o, k)
		}
	}
	maps.Copy(o, more)
	return o
}

func (p *Pull) reviewPayload(action string, by *User, r *Review) object {
	review := r.json(p)
	review["state"] = strings.ToLower(r.State)
	if review["body"] == "" {
		review["body"] = nil
	}
	return p.repo.payload("pull_request_review", action, by, object{"pull_request": p.json(), "review": review})
}

func (r *Repo) pushPayload(a activity) object {
	o := r.payload("push", "", a.actor, object{"ref": a.ref, "before": a.before, "after": a.after, "created": a.kind == "branch_creation",
		"deleted": false, "forced": a.kind == "force_push", "commits": []any{}, "head_commit": nil, "base_ref": nil,
		"pusher": object{"name": a.actor.Login, "email": nil}, "compare": r.server.web() + r.Name() + "/compare/x"})
	repo, _ := o["repository"].(object)
	repo["created_at"], repo["pushed_at"] = r.server.now.Unix(), r.server.now.Unix()
	return o
}

func (r *Repo) labelPayload(action string, l *Label, by *User, changes object) object {
	o := r.payload("label", action, by, object{"label": l.json(r)})
	delete(o, "changes")
	if changes != nil {
		o["changes"] = changes
	}
	return o
}

// deliver signs a payload and puts it among the deliveries.
func (s *Server) deliver(event string, payload object) {
	action, _ := payload["action"].(string)
	raw, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatalf("githubtest: %v", err)
	}
	if !s.trusting {
		s.described(event, action, raw)
	}
	id := s.id()
	d := Delivery{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", id), Event: event, Action: action, Body: raw, at: id}
	d.Sign(Secret)
	s.outbox = append(s.outbox, d)
}

// described fails the test where a payload is not as GitHub describes it.
func (s *Server) described(event, action string, raw []byte) {
	var value any
	_ = json.Unmarshal(raw, &value)
	spec, err := webhooks()
	if err == nil {
		err = spec.payload(webhookName(event, action), value)
	}
	if err != nil {
		s.t.Errorf("githubtest: delivery is not as GitHub describes it: %.1200v", err)
	}
}

// Sign signs the delivery anew, after its body or event was changed.
func (d *Delivery) Sign(secret string) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	d.Header = http.Header{}
	for k, v := range map[string]string{"Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/044aadd", "X-GitHub-Delivery": d.ID,
		"X-GitHub-Event": d.Event, "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-Type": "integration",
		"X-GitHub-Hook-Installation-Target-ID": fmt.Sprint(AppID), "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))} {
		d.Header.Set(k, v)
	}
}

// Deliveries takes the deliveries that are waiting, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.outbox
	s.outbox = nil
	return out
}

// Rerequest asks for the checks of a commit again; a check run of a fork's
// head names no pull request.
func (r *Repo) Rerequest(sha string, by *User) {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range r.checks {
		if c.HeadSHA == sha && c.App == AppID {
			run := c.json(r)
			example, _ := s.example("check_run", "rerequested")["check_run"].(object)
			suite, _ := example["check_suite"].(object)
			suite["head_sha"], suite["pull_requests"] = sha, []any{}
			suite["app"] = appJSON(s, AppID, AppSlug)
			run["check_suite"] = suite
			s.deliver("check_run", r.payload("check_run", "rerequested", by, object{"check_run": run}))
			return
		}
	}
	s.t.Errorf("githubtest: no check run on %s", sha)
}

// Install sends the delivery of an installation on some repositories.
func (s *Server) Install(by *User, repos ...*Repo) { s.install("created", by, repos) }

// Uninstall takes the app off its repositories, and sends the delivery.
func (s *Server) Uninstall(by *User, repos ...*Repo) { s.install("deleted", by, repos) }

func (s *Server) install(action string, by *User, repos []*Repo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.example("installation", action)
	list := []any{}
	for _, r := range repos {
		r.Installed = action == "created"
		list = append(list, object{"id": r.ID, "node_id": fmt.Sprintf("R_%d", r.ID), "name": r.name, "full_name": r.Name(), "private": r.Private})
	}
	o["repositories"], o["sender"] = list, by.json()
	if in, ok := o["installation"].(object); ok {
		// The example has numbers where the description wants times.
		in["id"], in["created_at"], in["updated_at"], in["app_slug"] = Installation, stamp(s.now), stamp(s.now), AppSlug
		in["suspended_by"], in["suspended_at"] = nil, nil
	}
	s.deliver("installation", o)
}

func (s *Server) listInstallations(c call) answer {
	o, _ := s.example("installation", "created")["installation"].(object)
	o["id"] = Installation
	o["app_slug"], o["suspended_by"], o["suspended_at"] = AppSlug, nil, nil
	account := s.installer().json()
	// An enterprise server's description wants an account to be a person or
	// organisation and an enterprise at once.
	account["name"], account["slug"] = account["login"], account["login"]
	account["created_at"], account["updated_at"] = stamp(s.now), stamp(s.now)
	o["account"], o["created_at"], o["updated_at"] = account, stamp(s.now), stamp(s.now)
	return s.page(c, []any{s.registered(o)})
}
