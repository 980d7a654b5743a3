package apply

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

//go:embed immutable.yaml
var immutableYAML []byte

// field is one entry of immutable.yaml, which explains the keys.
type field struct {
	Path   string
	Source string
	As     string
	Rule   rule
	Check  string
	When   map[string]any
	Unless []string
	Until  string

	path plan.Path
}

type rule string

const (
	fixed   rule = "fixed"
	once    rule = "once"
	keep    rule = "keep"
	asSet   rule = "set"
	ignored rule = "ignored"
	checked rule = "check"
)

// readTable reads the entries of each kind. isCheck says whether a check of a
// name is there.
func readTable(data []byte, isCheck func(string) bool) (map[string][]field, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	t := map[string][]field{}
	if err := dec.Decode(&t); err != nil {
		return nil, fmt.Errorf("read immutable.yaml: %w", err)
	}
	for kind, fields := range t {
		for i := range fields {
			f := &fields[i]
			f.path = splitPath(f.Path)
			if f.Rule == "" {
				f.Rule = fixed
			}
			if f.As == "" {
				f.As = f.Path
			}
			switch {
			case f.Source == "":
				return nil, fmt.Errorf("immutable.yaml: %s %s has no source", kind, f.Path)
			case !slices.Contains([]rule{fixed, once, keep, asSet, ignored, checked}, f.Rule):
				return nil, fmt.Errorf("immutable.yaml: %s %s: no rule %q", kind, f.Path, f.Rule)
			case (f.Rule == checked) != isCheck(f.Check):
				return nil, fmt.Errorf("immutable.yaml: %s %s: no check %q", kind, f.Path, f.Check)
			}
		}
	}
	return t, nil
}

// splitPath reads `spec.a\.b.c`, where a backslash keeps a dot in a name.
func splitPath(s string) plan.Path {
	var out plan.Path
	for _, part := range strings.Split(strings.ReplaceAll(s, `\.`, "\x00"), ".") {
		out = append(out, strings.ReplaceAll(part, "\x00", "."))
	}
	return out
}
