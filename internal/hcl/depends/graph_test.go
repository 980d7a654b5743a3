package depends_test

import (
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
)

// What defers a data source: what it names itself, and all that its depends_on
// reaches. A local in between hides what it names.
func TestDataSource(t *testing.T) {
	const a = "resource \"t\" \"a\" {}\nresource \"t\" \"b\" {\n  x = t.a.id\n}\nlocals {\n  l = t.b.id\n}\n"
	for _, c := range []struct {
		name  string
		files pairtest.Files
		want  []string
	}{
		{"a reference", pairtest.Main(a + "data \"t\" \"d\" {\n  x = t.b.id\n}\n"), []string{"/t.b"}},
		{"a reference through a local", pairtest.Main(a + "data \"t\" \"d\" {\n  x = local.l\n}\n"), nil},
		{"depends_on", pairtest.Main(a + "data \"t\" \"d\" {\n  depends_on = [t.b]\n}\n"), []string{"/t.b"}},
		{"depends_on a local", pairtest.Main(a + "data \"t\" \"d\" {\n  depends_on = [local.l]\n}\n"), []string{"/t.a", "/t.b"}},
		{"depends_on a module",
			pairtest.Files{"main.tf": "module \"m\" {\n  source = \"./m\"\n}\ndata \"t\" \"d\" {\n  depends_on = [module.m]\n}\n", "m/main.tf": a},
			[]string{"m/t.a", "m/t.b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := pairtest.Load(t, c.files, c.files).After
			g := depends.New(w.Branches(), nil)
			var got []string
			for _, r := range g.DataSource(w.Root.Resource("data.t.d")) {
				got = append(got, r.String())
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
