package githubtest

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// registration is the App as it is set up on GitHub: what it may, where its
// webhooks go, and what became of them.
type registration struct {
	permissions map[string]string
	events      []string
	hook        object
	attempts    []attempt // oldest first
	manifests   map[string]object
}

// attempt is one delivery of a webhook as GitHub's log shows it.
type attempt struct {
	id         int64
	delivery   Delivery
	status     int
	redelivery bool
	at         string
}

// SetApp says what the App may and hears, for itself and its installation.
func (s *Server) SetApp(permissions map[string]string, events []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.permissions, s.app.events = permissions, events
}

// SetHook says where webhooks go. Empty is no webhook.
func (s *Server) SetHook(address, contentType string, insecure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ssl := "0"
	if insecure {
		ssl = "1"
	}
	s.app.hook = object{"url": address, "content_type": contentType, "insecure_ssl": ssl, "secret": "********"}
	if address == "" {
		s.app.hook = object{"content_type": contentType, "insecure_ssl": ssl}
	}
}

// Record notes in GitHub's log how a delivery was answered; 0 is not at all.
func (s *Server) Record(d Delivery, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.attempts = append(s.app.attempts, attempt{id: s.id(), delivery: d, status: status, redelivery: s.delivered(d.ID), at: stamp(s.now)})
}

func (s *Server) delivered(guid string) bool {
	return slices.ContainsFunc(s.app.attempts, func(a attempt) bool { return a.delivery.ID == guid })
}

// installer is the account that has installed the App: the owner of the
// repositories.
func (s *Server) installer() *User {
	for _, name := range slices.Sorted(maps.Keys(s.repos)) {
		if r := s.repos[name]; r.Installed && r.Fork == nil {
			return r.owner
		}
	}
	return s.user("acme", "Organization")
}

// registered fills the App's own permissions and events in.
func (s *Server) registered(o object) object {
	if s.app.permissions != nil {
		o["permissions"], o["events"] = s.app.permissions, s.app.events
	}
	return o
}

func (s *Server) getApp(call) answer { return ok(s.registered(appJSON(s, AppID, AppSlug))) }

func (s *Server) getHook(call) answer {
	if s.app.hook == nil {
		return ok(object{"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": s.web() + "webhook"})
	}
	return ok(s.app.hook)
}

// listDeliveries is GitHub's log of the webhooks, newest first.
func (s *Server) listDeliveries(c call) answer {
	var all []any
	for _, a := range slices.Backward(s.app.attempts) {
		text := "OK"
		if a.status < 200 || a.status > 299 {
			text = "Invalid HTTP Response: " + strconv.Itoa(a.status)
		}
		all = append(all, object{"id": a.id, "guid": a.delivery.ID, "delivered_at": a.at, "redelivery": a.redelivery, "duration": 0.03,
			"status": text, "status_code": a.status, "event": a.delivery.Event, "action": nilEmpty(a.delivery.Action),
			"installation_id": Installation, "repository_id": nil, "throttled_at": nil})
	}
	return s.cursorPage(c, all)
}

func nilEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// redeliver puts the delivery among those that wait.
func (s *Server) redeliver(c call) answer {
	id, _ := strconv.ParseInt(c.PathValue("delivery_id"), 10, 64)
	for _, a := range s.app.attempts {
		if a.id == id {
			s.outbox = append(s.outbox, a.delivery)
			return answer{status: http.StatusAccepted, value: object{}}
		}
	}
	return notFound()
}

// newAppPage is where the manifest is posted to. The person presses a button,
// and is sent back with a code.
func (s *Server) newAppPage(w http.ResponseWriter, r *http.Request) {
	var manifest object
	if err := json.Unmarshal([]byte(r.PostFormValue("manifest")), &manifest); err != nil {
		http.Error(w, "the manifest is no JSON", http.StatusBadRequest)
		return
	}
	back, _ := manifest["redirect_url"].(string)
	u, err := url.Parse(back)
	if err != nil || u.Host == "" {
		http.Error(w, "the manifest has no redirect_url", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	code := fmt.Sprintf("code%d", s.id())
	if s.app.manifests == nil {
		s.app.manifests = map[string]object{}
	}
	s.app.manifests[code] = manifest
	s.mu.Unlock()
	u.RawQuery = url.Values{"code": {code}, "state": {r.URL.Query().Get("state")}}.Encode()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><title>Create GitHub App</title><h1>Create GitHub App for %s</h1><a id="create" href="%s">Create GitHub App</a>`,
		html.EscapeString(r.PathValue("org")), html.EscapeString(u.String()))
}

// convertManifest gives the App out, once for each code.
func (s *Server) convertManifest(c call) answer {
	code := c.PathValue("code")
	manifest, known := s.app.manifests[code]
	if !known {
		return notFound()
	}
	delete(s.app.manifests, code)
	o := appJSON(s, AppID, AppSlug)
	o["name"], o["permissions"], o["events"] = manifest["name"], manifest["default_permissions"], manifest["default_events"]
	o["pem"], o["webhook_secret"] = string(s.PrivateKey()), Secret
	o["client_id"], o["client_secret"] = "Iv1", "a client secret"
	return answer{status: http.StatusCreated, value: o}
}

// getLabel is one label of a repository.
func (s *Server) getLabel(c call) answer {
	r := s.repo(c)
	if l := r.labels[c.PathValue("name")]; l != nil {
		return ok(l.json(r))
	}
	return notFound()
}

// Label makes a label of the repository.
func (r *Repo) Label(name string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	now := r.server.now
	r.labels[name] = &Label{ID: r.server.id(), Name: name, Created: now, Updated: now}
}
