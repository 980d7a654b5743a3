package publish

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Slot is the kind of place that foreign text is written into. The zero value
// is invalid.
type Slot int

const (
	_ Slot = iota
	// Span is a Markdown code span; Escape writes its backticks.
	Span
	// Prose is running Markdown text.
	Prose
	// Fence is a line inside a fenced code block, not the start of it.
	Fence
	// Label is the quoted label of a Mermaid node; Escape writes the quotes.
	Label
	// Plain is text that is not rendered but read by people, agents and bots:
	// titles, annotations.
	Plain
	// Terminal is text on a terminal or in a file for the person who ran the
	// command: names stay as they are, only what moves the cursor or the
	// direction of text goes.
	Terminal
)

// Escape makes foreign text safe for a slot, at most limit characters of it.
//
// Quoted text of several words (a key, a value) is replaced by its length:
// no name needs a sentence, and a sentence may be meant for an agent.
//
// Whatever the text, the result has one line, no control, invisible or
// right-to-left characters, and outside of a terminal no mention, no link, no
// markup, no character that could end the slot, and no word that another bot
// takes for a command (triggers.txt). What is taken out stays visible: a
// control character as \u{1b}, an at-sign as (at).
func Escape(where Slot, s string, limit int) string {
	if where == Terminal {
		return truncate(visible(s), limit)
	}
	s = strings.TrimSpace(truncate(withoutSentences(visible(s)), limit))
	switch where {
	case Span:
		if s == "" {
			s = "(empty)"
		}
		return "`" + defuse(delimiters.Replace(s)) + "`"
	case Fence, Plain:
		return defuse(delimiters.Replace(s))
	case Label:
		return `"` + strings.ReplaceAll(strings.ReplaceAll(defuse(delimiters.Replace(s)), "#", "#35;"), `"`, "'") + `"`
	case Prose:
		return prose(defuse(delimiters.Replace(s)))
	default:
		panic(fmt.Sprintf("publish: slot %d is not known", where))
	}
}

// delimiters replaces what ends a code span, a table cell or a fence, or
// starts a tag or a comment, which a reader would strip.
var delimiters = strings.NewReplacer("`", "'", "|", "¦", "<", "‹", "@", "(at)", "＠", "(at)", "﹫", "(at)")

// maxWords is how many words a quoted name may have.
const maxWords = 3

var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

func withoutSentences(s string) string {
	return quoted.ReplaceAllStringFunc(s, func(q string) string {
		if len(strings.Fields(q)) <= maxWords {
			return q
		}
		sum := sha256.Sum256([]byte(q[1 : len(q)-1]))
		return fmt.Sprintf(`"(%d characters, sha256 %x)"`, utf8.RuneCountInString(q)-2, sum[:4])
	})
}

// visible keeps what can be seen and reads from left to right; anything else
// becomes its number, line breaks and tabs a blank.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x{%02x}`, s[i])
		case r == '\n', r == '\r', r == '\t', unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case shown(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		i += size
	}
	return b.String()
}

// blank are characters of visible classes that show nothing.
const blank = "\u115f\u1160\u2800\u3164\uffa0"

func shown(r rune) bool {
	if r < 0x7f {
		return r >= 0x20
	}
	if strings.ContainsRune(blank, r) {
		return false
	}
	rightToLeft := unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko,
		unicode.Samaritan, unicode.Mandaic, unicode.Adlam, unicode.Hanifi_Rohingya, unicode.Mende_Kikakui)
	return !rightToLeft && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
}

// truncate cuts to limit characters on a rune boundary; the last one then is
// an ellipsis.
func truncate(s string, limit int) string {
	if limit <= 0 || utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			return s[:i] + "…"
		}
	}
	return s
}

// prose writes text so that Markdown shows it as it is. References to issues
// (#1, GH-1) and links are found by GitHub in the rendered text, so a
// backslash does not stop them; a middle dot does.
func prose(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if special(s, i) {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
		if i+1 >= len(s) {
			break
		}
		next := s[i+1]
		switch {
		case c == '#' && digit(next),
			c == '-' && digit(next) && i >= 2 && strings.EqualFold(s[i-2:i], "GH"),
			c == ':' && next == '/',
			c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString("·")
		}
	}
	return b.String()
}

// special reports whether a character could mean something to Markdown where it
// stands. Agents read the text as it is written, so nothing else is escaped.
func special(s string, i int) bool {
	c := s[i]
	before, behind := byte(' '), byte(' ')
	if i > 0 {
		before = s[i-1]
	}
	if i+1 < len(s) {
		behind = s[i+1]
	}
	switch {
	case c >= utf8.RuneSelf || !unicode.In(rune(c), unicode.P, unicode.S), strings.IndexByte(`,;'"/%?`, c) >= 0:
		return false
	case c == '-', c == '+', c == '=', c == '>', c == '#':
		return i == 0 || before == '-' || before == '#' // a list, a quotation, a heading: at the start of a line
	case c == '.':
		return digit(before) || i >= 3 && strings.EqualFold(s[i-3:i], "www") // a numbered list, an address
	case c == '_':
		return !letter(before) || !letter(behind) // emphasis does not begin or end inside of a word
	case c == ':':
		return behind != ' ' // an emoji, an address
	case c == '(':
		return before == ']'
	case c == ')':
		return digit(before) || before == ']'
	case c == '{', c == '}':
		return false
	}
	return true
}

func letter(c byte) bool { return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
