package equal

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// google: names and links of the same object, enumerations by case, durations
// by length (google/tpgresource/self_link_helpers.go, common_diff_suppress.go).
func (m Meaning) google(a, b string) Verdict {
	switch {
	case forms.SameDuration(a, b), forms.SameInstant(a, b):
		return Same
	case strings.Contains(m.Attr, "port") && (a == b+"-"+b || b == a+"-"+a):
		return Same
	case strings.EqualFold(a, b) && caseless(m.Attr):
		return Same
	}
	if v := m.links(a, b); v != Differs {
		return v
	}
	return loosely(a, b)
}

func caseless(attr string) bool {
	switch attr {
	case "location", "type", "volume_type", "format", "visibility", "effect", "ip_protocol", "protocol", "member", "policy",
		"storage_class", "load_balancing_scheme":
		return true
	}
	return false
}

// isLink recognises the whole path of an object.
func isLink(s string) bool {
	return strings.HasPrefix(s, "projects/") || strings.HasPrefix(s, "https://www.googleapis.com/")
}

// link is a resource path without host, API and version. Image families and
// the fixed words of image paths are left out, so that
// `debian-cloud/debian-12` and its long form agree.
func link(s string) []string {
	if i := strings.Index(s, "/projects/"); i >= 0 {
		s = s[i:]
	}
	var out []string
	for _, part := range strings.Split(strings.Trim(s, "/"), "/") {
		switch part {
		case "", "projects", "global", "images", "family":
			continue
		}
		out = append(out, part)
	}
	return out
}

// links: one path is the end of the other, whole segments at a time. A
// project's number stands for its name, and a symbol for anything.
func (m Meaning) links(a, b string) Verdict {
	if !strings.Contains(a, "/") && !strings.Contains(b, "/") {
		return Differs
	}
	x, y := link(a), link(b)
	if len(x) > len(y) {
		x, y, a, b = y, x, b, a
	}
	if len(x) == 0 {
		return Differs
	}
	tail := y[len(y)-len(x):]
	worst := Same
	for i := range x {
		variant := i == 0 && len(x) == len(y) && len(x) > 1 && forms.IsDigits(x[0]) != forms.IsDigits(tail[0])
		switch {
		case x[i] == tail[i] || variant:
		case value.HasToken(x[i]) || value.HasToken(tail[i]):
			worst = Maybe
		default:
			return Differs
		}
	}
	slash := strings.HasSuffix(a, "/") != strings.HasSuffix(b, "/")
	name := !strings.Contains(a, "/") && !m.collects(b)
	part := strings.Contains(a, "/") && len(x) < len(y) && !strings.HasPrefix(b, "projects/") && !strings.Contains(b, "/projects/")
	if slash || name || part {
		return Maybe
	}
	return worst
}

// collects: a name alone is a link where the collection in the link is what
// the attribute is about: `network` and networks, `machine_type` and
// machineTypes.
func (m Meaning) collects(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 2 {
		return false
	}
	switch m.Attr {
	case "disk", "instance", "instance_group_manager":
		return false // attachments keep the name itself in the state
	}
	collection := parts[len(parts)-2]
	if value.HasToken(collection) || collection == "family" {
		return true
	}
	bare := func(s string) string { return strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(s, "_", "")), "s") }
	c, attr := bare(collection), bare(m.Attr)
	return strings.HasSuffix(c, attr) || strings.HasSuffix(attr, c)
}
