package githubtest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// hangUp is the status of an answer that never comes: the connection breaks.
const hangUp = -1

// Fault makes a call go wrong.
type Fault struct {
	// Call is the name of the call as Exchange.String gives it; empty is any.
	Call string
	// Skip lets that many calls pass first; Times is how often it strikes
	// then, 0 for ever.
	Skip, Times int
	// After strikes when the work was done already: what was written stays.
	After bool
	// Status answers with that status; the zero Kind needs it.
	Status int
	// Kind is empty, or one of the Fault kinds.
	Kind FaultKind
	// Header is added to the answer.
	Header http.Header
	// Message is the message of the answer's body.
	Message string

	seen int
	key  string
}

// FaultKind is how an answer is spoiled other than by a status.
type FaultKind string

const (
	// HangUp breaks the connection.
	HangUp FaultKind = "hang up"
	// Cut ends the body in the middle.
	Cut FaultKind = "cut"
	// Empty answers 200 with an empty object.
	Empty FaultKind = "empty"
	// Partial answers GraphQL with errors beside the data.
	Partial FaultKind = "partial"
	// Stale answers what the same call was answered the first time.
	Stale FaultKind = "stale"
)

// Inject adds a fault.
func (s *Server) Inject(f *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// On runs do once, right before the call of that name, skip of them passed
// over. It may act on GitHub as a test does.
func (s *Server) On(call string, skip int, do func()) {
	s.hookMu.Lock()
	defer s.hookMu.Unlock()
	s.hooks = append(s.hooks, &hook{call: call, skip: skip, do: do})
}

// hook is something that happens between two calls.
type hook struct {
	call string
	skip int
	do   func()
}

// before runs the hooks that are due. The state is not locked here.
func (s *Server) before(e Exchange) {
	s.hookMu.Lock()
	var due []func()
	for _, h := range s.hooks {
		if h.do == nil || h.call != e.String() {
			continue
		}
		if h.skip > 0 {
			h.skip--
			continue
		}
		due = append(due, h.do)
		h.do = nil
	}
	s.hookMu.Unlock()
	for _, do := range due {
		do()
	}
}

// due is the fault that strikes this call, nil for none.
func (s *Server) due(e *Exchange) *Fault {
	for _, f := range s.faults {
		if f.Call != "" && f.Call != e.String() {
			continue
		}
		f.seen++
		f.key = e.Method + e.URL + e.Body
		if f.seen <= f.Skip || (f.Times > 0 && f.seen > f.Skip+f.Times) {
			continue
		}
		return f
	}
	return nil
}

// answer spoils a; nil is a call that was not made.
func (f *Fault) answer(s *Server, a *answer) answer {
	switch f.Kind {
	case HangUp:
		return answer{status: hangUp}
	case Stale:
		if first := s.first[f.key]; first != nil {
			return answer{status: http.StatusOK, raw: first}
		}
		return *a
	case Empty:
		return ok(object{})
	case Cut:
		raw := []byte(`{"data":`)
		if a != nil {
			raw, _ = json.Marshal(a.value)
			raw = raw[:len(raw)/2]
		}
		return answer{status: http.StatusOK, raw: raw}
	case Partial:
		o := object{"data": nil, "errors": []any{object{"message": errNull.Error()}}}
		if a != nil {
			if v, is := a.value.(object); is {
				o["data"] = v["data"]
			}
		}
		return ok(o)
	}
	message := f.Message
	if message == "" {
		message = http.StatusText(f.Status)
	}
	out := fail(f.Status, message)
	out.header = f.Header
	return out
}

// RateLimited is the primary rate limit: 403, nothing remaining.
func RateLimited(call string, reset time.Time) *Fault {
	return &Fault{Call: call, Times: 1, Status: http.StatusForbidden, Message: "API rate limit exceeded for installation ID 900100.",
		Header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strings.TrimSpace(stampUnix(reset))}}}
}

// SecondaryLimited is the secondary rate limit: 403 with a pause to make.
func SecondaryLimited(call, seconds string) *Fault {
	return &Fault{Call: call, Times: 1, Status: http.StatusForbidden,
		Message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
		Header:  http.Header{"Retry-After": {seconds}}}
}

func stampUnix(t time.Time) string {
	raw, _ := json.Marshal(t.Unix())
	return string(raw)
}
