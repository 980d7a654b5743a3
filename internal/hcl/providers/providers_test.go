package providers_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
)

func TestOf(t *testing.T) {
	const aliases = "provider \"aws\" {\n  region = \"eu\"\n}\nprovider \"aws\" {\n  alias = \"us\"\n  region = \"us\"\n}\n"
	for _, c := range []struct {
		name, resource string
		local          string
		region         string
	}{
		{"the default", "resource \"aws_x\" \"x\" {}", "aws", "eu"},
		{"an alias", "resource \"aws_x\" \"x\" {\n  provider = aws.us\n}", "aws.us", "us"},
		{"none written", "resource \"other_x\" \"x\" {}", "other", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := pairtest.Main(aliases + c.resource)
			root := pairtest.Load(t, files, files).After.Root
			r := root.Resource("aws_x.x")
			if r == nil {
				r = root.Resource("other_x.x")
			}
			if _, local := providers.Of(r); local != c.local {
				t.Errorf("provider %q, want %q", local, c.local)
			}
			_, block := providers.Block(r)
			if (block != nil) != (c.region != "") {
				t.Fatalf("a block is found: %v", block != nil)
			}
			if block != nil && providers.Config(r).GetAttr("region").AsString() != c.region {
				t.Errorf("region of %#v, want %s", providers.Config(r), c.region)
			}
		})
	}
}

// A provider works elsewhere where its region is another, not where it adds other
// tags.
func TestTarget(t *testing.T) {
	root := func(block string) string {
		return "provider \"aws\" {\n" + block + "\n}\nresource \"aws_x\" \"x\" {}\n"
	}
	for _, c := range []struct {
		name, before, after string
		same                bool
	}{
		{"another region", root(`region = "eu"`), root(`region = "us"`), false},
		{"other tags", root("default_tags {\n  tags = { a = 1 }\n}"), root("default_tags {\n  tags = { a = 2 }\n}"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(c.before), pairtest.Main(c.after))
			_, was := providers.Target(p.Before.Root.Resource("aws_x.x"))
			_, is := providers.Target(p.After.Root.Resource("aws_x.x"))
			if (was == is) != c.same {
				t.Errorf("%s and %s", was, is)
			}
		})
	}
}
