package command

import (
	"regexp"
	"strings"
)

// simple is one command as a shell splits a text: what stands between the
// operators, with its words unquoted and what is known of its variables put in.
type simple struct {
	words []word
	// fed is what it reads from a here-document, a here-string or a pipe, as far
	// as the text says.
	fed string
	// into is the file that its output goes to; empty for none, or another command.
	into string
	// assigned is how many of the first words only set variables.
	assigned int
	// from is the command whose output it reads.
	from *simple
	line int
	// raw is the text of the pipeline up to the end of this command.
	raw string
}

// word is a word of a command.
type word struct {
	text   string
	quoted bool
}

// shell reads a text as POSIX shells and Bash do, as far as commands are
// concerned. It never fails: what does not fit is taken literally.
type shell struct {
	budget *budget
	src    string
	at     int
	line   int
	vars   map[string]string
	out    []*simple
	cur    *simple
	start  int // of the pipeline, in src
	// bodies are here-documents that begin behind the next end of a line.
	bodies []body
	depth  int
	// function is the one that is read; empty for none.
	function string
	// opens: the word `function` stood before.
	opens bool
	// braces are those of the function that are open.
	braces int
	// shifted counts what the function takes off its parameters.
	shifted int
	// unclosed counts quotes that nothing closes.
	unclosed int
}

type body struct {
	of    *simple
	end   string
	strip bool
}

// maxDepth bounds substitutions within substitutions and texts within texts.
const maxDepth = 8

// split gives the commands of a text, those of substitutions included, in the
// order in which they end.
func split(text string, line int, vars map[string]string, b *budget, depth int) []*simple {
	if depth > maxDepth {
		b.exceed()
		return nil
	}
	s := &shell{budget: b, src: text, line: line, vars: vars, depth: depth}
	s.commands(false)
	return s.out
}

// commands reads up to the end of the text, or to the bracket that closes a
// substitution.
func (s *shell) commands(nested bool) {
	open := 0
	s.cur, s.start = &simple{line: s.line}, s.at
	for s.at < len(s.src) && s.budget.step() {
		switch c := s.src[s.at]; {
		case c == ')' && nested && open == 0:
			s.end(nil)
			return
		case c == '(' || c == ')':
			open = max(0, open+bracket(c))
			s.bracket(c)
		case c == ' ' || c == '\t' || c == '\r':
			s.at++
		case c == '\\' && strings.HasPrefix(s.src[s.at:], "\\\n"):
			s.at += 2
			s.line++
		case c == '\n':
			s.end(nil)
			s.newline()
		case c == '#':
			s.at += lineLength(s.src[s.at:])
		case c == ';' || c == '&' || c == '|':
			s.operator(c)
		case c == '<' || c == '>':
			s.redirect()
		default:
			s.word()
		}
	}
	s.end(nil)
}

func bracket(c byte) int {
	if c == '(' {
		return 1
	}
	return -1
}

// bracket begins or ends a subshell, a pattern of a case, or a function.
func (s *shell) bracket(c byte) {
	if c == '(' && len(s.cur.words) == 1 && strings.HasPrefix(s.src[s.at:], "()") {
		s.begin(s.cur.words[0].text)
		s.cur.words = nil
	}
	s.end(nil)
	s.at++
}

// begin opens a function.
func (s *shell) begin(name string) { s.function, s.braces, s.shifted = name, 0, 0 }

// brace counts the braces of a function, which ends with the last one.
func (s *shell) brace(word string) {
	switch word {
	case "{":
		s.braces++
	case "}":
		if s.braces--; s.braces <= 0 {
			s.function = ""
		}
	}
}

func lineLength(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

func (s *shell) operator(c byte) {
	rest := s.src[s.at:]
	switch {
	case strings.HasPrefix(rest, "&>"):
		s.at++
		s.redirect()
	case strings.HasPrefix(rest, "||") || strings.HasPrefix(rest, "&&"):
		s.end(nil)
		s.at += 2
	case c == '|':
		s.end(s.cur)
		if s.at++; strings.HasPrefix(rest, "|&") {
			s.at++
		}
	default:
		s.end(nil)
		s.at++
	}
}

// end closes a command. What comes next reads what piped prints, where given.
func (s *shell) end(piped *simple) {
	if len(s.cur.words) > 0 {
		s.cur.raw = s.src[s.start:s.at]
		s.out = append(s.out, s.cur)
		s.parameters()
	}
	if piped == nil {
		s.start = s.at
		if s.start < len(s.src) && s.src[s.start] != ')' {
			s.start++
		}
	}
	s.cur = &simple{line: s.line, from: piped}
}

// newline reads the here-documents that begin in the next line.
func (s *shell) newline() {
	s.at++
	s.line++
	s.cur.line = s.line
	bodies := s.bodies
	s.bodies = nil
	for _, b := range bodies {
		var lines []string
		for s.at < len(s.src) && s.budget.step() {
			n := lineLength(s.src[s.at:])
			text := s.src[s.at : s.at+n]
			s.at = min(len(s.src), s.at+n+1)
			s.line++
			if b.strip {
				text = strings.TrimLeft(text, "\t")
			}
			if text == b.end {
				break
			}
			lines = append(lines, text)
		}
		b.of.fed = strings.Join(lines, "\n")
		s.start, s.cur.line = s.at, s.line
	}
}

// redirect reads `>file`, `2>&1`, `<<END`, `<<<text` and `<(command)`.
func (s *shell) redirect() {
	rest := s.src[s.at:]
	if n := len(s.cur.words); n > 0 && s.at > 0 && fileNumber.MatchString(s.cur.words[n-1].text) && isDigit(s.src[s.at-1]) {
		s.cur.words = s.cur.words[:n-1]
	}
	switch {
	case strings.HasPrefix(rest, "<("), strings.HasPrefix(rest, ">("):
		s.at += 2
		s.nested()
	case strings.HasPrefix(rest, "<<<"):
		s.at += 3
		if w, ok := s.target(); ok {
			s.cur.fed = w
		}
	case strings.HasPrefix(rest, "<<"):
		s.at += 2
		strip := s.take("-")
		if w, ok := s.target(); ok {
			s.bodies = append(s.bodies, body{s.cur, w, strip})
		}
	default:
		into := s.src[s.at] == '>'
		s.at += len(rest) - len(strings.TrimLeft(rest, "<>"))
		_ = s.take("|")
		if s.take("&") && s.at < len(s.src) && (isDigit(s.src[s.at]) || s.src[s.at] == '-') {
			s.at++
			return
		}
		if w, ok := s.target(); ok && into {
			s.cur.into = w
		}
	}
}

var fileNumber = regexp.MustCompile(`^[0-9]$`)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (s *shell) take(prefix string) bool {
	if strings.HasPrefix(s.src[s.at:], prefix) {
		s.at += len(prefix)
		return true
	}
	return false
}

// target is the word behind an operator.
func (s *shell) target() (string, bool) {
	for s.take(" ") || s.take("\t") {
	}
	if s.at >= len(s.src) || strings.IndexByte("\n;&|()<>", s.src[s.at]) >= 0 {
		return "", false
	}
	return strings.ReplaceAll(s.raw().text, cut, " "), true
}
