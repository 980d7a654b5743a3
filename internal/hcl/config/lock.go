package config

import (
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var lockEntry = regexp.MustCompile(`(?s)provider\s+"([^"]+)"\s*\{[^}]*?version\s*=\s*"([^"]+)"`)

// LockedVersions reads the provider versions of a root's lock file, by source
// address; OpenTofu's registry counts as Terraform's.
func LockedVersions(tree fs.FS, root string) map[string]string {
	out := map[string]string{}
	b, problem := read(tree, path.Join(root, LockFile))
	if problem != nil {
		return out
	}
	for _, m := range lockEntry.FindAllStringSubmatch(string(b), -1) {
		source := m[1]
		if rest, ok := cutRegistry(source); ok {
			source = "registry.terraform.io/" + rest
		}
		out[source] = m[2]
	}
	return out
}

// LockFile is the name of the file with the versions of a root's providers.
const LockFile = ".terraform.lock.hcl"

// LockedAt is the line of a root's lock file where a provider's entry begins, 1
// where it is not found.
func LockedAt(tree fs.FS, root, source string) int {
	b, problem := read(tree, path.Join(root, LockFile))
	if problem != nil {
		return 1
	}
	before, _, found := strings.Cut(string(b), strconv.Quote(source))
	if !found {
		return 1
	}
	return 1 + strings.Count(before, "\n")
}

func cutRegistry(s string) (string, bool) {
	const opentofu = "registry.opentofu.org/"
	if len(s) > len(opentofu) && s[:len(opentofu)] == opentofu {
		return s[len(opentofu):], true
	}
	return s, false
}
