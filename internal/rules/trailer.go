package rules

import (
	"regexp"
	"strings"
)

// Trailer is one `Key: value` line of a commit message.
type Trailer struct{ Key, Value string }

var trailerLine = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.+?)[ \t]*$`)

// Trailers reads the trailers of a commit message. Git takes only the last
// paragraph; here every such line behind the subject counts, since squashed
// messages carry trailers in the middle, and evidence can only tighten.
func Trailers(message string) []Trailer {
	var out []Trailer
	lines := strings.Split(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
	for _, line := range lines[1:] {
		if m := trailerLine.FindStringSubmatch(visible(line)); m != nil {
			out = append(out, Trailer{m[1], m[2]})
		}
	}
	return out
}

// ParsePerson reads `Name <address>`.
func ParsePerson(text string) Person {
	name, rest, found := strings.Cut(text, "<")
	if !found {
		return Person{Name: strings.TrimSpace(text)}
	}
	email, _, _ := strings.Cut(rest, ">")
	return Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
}
