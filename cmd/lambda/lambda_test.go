package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
)

const secret = "a webhook secret of good length"

// webhook is a signed delivery as a function URL hands it over.
func webhook(body []byte, with, event, delivery string) events.LambdaFunctionURLRequest {
	mac := hmac.New(sha256.New, []byte(with))
	mac.Write(body)
	var r events.LambdaFunctionURLRequest
	r.Version = "2.0"
	r.RequestContext.HTTP.Method = "POST"
	r.Headers = map[string]string{
		"content-type": "application/json", "x-hub-signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
		"x-github-event": event, "x-github-delivery": delivery,
	}
	r.Body = string(body)
	return r
}

// openedPull is the webhook of a pull request, as small as it can be.
func openedPull(number int) []byte {
	return fmt.Appendf(nil, `{"action":"opened","number":%[1]d,"installation":{"id":7},"repository":{"id":42,"name":"infra","owner":{"login":"acme"}},`+
		`"sender":{"id":1,"login":"robot[bot]","type":"Bot"},"pull_request":{"number":%[1]d,"head":{"sha":"%[2]s","ref":"x"},"base":{"sha":"%[2]s","ref":"main"}}}`,
		number, strings.Repeat("a", 40))
}

func receiveFunction(t testing.TB, aws *fakeAWS) *function {
	aws.set(webhookARN, secret)
	return newFunction(t, eventually.DeadMan, aws.env("receive", "HOLDPOINT_WEBHOOK_SECRET_ARN="+webhookARN)...)
}

func TestReceiveFunction(t *testing.T) {
	aws := newFakeAWS(t)
	f := receiveFunction(t, aws)
	get := webhook(openedPull(1), secret, "pull_request", "d-0")
	get.RequestContext.HTTP.Method = "GET"
	encoded := webhook(openedPull(2), secret, "pull_request", "d-2")
	encoded.Body, encoded.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(encoded.Body)), true
	junk := encoded
	junk.Body = "%"
	for _, c := range []struct {
		name    string
		request events.LambdaFunctionURLRequest
		status  int
		queued  int
	}{
		{"signed", webhook(openedPull(1), secret, "pull_request", "d-1"), 202, 1},
		{"delivered twice", webhook(openedPull(1), secret, "pull_request", "d-1"), 202, 1},
		{"base64", encoded, 202, 2},
		{"not base64", junk, 400, 2},
		{"wrong signature", webhook(openedPull(3), "not the secret at all", "pull_request", "d-3"), 401, 2},
		{"not for us", webhook(openedPull(4), secret, "star", "d-4"), 202, 2},
		{"not posted", get, 405, 2},
	} {
		var response events.LambdaFunctionURLResponse
		if err := f.invoke(c.request, &response); err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, f.logged())
		}
		if n, _ := aws.queue.counts(); response.StatusCode != c.status || n != c.queued {
			t.Errorf("%s: status %d, %d queued; want %d, %d", c.name, response.StatusCode, n, c.status, c.queued)
		}
	}
	if batch := aws.queue.receive(1); batch[0].Attributes["MessageGroupId"] != "7/42" {
		t.Errorf("message group %q", batch[0].Attributes["MessageGroupId"])
	}
	checkLog(t, f.logged())
	checkActions(t, "Receive", aws.called("receive"), nil)
}

func TestReceiveAnswersWhenTheQueueIsAway(t *testing.T) {
	aws := newFakeAWS(t)
	f := receiveFunction(t, aws)
	aws.refuse("sqs:SendMessage", 1)
	var response events.LambdaFunctionURLResponse
	if err := f.invoke(webhook(openedPull(1), secret, "pull_request", "d-1"), &response); err != nil || response.StatusCode != 503 {
		t.Errorf("status %d, error %v; want 503, so that the event is redelivered", response.StatusCode, err)
	}
}

// TestInitFailures: what cannot work refuses to start, and says why.
func TestInitFailures(t *testing.T) {
	aws := newFakeAWS(t)
	aws.set(webhookARN, "short")
	aws.set(keyARN, "not a key")
	for _, c := range []struct {
		name string
		env  []string
		want []string
	}{
		{"no role", aws.env("")[:1], []string{"HOLDPOINT_ROLE: is not set"}},
		{"another role", aws.env("rest"), []string{`HOLDPOINT_ROLE: is \"rest\"; want receive, work, sweep or sources`}},
		{"every error at once", []string{"HOLDPOINT_ROLE=work", "HOLDPOINT_APP_ID=x", "HOLDPOINT_GITHUB_URL=ftp://x", "HOLDPOINT_JOB_SECONDS=1"},
			[]string{
				"HOLDPOINT_APP_ID: is", "HOLDPOINT_APP_KEY_ARN: is not set", "HOLDPOINT_QUEUE_URL: is not set", "HOLDPOINT_GITHUB_URL: is",
				"HOLDPOINT_JOB_SECONDS: is"}},
		{"not a FIFO queue", aws.env("receive", "HOLDPOINT_WEBHOOK_SECRET_ARN="+webhookARN, "HOLDPOINT_QUEUE_URL=https://sqs.example/queue"),
			[]string{"FIFO queue, which ends in .fifo"}},
		{"short secret", aws.env("receive", "HOLDPOINT_WEBHOOK_SECRET_ARN="+webhookARN), []string{"webhook secret 1: want at least 16 bytes"}},
		{"not a key", aws.env("work", "HOLDPOINT_APP_ID=1", "HOLDPOINT_APP_KEY_ARN="+keyARN), []string{"is not PEM"}},
		{"half of what sources need", aws.env("work", "HOLDPOINT_APP_ID=1", "HOLDPOINT_APP_KEY_ARN="+keyARN, sourcesBucket+"="+bucketName),
			[]string{"want both, or neither to fetch nothing"}},
		{"no bucket, no mirror", aws.env("sources", "HOLDPOINT_SOURCES_MIRRORS=nonsense"),
			[]string{"HOLDPOINT_SOURCES_BUCKET: is not set", "HOLDPOINT_SOURCES_MIRRORS: has"}},
		{"not a host", aws.env("sources", sourcesBucket+"="+bucketName, "HOLDPOINT_SOURCES_HOSTS=https://x"), []string{"want a host name"}},
		{"not a secret", aws.env("work", "HOLDPOINT_APP_ID=1", "HOLDPOINT_APP_KEY_ARN=arn:aws:s3:::bucket"),
			[]string{"want arn:aws:secretsmanager"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFunction(t, eventually.DeadMan, c.env...)
			var response any
			if err := f.invoke(map[string]any{}, &response); !errors.Is(err, errInit) {
				t.Fatalf("it started (%v)", err)
			}
			for _, want := range c.want {
				if !strings.Contains(f.logged(), want) {
					t.Errorf("the log has no %q:\n%s", want, f.logged())
				}
			}
			if strings.Contains(f.logged(), "not a key") {
				t.Errorf("the log holds the secret:\n%s", f.logged())
			}
		})
	}
}

// checkLog checks that every line is JSON, with either a level or metrics.
func checkLog(t *testing.T, log string) {
	t.Helper()
	metrics := 0
	for line := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("log line %q: %v", line, err)
			continue
		}
		if fields["_aws"] != nil {
			metrics++
			checkMetrics(t, fields)
		} else if fields["level"] == nil || fields["role"] == nil || fields["version"] == nil {
			t.Errorf("log line without level, role or version: %s", line)
		}
	}
	if metrics == 0 {
		t.Error("no metrics were written")
	}
}

// checkMetrics checks a line of the embedded metric format: each metric and
// each dimension is a member of the line.
func checkMetrics(t *testing.T, fields map[string]any) {
	t.Helper()
	raw, _ := json.Marshal(fields["_aws"])
	var d directive
	if err := json.Unmarshal(raw, &d); err != nil || d.Timestamp == 0 || len(d.CloudWatchMetrics) != 1 {
		t.Errorf("directive %s, %v", raw, err)
		return
	}
	set := d.CloudWatchMetrics[0]
	for _, m := range set.Metrics {
		if fields[m.Name] == nil {
			t.Errorf("metric %s has no value: %v", m.Name, fields)
		}
	}
	for _, name := range set.Dimensions[0] {
		if _, text := fields[name].(string); !text {
			t.Errorf("dimension %s has no value: %v", name, fields)
		}
	}
}

// checkActions compares what a function called with what its role allows.
// more are actions that Lambda uses the role for, or that only some jobs need.
func checkActions(t *testing.T, name string, called, more []string) {
	t.Helper()
	allowed := readTemplate(t).allowed(t, name)
	// A role allows one of the two, as the parameter SecretStore says; logs
	// are written by Lambda, kms:Decrypt is used by the two stores.
	same := map[string]string{"ssm:GetParameter": "read secret", "secretsmanager:GetSecretValue": "read secret"}
	fold := func(actions []string) []string {
		var out []string
		for _, a := range actions {
			if same[a] != "" {
				a = same[a]
			}
			if !strings.HasPrefix(a, "logs:") && a != "kms:Decrypt" && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
		slices.Sort(out)
		return out
	}
	if got, want := fold(append(called, more...)), fold(allowed); !slices.Equal(got, want) {
		t.Errorf("%s calls %v, its role allows %v", name, got, want)
	}
}

// coldStart measures a process from its start to the first question for an
// event, and its memory at that moment.
func coldStart(t testing.TB, f *function) (time.Duration, int) {
	t.Helper()
	start := time.Now()
	if err := f.ensure(); err != nil {
		t.Fatalf("%v\n%s", err, f.logged())
	}
	took := time.Since(start)
	f.mu.Lock()
	pid := f.process.Process.Pid
	f.mu.Unlock()
	return took, peakMemory(t, pid)
}

// peakMemory is the most memory a process has had so far, in MiB
// (proc_pid_status(5), VmHWM).
func peakMemory(t testing.TB, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "status"))
	if err != nil {
		t.Skipf("memory is measured on Linux: %v", err)
	}
	for line := range strings.Lines(string(raw)) {
		var kb int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// BenchmarkColdStartReceive: targets 120 ms and 90 MiB on two processors.
func BenchmarkColdStartReceive(b *testing.B) {
	aws := newFakeAWS(b)
	f := receiveFunction(b, aws)
	benchmarkColdStart(b, f)
}

func benchmarkColdStart(b *testing.B, f *function) {
	if _, err := binary(); err != nil {
		b.Fatal(err)
	}
	memory := 0
	var least, processor time.Duration
	for b.Loop() {
		took, mib := coldStart(b, f)
		if memory = max(memory, mib); least == 0 || took < least {
			least = took
		}
		f.mu.Lock()
		p := f.process
		f.mu.Unlock()
		f.kill()
		processor += p.ProcessState.UserTime() + p.ProcessState.SystemTime()
	}
	// What else the machine does lengthens most starts, not the shortest one.
	b.ReportMetric(float64(least.Microseconds())/1000, "ms/start")
	b.ReportMetric(float64(processor.Microseconds())/1000/float64(b.N), "cpu-ms/start")
	b.ReportMetric(float64(memory), "MiB")
	b.ReportMetric(0, "ns/op")
}
