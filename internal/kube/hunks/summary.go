package hunks

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

var (
	// scalarLine is a line with a plain, short value.
	scalarLine = regexp.MustCompile(`^[\s-]*([A-Za-z_][\w./-]*):\s*("?[\w./:-]{1,40}"?)\s*(#.*)?$`)
	// refLine is an entry of a list that ends in a reference of git's.
	refLine   = regexp.MustCompile(`^(\s*-\s*"?\S+\?ref=)([\w./-]{1,60})"?\s*$`)
	sensitive = regexp.MustCompile(`(?i)pass|secret|token|key|cred|cert|data|auth|private|salt|dsn|conn|url`)
	plainWord = regexp.MustCompile(`^[\w./-]{1,60}$`)
)

// Sensitive reports whether the value of a key is never shown.
func Sensitive(key string) bool { return sensitive.MatchString(key) }

// IsPlain reports whether a word is short and of letters, digits and the signs
// of paths alone, so that it may be shown as it is.
func IsPlain(word string) bool { return plainWord.MatchString(word) }

// Summary says in a few words what changed. It shows a value only where that is
// plain and its key is not Sensitive.
func (h Hunk) Summary() string {
	switch {
	case h.FileRemoved:
		return path.Base(h.File) + " is removed"
	case h.FileAdded:
		return path.Base(h.File) + " is added"
	}
	if text := h.oneLine(); text != "" {
		return text
	}
	line, verb := firstLine(h.Removed), "removed"
	if line == "" {
		line, verb = firstLine(h.Added), "added"
	} else if firstLine(h.Added) != "" {
		verb = "changed"
	}
	if key := yamlKey.FindStringSubmatch(line); key != nil {
		return key[1] + " " + verb
	}
	if word := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "-")); IsPlain(word) {
		return word + " " + verb
	}
	return "lines " + verb
}

// oneLine says what one line became, "" where more than its value changed.
func (h Hunk) oneLine() string {
	if len(h.Removed) != 1 || len(h.Added) != 1 {
		return ""
	}
	a, b := scalarLine.FindStringSubmatch(h.Removed[0]), scalarLine.FindStringSubmatch(h.Added[0])
	if a != nil && b != nil && a[1] == b[1] && !Sensitive(a[1]) {
		return fmt.Sprintf("%s %s -> %s", a[1], a[2], b[2])
	}
	a, b = refLine.FindStringSubmatch(h.Removed[0]), refLine.FindStringSubmatch(h.Added[0])
	if a != nil && b != nil && a[1] == b[1] {
		return fmt.Sprintf("ref %s -> %s", a[2], b[2])
	}
	return ""
}

// firstLine is the first line that is neither empty nor a comment.
func firstLine(lines []string) string {
	for _, l := range lines {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "#") {
			return l
		}
	}
	return ""
}
