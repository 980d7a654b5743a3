package impact

import (
	"path"
	"slices"
	"strings"
)

// isName reports whether a character can be part of a name.
func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// longest is the longest token that is looked at.
const longest = 512

// tokens visits the names of a text: what stands between characters that no name
// has. A dot belongs to a name only inside it.
func tokens(text string, visit func(token string, at int)) {
	for i := 0; i < len(text); {
		if !isName(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && isName(text[i]) {
			i++
		}
		word := strings.TrimRight(text[start:i], ".")
		trimmed := strings.TrimLeft(word, ".-")
		if len(trimmed) > 0 && len(trimmed) <= longest {
			visit(trimmed, start+len(word)-len(trimmed))
		}
	}
}

// firstToken is the first name of an identifier: what it is found by.
func firstToken(id string) (first string) {
	tokens(id, func(token string, _ int) {
		if first == "" {
			first = token
		}
	})
	return first
}

// hosts are the ends of host names that services give their objects.
var hosts = []string{
	"amazonaws.com", "amazonaws.com.cn", "googleapis.com", "windows.net", "azure.com", "azure.net", "azurecr.io", "cluster.local", "svc",
}

// heads are a token, and the parts of it that a service made a host name of.
func heads(token string) []string {
	out := []string{token}
	for i := range len(token) {
		rest := token[i:]
		if rest[0] != '.' {
			continue
		}
		if slices.ContainsFunc(hosts, func(h string) bool { return rest == "."+h || strings.HasSuffix(rest, "."+h) }) {
			out = append(out, token[:i])
		}
	}
	return out
}

// identifier is one by which others know an object; first is where its first name
// begins.
type identifier struct {
	of    *lost
	text  string
	first int
}

// identifiedIn visits the lost objects whose identifier stands in a text, with the
// place of it there.
func (s *search) identifiedIn(text string, visit func(l *lost, id string, at int)) {
	tokens(text, func(token string, at int) {
		for _, head := range heads(token) {
			for _, known := range s.identified[head] {
				if !s.budget.spend(&s.budget.followed, 1, maxFollow) {
					return
				}
				if start, ok := stands(text, known, at); ok {
					visit(known.of, known.text, start)
				}
			}
		}
	})
}

// stands reports whether an identifier whose first name is at a place in a text
// stands there whole.
func stands(text string, known identifier, at int) (start int, ok bool) {
	start = at - known.first
	id := known.text
	if start < 0 || !strings.HasPrefix(text[start:], id) {
		return 0, false
	}
	if start > 0 && start == at && isName(text[start-1]) {
		return 0, false
	}
	rest := text[start+len(id):]
	if strings.Contains(id, "/") && (further(rest) || deeper(text[:start], id)) {
		return 0, false
	}
	end := 0
	for end < len(rest) && isName(rest[end]) {
		end++
	}
	behind := strings.TrimRight(rest[:end], ".")
	host := slices.ContainsFunc(hosts, func(h string) bool { return behind == "."+h || strings.HasSuffix(behind, "."+h) })
	return start, behind == "" || host
}

// further reports whether a path goes on.
func further(rest string) bool { return len(rest) > 1 && rest[0] == '/' && isName(rest[1]) }

// deeper reports whether a path begins before the identifier: with something that is
// neither a host nor what a resource name (ARN) puts before the path.
func deeper(before, id string) bool {
	if !strings.HasPrefix(id, "/") {
		trimmed, slash := strings.CutSuffix(before, "/")
		if !slash {
			return false
		}
		before = trimmed
	}
	start := len(before)
	for start > 0 && isName(before[start-1]) {
		start--
	}
	word := before[start:]
	return word != "" && !strings.Contains(word, ".") && !slices.Contains([]string{"parameter", "repository", "repositories"}, word)
}

// commented are the files whose comments start with #.
var commented = []string{
	".yaml", ".yml", ".sh", ".bash", ".py", ".rb", ".toml", ".ini", ".env", ".properties", ".tfvars", ".hcl", ".conf", ".cfg",
}

// names finds identifiers in a file that is no configuration of Terraform. Each file
// is told once for each object.
func (s *search) names(name, content string) {
	if len(s.identified) == 0 {
		return
	}
	comments := slices.Contains(commented, path.Ext(name)) || slices.Contains([]string{"Dockerfile", "Makefile"}, path.Base(name))
	number := 0
	for line := range strings.Lines(content) {
		number++
		if comments {
			line = withoutComment(line)
		}
		s.identifiedIn(line, func(l *lost, id string, at int) {
			if !own(l, name) && (!plain(id) || isValue(line, id, at)) {
				l.add(File, id, name, number)
			}
		})
	}
}

// own reports whether a file gives an object its name: a file of values of its root.
func own(l *lost, name string) bool {
	return l.kind == "" && path.Dir(name) == l.change.Address.Root &&
		slices.ContainsFunc([]string{".tfvars", ".tfvars.json", ".tf.json"}, func(e string) bool { return strings.HasSuffix(name, e) })
}

// withoutComment is a line up to a # that starts a comment.
func withoutComment(line string) string {
	quote := byte(0)
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0 && c == quote && (i == 0 || line[i-1] != '\\'):
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return line[:i]
		}
	}
	return line
}

// isValue reports whether a word is a whole value on its line: quoted and no key, or
// all that stands behind `:`, `=` or `-`; or the name of a host.
func isValue(line, id string, at int) bool {
	before, behind := line[:at], strings.TrimRight(line[at+len(id):], "\r\n")
	if strings.HasPrefix(behind, ".") {
		return true // `stands` saw that a host follows
	}
	if n := len(before); n > 0 && (before[n-1] == '"' || before[n-1] == '\'') {
		rest, closed := strings.CutPrefix(behind, before[n-1:])
		return closed && !strings.HasPrefix(strings.TrimSpace(rest), ":")
	}
	lead := strings.TrimRight(before, " \t")
	if lead == "" || !strings.ContainsAny(lead[len(lead)-1:], ":=-") {
		return false
	}
	return strings.Trim(behind, " \t,;") == ""
}
