package plan_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

func TestAddressString(t *testing.T) {
	for want, a := range map[string]plan.Address{
		`aws_db_instance.main`:                {Engine: plan.Terraform, Type: "aws_db_instance", Name: "main"},
		`module.a["x"].module.b.aws_vpc.v[0]`: {Engine: plan.Terraform, Module: `module.a["x"].module.b`, Type: "aws_vpc", Name: "v", Key: "[0]"},
		`module.net[1]`:                       {Engine: plan.Terraform, Module: "module.net[1]"},
		`apps/Deployment/shop/web`:            {Engine: plan.Kubernetes, Module: "shop", Type: "apps/Deployment", Name: "web"},
		`core/Namespace/-/shop`:               {Engine: plan.Kubernetes, Type: "core/Namespace", Name: "shop"},
	} {
		if got := a.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	_, tree, _ := plantest.Archive([]byte(`-- after/modules/net/main.tf --
-- after/live/net@ --
../modules/net
-- after/link@ --
live/net/main.tf
-- after/loop@ --
loop
-- after/out@ --
../etc/passwd
-- after/abs@ --
/etc/passwd
-- after/broken@ --
nowhere
`))
	for name, want := range map[string]string{
		".":                ".",
		"live/net/main.tf": "modules/net/main.tf",
		"link":             "modules/net/main.tf",
	} {
		if got, err := plan.Resolve(tree, name); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]error{
		"out":     plan.ErrEscapes,
		"abs":     plan.ErrEscapes,
		"../x":    plan.ErrEscapes,
		"broken":  fs.ErrNotExist,
		"missing": fs.ErrNotExist,
	} {
		if _, err := plan.Resolve(tree, name); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if _, err := plan.Resolve(tree, "loop"); err == nil {
		t.Error("a link to itself resolved")
	}
}

func TestIDIsGitsBlobID(t *testing.T) {
	tree := plantest.Tree(map[string]string{"a": "hello\n"})
	// printf 'hello\n' | git hash-object --stdin
	if got := plan.ID(tree, "a"); got != "ce013625030ba8dba906f756967f9e9ca394464a" {
		t.Errorf("got %s", got)
	}
	if got := plan.ID(tree, "b"); got != "" {
		t.Errorf("a missing file has id %s", got)
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, r := range []plan.Reason{plan.NoResourceConfig, plan.WrongRepetition, plan.CountIndex, plan.EachKey, plan.NoModule,
		plan.NoMoveTarget, plan.CannotUpdate, plan.ByTriggers, plan.ObjectRemoved} {
		if r.Sentence() == string(r) {
			t.Errorf("%s has no sentence", r)
		}
	}
}

func TestSortIsStableAndTotal(t *testing.T) {
	p := plan.Plan{Changes: []plan.Change{
		{Address: plan.Address{Root: "b", Type: "t", Name: "a"}},
		{Address: plan.Address{Root: "a", Type: "t", Name: "b"}, Variant: "prod.tfvars"},
		{Address: plan.Address{Root: "a", Type: "t", Name: "b"}},
		{Address: plan.Address{Root: "a", Type: "t", Name: "a"}},
	}}
	p.Sort()
	var got string
	for _, c := range p.Changes {
		got += c.Address.Root + ":" + c.Address.Name + c.Variant + " "
	}
	if want := "a:a a:b a:bprod.tfvars b:a "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
