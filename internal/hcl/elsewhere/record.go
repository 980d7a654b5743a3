package elsewhere

import (
	"io/fs"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/modulesjson"
)

// record is one call of a committed .terraform/modules/modules.json.
type record modulesjson.Record

// recorded reads the record of a root, where it is committed. One that the tool
// has not written is none.
func recorded(tree fs.FS, root string) map[string]record {
	name, err := plan.Resolve(tree, path.Join(root, modulesjson.Path))
	if err != nil {
		return nil
	}
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil
	}
	records, err := modulesjson.Parse(data)
	if err != nil {
		return nil
	}
	out := make(map[string]record, len(records))
	for _, r := range records {
		out[r.Key] = record(r)
	}
	return out
}

// fits reports whether init would leave what is installed: the same source, and
// a version that the constraint allows (terraform internal/initwd).
func (r record) fits(call *config.Call) bool {
	if !strings.HasSuffix(r.Source, strings.TrimPrefix(call.Source, "registry.terraform.io/")) {
		return false
	}
	return call.Version == "" || config.Allows(call.Version, r.Version)
}
