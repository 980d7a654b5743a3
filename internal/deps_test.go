package internal

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/holdpoint-dev/holdpoint/"

// table is the order of the house: a package imports only rows above its own,
// never its neighbours in the same row except those below the same folder.
// A package that is not in the table is an edge and fails the test, so that
// adding one is a decision.
var table = map[string]int{
	"rules":       0,
	"rules/facts": 0,

	"internal/plan": 1,

	"internal/hcl":   2,
	"internal/facts": 2,
	"internal/kube":  2,
	"internal/rules": 2,

	"internal/review": 3,

	"internal/publish": 4,

	"internal/github":   5,
	"internal/gitlocal": 5,

	"internal/service": 6,

	"internal": 7, // this test

	"cmd":      7,
	"tools":    7,
	"examples": 7,
}

// bans say which packages may not be reached from where, and why.
var bans = []struct{ prefix, except, why string }{
	{"github.com/aws/", "cmd/", "AWS lives in cmd and nowhere else"},
	{"github.com/prometheus/", "cmd/", "metrics are exported at the edge only"},
	{"github.com/google/go-github/", "internal/github", "GitHub's client lives in internal/github and nowhere else"},
	{"github.com/bradleyfalzon/ghinstallation/", "internal/github", "GitHub's client lives in internal/github and nowhere else"},
	{"github.com/go-git/", "internal/gitlocal,internal/github/githubtest", "git is read in internal/gitlocal"},
	{"sigs.k8s.io/kustomize/", "internal/kube/render", "renderers parse hostile input and stay behind the child process"},
	{"helm.sh/helm/", "internal/kube/render", "renderers parse hostile input and stay behind the child process"},
	{"github.com/hashicorp/hcl/", "internal/hcl", "HCL is read in internal/hcl"},
	{"github.com/terraform-linters/", "internal/hcl", "Terraform's functions are used in internal/hcl"},
	{"go.etcd.io/bbolt", "internal/service", "the embedded queue is internal/service's"},
	{"net/http", "internal/github,internal/service,cmd/,tools/,internal/kube/render", "only the edges reach the network"},
	{"os/exec", "internal/gitlocal,internal/kube/render,internal/service,internal/github/githubtest,cmd/,tools/", "only the edges start programs"},
	{"log/slog", "internal/github,internal/service,cmd/", "an error is returned by the core, logged at the edge"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportOrder(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		row, room, ok := place(from)
		if !ok {
			t.Errorf("%s is not in the table of internal/deps_test.go: give it a row", from)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			toRow, toRoom, known := place(to)
			if known && toRow >= row && toRoom != room {
				t.Errorf("%s (row %d) imports %s (row %d): a package imports only rows above its own", from, row, to, toRow)
			}
		}
		for _, why := range banned(from, p.Imports) {
			t.Error(why)
		}
	}
}

// The vocabulary is for everybody, so it depends on nobody.
func TestVocabularyIsALeaf(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"internal/plan" {
			continue
		}
		for _, imported := range p.Imports {
			if strings.Contains(imported, ".") {
				t.Errorf("internal/plan imports %s: it may use the standard library alone", imported)
			}
		}
	}
}

func banned(from string, imports []string) []string {
	var out []string
	for _, imported := range imports {
		for _, ban := range bans {
			allowed := slices.ContainsFunc(strings.Split(ban.except, ","), func(e string) bool { return strings.HasPrefix(from, e) })
			if strings.HasPrefix(imported, ban.prefix) && !allowed {
				out = append(out, from+" imports "+imported+": "+ban.why)
			}
		}
	}
	return out
}

// place finds a package's row, and the room it shares with its sub-packages.
func place(name string) (row int, room string, ok bool) {
	for {
		if row, ok := table[name]; ok {
			return row, name, true
		}
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return 0, "", false
		}
		name = name[:i]
	}
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}
