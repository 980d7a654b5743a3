package hcl_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	pairs    = flag.Int("pairs", 0, "how many random pairs to compare with terraform; 0 is 300 with CI=true and 24 elsewhere")
	seed     = flag.Uint64("seed", 1, "first seed of the random pairs")
	failures = flag.String("failures", "", "folder to write the archives of differing pairs to")
)

// Random configurations, edited at random, planned by terraform and predicted
// by us. A pair that terraform cannot apply to begin with is no pair.
func TestDifferential(t *testing.T) {
	tool, err := exec.LookPath("terraform")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("terraform is not installed; this test must run in CI")
		}
		t.Skip("terraform is not installed: random pairs are not compared with it")
	}
	if testing.Short() {
		t.Skip("slow")
	}
	work := make(chan uint64)
	var mu sync.Mutex
	var total coreScore
	refused := 0
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			r := &runner{t: t, tool: tool, dir: t.TempDir()}
			for s := range work {
				data, ok := r.pair(s)
				if !ok {
					continue
				}
				v := judge(t, fmt.Sprint(s), data)
				mu.Lock()
				total.add(v)
				if bytes.Contains(data, []byte("\nerror ")) {
					refused++
				}
				if !v.exact() {
					t.Errorf("seed %d: %s\n%s", s, v, describe(v.plan))
					keep(t, s, data)
				}
				mu.Unlock()
			}
		})
	}
	if *pairs == 0 {
		*pairs = 24
		if os.Getenv("CI") == "true" {
			*pairs = 300
		}
	}
	for i := range *pairs {
		work <- *seed + uint64(i)
	}
	close(work)
	wg.Wait()
	t.Logf("%d pairs, %d of them refused by terraform: %s", total.cases, refused, total)
	if total.cases < *pairs/2 {
		t.Errorf("only %d of %d seeds gave a pair", total.cases, *pairs)
	}
}

func keep(t *testing.T, seed uint64, data []byte) {
	if *failures == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*failures, fmt.Sprintf("D%d.txtar", seed)), data, 0o644); err != nil {
		t.Error(err)
	}
}

// runner drives one terraform in one folder.
type runner struct {
	t         *testing.T
	tool, dir string
}

// pair makes the archive of one seed, with what terraform plans as `want`.
func (r *runner) pair(seed uint64) ([]byte, bool) {
	before := generate(seed)
	after := before.edit()
	a, b := before.files(), after.files()
	if maps.Equal(a, b) {
		return nil, false
	}
	r.clear()
	r.write(a)
	if len(before.modules) > 0 {
		if _, err := r.run("init"); err != nil {
			return nil, false
		}
	}
	if _, err := r.run("apply", "-auto-approve"); err != nil {
		return nil, false
	}
	r.wipe()
	r.write(b)
	want := r.plan(len(before.modules)+len(after.modules) > 0)
	var out strings.Builder
	fmt.Fprintf(&out, "random pair %d\n", seed)
	for side, files := range map[string]map[string]string{"before": a, "after": b} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(&out, "-- %s/%s --\n%s", side, name, files[name])
		}
	}
	fmt.Fprintf(&out, "-- want --\n%s", want)
	return []byte(out.String()), true
}

func (r *runner) plan(init bool) string {
	if init {
		if out, err := r.run("init"); err != nil {
			return refusal(out)
		}
	}
	if out, err := r.run("plan", "-out=plan.bin"); err != nil {
		return refusal(out)
	}
	out, err := r.run("show", "-json", "plan.bin")
	if err != nil {
		r.t.Errorf("show: %v", err)
	}
	return wanted(r.t, out)
}

func refusal(out []byte) string {
	for line := range strings.Lines(string(out)) {
		if _, what, ok := strings.Cut(line, "Error: "); ok {
			return "error " + strings.TrimSpace(what) + "\n"
		}
	}
	return "error unknown\n"
}

// wanted writes a plan as the archives' `want`.
func wanted(t *testing.T, out []byte) string {
	var p struct {
		ResourceChanges []struct {
			Address         string
			PreviousAddress string `json:"previous_address"`
			ActionReason    string `json:"action_reason"`
			Change          struct {
				Actions      []string
				ReplacePaths json.RawMessage `json:"replace_paths"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Errorf("plan: %v", err)
	}
	names := map[string]string{"delete/create": "replace", "create/delete": "replace", "no-op": "none"}
	var b strings.Builder
	for _, c := range p.ResourceChanges {
		action := strings.Join(c.Change.Actions, "/")
		if names[action] != "" {
			action = names[action]
		}
		b.WriteString(action + " " + c.Address)
		if c.PreviousAddress != "" {
			b.WriteString(" from " + c.PreviousAddress)
		}
		if c.ActionReason != "" {
			b.WriteString(" reason " + c.ActionReason)
		}
		if len(c.Change.ReplacePaths) > 0 {
			b.WriteString(" because " + string(c.Change.ReplacePaths))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r *runner) run(args ...string) ([]byte, error) {
	if args[0] != "show" {
		args = append(args, "-no-color", "-input=false")
	}
	if args[0] == "apply" || args[0] == "plan" {
		args = append(args, "-lock=false", "-refresh=false")
	}
	cmd := exec.Command(r.tool, args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil {
		return append(out.Bytes(), errs.Bytes()...), err
	}
	return out.Bytes(), nil
}

func (r *runner) write(files map[string]string) {
	for name, content := range files {
		file := filepath.Join(r.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Error(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			r.t.Error(err)
		}
	}
}

// clear empties the folder, wipe leaves the state.
func (r *runner) clear() { r.empty(func(string) bool { return false }) }
func (r *runner) wipe() {
	r.empty(func(name string) bool { return name == "terraform.tfstate" || name == ".terraform" })
}

func (r *runner) empty(keep func(string) bool) {
	entries, _ := os.ReadDir(r.dir)
	for _, e := range entries {
		if !keep(e.Name()) {
			_ = os.RemoveAll(filepath.Join(r.dir, e.Name()))
		}
	}
}

var record = flag.String("record", "", "glob of archives in testdata/core whose want to fill in from terraform")

// TestRecord asks terraform what it plans for archives written by hand, and
// writes that into them.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("no archive named by -record")
	}
	tool, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/core/" + *record + ".txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(data, []byte("-- want --\n"))
		before, after, _ := archive(t, data)
		r := &runner{t: t, tool: tool, dir: t.TempDir()}
		r.write(contentsOf(before))
		if out, err := r.run("init"); err != nil {
			t.Fatalf("%s: init: %s", file, out)
		}
		if out, err := r.run("apply", "-auto-approve"); err != nil {
			t.Fatalf("%s: apply: %s", file, out)
		}
		r.wipe()
		r.write(contentsOf(after))
		want := r.plan(true)
		if err := os.WriteFile(file, append(head, []byte("-- want --\n"+want)...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
