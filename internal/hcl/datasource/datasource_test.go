package datasource_test

import (
	"maps"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/datasource"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// The result of a data source is the same as long as its arguments are, and the files
// of the repository that it reads itself.
func TestRead(t *testing.T) {
	archive := "data \"archive_file\" \"d\" {\n  type = \"zip\"\n  source_dir = \"src\"\n  output_path = \"x.zip\"\n}\n"
	for _, c := range []struct {
		name, key     string
		before, after pairtest.Files
		same          bool
	}{
		{"equal arguments", "data.t.d", pairtest.Main("data \"t\" \"d\" {\n  a = 1\n}\n"),
			pairtest.Main("data \"t\" \"d\" {\n  a = 1\n}\n"), true},
		{"another argument", "data.t.d", pairtest.Main("data \"t\" \"d\" {\n  a = 1\n}\n"),
			pairtest.Main("data \"t\" \"d\" {\n  a = 2\n}\n"), false},
		{"the same files", "data.archive_file.d", pairtest.Files{"main.tf": archive, "src/a": "1"}, pairtest.Files{"main.tf": archive,
			"src/a": "1"}, true},
		{"another file", "data.archive_file.d", pairtest.Files{"main.tf": archive, "src/a": "1"}, pairtest.Files{"main.tf": archive,
			"src/a": "2"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, c.before, c.after)
			was, is := read(p.Before, c.key), read(p.After, c.key)
			if (was == is) != c.same {
				t.Errorf("%s and %s", was, is)
			}
		})
	}
}

func read(w *eval.World, key string) string {
	inst := w.Root.Resource(key).Instances()[0]
	cfg, _ := inst.Config()
	return value.Fingerprint(datasource.Read(inst, cfg))
}

func TestRemoteState(t *testing.T) {
	const main = "data \"terraform_remote_state\" \"d\" {\n  backend = \"local\"\n  config = { path = \"s.tfstate\" }\n}\n"
	state := pairtest.Files{"s.tfstate": `{"version": 4, "outputs": {"o": {"value": "x", "type": "string"}}}`}
	maps.Copy(state, pairtest.Main(main))
	inst := pairtest.Load(t, state, state).After.Root.Resource("data.terraform_remote_state.d").Instances()[0]
	cfg, _ := inst.Config()
	if got := datasource.Read(inst, cfg).GetAttr("outputs").GetAttr("o"); got.AsString() != "x" {
		t.Errorf("output %#v", got)
	}
	if got := datasource.Deferred(inst, cfg).GetAttr("outputs"); !value.KnownAfterApply(got) {
		t.Errorf("outputs of a deferred read: %#v", got)
	}
}
