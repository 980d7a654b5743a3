package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// cut stands where a value that is not in quotes ends one word and begins the
// next.
const cut = "\x00"

// keywords of the shell stand before a command.
var keywords = []string{"if", "then", "elif", "else", "do", "while", "until", "!", "{", "}", "time", "done", "fi", "esac", "function"}

var assignment = regexp.MustCompile(`^([A-Za-z_]\w*)(\+?=)`)

// word reads one word, keeps what it assigns, and adds it to the command.
func (s *shell) word() {
	if len(s.cur.words) == 0 {
		s.cur.line = s.line
	}
	w := s.raw()
	if len(s.cur.words) == 0 && !w.quoted && slices.Contains(keywords, w.text) {
		s.opens = w.text == "function"
		s.brace(w.text)
		return
	}
	if s.opens {
		s.opens = false
		s.begin(w.text)
		return
	}
	if m := assignment.FindStringSubmatch(w.text); m != nil && s.assigns() {
		s.vars[m[1]] = clip(strings.ReplaceAll(w.text[len(m[0]):], cut, " "))
	}
	for _, text := range strings.Split(w.text, cut) {
		if text == "" && !w.quoted {
			continue
		}
		s.cur.words = append(s.cur.words, braced(word{text, w.quoted})...)
	}
}

// assigns reports whether a word `NAME=value` sets a variable here: before it
// stand none but such words and those that declare.
func (s *shell) assigns() bool {
	for n := len(s.cur.words); s.cur.assigned < n; s.cur.assigned++ {
		w := s.cur.words[s.cur.assigned].text
		if !slices.Contains(declarations, w) && !assignment.MatchString(w) {
			return false
		}
	}
	return true
}

var declarations = []string{"export", "local", "declare", "readonly", "typeset", "alias", "env"}

// clip bounds what a variable holds, so that variables in variables do not grow.
func clip(text string) string {
	const most = 4 << 10
	if len(text) > most {
		return text[:most]
	}
	return text
}

// braced is `{a,b}` as the words a and b.
func braced(w word) []word {
	if w.quoted || len(w.text) < 3 || w.text[0] != '{' || w.text[len(w.text)-1] != '}' || !strings.Contains(w.text, ",") {
		return []word{w}
	}
	var out []word
	for part := range strings.SplitSeq(w.text[1:len(w.text)-1], ",") {
		out = append(out, word{text: part})
	}
	return out
}

// raw reads up to a blank or an operator outside quotes.
func (s *shell) raw() word {
	var out strings.Builder
	quoted := false
	for s.at < len(s.src) && s.budget.step() {
		c := s.src[s.at]
		if strings.IndexByte(" \t\r\n;&|()<>", c) >= 0 {
			break
		}
		switch c {
		case '\'':
			quoted = s.single(&out) || quoted
		case '"':
			quoted = s.double(&out) || quoted
		case '\\':
			s.escaped(&out)
		case '$':
			out.WriteString(s.dollar(false))
		case '`':
			out.WriteString(s.backtick())
		default:
			out.WriteByte(c)
			s.at++
		}
	}
	return word{out.String(), quoted}
}

func (s *shell) escaped(out *strings.Builder) {
	s.at++
	if s.at >= len(s.src) {
		return
	}
	if s.src[s.at] == '\n' {
		s.line++
	} else {
		out.WriteByte(s.src[s.at])
	}
	s.at++
}

// single reads '...'. A quote that nothing closes is a letter.
func (s *shell) single(out *strings.Builder) bool {
	s.at++
	end := strings.IndexByte(s.src[s.at:], '\'')
	if end < 0 {
		out.WriteByte('\'')
		return false
	}
	text := s.src[s.at : s.at+end]
	out.WriteString(text)
	s.line += strings.Count(text, "\n")
	s.at += end + 1
	return true
}

// double reads "...", with what is substituted in it. The first few that nothing
// closes are letters, as an apostrophe is in what is not quite a script.
func (s *shell) double(out *strings.Builder) bool {
	from, line := s.at, s.line
	var text strings.Builder
	for s.at++; s.at < len(s.src) && s.budget.step(); {
		switch c := s.src[s.at]; c {
		case '"':
			s.at++
			out.WriteString(text.String())
			return true
		case '\\':
			if s.at+1 < len(s.src) && strings.IndexByte("\"\\$`\n", s.src[s.at+1]) >= 0 {
				s.escaped(&text)
				continue
			}
			text.WriteByte(c)
			s.at++
		case '$':
			text.WriteString(s.dollar(true))
		case '`':
			text.WriteString(s.backtick())
		default:
			if c == '\n' {
				s.line++
			}
			text.WriteByte(c)
			s.at++
		}
	}
	if s.unclosed++; s.unclosed > 16 || s.depth > 0 {
		return true
	}
	s.at, s.line = from+1, line
	out.WriteByte('"')
	return false
}

// backtick reads `...`.
func (s *shell) backtick() string {
	s.at++
	end := strings.IndexByte(s.src[s.at:], '`')
	if end < 0 {
		return "`"
	}
	text := s.src[s.at : s.at+end]
	inner := split(text, s.line, s.vars, s.budget, s.depth+1)
	s.out = append(s.out, inner...)
	s.at += end + 1
	s.line += strings.Count(text, "\n")
	return prints(inner)
}

// nested reads the commands of a substitution and what they are known to print.
func (s *shell) nested() string {
	if s.depth >= maxDepth {
		s.budget.exceed()
		return ""
	}
	in := &shell{budget: s.budget, src: s.src, at: s.at, line: s.line, vars: s.vars, depth: s.depth + 1}
	in.commands(true)
	s.out = append(s.out, in.out...)
	s.at, s.line = min(len(s.src), in.at+1), in.line
	return prints(in.out)
}

var (
	makeVariable  = regexp.MustCompile(`^\$\(([A-Z][A-Z0-9_]*)\)`)
	plainVariable = regexp.MustCompile(`^\$([A-Za-z_]\w*)`)
	inBraces      = regexp.MustCompile(`^\$\{([A-Za-z_]\w*)((?::?[-=])([^{}]*))?\}`)
	arithmetic    = regexp.MustCompile(`^\$\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)`)
	expression    = regexp.MustCompile(`^\$?\$\{\{[^{}]*\}\}`)
	otherBraces   = regexp.MustCompile(`^\$\{[^{}]*\}`)
	ansi          = regexp.MustCompile(`^\$'((?:[^'\\]|\\(?s:.))*)'`)
)

// dollar reads what begins with a dollar sign, and gives what it stands for:
// the value where the text gives it, else the name.
func (s *shell) dollar(quoted bool) string {
	rest := s.src[s.at:]
	if len(rest) > 4<<10 {
		rest = rest[:4<<10]
	}
	for _, form := range []*regexp.Regexp{makeVariable, plainVariable, inBraces} {
		if m := form.FindStringSubmatch(rest); m != nil {
			s.at += len(m[0])
			return s.value(m, quoted)
		}
	}
	for _, form := range []*regexp.Regexp{arithmetic, expression, otherBraces} {
		if m := form.FindString(rest); m != "" {
			s.at += len(m)
			s.line += strings.Count(m, "\n")
			return strings.Join(strings.Fields(m), "")
		}
	}
	if m := ansi.FindStringSubmatch(rest); m != nil && !quoted {
		s.at += len(m[0])
		s.line += strings.Count(m[0], "\n")
		return unescape(m[1])
	}
	if strings.HasPrefix(rest, "$(") {
		s.at += 2
		text := s.nested()
		if !quoted {
			text = strings.Join(strings.Fields(text), cut)
		}
		return text
	}
	s.at++
	return "$"
}

func (s *shell) value(m []string, quoted bool) string {
	value, known := s.vars[m[1]]
	switch {
	case m[1] == "IFS":
		value = " "
	case !known && len(m) > 3 && m[2] != "":
		value = m[3]
	case !known:
		return "$" + m[1]
	}
	s.budget.left -= len(value)
	if quoted {
		return value
	}
	if value = strings.Join(strings.Fields(value), cut); value == "" {
		return cut
	}
	return value
}

var escape = regexp.MustCompile(`\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3}|(?s:.))`)

// unescape reads what \x6b, \153 and the like stand for.
func unescape(text string) string {
	return escape.ReplaceAllStringFunc(text, func(m string) string {
		number := func(digits string, base int) string {
			n, err := strconv.ParseUint(digits, base, 32)
			if err != nil {
				return m
			}
			return string(rune(n))
		}
		switch c := m[1]; {
		case c == 'x' && len(m) > 2, c == 'u' && len(m) > 2:
			return number(m[2:], 16)
		case c >= '0' && c <= '7':
			return number(m[1:], 8)
		case c == 'n':
			return "\n"
		case c == 't':
			return "\t"
		}
		return m[1:]
	})
}
