// Package modulesjson reads .terraform/modules/modules.json, in which Terraform
// and OpenTofu note which version of which module they have installed for each
// call of a root. Where it is committed, it says what is live.
package modulesjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Path is where the file lies below a root module.
const Path = ".terraform/modules/modules.json"

// Record is one call. Fields are as in terraform internal/modsdir.
type Record struct {
	// Key is the path of the call, names joined by dots: `vpc.subnets`.
	Key string `json:"Key"`
	// Source is the address in its full form, with the registry's host.
	Source string `json:"Source"`
	// Version is empty where the source has none.
	Version string `json:"Version"`
	// Dir is where the module lies, relative to the root module.
	Dir string `json:"Dir"`
}

const maxRecords = 10_000

// Parse reads the file. A record of an absolute folder, or a second one of a call,
// is an error: only a hand has written it.
func Parse(data []byte) ([]Record, error) {
	var file struct {
		Modules []Record `json:"Modules"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("read %s: %w", Path, err)
	}
	if len(file.Modules) > maxRecords {
		return nil, fmt.Errorf("read %s: more than %d modules", Path, maxRecords)
	}
	seen := map[string]bool{}
	for i, r := range file.Modules {
		dir := path.Clean(strings.ReplaceAll(r.Dir, `\`, "/"))
		if path.IsAbs(dir) || seen[r.Key] {
			return nil, fmt.Errorf("read %s: the record of %q is not Terraform's", Path, r.Key)
		}
		seen[r.Key] = true
		file.Modules[i].Dir = dir
	}
	return file.Modules, nil
}
