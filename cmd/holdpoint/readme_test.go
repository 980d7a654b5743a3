package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the outputs of the examples")

const program = "go run ./cmd/holdpoint "

// run runs a command line of the documentation from the top of the repository.
func run(t *testing.T, line string) (out string, status int) {
	t.Helper()
	t.Chdir("../..")
	var stdout, stderr bytes.Buffer
	status = Main(append([]string{"holdpoint"}, strings.Fields(strings.TrimPrefix(line, program))...), strings.NewReader(""), &stdout, &stderr,
		os.Environ())
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
	return stdout.String(), status
}

// blocks are the fenced blocks of a Markdown file.
func blocks(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i, part := range strings.Split(string(data), "```") {
		if i%2 == 1 {
			_, body, _ := strings.Cut(part, "\n")
			found = append(found, body)
		}
	}
	return found
}

// The README's first block is the main job on the example, its second what
// that prints (with [...] for what is left out), its third the tests.
func TestReadme(t *testing.T) {
	found := blocks(t, "../../README.md")
	if len(found) < 3 || !strings.HasPrefix(found[0], program) || strings.Count(found[0], "\n") != 1 || found[2] != "go test ./...\n" {
		t.Fatalf("the README does not start with the two commands: %q", found)
	}
	out, status := run(t, strings.TrimSpace(found[0]))
	if status != statusHeld {
		t.Errorf("status %d", status)
	}
	rest := out
	for _, piece := range strings.Split(found[1], "[...]\n") {
		_, after, ok := strings.Cut(rest, piece)
		if !ok {
			t.Fatalf("the README shows\n%s\nwhich is not in, or not at that place of\n%s", piece, out)
		}
		rest = after
	}
}

// What the examples print is kept beside them.
func TestExamples(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/pull_request.json")
	if err != nil || len(examples) < 2 {
		t.Fatalf("%d examples: %v", len(examples), err)
	}
	for _, file := range examples {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			dir := "examples/" + name
			out, status := run(t, "review --before "+dir+"/before --after "+dir+"/after --pull-request "+dir+"/pull_request.json")
			if status != statusHeld {
				t.Errorf("status %d", status)
			}
			golden := filepath.Join(dir, "output.txt")
			if *update {
				if err := os.WriteFile(golden, []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || out != string(want) {
				t.Errorf("differs from %s (%v); run the test with -update and look at the difference:\n%s", golden, err, out)
			}
		})
	}
}

// Without the changed line the same pull request is clear.
func TestExamplesWithoutTheChange(t *testing.T) {
	for _, name := range []string{"production", "kubernetes"} {
		t.Run(name, func(t *testing.T) {
			dir := "examples/" + name
			line := "review --before " + dir + "/before --after " + dir + "/before --pull-request " + dir + "/pull_request.json"
			if out, status := run(t, line); status != statusClear {
				t.Errorf("status %d: %s", status, out)
			}
		})
	}
}
