// Package dotfile knows the files by which a tool leaves files out.
package dotfile

import (
	_ "embed"
	"path"
	"strings"
	"sync"
)

// Unknown reports whether a file may decide which files some tool sees, and
// nothing is known of it: a dot-file with `ignore` or `source` in its name that
// is not listed in known.txt.
func Unknown(name string) bool {
	base := strings.ToLower(path.Base(name))
	if !strings.HasPrefix(base, ".") || !strings.Contains(base, "ignore") && !strings.Contains(base, "source") {
		return false
	}
	for pattern := range strings.Lines(known()) {
		if ok, err := path.Match(strings.TrimSpace(pattern), base); err == nil && ok {
			return false
		}
	}
	return true
}

// Beside reports whether a file stands in a folder, or in one above it.
func Beside(name, dir string) bool {
	at := path.Dir(name)
	return at == "." || at == dir || strings.HasPrefix(dir, at+"/")
}

//go:embed known.txt
var listed string

// known is the list without its comments.
var known = sync.OnceValue(func() string {
	var b strings.Builder
	for line := range strings.Lines(listed) {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			b.WriteString(strings.ToLower(line))
		}
	}
	return b.String()
})
