package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// witness is a test that notes its failures instead of failing.
type witness struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, fmt.Sprintf(format, args...))
}

func (w *witness) took() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.said
	w.said = nil
	return said
}

// simulated is a GitHub with one pull request and a token for it.
func simulated(t *testing.T, prefix string) (*Server, *witness, *Pull) {
	t.Helper()
	seen := &witness{TB: t}
	git := NewGit(t)
	s := start(seen, git, prefix)
	base := git.Commit(CommitOf{Files: Files{"a.tf": "# a\n"}, Message: "Start"})
	repo, dana := s.Repo("acme/infra", "main", base), s.User("dana")
	repo.Push("change", git.Commit(CommitOf{Files: Files{"a.tf": "# b\n"}, Parents: []string{base}, Message: "Change"}), dana)
	p := repo.Open(PullOf{Author: dana, Head: "change", Base: "main", Title: "Change"})
	s.tokens["ghs_test"] = token{expires: s.now.Add(time.Hour)}
	return s, seen, p
}

func (s *Server) ask(t *testing.T, method, url string, body any) int {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "token ghs_test")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// The simulation takes nothing that GitHub's descriptions do not know: each
// wrong request fails the test that makes it, on both kinds of GitHub.
func TestWrongRequestsFail(t *testing.T) {
	for _, prefix := range []string{"", "/api/v3"} {
		s, seen, p := simulated(t, prefix)
		repo := s.APIURL() + "repos/acme/infra"
		check := object{"name": "holdpoint: main", "head_sha": p.HeadSHA(), "status": "completed", "conclusion": "failure",
			"output": object{"title": "t", "summary": "s"}}
		with := func(key string, value any) object {
			o := maps.Clone(check)
			if o[key] = value; value == nil {
				delete(o, key)
			}
			return o
		}
		query := func(q string, variables object) object { return object{"query": q, "variables": variables} }
		const head = "query Q($o:String!,$n:String!){repository(owner:$o,name:$n){"
		names := object{"o": "acme", "n": "infra"}
		for _, c := range []struct {
			name, method, url string
			body              any
			fine              bool
		}{
			{"a check run", "POST", repo + "/check-runs", check, true},
			{"a conclusion that is none", "POST", repo + "/check-runs", with("conclusion", "maybe"), false},
			{"a check run without a name", "POST", repo + "/check-runs", with("name", nil), false},
			{"an output without a summary", "POST", repo + "/check-runs", with("output", object{"title": "t"}), false},
			{"a field that is not known", "POST", repo + "/check-runs", with("verdict", "failure"), false},
			{"a list", "GET", repo + "/pulls?state=open&per_page=100", nil, true},
			{"a parameter that is not known", "GET", repo + "/pulls?states=open", nil, false},
			{"a parameter of another kind", "GET", repo + "/pulls?state=half", nil, false},
			{"a review event that is none", "POST", repo + "/pulls/1/reviews", object{"body": "x", "event": "REJECT"}, false},
			{"a comment without a path", "POST", repo + "/pulls/1/reviews",
				object{"body": "x", "event": "COMMENT", "comments": []any{object{"body": "y"}}}, false},
			{"an operation that is not known", "GET", repo + "/pulls/1/verdict", nil, false},
			{"a query", "POST", s.GraphQLURL(), query(head+"databaseId}}", names), true},
			{"a field that the schema lacks", "POST", s.GraphQLURL(), query(head+"verdict}}", names), false},
			{"a variable that is missing", "POST", s.GraphQLURL(), query(head+"databaseId}}", object{"o": "acme"}), false},
			{"a variable of another kind", "POST", s.GraphQLURL(), query(head+"databaseId}}", object{"o": "acme", "n": 7}), false},
			{"a connection without a size", "POST", s.GraphQLURL(), query(head+"pullRequests{totalCount}}}", names), false},
			{"a connection of too large a size", "POST", s.GraphQLURL(), query(head+"pullRequests(first:101){totalCount}}}", names), false},
		} {
			status := s.ask(t, c.method, c.url, c.body)
			if said := seen.took(); (len(said) == 0) != c.fine {
				t.Errorf("%s%s: answered %d, failures %q; want it fine: %t", prefix, c.name, status, said, c.fine)
			}
		}
	}
}

// An answer that GitHub would not give fails as well.
func TestWrongAnswersFail(t *testing.T) {
	_, _, p := simulated(t, "")
	for name, load := range map[string]func() (*description, error){"github.com": public, "enterprise": server} {
		spec, err := load()
		if err != nil {
			t.Fatal(err)
		}
		const path = "/repos/{owner}/{repo}/pulls/{pull_number}"
		params := map[string]string{"owner": "acme", "repo": "infra", "pull_number": "1"}
		r := httptest.NewRequest("GET", "/repos/acme/infra/pulls/1", nil)
		header := http.Header{"Content-Type": {"application/json"}}
		try := func(change func(object)) error {
			raw, err := json.Marshal(p.full(true))
			if err != nil {
				t.Fatal(err)
			}
			var o object
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			change(o)
			raw, _ = json.Marshal(o)
			return spec.exchange(r, path, params, nil, false, http.StatusOK, header, raw)
		}
		if err := try(func(object) {}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for what, change := range map[string]func(object){
			"no head":          func(o object) { delete(o, "head") },
			"a state of none":  func(o object) { o["state"] = "ajar" },
			"a number of text": func(o object) { o["number"] = "1" },
			"a null base":      func(o object) { o["base"] = nil },
		} {
			if err := try(change); err == nil {
				t.Errorf("%s: an answer with %s passes", name, what)
			}
		}
	}
}

// Payloads are GitHub's own examples with the simulation's values, and stay
// valid only as long as they are whole.
func TestWrongPayloadsFail(t *testing.T) {
	s, seen, p := simulated(t, "")
	seen.took()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver("pull_request", p.payload("reopened", p.Author, nil))
	if said := seen.took(); len(said) != 0 {
		t.Errorf("a whole payload fails: %q", said)
	}
	for _, key := range []string{"sender", "pull_request", "repository"} {
		o := p.payload("reopened", p.Author, nil)
		delete(o, key)
		s.deliver("pull_request", o)
		if said := seen.took(); len(said) != 1 || !strings.Contains(said[0], key) {
			t.Errorf("without %s: failures %q, want one that names it", key, said)
		}
	}
	s.deliver("pull_request", p.payload("exploded", p.Author, nil))
	if said := seen.took(); len(said) != 1 {
		t.Errorf("an action that is none: failures %q", said)
	}
}
