package publish

import (
	"strings"
	"unicode/utf8"
)

// Showable reports whether a line of code can be written as it is: nothing in it
// is invisible, nothing is a mention or what another bot takes for a command.
func Showable(line string) bool {
	text := visible(line)
	plain := strings.TrimSpace(text)
	return text == strings.ReplaceAll(line, "\t", " ") && defuse(plain) == plain && !hasTrigger(line) &&
		utf8.RuneCountInString(line) <= maxPhrase
}
