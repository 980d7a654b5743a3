package diff

import (
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func storageShrinks(_ change, h hit) decision {
	o, n := equal.Unmarked(h.old), equal.Unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() {
		return open
	}
	old, okOld := entryOf(o, "storage")
	new, okNew := entryOf(n, "storage")
	if !okOld || !okNew {
		return open
	}
	a, validOld := forms.Quantity(old)
	b, validNew := forms.Quantity(new)
	if !validOld || !validNew {
		return open
	}
	return replacesIf(b.Cmp(a) < 0)
}

func otherObject(_ change, h hit) decision {
	o, n := equal.Unmarked(h.old), equal.Unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() || o.IsNull() || n.IsNull() || !equal.IsKeyed(o) || !equal.IsKeyed(n) {
		return open
	}
	result := inPlace
	for _, path := range identityPaths {
		switch identityVerdict(o, n, path) {
		case equal.Differs:
			return replaces
		case equal.Maybe:
			result = open
		}
	}
	return result
}

var identityPaths = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}

func identityVerdict(o, n cty.Value, path string) equal.Verdict {
	a, okOld := textAt(o.AsValueMap(), path)
	b, okNew := textAt(n.AsValueMap(), path)
	switch {
	case okOld && okNew && a == b:
		return equal.Same
	case okOld && okNew:
		return equal.Differs
	}
	return equal.Leaves(at(o.AsValueMap(), path), at(n.AsValueMap(), path))
}

func identity(h hit) []plan.Path {
	var out []plan.Path
	for _, path := range identityPaths {
		if identityVerdict(equal.Unmarked(h.old), equal.Unmarked(h.new), path) == equal.Differs {
			p := plan.Path{"manifest"}
			for _, name := range strings.Split(path, ".") {
				p = append(p, name)
			}
			out = append(out, p)
		}
	}
	return out
}

func otherManifest(c change, h hit) decision {
	if forced, ok := c.becomes("force_new"); !ok {
		return open
	} else if forced == "true" {
		return replaces
	}
	old, okOld := equal.Text(h.old)
	now, okNew := equal.Text(h.new)
	if !okOld || !okNew {
		return open
	}
	was, is := manifestIdentity(old), manifestIdentity(now)
	if was == "" || is == "" {
		return open
	}
	return replacesIf(was != is)
}

var (
	topKey    = regexp.MustCompile(`^["']?(apiVersion|kind|metadata)["']?:\s*(.*)$`)
	nestedKey = regexp.MustCompile(`^(\s+)["']?(name|namespace)["']?:\s*(.*)$`)
)

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

func scalarOf(s string) string {
	if at := strings.Index(s, " #"); at >= 0 {
		s = s[:at]
	}
	return strings.Trim(strings.TrimSpace(s), `"'`)
}
