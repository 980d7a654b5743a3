package elsewhere

import (
	"io/fs"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

func TestTree(t *testing.T) {
	tree := Over(plantest.Tree(map[string]string{
		"prod/main.tf": "own", "dev/main.tf": "", "prod/.terraform/modules/modules.json": "{}",
		"prod/.terraform/modules/vpc/main.tf": "committed", "a.terraform/modules/vpc/x": "no",
	}))
	if _, _, ok := tree.Of("prod/.terraform/modules/vpc/main.tf"); ok {
		t.Error("nothing is laid and something is found")
	}
	pkg, _, _ := plantest.Archive([]byte("-- before/main.tf --\nlaid\n-- before/modules/subnets/main.tf --\ndeep\n-- before/link@ --\nmodules/subnets\n"))
	tree.Lay(Folder("prod", "vpc"), pkg)
	tree.Lay(Folder("dev", "vpc.subnets"), pkg)
	for name, want := range map[string]string{
		"prod/main.tf": "own", "prod/.terraform/modules/vpc/main.tf": "laid\n", "prod/.terraform/modules/modules.json": "{}",
		"dev/.terraform/modules/vpc.subnets/modules/subnets/main.tf": "deep\n", "a.terraform/modules/vpc/x": "no",
	} {
		if got, err := fs.ReadFile(tree, name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"dev/.terraform/modules/vpc/main.tf", "prod/.terraform/modules/vpc/none"} {
		if _, err := fs.Stat(tree, name); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	if real, err := plan.Resolve(tree, "dev/.terraform/modules/vpc.subnets/link/main.tf"); err != nil ||
		real != "dev/.terraform/modules/vpc.subnets/modules/subnets/main.tf" {
		t.Errorf("through a link: %s, %v", real, err)
	}
	if plan.ID(tree, "prod/.terraform/modules/vpc/main.tf") != plan.ID(pkg, "main.tf") {
		t.Error("a file that is laid has another id")
	}
	var walked []string
	_ = fs.WalkDir(tree, "dev", func(name string, _ fs.DirEntry, _ error) error { walked = append(walked, name); return nil })
	if len(walked) > 2 {
		t.Errorf("a walk comes across %v", walked)
	}
}
