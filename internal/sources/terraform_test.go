package sources_test

import (
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/modulesjson"
)

var update = flag.Bool("update", false, "write the recordings of the real tools anew")

// call is one module call. Answer is what Terraform makes of it: the version
// and the marker of the folder that it installs, or "error". Ours is empty
// where we answer the same, else the reason why we refuse what Terraform takes.
type call struct {
	Source  string `json:"source"`
	Version string `json:"version,omitempty"`
	Answer  string `json:"answer"`
	Ours    string `json:"ours,omitempty"`
}

// concrete puts the commit of a tag where a call wants one.
func concrete(w *world, c call) string {
	if !strings.Contains(c.Source, "SH") {
		return c.Source
	}
	out, err := exec.Command("git", "-C", w.github.Repos["acme/net"], "rev-parse", "v1.2.0").Output()
	if err != nil {
		panic(err)
	}
	id := strings.TrimSpace(string(out))
	return strings.NewReplacer("SHAUP", strings.ToUpper(id), "SHA", id, "SHORT", id[:9]).Replace(c.Source)
}

// ours is what we make of a call, as Terraform's answer is written.
func ours(t *testing.T, w *world, c call) string {
	t.Helper()
	s := plan.Source{Kind: plan.ModuleSource, Address: concrete(w, c), Side: plan.After, Depth: 1}
	if c.Version != "" {
		s.Ref = plan.Ref{Kind: plan.RefVersion, Text: c.Version}
	}
	p, err := w.review().Resolve(t.Context(), s)
	if err != nil {
		return "no: " + refusal(err)
	}
	marker, err := fs.ReadFile(p.Tree, path.Join(p.Dir, "marker.tf"))
	if err != nil {
		marker = []byte("# no marker\n")
	}
	return answer(p.Version, string(marker))
}

func answer(version, marker string) string {
	return strings.TrimSpace(version + " " + strings.TrimSpace(strings.TrimPrefix(marker, "#")))
}

const recordings = "testdata/terraform.json"

// What Terraform 1.11 installed for each call is recorded; we find the same.
func TestSameAsTerraform(t *testing.T) {
	data, err := os.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	var recorded []call
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	made := calls()
	if len(recorded) != len(made) || len(made) < 200 {
		t.Fatalf("%d recordings of %d calls", len(recorded), len(made))
	}
	w, _ := moduleWorld(t)
	installed, refused := 0, 0
	for i, c := range recorded {
		if c.Source != made[i].Source || c.Version != made[i].Version {
			t.Fatalf("recording %d is of another call", i)
		}
		got := ours(t, w, c)
		switch {
		case c.Ours != "" && got == "no: "+c.Ours:
			refused++
		case c.Ours == "" && c.Answer == "error" && strings.HasPrefix(got, "no: ") && !strings.HasPrefix(got, "no: down"):
			refused++
		case c.Ours == "" && got == c.Answer:
			installed++
		default:
			t.Errorf("%s %q: we find %q, Terraform %q (our refusal: %q)", c.Source, c.Version, got, c.Answer, c.Ours)
		}
	}
	if installed < 120 || refused < 40 {
		t.Errorf("%d installed and %d refused: the calls do not test much", installed, refused)
	}
	t.Logf("%d calls: %d installed, %d refused", len(recorded), installed, refused)
	for _, s := range w.n.Seen() {
		if s.Credential {
			t.Errorf("a credential went out: %v", s)
		}
	}
}

// The recordings are what Terraform says today.
func TestRecordingsOfTerraform(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil || testing.Short() && !*update {
		if os.Getenv("CI") == "true" && err != nil {
			t.Fatal("terraform is not there, and CI=true wants the comparison")
		}
		t.Skip("needs terraform")
	}
	w, gitRoot := moduleWorld(t)
	all := calls()
	if !*update {
		all = some(all)
	}
	got := askTerraform(t, terraform, w, gitRoot, all)
	if *update {
		var old []call
		if data, err := os.ReadFile(recordings); err == nil {
			_ = json.Unmarshal(data, &old)
		}
		for i := range got {
			if i < len(old) && old[i].Source == got[i].Source && old[i].Version == got[i].Version {
				got[i].Ours = old[i].Ours
			}
		}
		text, _ := json.MarshalIndent(got, "", " ")
		if err := os.WriteFile(recordings, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(recordings)
	if err != nil {
		t.Fatal(err)
	}
	var recorded []call
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	recorded = some(recorded)
	for i, c := range got {
		if i >= len(recorded) || recorded[i].Answer != c.Answer {
			t.Errorf("%s %q: Terraform says %q; recorded is another answer", c.Source, c.Version, c.Answer)
		}
	}
}

var every = flag.Int("every", 3, "which calls are compared with Terraform: all with 1, every third with 3")

func some(all []call) []call {
	var out []call
	for i := 0; i < len(all); i += max(1, *every) {
		out = append(out, all[i])
	}
	return out
}

// terraformHome is the configuration with which Terraform and git reach the
// world's hosts on loopback and nothing else.
func terraformHome(t *testing.T, w *world, gitRoot string) []string {
	t.Helper()
	home := t.TempDir()
	write := func(name, text string) string {
		at := filepath.Join(home, name)
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	base := "https://localhost:" + w.n.Address[strings.LastIndexByte(w.n.Address, ':')+1:]
	mux := http.NewServeMux()
	hosts := ""
	for _, r := range []struct{ host, base string }{{"registry.terraform.io", "/v1/modules/"}, {"tf.example.com", "/api/registry/"},
		{"plain.example.com", "/m/"}} {
		mux.Handle(r.base, w.n.HandlerOf(r.host))
		hosts += fmt.Sprintf("host %q {\n  services = {\n    \"modules.v1\" = \"%s%s\"\n  }\n}\n", r.host, base, r.base)
	}
	exec1, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{Path: strings.TrimSpace(string(exec1)) + "/git-http-backend", Root: "/git/",
		Env: []string{"GIT_PROJECT_ROOT=" + gitRoot, "GIT_HTTP_EXPORT_ALL=1"}}
	mux.HandleFunc("/git/", func(rw http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/") // /git/owner/name[.git]/...
		if len(parts) > 3 && !strings.HasSuffix(parts[3], ".git") {
			parts[3] += ".git"
		}
		parts[2] = strings.ToLower(parts[2]) // GitHub's names are equal in any case
		r.URL.Path = strings.Join(parts, "/")
		backend.ServeHTTP(rw, r)
	})
	w.n.Host("localhost", mux)
	authority := write("authority.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.n.Authority.Raw})))
	config := write("terraform.tfrc", hosts+"disable_checkpoint = true\n")
	git := write("gitconfig", fmt.Sprintf("[url \"%s/git/\"]\n\tinsteadOf = https://github.com/\n\tinsteadOf = https://user@github.com/\n\tinsteadOf = ssh://git@github.com/\n\tinsteadOf = git@github.com:\n", base))
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TF_CLI_CONFIG_FILE=" + config, "SSL_CERT_FILE=" + authority,
		"GIT_SSL_CAINFO=" + authority,
		"GIT_CONFIG_GLOBAL=" + git, "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=localhost"}
}

// askTerraform installs all calls together, and each that this does not answer
// by itself: an error of one may hide another.
func askTerraform(t *testing.T, terraform string, w *world, gitRoot string, all []call) []call {
	t.Helper()
	env := terraformHome(t, w, gitRoot)
	run := func(dir string, which []int) {
		var b strings.Builder
		for _, i := range which {
			fmt.Fprintf(&b, "module \"m%d\" {\n  source = %q\n", i, concrete(w, all[i]))
			if all[i].Version != "" {
				fmt.Fprintf(&b, "  version = %q\n", all[i].Version)
			}
			b.WriteString("}\n")
		}
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(terraform, "get", "-no-color")
		c.Dir, c.Env = dir, env
		out, err := c.CombinedOutput()
		read(t, dir, which, all)
		for _, i := range which {
			if err != nil && (all[i].Answer == "" && len(which) == 1 || blamed(string(out), i)) {
				all[i].Answer = "error"
			}
		}
	}
	for from := 0; from < len(all); from += 40 {
		var group []int
		for i := from; i < min(from+40, len(all)); i++ {
			group = append(group, i)
		}
		run(t.TempDir(), group)
		for _, i := range group {
			if all[i].Answer == "" {
				run(t.TempDir(), []int{i})
			}
			if all[i].Answer == "" {
				t.Errorf("%s %q: Terraform neither installs it nor says why not", all[i].Source, all[i].Version)
			}
		}
	}
	return all
}

// blamed reports whether one of the errors that were printed is of a call.
func blamed(out string, i int) bool {
	for _, text := range strings.Split(out, "Error: ")[1:] {
		text, _, _ = strings.Cut(text, "Warning: ")
		if strings.Contains(text, fmt.Sprintf("module \"m%d\"", i)) || strings.Contains(text, fmt.Sprintf(".terraform/modules/m%d/", i)) {
			return true
		}
	}
	return false
}

// read takes what Terraform has installed.
func read(t *testing.T, dir string, which []int, all []call) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(modulesjson.Path)))
	if err != nil {
		return
	}
	records, err := modulesjson.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range which {
		at := slices.IndexFunc(records, func(r modulesjson.Record) bool { return r.Key == fmt.Sprint("m", i) })
		if at < 0 {
			continue
		}
		r := records[at]
		marker, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(r.Dir), "marker.tf"))
		if err != nil {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(r.Dir))); err != nil {
				continue
			}
			marker = []byte("# no marker\n")
		}
		all[i].Answer = answer(r.Version, string(marker))
	}
}
