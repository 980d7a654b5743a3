package recipe

import (
	"regexp"
	"strings"
)

// Lines are the lines of a text without comments and layout.
func Lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !remark.MatchString(line) {
			out = append(out, line)
		}
	}
	return out
}

var (
	// remark is a comment; the first line that names an interpreter is none.
	remark = regexp.MustCompile(`^(#([^!]|$)|//)`)
	// decides is a line on which others depend: a condition, an end, an option of
	// the shell, a folder, a value, a part of a longer text.
	decides = regexp.MustCompile(`(?i)(^|[;&|({]\s*)(if|then|elif|else|fi|for|while|until|do|done|case|esac|end|exec|set|unset|trap|cd|pushd|popd|` +
		`function|def|class|break|continue|test|try|except|catch|finally|with|source|export|alias|shift|wait|sleep|read|local|const|let|var)\b` +
		`|(^|[^\w-])(exit|quit|return|assert|raise|throw|die|(dry|check|verify|confirm|guard|lock)\S*)([^\w-]|$)` +
		`|^[\w.]+\s*[:+?]?=|^\.\s|^#!|:$|<<|"""|'''|/\*|\*/|[\[\](){}]$|^[\[\](){}]|[\\|&,]$|\|\||&&|^[|&]`)
)

// Less reports whether a text only lacks commands that another one has: of its
// lines each stands alone, and none decides what becomes of the others.
func Less(before, after []string) bool {
	at := 0
	for i, line := range before {
		if at < len(after) && after[at] == line {
			at++
			continue
		}
		joined := i > 0 && strings.ContainsAny(before[i-1][len(before[i-1])-1:], `\|&,([{`)
		if joined || decides.MatchString(line) || !closed(line) {
			return false
		}
	}
	return at == len(after)
}

// closed reports whether a line closes its quotes.
func closed(line string) bool {
	return strings.Count(line, `"`)%2 == 0 && strings.Count(line, "'")%2 == 0 && strings.Count(line, "`")%2 == 0
}
