package diff

import (
	"regexp"
	"strings"
)

// otherManifest: the manifest is of another object, or is told to be made anew
// at any change.
func otherManifest(c change, h hit) decision {
	if forced, ok := c.becomes("force_new"); !ok {
		return open
	} else if forced == "true" {
		return replaces
	}
	old, okOld := valueText(h.old)
	now, okNew := valueText(h.new)
	if !okOld || !okNew {
		return open
	}
	was, is := manifestIdentity(old), manifestIdentity(now)
	if was == "" || is == "" {
		return open
	}
	return decide(was != is)
}

var (
	topKey    = regexp.MustCompile(`^["']?(apiVersion|kind|metadata)["']?:\s*(.*)$`)
	nestedKey = regexp.MustCompile(`^(\s+)["']?(name|namespace)["']?:\s*(.*)$`)
)

// manifestIdentity is what tells the object of a manifest apart, as text; empty
// where it is not written in the usual form.
func manifestIdentity(text string) string {
	found := map[string]string{}
	indent, within := "", ""
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if m := topKey.FindStringSubmatch(line); m != nil {
			found[m[1]], within, indent = scalarOf(m[2]), m[1], ""
			continue
		}
		if line != "" && line[0] != ' ' && line[0] != '#' {
			within = ""
		}
		if within != "metadata" {
			continue
		}
		if rest := strings.TrimLeft(line, " "); indent == "" && rest != "" && rest[0] != '#' {
			indent = line[:len(line)-len(rest)]
		}
		if m := nestedKey.FindStringSubmatch(line); m != nil && m[1] == indent {
			found["metadata."+m[2]] = scalarOf(m[3])
		}
	}
	if found["apiVersion"] == "" || found["kind"] == "" || found["metadata.name"] == "" || found["metadata"] != "" {
		return ""
	}
	return strings.Join([]string{found["apiVersion"], found["kind"], found["metadata.namespace"], found["metadata.name"]}, "\n")
}

// scalarOf is a scalar of YAML without quotes and comment.
func scalarOf(s string) string {
	if at := strings.Index(s, " #"); at >= 0 {
		s = s[:at]
	}
	return strings.Trim(strings.TrimSpace(s), `"'`)
}
