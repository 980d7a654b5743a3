package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Variables of the environment that the mutated test binaries read.
const (
	onVariable    = "MUTATION"       // the number of the mutation that is on
	traceVariable = "MUTATION_TRACE" // a file that takes the numbers reached
)

// switches are what a mutated package needs: %s is its name, %d how many
// mutations it has.
const switches = `package %s

import (
	"os"
	"strconv"
	"sync"
)

var (
	mutation, _   = strconv.Atoi(os.Getenv("` + onVariable + `"))
	mutationTrace = os.Getenv("` + traceVariable + `")
	mutationMu    sync.Mutex
	mutationSeen  [%d]bool
)

func mutate(n int) bool {
	if mutationTrace != "" {
		mutationReached(n)
	}
	return n == mutation
}

func mutationReached(n int) {
	mutationMu.Lock()
	defer mutationMu.Unlock()
	if mutationSeen[n] {
		return
	}
	mutationSeen[n] = true
	f, err := os.OpenFile(mutationTrace, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strconv.Itoa(n) + "\n"); err != nil {
		panic(err)
	}
}

func mutateValue[T any](n int, v T) T {
	if mutate(n) {
		var none T
		return none
	}
	return v
}
`

// overlay is what go build is told to read instead of the files of the tree.
type overlay struct {
	dir     string // of the texts
	Replace map[string]string
}

func newOverlay(dir string) *overlay { return &overlay{dir, map[string]string{}} }

// put replaces a file of the tree, or adds one.
func (o *overlay) put(file string, text []byte) error {
	whole, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	copied := filepath.Join(o.dir, fmt.Sprintf("%d-%s", len(o.Replace), filepath.Base(file)))
	o.Replace[whole] = copied
	return os.WriteFile(copied, text, 0o600)
}

// build builds the tests of a package with the overlay.
func (o *overlay) build(pkg, out string) error {
	list, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	file := filepath.Join(o.dir, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		return err
	}
	said, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", out, "./"+pkg).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, said)
	}
	return nil
}

// binary is a built test of a package.
type binary struct{ path, pkg string }

// deadMan ends a test that a mutation makes run for ever: what its group takes
// without one, many times over, and a minute for a machine that has become busy.
func deadMan(took time.Duration) time.Duration { return time.Minute + 20*took }

// ran is how the tests of one process ended.
type ran struct {
	passed bool
	failed string // the first top-level test that failed, where it says so
	output string
	spent  time.Duration // of processor time
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\w+) `)

// run runs the tests that a pattern names. Limit ends them.
func (b binary) run(pattern string, limit time.Duration, env ...string) (ran, error) {
	cmd := exec.Command(b.path, "-test.run", pattern, "-test.failfast", "-test.timeout", limit.String())
	cmd.Dir = b.pkg
	cmd.Env = append(os.Environ(), env...)
	said, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return ran{}, fmt.Errorf("run the tests of %s: %w", b.pkg, err)
	}
	if err == nil && strings.Contains(string(said), "no tests to run") {
		return ran{}, fmt.Errorf("no test of %s fits %s", b.pkg, pattern)
	}
	r := ran{passed: err == nil, output: string(said), spent: spent(cmd.ProcessState)}
	if m := failure.FindStringSubmatch(r.output); m != nil {
		r.failed = m[1]
	}
	return r, nil
}

// only is the pattern of some tests.
func only(tests ...string) string {
	var quoted []string
	for _, t := range tests {
		quoted = append(quoted, regexp.QuoteMeta(t))
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}
