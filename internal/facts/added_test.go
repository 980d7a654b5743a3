package facts_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// packed is a pack whose types have one attribute, `name`.
func packed(t testing.TB, provider, version string, force plan.Force, types ...string) []byte {
	t.Helper()
	all := map[string]*plan.TypeFacts{}
	for _, name := range types {
		all[name] = &plan.TypeFacts{Attributes: map[string]*plan.AttrFacts{"name": {Type: "string", Required: true, Force: force}}}
	}
	data, err := facts.Pack(facts.Header{Provider: provider, Version: version, Made: "by hand"}, all)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func added(t testing.TB, provider, version string, force plan.Force, types ...string) *facts.Added {
	t.Helper()
	h := facts.Header{Provider: provider, Version: version}
	a, err := facts.ReadAdded(h.FileName(), packed(t, provider, version, force, types...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A repository's pack adds types and leaves those that are known alone, in
// every version that a lock file may name.
func TestRepositoryPacksOnlyAdd(t *testing.T) {
	loose := added(t, "hashicorp/aws", "6.99.0", plan.ForceNever, "aws_instance", "aws_db_instance", "aws_new_thing")
	find := facts.Packs{Repository: []*facts.Added{loose, added(t, "acme/cloud", "1.0.0", plan.ForceAlways, "acme_server")}}.Load()
	shipped := facts.Load()
	for _, version := range []string{"", "4.0.0", "5.46.0", "6.99.0", "9.0.0"} {
		for _, name := range []string{"aws_instance", "aws_db_instance"} {
			if got, want := find("hashicorp/aws", version, name), shipped("hashicorp/aws", version, name); !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s: got version %s, want %s", name, version, got.Version, want.Version)
			}
		}
	}
	for _, row := range [][2]string{{"registry.terraform.io/hashicorp/aws", "aws_new_thing"},
		{"registry.terraform.io/Acme/cloud", "acme_server"}} {
		if got := find(row[0], "1.0.0", row[1]); got == nil || got.Attributes["name"] == nil {
			t.Errorf("%s: got %+v", row[1], got)
		}
	}
	if got := find("terraform.io/builtin/terraform", "", "terraform_data"); got == nil || got.Provider != "builtin/terraform" {
		t.Errorf("terraform_data: got %+v", got)
	}
	if got := loose.Shadowed(); !reflect.DeepEqual(got, []string{"aws_db_instance", "aws_instance"}) {
		t.Errorf("known already: got %v", got)
	}
	if shipped("acme/cloud", "", "acme_server") != nil {
		t.Error("a pack of one library is in another")
	}
}

// Whoever runs the program may put another version beside the embedded ones,
// or one in place of the same.
func TestOperatorPacksCountAsEmbedded(t *testing.T) {
	find := facts.Packs{Operator: []*facts.Added{
		added(t, "hashicorp/aws", "7.1.0", plan.ForceAlways, "aws_instance"),
		added(t, "hashicorp/null", "3.3.1", plan.ForceAlways, "null_resource"),
	}}.Load()
	for _, row := range []struct{ provider, version, typ, want string }{
		{"hashicorp/aws", "7.4.0", "aws_instance", "7.1.0"},
		{"hashicorp/aws", "6.1.0", "aws_instance", "6.58.0"},
		{"hashicorp/aws", "7.4.0", "aws_db_instance", "6.58.0"},
	} {
		if got := find(row.provider, row.version, row.typ); got == nil || got.Version != row.want {
			t.Errorf("%+v: got %+v", row, got)
		}
	}
	if got := find("hashicorp/null", "3.3.1", "null_resource"); got.Attributes["name"] == nil {
		t.Error("the embedded pack of the same version answers")
	}
}

func TestReadFolder(t *testing.T) {
	good := packed(t, "acme/cloud", "1.0.0", plan.ForceAlways, "acme_server")
	tree := fstest.MapFS{
		facts.Folder + "/acme_cloud@1.0.0.facts": {Data: good},
		facts.Folder + "/README.md":              {Data: []byte("Made by us.")},
	}
	packs, err := facts.ReadFolder(tree, facts.Folder)
	if err != nil || len(packs) != 1 || len(packs[0].Digest) != 64 {
		t.Fatalf("got %+v, %v", packs, err)
	}
	if none, err := facts.ReadFolder(fstest.MapFS{}, facts.Folder); none != nil || err != nil {
		t.Errorf("a folder that is not there: %v, %v", none, err)
	}
	for name, row := range map[string]struct {
		file *fstest.MapFile
		at   string
		want string
	}{
		"no pack":       {&fstest.MapFile{Data: []byte("hello")}, "acme_cloud@2.0.0.facts", "is not a packed facts file"},
		"another name":  {&fstest.MapFile{Data: good}, "acme_cloud@2.0.0.facts", "name the file acme_cloud@1.0.0.facts"},
		"another owner": {&fstest.MapFile{Data: good}, "hashicorp_aws@1.0.0.facts", "name the file acme_cloud@1.0.0.facts"},
		"a link":        {&fstest.MapFile{Data: []byte("/etc/passwd"), Mode: os.ModeSymlink}, "acme_cloud@2.0.0.facts", "want a plain file"},
		"a folder":      {&fstest.MapFile{Mode: os.ModeDir}, "acme_cloud@2.0.0.facts", "want a plain file"},
		"too large":     {&fstest.MapFile{Data: make([]byte, 5<<20)}, "acme_cloud@2.0.0.facts", "larger than"},
		"the builtin": {&fstest.MapFile{Data: packed(t, "builtin/terraform", "1.0.0", "", "terraform_data")}, "builtin_terraform@1.0.0.facts",
			"is known"},
		"capitals":       {&fstest.MapFile{Data: packed(t, "Acme/cloud", "1.0.0", "", "acme_server")}, "Acme_cloud@1.0.0.facts", "in lower case"},
		"cut short":      {&fstest.MapFile{Data: good[:len(good)-3]}, "acme_cloud@1.0.0.facts", "unpack body"},
		"something more": {&fstest.MapFile{Data: append(bytes.Clone(good[:8]), good[9:]...)}, "acme_cloud@1.0.0.facts", "decode header"},
	} {
		_, err := facts.ReadFolder(fstest.MapFS{facts.Folder + "/" + row.at: row.file}, facts.Folder)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), row.at) {
			t.Errorf("%s: got %v, want %q and the file's name", name, err, row.want)
		}
	}
}

// Whatever a repository keeps under that name, reading it ends and stays
// inside the file.
func FuzzReadAdded(f *testing.F) {
	good := packed(f, "acme/cloud", "1.0.0", plan.ForceAlways, "acme_server")
	f.Add(good, 20)
	f.Add(packed(f, "acme/cloud", "1.0.0", plan.ForceNever), 0)
	f.Fuzz(func(t *testing.T, data []byte, flip int) {
		if p, err := facts.ReadAdded("acme_cloud@1.0.0.facts", data); err == nil {
			for _, name := range p.Types() {
				if (facts.Packs{Repository: []*facts.Added{p}}).Load()("acme/cloud", "1.0.0", name) == nil {
					t.Errorf("%s is listed and not found", name)
				}
			}
		}
		body, err := facts.Body(good)
		if err != nil || len(body) == 0 {
			t.Fatal(err)
		}
		body[uint(flip)%uint(len(body))] ^= byte(flip >> 8) // damage behind the compression
		if p, err := facts.OpenBody(body); err == nil {
			for _, name := range p.Names() {
				_, _ = p.Find(name)
			}
		}
	})
}
