package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// fakeAWS is the part of AWS that the functions call: SQS, Secrets Manager and
// SSM in their JSON protocols, S3 and Lambda in REST.
type fakeAWS struct {
	t       testing.TB
	server  *httptest.Server
	queue   *fifo
	bucket  *objects
	sources *function // that fetches sources

	mu      sync.Mutex
	secrets map[string]string // by ARN
	calls   map[call]int
	fail    map[string]int // action -> how many calls fail
}

// call is who called what.
type call struct{ role, action string }

const (
	webhookARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:holdpoint/webhook-AbCdEf"
	keyARN     = "arn:aws:ssm:eu-west-1:123456789012:parameter/holdpoint/app-key"
)

func newFakeAWS(t testing.TB) *fakeAWS {
	a := &fakeAWS{t: t, secrets: map[string]string{}, calls: map[call]int{}, fail: map[string]int{},
		bucket: &objects{kept: map[string][]byte{}},
		queue:  &fifo{visibility: 180 * time.Second, maxReceives: service.Interruptions + 3, seen: map[string]time.Time{}}}
	a.server = httptest.NewServer(a)
	t.Cleanup(a.server.Close)
	return a
}

func (a *fakeAWS) queueURL() string { return a.server.URL + "/123456789012/events.fifo" }
func (a *fakeAWS) deadURL() string  { return a.server.URL + "/123456789012/dead.fifo" }

// env is what makes a function call here. The SDK reads AWS_ENDPOINT_URL; the
// key is that of the role.
func (a *fakeAWS) env(role string, more ...string) []string {
	return append([]string{"AWS_ENDPOINT_URL=" + a.server.URL, "AWS_ACCESS_KEY_ID=" + role, "HOLDPOINT_ROLE=" + role,
		"HOLDPOINT_QUEUE_URL=" + a.queueURL(),
		"HOLDPOINT_DEAD_LETTERS_URL=" + a.deadURL()}, more...)
}

// refuse makes the next calls of an action fail.
func (a *fakeAWS) refuse(action string, calls int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail[action] = calls
}

// called are the actions that a role took.
func (a *fakeAWS) called(role string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for c := range a.calls {
		if c.role == role {
			names = append(names, c.action)
		}
	}
	slices.Sort(names)
	return names
}

// actions names the IAM action of each call.
var actions = map[string]string{
	"AmazonSQS.SendMessage":             "sqs:SendMessage",
	"AmazonSQS.ChangeMessageVisibility": "sqs:ChangeMessageVisibility",
	"AmazonSQS.DeleteMessage":           "sqs:DeleteMessage",
	"secretsmanager.GetSecretValue":     "secretsmanager:GetSecretValue",
	"AmazonSSM.GetParameter":            "ssm:GetParameter",
}

func (a *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // who asked was killed
	}
	action := actions[r.Header.Get("X-Amz-Target")]
	if r.Header.Get("X-Amz-Target") == "" {
		action = restAction(r)
	}
	if action == "" {
		a.t.Errorf("call to %s %s, which is not simulated", r.Header.Get("X-Amz-Target"), r.URL)
	}
	role, failing := a.note(r, action)
	if service, _, _ := strings.Cut(action, ":"); service == "s3" || service == "lambda" {
		switch {
		case failing && service == "s3":
			refuseREST(w, http.StatusForbidden, "AccessDenied")
		case failing:
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
		case service == "lambda":
			a.invoke(w, raw)
		case a.bucket.serve(w, r, action, raw):
			a.mu.Lock()
			a.calls[call{role, "s3:ListBucket"}]++
			a.mu.Unlock()
		}
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if failing {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"not authorized"}`)
		return
	}
	var in struct {
		MessageBody, MessageGroupId, MessageDeduplicationId, QueueUrl, ReceiptHandle, SecretId, Name string
		VisibilityTimeout                                                                            int
		WithDecryption                                                                               bool
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		a.t.Errorf("%s: %v", action, err)
	}
	var out any
	switch action {
	case "sqs:SendMessage":
		if in.QueueUrl != a.queueURL() && in.QueueUrl != a.deadURL() || in.MessageGroupId == "" || in.MessageDeduplicationId == "" {
			a.t.Errorf("SendMessage %s", raw)
		}
		send := a.queue.send
		if in.QueueUrl == a.deadURL() {
			send = a.queue.bury
		}
		id := send(in.MessageGroupId, in.MessageDeduplicationId, in.MessageBody)
		sum := md5.Sum([]byte(in.MessageBody))
		out = map[string]string{"MessageId": id, "MD5OfMessageBody": hex.EncodeToString(sum[:])}
	case "sqs:ChangeMessageVisibility":
		a.queue.hide(in.ReceiptHandle, time.Duration(in.VisibilityTimeout)*time.Second)
		out = map[string]string{}
	case "sqs:DeleteMessage":
		a.queue.remove(in.ReceiptHandle)
		out = map[string]string{}
	case "secretsmanager:GetSecretValue":
		out = map[string]string{"ARN": in.SecretId, "SecretString": a.secret(in.SecretId)}
	case "ssm:GetParameter":
		if !in.WithDecryption {
			a.t.Error("the parameter is read encrypted")
		}
		out = map[string]any{"Parameter": map[string]string{"ARN": in.Name, "Type": "SecureString", "Value": a.secret(in.Name)}}
	}
	_ = json.NewEncoder(w).Encode(out)
}

// note takes down who calls what, and reports whether the call is to fail. A
// signature names the key and the service (AWS Signature Version 4).
func (a *fakeAWS) note(r *http.Request, action string) (role string, failing bool) {
	credential, signed := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=")
	scope := strings.Split(strings.SplitN(credential, ",", 2)[0], "/")
	service, _, _ := strings.Cut(action, ":")
	if !signed || len(scope) != 5 || scope[3] != service {
		a.t.Errorf("%s is not signed for %s: %q", action, service, r.Header.Get("Authorization"))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls[call{scope[0], action}]++
	failing = a.fail[action] > 0
	if failing {
		a.fail[action]--
	}
	return scope[0], failing
}

func (a *fakeAWS) secret(arn string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, ok := a.secrets[arn]
	if !ok {
		a.t.Errorf("secret %s is not set", arn)
	}
	return v
}

func (a *fakeAWS) set(arn, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.secrets[arn] = value
}

// fifo is an SQS FIFO queue with its dead letters.
type fifo struct {
	mu          sync.Mutex
	visibility  time.Duration
	maxReceives int
	messages    []*queued
	dead        []*queued
	seen        map[string]time.Time // deduplication ids
	n           int
}

type queued struct {
	id, group, body, receipt string
	receives                 int
	hidden                   time.Time
}

func (q *fifo) send(group, dedupe, body string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at, known := q.seen[dedupe]; known && time.Since(at) < 5*time.Minute {
		return "seen"
	}
	q.seen[dedupe] = time.Now()
	q.n++
	m := &queued{id: fmt.Sprintf("message-%d", q.n), group: group, body: body}
	q.messages = append(q.messages, m)
	return m.id
}

// bury puts a message among the dead letters.
func (q *fifo) bury(group, _, body string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.n++
	m := &queued{id: fmt.Sprintf("message-%d", q.n), group: group, body: body}
	q.dead = append(q.dead, m)
	return m.id
}

// replay moves the dead letters back, as a message move task does.
func (q *fifo) replay() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.dead {
		q.messages = append(q.messages, &queued{id: m.id, group: m.group, body: m.body})
	}
	q.dead = nil
}

// later lets all pauses pass: those of the queue and those in the messages.
func (q *fifo) later(t testing.TB) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		m.hidden = time.Time{}
		var fields map[string]any
		if err := json.Unmarshal([]byte(m.body), &fields); err != nil {
			t.Fatal(err)
		}
		if fields["not_before"] != nil {
			fields["not_before"] = time.Now().Add(-time.Minute)
		}
		raw, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		m.body = string(raw)
	}
}

// tries are those that the messages in the queue count, in order.
func (q *fifo) tries(t testing.TB) (all []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		var message service.Message
		if err := json.Unmarshal([]byte(m.body), &message); err != nil {
			t.Fatal(err)
		}
		all = append(all, message.Tries)
	}
	return all
}

func (q *fifo) hide(receipt string, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.receipt == receipt {
			m.hidden = time.Now().Add(d)
		}
	}
}

// receive hands out up to n messages of one group that nobody works on.
func (q *fifo) receive(n int) []events.SQSMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	busy := map[string]bool{}
	var batch []events.SQSMessage
	for _, m := range slices.Clone(q.messages) {
		if len(batch) == n {
			break
		}
		if m.hidden.After(now) {
			busy[m.group] = true
		}
		if busy[m.group] || (len(batch) > 0 && batch[0].Attributes["MessageGroupId"] != m.group) {
			continue
		}
		if m.receives >= q.maxReceives {
			q.dead = append(q.dead, m)
			q.messages = slices.DeleteFunc(q.messages, func(o *queued) bool { return o == m })
			continue
		}
		m.receives++
		q.n++
		m.receipt, m.hidden = fmt.Sprintf("receipt-%d", q.n), now.Add(q.visibility)
		batch = append(batch, events.SQSMessage{MessageId: m.id, ReceiptHandle: m.receipt, Body: m.body, EventSource: "aws:sqs",
			Attributes: map[string]string{"MessageGroupId": m.group, "ApproximateReceiveCount": strconv.Itoa(m.receives)}})
	}
	return batch
}

func (q *fifo) remove(receipt string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = slices.DeleteFunc(q.messages, func(m *queued) bool { return m.receipt == receipt })
}

func (q *fifo) counts() (waiting, dead int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages), len(q.dead)
}

// deliver is one step of Lambda's event source mapping: it hands a batch to
// the function and removes what was not reported as failed. It reports
// whether there was anything to hand over.
func (q *fifo) deliver(f *function, n int) (events.SQSEventResponse, bool, error) {
	batch := q.receive(n)
	if len(batch) == 0 {
		return events.SQSEventResponse{}, false, nil
	}
	var response events.SQSEventResponse
	if err := f.invoke(events.SQSEvent{Records: batch}, &response); err != nil {
		return response, true, err
	}
	failed := map[string]bool{}
	for _, b := range response.BatchItemFailures {
		failed[b.ItemIdentifier] = true
	}
	for _, m := range batch {
		if !failed[m.MessageId] {
			q.remove(m.ReceiptHandle)
		}
	}
	return response, true, nil
}
