package object_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite the want section of the fixtures")

// TestParse reads every fixture: the first file is the input, `want` what it
// holds. A fixture whose name starts with err- must fail, any other must not.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := a.Files[0]
			f, err := object.Parse(in.Name, unescape(in.Data), object.Limits{})
			if failed := err != nil; failed != strings.HasPrefix(filepath.Base(file), "err-") {
				t.Errorf("error: %v", err)
			}
			got := describe(f, err)
			want := &a.Files[len(a.Files)-1]
			if want.Name != "want" {
				a.Files = append(a.Files, txtar.File{Name: "want"})
				want = &a.Files[len(a.Files)-1]
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(want.Data), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// unescape puts in the bytes that a text file cannot hold well.
func unescape(data []byte) []byte {
	return []byte(strings.NewReplacer(`\BOM`, "\ufeff", `\CR`, "\r", `\TAB`, "\t", `\FF`, "\xff", `\NUL`, "\x00").Replace(string(data)))
}

func describe(f object.File, err error) string {
	var b strings.Builder
	if err != nil {
		var e *object.Error
		if !errors.As(err, &e) {
			return fmt.Sprintf("not an *object.Error: %v\n", err)
		}
		return fmt.Sprintf("error limit=%v: %v\n", e.Limit, err)
	}
	for _, o := range f.Objects {
		fmt.Fprintf(&b, "%s %s %s/%s lines %d-%d", o.APIVersion(), o.Kind, o.Namespace, o.Name, o.Line, o.EndLine)
		if o.GenerateName != "" {
			fmt.Fprintf(&b, " generateName %s", o.GenerateName)
		}
		v, _ := json.Marshal(o.Value)
		fmt.Fprintf(&b, "\n  %s\n", v)
		for _, p := range o.Problems {
			fmt.Fprintf(&b, "  %s line %d %v: %s\n", p.Kind, p.Line, p.Path, p.Text)
		}
		for _, path := range leaves(o.Value, nil) {
			line, end := o.Lines(path)
			fmt.Fprintf(&b, "  %d-%d %v\n", line, end, path)
		}
	}
	for _, o := range f.Others {
		fmt.Fprintf(&b, "other lines %d-%d: %s\n", o.Line, o.EndLine, o.Why)
	}
	return b.String()
}

func TestLimits(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
	}
	for name, in := range map[string]string{
		"aliases": bomb,
		"bytes":   strings.Repeat("#", 10<<20+1),
		"depth":   strings.Repeat("[", 300) + strings.Repeat("]", 300),
		"json":    strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
		"blocks":  deepBlocks(400),
	} {
		_, err := object.Parse("f.yaml", []byte(in), object.Limits{})
		var e *object.Error
		if !errors.As(err, &e) || !e.Limit {
			t.Errorf("%s: got %v, want a limit", name, err)
		}
	}
}

func deepBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// FuzzParse compares with sigs.k8s.io/yaml, which is what the tools use: where
// both read a single document, they read the same value.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(unescape(a.Files[0].Data))
	}
	for _, s := range []string{
		"apiVersion: v1\nkind: X\na: 0x1F\nb: 017\nc: 0o17\nd: 1_000\ne: 1e3\nf: .5\ng: 2001-01-01\nh: on\ni: !!str 1\nj: +1\nk: 0b11\nl: -0b11\nm: 1:30\nn: 08\no: 18446744073709551615\np: 1.0\nq: 1e400\n",
		"apiVersion: v1\nkind: X\nx: &x {a: 1, b: 2}\ny: {b: 3, <<: *x, a: 4}\nz:\n  <<: [*x, {c: 5}]\n",
		"apiVersion: v1\nkind: X\ntrue: a\n1: b\n1.5: c\non: d\n",
		"apiVersion: v1\nkind: X\nd: !!binary aGk=\ne: !Ref x\nf: !!float 1\ng: !!int 0x1\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := object.Parse("f.yaml", data, object.Limits{Bytes: 1 << 16})
		if err != nil {
			return
		}
		for _, o := range file.Objects {
			for _, path := range leaves(o.Value, nil) {
				if line, end := o.Lines(path); line < 1 || end < line {
					t.Fatalf("%v stands on lines %d-%d", path, line, end)
				}
			}
		}
		if len(file.Objects)+len(file.Others) != 1 || strings.Contains(string(data), "---") || strings.Contains(string(data), "List") {
			return
		}
		if nonSpecificTag.Match(data) {
			return // `! x` is a string for yaml.v2; yaml.v3 does not tell it from `x`
		}
		var want any
		if err := yaml.Unmarshal(data, &want); err != nil {
			return
		}
		var got any
		if len(file.Objects) == 1 {
			got = file.Objects[0].Value
		} else {
			got = file.Others[0].Value
		}
		a, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(want)
		if !sameJSON(a, b) {
			t.Errorf("got %s\nwant %s", a, b)
		}
	})
}

var nonSpecificTag = regexp.MustCompile(`!([^!a-zA-Z0-9]|$)`)

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && cmp.Equal(x, y)
}

func BenchmarkParse500(b *testing.B) {
	data := []byte(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: web, tier: front}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.2.3
        ports:
        - {name: http, containerPort: 8080}
        env:
        - {name: A, value: "1"}
        - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 256Mi}
        volumeMounts:
        - {name: data, mountPath: /data}
      volumes:
      - name: data
        persistentVolumeClaim: {claimName: data}
`)
	for b.Loop() {
		for range 500 {
			if _, err := object.Parse("d.yaml", data, object.Limits{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
