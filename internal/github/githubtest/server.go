// Package githubtest is a simulated GitHub for tests: REST and GraphQL over
// HTTP, backed by a real git repository, with webhooks that a test delivers in
// the order it likes.
//
// It is strict where GitHub is. Every request and response is validated
// against GitHub's published descriptions (testdata, written by
// tools/openapi); an operation that they do not know fails the test. App
// tokens are signed and checked, lists come in pages, reviews are refused for
// lines that the diff does not show. A [Fault] makes any call go wrong.
package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// object is a JSON object.
type object = map[string]any

// The app that is installed.
const (
	AppID        = 4711
	AppSlug      = "holdpoint"
	Installation = 900100
	// Secret signs the webhooks.
	Secret = "a webhook secret of good length"
)

// Server is one simulated GitHub.
type Server struct {
	t   testing.TB
	git *Git
	// prefix is /api/v3 on an enterprise server.
	prefix string
	http   *httptest.Server
	spec   *description
	key    *rsa.PrivateKey

	mu       sync.Mutex
	now      time.Time
	last     int64
	users    map[string]*User
	bot      *User
	teams    map[string]*Team
	repos    map[string]*Repo
	tokens   map[string]token
	outbox   []Delivery
	log      []Exchange
	faults   []*Fault
	forcePer int
	// first is the first answer to each call, for stale ones.
	first  map[string][]byte
	hookMu sync.Mutex
	hooks  []*hook
	app    registration
	// trusting: exchanges are not compared with GitHub's descriptions.
	trusting bool
}

// Trust makes the server quick: what goes to and fro is not compared with
// GitHub's descriptions any more. It is for tests of very many histories, each
// step of which others show to fit.
func (s *Server) Trust() { s.trusting = true }

// Transport reaches the server without a network.
func (s *Server) Transport() http.RoundTripper { return direct{s.http.Config.Handler} }

// direct calls a handler.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		if recover() != nil {
			err = io.ErrUnexpectedEOF // the server hung up
		}
	}()
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := httptest.NewRecorder()
	d.ServeHTTP(out, in)
	return out.Result(), nil
}

// Exchange is one request that was answered.
type Exchange struct {
	Method string
	// Path is the template of the operation; for GraphQL `/graphql` and the
	// name of the operation in Name.
	Path, Name string
	URL        string
	Status     int
	Body       string
	// Fault is set where a fault was injected.
	Fault bool
}

// String names the call.
func (e Exchange) String() string {
	if e.Name != "" {
		return e.Method + " " + e.Path + " " + e.Name
	}
	return e.Method + " " + e.Path
}

// New starts a GitHub that goes away with the test.
func New(t testing.TB, git *Git) *Server { return start(t, git, "") }

// NewEnterprise starts a GitHub Enterprise Server: REST is below /api/v3 and
// is validated against the newest published description of it.
func NewEnterprise(t testing.TB, git *Git) *Server { return start(t, git, "/api/v3") }

// signingKey is made once: making one takes longer than most tests. It is
// shorter than GitHub's, since every process of a test signs with it.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 1024) })

func start(t testing.TB, git *Git, prefix string) *Server {
	t.Helper()
	load := public
	if prefix != "" {
		load = server
	}
	spec, err := load()
	if err != nil {
		t.Fatal(err)
	}
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, git: git, prefix: prefix, spec: spec, key: key,
		now:   time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		users: map[string]*User{}, teams: map[string]*Team{}, repos: map[string]*Repo{}, tokens: map[string]token{}, first: map[string][]byte{}}
	s.bot = s.user(AppSlug+"[bot]", "Bot")
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(s.http.Close)
	return s
}

// URLs of the server, as Config wants them.
func (s *Server) WebURL() string { return s.http.URL + "/" }

// APIURL is the address of REST.
func (s *Server) APIURL() string { return s.http.URL + s.prefix + "/" }

// GraphQLURL is the address of GraphQL.
func (s *Server) GraphQLURL() string { return s.http.URL + s.GraphQLPath() }

func (s *Server) web() string { return s.WebURL() }

// PrivateKey is the app's key as GitHub hands it out.
func (s *Server) PrivateKey() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(s.key)})
}

// Now is GitHub's clock. It stands still but for what happens.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the clock on.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// tick is the time of something that happens now; no two have the same.
func (s *Server) tick() time.Time {
	s.now = s.now.Add(time.Second)
	return s.now
}

func (s *Server) id() int64 {
	s.last++
	return 1000 + s.last
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Log returns the exchanges since the last call of it.
func (s *Server) Log() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

// answer is what a handler says.
type answer struct {
	status int
	value  any
	header http.Header
	// raw is a body that is not JSON.
	raw []byte
}

func ok(v any) answer { return answer{status: http.StatusOK, value: v} }

func fail(status int, message string, errors ...any) answer {
	o := object{"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status)}
	if len(errors) > 0 {
		o["errors"] = errors
	}
	return answer{status: status, value: o}
}

// refusal is a message as GitHub writes it.
type refusal string

func (r refusal) Error() string { return string(r) }

var notFound = func() answer { return fail(http.StatusNotFound, "Not Found") }

// call is one request as a handler sees it.
type call struct {
	*http.Request
	body []byte
	// installation is false for the app's own calls.
	installation bool
	token        token
}

// decode reads the body; a wrong one is an answer.
func (c call) decode(v any) error { return json.Unmarshal(c.body, v) }

// serve answers one REST operation under the lock, with faults, and checks it.
func (s *Server) serve(pattern string, params []string, handler func(call) answer) http.HandlerFunc {
	method, path, _ := strings.Cut(pattern, " ")
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		values := map[string]string{}
		for _, p := range params {
			values[p] = r.PathValue(p)
		}
		exchange := Exchange{Method: method, Path: path, URL: r.URL.String(), Body: string(body)}
		s.before(exchange)
		s.mu.Lock()
		defer s.mu.Unlock()
		a := s.authorised(call{Request: r, body: body}, path, handler, &exchange)
		out := a.raw
		if out == nil && a.status != http.StatusNoContent {
			out, _ = json.Marshal(a.value)
		}
		header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		for k, v := range a.header {
			header[k] = v
		}
		if !s.trusting {
			if err := s.spec.exchange(r, path, values, body, exchange.Fault, a.status, header, out); err != nil {
				s.t.Errorf("githubtest: %v\nbody: %.2000s", err, body)
			}
		}
		s.finish(w, header, a.status, out, exchange)
	}
}

// finish writes the answer and logs it.
func (s *Server) finish(w http.ResponseWriter, header http.Header, status int, out []byte, e Exchange) {
	e.Status = status
	s.log = append(s.log, e)
	if key := e.Method + e.URL + e.Body; status == http.StatusOK && s.first[key] == nil && !e.Fault {
		s.first[key] = out
	}
	for k, v := range header {
		w.Header()[k] = v
	}
	limits(w.Header(), s)
	if status == hangUp {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

// limits adds the headers of the primary rate limit.
func limits(h http.Header, s *Server) {
	for k, v := range map[string]string{"X-Ratelimit-Limit": "5000", "X-Ratelimit-Remaining": "4990", "X-Ratelimit-Used": "10",
		"X-Ratelimit-Resource": "core", "X-Ratelimit-Reset": fmt.Sprint(s.now.Add(time.Hour).Unix())} {
		if h.Get(k) == "" {
			h.Set(k, v)
		}
	}
}

// authorised runs the handler where the token fits, and a fault where one is due.
func (s *Server) authorised(c call, path string, handler func(call) answer, e *Exchange) answer {
	f := s.due(e)
	if f == nil {
		return s.allowed(c, path, handler)
	}
	e.Fault = true
	if !f.After && f.Kind != Cut && f.Kind != Partial && f.Kind != Stale {
		return f.answer(s, nil)
	}
	// The fault strikes after the work was done: the answer is spoiled.
	a := s.allowed(c, path, handler)
	return f.answer(s, &a)
}

func (s *Server) allowed(c call, path string, handler func(call) answer) answer {
	if strings.HasPrefix(path, "/app-manifests/") {
		return handler(c)
	}
	if strings.HasPrefix(path, "/app/") || path == "/app" {
		if err := s.checkJWT(c.Header.Get("Authorization")); err != nil {
			return fail(http.StatusUnauthorized, err.Error())
		}
		return handler(c)
	}
	t, ok := s.checkToken(c.Header.Get("Authorization"))
	if !ok {
		return fail(http.StatusUnauthorized, "Bad credentials")
	}
	c.installation, c.token = true, t
	if owner := c.PathValue("repo"); owner != "" {
		repo := s.repos[strings.ToLower(c.PathValue("owner")+"/"+c.PathValue("repo"))]
		if repo == nil || !t.sees(repo) {
			return notFound()
		}
	}
	return handler(c)
}
