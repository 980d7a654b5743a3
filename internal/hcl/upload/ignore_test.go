package upload_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/upload"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// TestPacked compares with what github.com/hashicorp/go-slug v0.18.4, the
// library of Terraform's cloud backend, left out of the archive of a folder with
// these files (Packer.Pack with ApplyTerraformIgnore).
func TestPacked(t *testing.T) {
	data, err := os.ReadFile("testdata/packed.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Paths []string
		Cases []struct {
			Ignore string
			Hidden []string
		}
	}
	if err := json.Unmarshal(data, &want); err != nil || len(want.Cases) == 0 {
		t.Fatalf("%d cases: %v", len(want.Cases), err)
	}
	files := map[string]string{}
	for _, p := range want.Paths {
		files[p] = ""
	}
	for _, c := range want.Cases {
		rules, err := upload.Parse(c.Ignore)
		if err != nil {
			t.Fatalf("%q: %v", c.Ignore, err)
		}
		hidden, err := upload.Hidden(plantest.Tree(files), ".", rules)
		if err != nil {
			t.Fatalf("%q: %v", c.Ignore, err)
		}
		got := slices.Sorted(maps.Keys(hidden))
		if !slices.Equal(got, c.Hidden) {
			t.Errorf("%q hides\n%v\nwant\n%v", c.Ignore, got, c.Hidden)
		}
	}
}

func TestLimits(t *testing.T) {
	if _, err := upload.Parse(strings.Repeat("a\n", 20_000)); err == nil {
		t.Error("20,000 patterns are read")
	}
	rules, err := upload.Parse(strings.Repeat("a\n", 9_000))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for i := range 3_000 {
		files[fmt.Sprintf("x/f%d.tf", i)] = ""
	}
	if _, err := upload.Hidden(plantest.Tree(files), "x", rules); err == nil {
		t.Error("9,000 patterns are tried on 3,000 files")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("prod/\n!prod/main.tf\n*.tf", "prod/db.tf")
	f.Add("(a{1000}){1000}\n[\n\\", "a")
	f.Fuzz(func(t *testing.T, text, name string) {
		rules, err := upload.Parse(text)
		if err != nil || !fs.ValidPath(name) {
			t.Skip()
		}
		_, _ = upload.Hidden(fstest.MapFS{name: {}}, ".", rules)
	})
}
