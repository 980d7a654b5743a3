package chart

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

const index = `apiVersion: v1
# a comment
entries:
  "other":
  - name: other
    version: 9.9.9
    urls: [other-9.9.9.tgz]
    description: |-
      entries:
        redis:
        - version: 6.6.6

  redis: # the one
    - name: redis
      version: 1.2.0
      created: "2026-01-02T00:00:00.123Z"
      digest: abc
      urls:
        - charts/redis-1.2.0.tgz
        - https://mirror.example.com/redis-1.2.0.tgz
      description: "a text
        that goes on"
    - name: redis
      version: 1.1.0
      urls: ["https://example.com/redis-1.1.0.tgz"]
  redis-cluster:
  - version: 7.7.7
generated: "2026-01-02T00:00:00Z"
`

func TestIndex(t *testing.T) {
	var whole map[string]any
	if err := yaml.Unmarshal([]byte(index), &whole); err != nil {
		t.Fatal(err)
	}
	asJSON, _ := json.MarshalIndent(whole, "", " ")
	compact, _ := json.Marshal(whole)
	for name, text := range map[string]string{"yaml": index, "crlf": strings.ReplaceAll(index, "\n", "\r\n"), "json": string(asJSON),
		"compact json": string(compact),
		"not indented": strings.ReplaceAll(strings.ReplaceAll(index, "    - name: redis", "  - name: redis"), "\n      ", "\n    ")} {
		got, err := Index(strings.NewReader(text), "redis")
		if err != nil || len(got) != 2 || got[0].Version != "1.2.0" || got[1].URLs[0] != "https://example.com/redis-1.1.0.tgz" ||
			got[0].Created.Day() != 2 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if got, err := Index(strings.NewReader(text), "missing"); len(got) > 0 || reason(err) != "gone" {
			t.Errorf("%s: a chart that is not there: %v, %v", name, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "down", "<html></html>": "gone", "entries: {redis: [{version: 1.0.0}]}": "unsupported", "entries:\n  redis:\n  - [": "down",
		"{": "down", `{"entries":[]}`: "down",
		"entries:\n  redis: &a\n  - *a\n": "down", "entries:\n  redis:\n  - version: {a: b}\n": "down", `{"entries":{"x":` +
			strings.Repeat("[", 200): "down",
	} {
		if _, err := Index(strings.NewReader(text), "redis"); reason(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Whatever a YAML library writes, scanning the lines finds what parsing the
// whole finds.
func TestIndexIsWhatParsingFinds(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	plain := []string{"redis", "Redis", "entries", "1.0", "true", "redis-cluster", "re.dis"} // as charts may be called
	names := append([]string{"redis", "re:dis", "redis #1", "'redis'", "- redis", "Redis", "entries", "1.0", "true", "redis-cluster",
		" redis"}, plain...)
	texts := []string{"", "plain", "a: b", "entries:\n  redis:\n  - version: 6.6.6\n", "  redis:\n", "two\n\nlines\n", "# no", "'", "\"", "|",
		"- x", strings.Repeat("long ", 60)}
	found := 0
	for range 1000 {
		entries := map[string][]map[string]any{}
		for range 1 + random.Intn(5) {
			list := []map[string]any{}
			for n := range 1 + random.Intn(3) {
				list = append(list, map[string]any{"version": fmt.Sprint("1.0.", n), "urls": []string{texts[random.Intn(len(texts))]},
					"description": texts[random.Intn(len(texts))],
					"annotations": map[string]string{texts[random.Intn(len(texts))]: texts[random.Intn(len(texts))]}})
			}
			entries[names[random.Intn(len(names))]] = list
		}
		var b strings.Builder
		e := yaml.NewEncoder(&b)
		e.SetIndent(2 + random.Intn(3))
		if err := e.Encode(map[string]any{"apiVersion": "v1", "entries": entries, "generated": "2026",
			"serverInfo": map[string]any{"x": texts[random.Intn(len(texts))]}}); err != nil {
			t.Fatal(err)
		}
		var whole struct{ Entries map[string][]Version }
		if err := yaml.Unmarshal([]byte(b.String()), &whole); err != nil {
			continue // the library does not read all that it writes
		}
		name := plain[random.Intn(len(plain))]
		got, err := Index(strings.NewReader(b.String()), name)
		want := whole.Entries[name]
		if len(want) == 0 {
			if reason(err) != "gone" {
				t.Fatalf("%q: %v, %v in\n%s", name, got, err, b.String())
			}
			continue
		}
		if err != nil || len(got) != len(want) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, %v in\n%s", name, got, err, b.String())
		}
		found++
	}
	if found < 200 {
		t.Errorf("found only %d", found)
	}
}

func reason(err error) string {
	var why *plan.SourceError
	if !errors.As(err, &why) {
		return fmt.Sprint(err)
	}
	return strings.TrimSpace(string(why.Why) + " " + why.Limit)
}

// endless is an index of one chart after the other, without end.
type endless struct {
	head, unit string
	left       int
	n          int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n >= e.left {
		return 0, io.EOF
	}
	text := e.head
	if e.n > 0 {
		text = e.unit
	}
	if e.n > 0 && len(text) < len(p) {
		text = strings.Repeat(text, len(p)/len(text))
	}
	n := copy(p, text)
	e.n += n
	return n, nil
}

// An index of 150 MB takes no more memory than a small one.
func TestLargeIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 150 MB")
	}
	unit := "  other:\n  - name: other\n    version: 1.0.0\n    urls:\n    - https://example.com/other-1.0.0.tgz\n    description: " +
		strings.Repeat("x", 200) + "\n"
	unit += strings.Repeat("    # "+strings.Repeat("y", 58)+"\n", 4)
	r := io.MultiReader(&endless{head: "entries:\n", unit: unit, left: 150 << 20}, strings.NewReader("\n  redis:\n  - version: 1.0.0\n"))
	base := plantest.Live()
	watched := &watched{Reader: r}
	got, err := Index(watched, "redis")
	if err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if watched.most > base+4<<20 {
		t.Errorf("%d bytes were held, %d before", watched.most, base)
	}
}

// watched notes every ten megabytes how much the process holds.
type watched struct {
	io.Reader
	read, looks int
	most        uint64
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if w.read += n; w.read/(10<<20) > w.looks {
		w.looks, w.most = w.looks+1, max(w.most, plantest.Live())
	}
	return n, err
}

func TestHostileIndexes(t *testing.T) {
	for name, c := range map[string]struct {
		r    io.Reader
		want string
	}{
		"one endless line": {&endless{head: "entries:\n  redis:\n  - version: ", unit: "1", left: 50 << 20}, "limit index"},
		"one endless chart": {&endless{head: "entries:\n  redis:\n", unit: "  - version: 1.0.0\n    x: " + strings.Repeat("y", 400) + "\n",
			left: 50 << 20}, "limit index"},
		"many versions": {strings.NewReader("entries:\n  redis:\n" + strings.Repeat("  - version: 1.0.0\n", 6000)), "limit versions"},
		"aliases": {strings.NewReader("entries:\n  redis:\n  - &a {urls: [x, x, x, x, x, x, x, x, x]}\n" +
			strings.Repeat("  - urls: [*a, *a, *a, *a]\n", 10)), "down"},
	} {
		if _, err := Index(c.r, "redis"); reason(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(index, "redis")
	f.Add(`{"entries":{"redis":[{"version":"1.0.0"}]}}`, "redis")
	f.Fuzz(func(t *testing.T, text, name string) {
		if _, err := Index(strings.NewReader(text), name); err != nil {
			reason(err)
		}
	})
}
