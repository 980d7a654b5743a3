package command

import (
	"regexp"
	"strings"
)

var (
	// runner is what stands before a text that a program runs.
	runner = regexp.MustCompile("(?i)(?:\\b(?:system|exec\\w*|spawn\\w*|popen\\w*|run(?:_\\w+|cmd|command|shell|sync|script|kubectl)?|call|check_call|check_output|getoutput|getstatusoutput|shell\\w*|sh|bash|zsh|bat|powershell|pwsh|passthru|proc_open|local|local_resource|custom_build|" +
		"command(?:context)?|cmd|\\w*_cmd|capture2e?|capture3|execa\\w*|zx|script|argv|args|inline|entrypoint|on_create|after_run)['\"]?\\s*(?:\\(\\s*(?:[\\w.]+\\s*=\\s*)?|[:=]\\s*|\\s)(?:\\w+,\\s*)?\\[?\\s*(?:['\"][\\w -]*['\"],\\s*){0,4}(?:[fbru]{1,2})?|\\$|qx|%x)$")
	// spokenBefore is what stands before a text that people read.
	spokenBefore = regexp.MustCompile(`(?i)\b(print\w*|puts|p|say|echo|log\w*|logger\.\w+|console\.\w+|info|warn\w*|error\w*|debug|notice|fail|die|abort|raise|throw|\w*(Error|Exception)|assert\w*|expect|describe|it|test|stage|task|desc|help|usage|description|summary|title|message|msg|label|name|doc|comment|note|text)['"]?\s*(\(|[:=]|\s)\s*[fbru]?$`)
)

// before is how much of the text before a string is looked at.
const before = 120

func tail(text string) string { return text[max(0, len(text)-before):] }

// literal is a string of a program: where it begins, and what is in it.
type literal struct{ from, inner, end int }

// after is where a text ends with its quote.
func (l literal) after() int { return l.end + l.inner - l.from }

// literals finds the strings of a program, whatever its language; comments are
// passed over.
func literals(text string) []literal {
	var out []literal
	for at := 0; at < len(text); {
		rest := text[at:]
		if n := commented(text, at); n > 0 {
			at += n
			continue
		}
		mark, end := "", -1
		switch c := text[at]; {
		case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, "'''"):
			mark = rest[:3]
			end = strings.Index(rest[3:], mark)
		case c == '"' || c == '\'' || c == '`':
			mark = rest[:1]
			end = closing(rest[1:], c)
		case strings.HasPrefix(rest, "%x") && len(rest) > 2 && strings.IndexByte("[({", rest[2]) >= 0:
			mark = rest[:3]
			end = strings.IndexByte(rest[3:min(len(rest), 4<<10)], "])}"[strings.IndexByte("[({", rest[2])])
		}
		if end < 0 {
			at++
			continue
		}
		out = append(out, literal{at, at + len(mark), at + len(mark) + end})
		at += 2*len(mark) + end
	}
	return out
}

// commented is how long the comment is that begins here: one over several lines,
// or a whole line.
func commented(text string, at int) int {
	rest := text[at:]
	if strings.HasPrefix(rest, "/*") && (at == 0 || strings.IndexByte(" \t\n;{(,", text[at-1]) >= 0) {
		if end := strings.Index(rest, "*/"); end > 0 {
			return end + 2
		}
		return len(rest)
	}
	if strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "//") {
		line := tail(text[:at])
		start := strings.LastIndexByte(line, '\n') + 1
		if (start > 0 || len(line) == at) && strings.TrimSpace(line[start:]) == "" {
			return lineLength(rest)
		}
	}
	return 0
}

// closing is where a quote ends; only one in backticks may have several lines.
func closing(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == quote:
			return i
		case text[i] == '\n' && quote != '`':
			return -1
		}
	}
	return -1
}

// place says what the string at a place is of which all found from had on are:
// it is run, it looks like a command, or people read it.
func (f *finder) place(had int, as As, text string, at int) {
	if len(f.found) == had {
		return
	}
	head := tail(text[:at])
	switch {
	case text[at] == '%' || text[at] == '`' && f.backticks || runner.MatchString(strings.TrimRight(head, " \t\n")) || runner.MatchString(head):
		for i := range f.found[had:] {
			f.found[had+i].As = as
		}
	case spokenBefore.MatchString(head), strings.HasPrefix(text[at:], `"""`) && strings.HasSuffix(strings.TrimRight(head, " \t\n"), ":"):
		f.found = f.found[:had]
	}
}
