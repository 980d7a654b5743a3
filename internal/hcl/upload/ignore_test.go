package upload_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/upload"
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
	for _, c := range want.Cases {
		rules, err := upload.Parse(c.Ignore)
		if bad := strings.Contains(c.Ignore, "a(b.tf"); bad != (err != nil) {
			t.Errorf("%q: %v", c.Ignore, err)
		}
		var got []string
		for _, p := range want.Paths {
			if rules.Hides(p) {
				got = append(got, p)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.Hidden) {
			t.Errorf("%q hides\n%v\nwant\n%v", c.Ignore, got, c.Hidden)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("prod/\n!prod/main.tf\n*.tf", "prod/db.tf")
	f.Add("(a{1000}){1000}\n[\n\\", "a")
	f.Fuzz(func(_ *testing.T, text, name string) {
		rules, _ := upload.Parse(text)
		rules.Hides(name)
	})
}
