package internal

import (
	"encoding/json"
	"io"
	"os/exec"
	"path"
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

	"internal/eventually": 0,
	"internal/browser":    1,

	"internal/plan": 1,

	"internal/hcl":   2,
	"internal/facts": 2,
	"internal/kube":  2,
	"internal/rules": 2,

	"internal/templates": 2,

	"internal/review": 3,

	"internal/fix":    4,
	"internal/impact": 4,

	"internal/report": 5,

	"internal/publish": 6,

	"internal/github":   7,
	"internal/gitlocal": 7,
	"internal/sources":  7,

	"internal/service": 8,

	"internal": 9, // this test

	"cmd":      9,
	"tools":    9,
	"examples": 9,
}

// inner is the order inside a folder that has one, from the bottom up: a package
// imports only rows above its own here, never a neighbour. The last row is the
// folder itself. A package below the folder that is not listed fails the test.
var inner = map[string][][]string{
	"internal/kube": {
		{"object"},
		{"tree", "appset", "owner", "apply/schema"},
		{"kustomization", "hunks", "typed", "apply/crd", "apply/harm"},
		{"manifest", "apply"},
		{"request", "chartvalues", "origin"},
		{"unit", "render"},
		{"."},
	},
	"internal/hcl": {
		{"value", "work", "move", "varfile", "upload", "lines", "recipe"},
		{"diff/schema", "diff/forms", "attrs"},
		{"diff/equal"},
		{"diff", "expr"},
		{"config", "funcs"},
		{"elsewhere", "refs"},
		{"eval"},
		{"providers", "depends"},
		{"datasource", "pair"},
		{"planner", "opaque", "pair/pairtest"},
		{"trace", "check"},
		{"compare"},
		{"."},
	},
	"internal/github": {
		{"lru", "webhooks", "githubtest"},
		{"api"},
		{"trees", "pull", "appmanifest"},
		{"."},
	},
}

// foreign is what each folder may import of others' modules, besides that of the
// folders above it in the tree. One that is not listed may import none: a new
// dependency is a decision.
var foreign = map[string][]string{
	"internal/browser":       {"golang.org/x/net/websocket"},
	"internal/plan/plantest": {"golang.org/x/tools/txtar"},
	"internal/hcl":           {"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty"},
	"internal/hcl/config":    {"github.com/hashicorp/go-version"},
	"internal/hcl/value":     {"github.com/terraform-linters/tflint-plugin-sdk/terraform/lang/marks"},
	"internal/hcl/upload":    {"golang.org/x/text/unicode/norm"},
	"internal/hcl/funcs": {"github.com/terraform-linters/tflint/terraform/lang", "github.com/bmatcuk/doublestar",
		"github.com/zclconf/go-cty-yaml", yamlLibrary},
	"internal/facts/logic": {yamlLibrary},
	"internal/kube/object": {yamlLibrary},
	"internal/kube/appset": {yamlLibrary, "github.com/Masterminds/sprig/v3"},
	"internal/kube/unit": {"github.com/fluxcd/pkg/sourceignore", "helm.sh/helm/v4/pkg/ignore",
		"gopkg.in/evanphx/json-patch.v4"},
	"internal/kube/apply":         {yamlLibrary},
	"internal/kube/apply/crd":     {"cel.dev/cel-go"},
	"internal/kube/apply/schema":  {"k8s.io/apimachinery"},
	"internal/kube/render":        {"sigs.k8s.io/kustomize", "helm.sh/helm/v4"},
	"internal/rules":              {"cel.dev/cel-go", yamlLibrary},
	"internal/review/hosted":      {yamlLibrary},
	"internal/impact":             {yamlLibrary},
	"internal/templates":          {yamlLibrary},
	"internal/publish/schematest": {"github.com/santhosh-tekuri/jsonschema/v6"},
	"internal/github/api":         {"github.com/google/go-github/v60", "github.com/bradleyfalzon/ghinstallation/v2"},
	"internal/github/githubtest":  {"github.com/getkin/kin-openapi", "github.com/golang-jwt/jwt/v4", "github.com/vektah/gqlparser/v2"},
	"internal/sources/address":    {"github.com/hashicorp/terraform-registry-address"},
	"internal/sources/chart":      {yamlLibrary},
	"internal/sources/choose": {"github.com/hashicorp/go-version", "github.com/apparentlymart/go-versions",
		"github.com/Masterminds/semver/v3"},
	"internal/sources/fetch": {"code.dny.dev/ssrf"},
	"internal/sources/oci":   {"oras.land/oras-go/v2", "github.com/opencontainers"},
	"internal/service":       {"go.etcd.io/bbolt"},
	"cmd/lambda":             {"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2"},
	"cmd/holdpoint": {"github.com/alecthomas/kong", "github.com/aws/aws-sdk-go-v2", "github.com/prometheus/client_golang",
		yamlLibrary},
	"tools/mutate":  {yamlLibrary},
	"tools/openapi": {"github.com/vektah/gqlparser/v2"},

	// Kustomization files are read and edited as YAML.
	"internal/kube/kustomization": {yamlLibrary},
}

// yamlLibrary is the one of the house.
const yamlLibrary = "go.yaml.in/yaml/v3"

// edges say which packages of the standard library may be reached from where
// alone, and why.
var edges = []struct{ prefix, only, why string }{
	{"net", "internal/browser,internal/github,internal/service,cmd/,tools/,internal/kube/render,internal/sources/apart,internal/sources/fetch,internal/sources/oci,internal/sources/sourcestest", "only the edges reach the network"},
	{"os/exec", "internal/browser,internal/gitlocal,internal/kube/render,internal/github/githubtest,internal/sources/apart,internal/sources/sourcestest,cmd/,tools/", "only the edges start programs"},
	{"os", "internal/browser,internal/gitlocal,internal/kube/render,internal/service,internal/github/githubtest,internal/plan/plantest,internal/sources/apart,internal/sources/cache,internal/sources/sourcestest,cmd/,tools/", "only the edges see the disk and the environment"},
	{"log", "internal/github,internal/service,cmd/", "an error is returned by the core, logged at the edge"},
	{"math/rand", "internal/github,internal/service,cmd/,tools/", "the same input gives the same answer"},
}

// pure are those below an edge that reach nothing: they parse addresses.
var pure = []string{"net/url", "net/netip"}

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

func TestInnerOrder(t *testing.T) {
	for _, p := range packages(t) {
		for _, why := range disorder(strings.TrimPrefix(p.ImportPath, module), p.Imports) {
			t.Error(why)
		}
	}
}

// The order inside a folder must be able to fail.
func TestInnerDisorderIsFound(t *testing.T) {
	for _, c := range []struct{ from, imported string }{
		{"internal/kube/owner", "internal/kube/unit"}, {"internal/kube/manifest", "internal/kube/apply"},
		{"internal/kube/unit", "internal/kube/render"},
		{"internal/kube/unit", "internal/kube"}, {"internal/kube/unlisted", "internal/plan"},
		{"internal/hcl/value", "internal/hcl/expr"}, {"internal/hcl/expr", "internal/hcl/diff"}, {"internal/hcl/eval", "internal/hcl/compare"},
		{"internal/hcl/compare", "internal/hcl"}, {"internal/hcl/unlisted", "internal/plan"},
	} {
		if len(disorder(c.from, []string{module + c.imported})) == 0 {
			t.Errorf("%s may import %s", c.from, c.imported)
		}
	}
	for _, c := range []struct{ from, imported string }{
		{"internal/kube", "internal/kube/unit"}, {"internal/kube/unit", "internal/kube/owner"}, {"internal/kube/tree", "internal/plan"},
		{"internal/hcl", "internal/hcl/compare"}, {"internal/hcl/eval", "internal/hcl/value"}, {"internal/hcl/value", "internal/plan"},
	} {
		if why := disorder(c.from, []string{module + c.imported}); len(why) > 0 {
			t.Error(why)
		}
	}
}

// disorder lists what a package imports against the order inside its folder.
func disorder(from string, imports []string) []string {
	var out []string
	for folder, rows := range inner {
		row, inside := innerRow(folder, rows, from)
		if !inside {
			continue
		}
		if row < 0 {
			out = append(out, from+" is not in the order of "+folder+" in internal/deps_test.go: give it a row")
		}
		for _, imported := range imports {
			imported = strings.TrimPrefix(imported, module)
			if to, inside := innerRow(folder, rows, imported); inside && to >= row && row >= 0 && !below(imported, from) {
				out = append(out, from+" imports "+imported+": inside "+folder+" a package imports only rows above its own")
			}
		}
	}
	return out
}

// innerRow is the row of a package inside folder, that of the folder above it
// where it has none of its own, -1 for none.
func innerRow(folder string, rows [][]string, name string) (row int, inside bool) {
	if !below(name, folder) {
		return -1, false
	}
	for ; name != folder; name = path.Dir(name) {
		if row := rowOf(rows, strings.TrimPrefix(name, folder+"/")); row >= 0 {
			return row, true
		}
		if path.Dir(name) == folder {
			return -1, true
		}
	}
	return rowOf(rows, "."), true
}

func rowOf(rows [][]string, name string) int {
	return slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, name) })
}

// The table must be able to fail.
func TestForbiddenImportsAreFound(t *testing.T) {
	for _, c := range []struct{ from, imported string }{
		{"internal/review", "log/slog"}, {"internal/review", "go.yaml.in/yaml/v3"}, {"internal/review", "net/http"},
		{"internal/hcl/eval", "github.com/google/go-github/v60/github"}, {"internal/hcl", "os"}, {"internal/rules", "os/exec"},
		{"internal/plan", "github.com/zclconf/go-cty/cty"}, {"internal/publish", "github.com/aws/aws-sdk-go-v2/aws"},
		{"internal/kube", "helm.sh/helm/v4/pkg/engine"}, {"internal/kube/apply", "sigs.k8s.io/kustomize/api/krusty"},
		{"internal/service", "github.com/aws/aws-sdk-go-v2/aws"}, {"internal/sources", "net/http"}, {"internal/sources/address", "net/http"},
		{"internal/sources/git", "os/exec"}, {"internal/sources/fetch", "os"}, {"internal/sources/chart",
			"helm.sh/helm/v4/pkg/repo/v1"}, {"internal/hcl", "oras.land/oras-go/v2"}, {"internal/github", "go.etcd.io/bbolt"}, {"rules", "os"},
	} {
		if len(banned(c.from, []string{c.imported})) == 0 {
			t.Errorf("%s may import %s", c.from, c.imported)
		}
	}
	for _, c := range []struct{ from, imported string }{
		{"internal/hcl/eval", "github.com/zclconf/go-cty/cty"}, {"internal/publish", "net/url"}, {"cmd/lambda", "net/http"}, {"internal/review",
			module + "internal/plan"},
	} {
		if why := banned(c.from, []string{c.imported}); len(why) > 0 {
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

// banned lists what a package imports and may not.
func banned(from string, imports []string) []string {
	var out []string
	for _, imported := range imports {
		first, _, _ := strings.Cut(imported, "/")
		if strings.Contains(first, ".") {
			if !strings.HasPrefix(imported, module) && !mayImport(from, imported) {
				out = append(out, from+" imports "+imported+": list it in internal/deps_test.go if it belongs there")
			}
			continue
		}
		for _, edge := range edges {
			at := slices.ContainsFunc(strings.Split(edge.only, ","), func(e string) bool { return strings.HasPrefix(from, e) })
			if below(imported, edge.prefix) && !slices.Contains(pure, imported) && !at {
				out = append(out, from+" imports "+imported+": "+edge.why)
			}
		}
	}
	return out
}

// mayImport goes up from a folder to one that lists the import.
func mayImport(from, imported string) bool {
	for {
		if slices.ContainsFunc(foreign[from], func(m string) bool { return below(imported, m) }) {
			return true
		}
		i := strings.LastIndexByte(from, '/')
		if i < 0 {
			return false
		}
		from = from[:i]
	}
}

// below reports whether a path is a package or one below it.
func below(path, of string) bool { return path == of || strings.HasPrefix(path, of+"/") }

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
