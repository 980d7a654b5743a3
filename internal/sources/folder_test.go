package sources_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

func TestFolder(t *testing.T) {
	id := strings.Repeat("a", 40)
	digest := "sha256:" + strings.Repeat("b", 64)
	files := fstest.MapFS{"dates.json": {Data: []byte(`{"modules/registry.terraform.io/acme/net/aws/1.1.0":"2026-02-01T00:00:00Z","modules/registry.terraform.io/acme/net/aws/1.0.0":"2026-01-01T00:00:00Z"}`)}}
	for _, name := range []string{
		"modules/registry.terraform.io/acme/net/aws/1.0.0", "modules/registry.terraform.io/acme/net/aws/1.1.0/modules/a",
		"modules/registry.terraform.io/acme/net/aws/1.1.0",
		"git/github.com/acme/net/v1", "git/github.com/acme/net/HEAD", "git/github.com/acme/net/" +
			id, "git/github.com/acme/net/feature%2Fx", "git/github.com/acme/net/v1.2.0",
		"charts/charts.example.com/stable/redis/1.0.0", "charts/charts.example.com/stable/redis/2.0.0", "oci/ghcr.io/acme/charts/redis/1.0.0",
		"oci/ghcr.io/acme/manifests/latest",
		"oci/ghcr.io/acme/manifests/" + digest, "files/example.com/m.zip",
	} {
		files[name+"/marker.tf"] = &fstest.MapFile{Data: []byte("# " + name + "\n")}
	}
	files["files/raw.githubusercontent.com/acme/app/v1/x.yaml"] = &fstest.MapFile{Data: []byte("kind: X\n")}
	f, err := sources.NewFolder(files, content.DefaultLimits(), time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	ref := func(kind plan.SourceKind, address string, ref plan.RefKind, text string) plan.Source {
		return plan.Source{Kind: kind, Address: address, Ref: plan.Ref{Kind: ref, Text: text}, Side: plan.After}
	}
	for _, c := range []struct {
		source plan.Source
		want   string // the folder, or the refusal
		moment plan.Moment
	}{
		{tfModule("acme/net/aws", "1.0.0", plan.After), "modules/registry.terraform.io/acme/net/aws/1.0.0", plan.MomentExact},
		{tfModule("acme/net/aws", "~> 1.0", plan.After), "modules/registry.terraform.io/acme/net/aws/1.1.0", plan.MomentAsked},
		{tfModule("acme/net/aws", "~> 1.0", plan.Before), "modules/registry.terraform.io/acme/net/aws/1.0.0", plan.MomentAsked},
		{tfModule("acme/net/aws//modules/a", "", plan.After), "modules/registry.terraform.io/acme/net/aws/1.1.0/modules/a", plan.MomentAsked},
		{tfModule("acme/net/aws//missing", "", plan.After), "no: gone", ""},
		{tfModule("acme/net/aws", "9", plan.After), "no: no-version", ""},
		{tfModule("acme/other/aws", "", plan.After), "no: gone", ""},
		{tfModule("github.com/Acme/net?ref=v1", "", plan.After), "git/github.com/acme/net/v1", plan.MomentNow},
		{tfModule("github.com/acme/net", "", plan.After), "git/github.com/acme/net/HEAD", plan.MomentNow},
		{tfModule("git::https://github.com/acme/net.git?ref="+id, "", plan.After), "git/github.com/acme/net/" + id, plan.MomentExact},
		{tfModule("git::https://github.com/acme/net.git?ref=feature/x", "", plan.After), "git/github.com/acme/net/feature%2Fx", plan.MomentNow},
		{tfModule("https://example.com/m.zip", "", plan.After), "files/example.com/m.zip", plan.MomentNow},
		{ref(plan.RepositorySource, "https://github.com/acme/net", plan.RefVersion, ">=1.0.0"), "git/github.com/acme/net/v1.2.0",
			plan.MomentAsked},
		{ref(plan.RepositorySource, "https://github.com/acme/net", plan.RefName, "refs/tags/v1"), "git/github.com/acme/net/v1", plan.MomentNow},
		{helm("https://charts.example.com/stable", "redis", "^1.0", plan.After), "charts/charts.example.com/stable/redis/1.0.0",
			plan.MomentAsked},
		{helm("oci://ghcr.io/acme/charts", "redis", "1.0.0", plan.After), "oci/ghcr.io/acme/charts/redis/1.0.0", plan.MomentExact},
		{ref(plan.ArtifactSource, "oci://ghcr.io/acme/manifests", "", ""), "oci/ghcr.io/acme/manifests/latest", plan.MomentNow},
		{ref(plan.ArtifactSource, "oci://ghcr.io/acme/manifests", plan.RefDigest, digest), "oci/ghcr.io/acme/manifests/" + digest,
			plan.MomentExact},
		{ref(plan.BaseSource, "https://github.com/acme/net?ref=v1", "", ""), "git/github.com/acme/net/v1", plan.MomentNow},
		{ref(plan.BaseSource, "../base", "", ""), "no: invalid", ""},
	} {
		p, err := f.Resolve(t.Context(), c.source)
		got := ""
		if err != nil {
			got = "no: " + refusal(err)
		} else {
			marker, _ := fs.ReadFile(p.Tree, path.Join(p.Dir, "marker.tf"))
			got = strings.TrimSpace(strings.TrimPrefix(string(marker), "# "))
			if !strings.HasPrefix(p.Digest, "tree:") || p.Moment != c.moment {
				t.Errorf("%v: %s %s, want %s", c.source, p.Digest, p.Moment, c.moment)
			}
		}
		if got != c.want {
			t.Errorf("%v: %s (%v), want %s", c.source, got, err, c.want)
		}
	}
	p, err := f.Resolve(t.Context(), plan.Source{Kind: plan.BaseSource, Address: "https://raw.githubusercontent.com/acme/app/v1/x.yaml",
		Side: plan.After})
	if text, _ := fs.ReadFile(p.Tree, p.Dir); err != nil || string(text) != "kind: X\n" {
		t.Errorf("a file: %q in %s, %v", text, p.Dir, err)
	}
}

// What terraform get has put there is taken, and is what Terraform would take.
func TestInstalled(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("terraform is not there, and CI=true wants the comparison")
		}
		t.Skip("needs terraform")
	}
	w, gitRoot := moduleWorld(t)
	dir := t.TempDir()
	config := `module "range" {
  source  = "acme/net/aws"
  version = "~> 1.0"
}
module "sub" {
  source = "github.com/acme/net//modules/a?ref=v1.0.0"
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(terraform, "get", "-no-color")
	c.Dir, c.Env = dir, terraformHome(t, w, gitRoot)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	installed, err := sources.NewInstalled(os.DirFS(dir), content.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ source, version, want string }{
		{"acme/net/aws", "~> 1.0", "acme/net 1.2.0 ."}, {"registry.terraform.io/acme/net/aws", ">= 1.1", "acme/net 1.2.0 ."}, {"acme/net/aws",
			"~> 2.0", "no: gone"},
		{"github.com/acme/net//modules/a?ref=v1.0.0", "", "acme/net 1.0.0 modules/a"},
		{"git::ssh://git@github.com/acme/net.git//modules/a?ref=v1.0.0", "", "acme/net 1.0.0 modules/a"},
		{"github.com/acme/net//modules/a?ref=v1.1.0", "", "no: gone"}, {"github.com/acme/net", "", "no: gone"}, {"acme/other/aws", "",
			"no: gone"},
	} {
		p, err := installed.Resolve(t.Context(), tfModule(c.source, c.version, plan.After))
		got := ""
		if err != nil {
			got = "no: " + refusal(err)
		} else {
			marker, _ := fs.ReadFile(p.Tree, path.Join(p.Dir, "marker.tf"))
			got = answer("", string(marker))
		}
		if got != c.want {
			t.Errorf("%s %s: %s, want %s", c.source, c.version, got, c.want)
		}
	}
	if none, err := sources.NewInstalled(fstest.MapFS{}, content.DefaultLimits()); err != nil {
		t.Error(err)
	} else if _, err := none.Resolve(t.Context(), tfModule("acme/net/aws", "", plan.After)); refusal(err) != "gone" {
		t.Errorf("nothing is installed: %v", err)
	}
}

// Whoever writes into the cache changes nothing: what was kept is checked
// against its digest, and read again where it does not fit.
func TestPoisonedCache(t *testing.T) {
	for name, c := range map[string]struct {
		w      *world
		source plan.Source
	}{
		"a repository": {netWorld(t), tfModule("acme/net/aws", "1.0.0", plan.After)},
		"a chart":      {newWorldWithCharts(t), helm("https://charts.example.com/stable", "redis", "1.0.0", plan.After)},
	} {
		first, err := c.w.review().Resolve(t.Context(), c.source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		store := c.w.store.(*cache.Memory)
		poisoned := 0
		for _, k := range store.Keys() {
			v, _ := store.Get(t.Context(), k)
			if json.Valid(v) { // a resolution
				continue
			}
			v[len(v)-1] ^= 1
			if err := store.Put(context.Background(), k, v); err != nil {
				t.Fatal(err)
			}
			poisoned++
		}
		again, err := c.w.review().Resolve(t.Context(), c.source)
		if err != nil || again.Digest != first.Digest || plan.ID(again.Tree, ".") != plan.ID(first.Tree, ".") || poisoned == 0 {
			t.Errorf("%s: %d poisoned, then %s %v", name, poisoned, again.Digest, err)
		}
	}
}
