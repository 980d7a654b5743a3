package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits on what is read.
const (
	maxFileBytes   = 2 << 20
	maxModuleFiles = 2000
)

// IsConfig reports whether a file of that name is configuration for some
// runtime.
func IsConfig(name string) bool {
	_, ok := extension(path.Base(name))
	return ok
}

func extension(base string) (string, bool) {
	if ignored(base) {
		return "", false
	}
	for _, ext := range []string{".tf.json", ".tofu.json", ".tf", ".tofu"} {
		if strings.HasSuffix(base, ext) && base != ext {
			return ext, true
		}
	}
	return "", false
}

// ignored names hidden files, and the backups of editors (Terraform
// internal/configs/parser_config_dir.go, IsIgnoredFile).
func ignored(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") ||
		strings.HasPrefix(base, "#") && strings.HasSuffix(base, "#")
}

// list returns the configuration files of a folder as the runtime reads them:
// primary files, then overrides, each in the order of their names.
func list(tree fs.FS, dir string, rt Runtime) (primary, overrides []string, err error) {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil, nil, err
	}
	names := map[string]bool{}
	for _, e := range entries {
		ext, ok := extension(e.Name())
		if !ok || e.IsDir() || e.Type()&fs.ModeIrregular != 0 {
			continue
		}
		if strings.HasPrefix(ext, ".tofu") && !rt.ReadsTofuFiles() {
			continue
		}
		names[e.Name()] = true
	}
	var sorted []string
	for name := range names {
		// OpenTofu leaves x.tf aside where there is x.tofu, and x.tf.json
		// where there is x.tofu.json.
		ext, _ := extension(name)
		if strings.HasPrefix(ext, ".tf") && names[strings.TrimSuffix(name, ext)+strings.Replace(ext, ".tf", ".tofu", 1)] {
			continue
		}
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		ext, _ := extension(name)
		stem := strings.TrimSuffix(name, ext)
		if stem == "override" || strings.HasSuffix(stem, "_override") {
			overrides = append(overrides, path.Join(dir, name))
		} else {
			primary = append(primary, path.Join(dir, name))
		}
	}
	return primary, overrides, nil
}

// read returns the content of a file, links followed, or the problem with it.
func read(tree fs.FS, name string) ([]byte, *Problem) {
	at := hcl.Range{Filename: name}
	bad := func(kind plan.GapKind, format string, args ...any) *Problem {
		return &Problem{Kind: kind, Range: at, Subject: name, Text: fmt.Sprintf(format, args...)}
	}
	target, err := plan.Resolve(tree, name)
	if err != nil {
		return nil, bad(plan.GapUnreadable, "cannot follow %s: %v", name, err)
	}
	info, err := fs.Stat(tree, target)
	switch {
	case err != nil:
		return nil, bad(plan.GapUnreadable, "cannot read %s: %v", name, err)
	case info.IsDir() || plan.IsSubmodule(info):
		return nil, bad(plan.GapUnreadable, "%s is not a file", name)
	case info.Size() > maxFileBytes:
		return nil, bad(plan.GapLimit, "%s has %d bytes, more than the %d that are read", name, info.Size(), maxFileBytes)
	}
	b, err := fs.ReadFile(tree, target)
	switch {
	case errors.Is(err, plan.ErrNotFetched):
		return nil, bad(plan.GapUnreadable, "%s was not fetched", name)
	case err != nil:
		return nil, bad(plan.GapUnreadable, "cannot read %s: %v", name, err)
	case len(b) > maxFileBytes:
		return nil, bad(plan.GapLimit, "%s has %d bytes, more than the %d that are read", name, len(b), maxFileBytes)
	case plan.IsLFSPointer(b):
		return nil, bad(plan.GapUnreadable, "%s is a Git LFS pointer; its content is not in the repository", name)
	}
	return b, nil
}
