package publish

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed triggers.txt
var triggerFile string

// dot breaks a word that another bot would take for a command.
const dot = "·"

// slash finds a slash that starts a word, as all slash commands do. After a
// letter, digit or closing bracket it is part of a path.
var slash = regexp.MustCompile(`(^|[^\pL\pN._~\-\]})/])(/+)([\pL\pN_])`)

// entity finds what may be read as a character reference. Some readers decode
// those before they look for commands, so none is left whole.
var entity = regexp.MustCompile(`&([#\pL])`)

// triggers is triggers.txt as one expression for each of its two kinds.
var triggers = sync.OnceValues(func() (anywhere, start *regexp.Regexp) {
	any, first, err := parseTriggers(triggerFile)
	if err != nil {
		panic(err) // the file is part of the program, a test reads it
	}
	return any, first
})

// parseTriggers compiles the format that triggers.txt describes.
func parseTriggers(file string) (anywhere, start *regexp.Regexp, err error) {
	words := map[string][]string{}
	for i, line := range strings.Split(file, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, text, ok := strings.Cut(line, " ")
		if !ok || (kind != "anywhere" && kind != "start") {
			return nil, nil, fmt.Errorf("triggers.txt:%d: want `anywhere TEXT` or `start TEXT`", i+1)
		}
		parts := strings.Fields(text)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		words[kind] = append(words[kind], strings.Join(parts, `\s+`))
	}
	anywhere, err = regexp.Compile(`(?i)(` + strings.Join(words["anywhere"], "|") + `)`)
	if err != nil {
		return nil, nil, fmt.Errorf("triggers.txt: %w", err)
	}
	start, err = regexp.Compile(`(?i)^(` + strings.Join(words["start"], "|") + `)(\s|$)`)
	if err != nil {
		return nil, nil, fmt.Errorf("triggers.txt: %w", err)
	}
	return anywhere, start, nil
}

// defuse puts a middle dot behind the first character of every trigger word.
// Doing so can join what is left to no new one, but words may overlap, so it
// repeats until there is none.
func defuse(s string) string {
	anywhere, start := triggers()
	s = entity.ReplaceAllString(s, "&"+dot+"$1")
	s = slash.ReplaceAllString(s, "$1$2"+dot+"$3")
	if start.MatchString(s) {
		s = breakWord(s)
	}
	for anywhere.MatchString(s) {
		s = anywhere.ReplaceAllStringFunc(s, breakWord)
	}
	return s
}

func breakWord(word string) string {
	_, size := utf8.DecodeRuneInString(word)
	return word[:size] + dot + word[size:]
}

// hasTrigger reports whether a text holds a live trigger word or a mention.
func hasTrigger(s string) bool {
	anywhere, _ := triggers()
	return anywhere.MatchString(s) || strings.ContainsAny(s, "@＠﹫")
}
