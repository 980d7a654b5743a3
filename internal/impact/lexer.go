package impact

import (
	"strings"
)

// A lexer reads configuration line by line, far enough to tell code from the content
// of strings and from comments, and how deep in blocks a line is.
type lexer struct {
	depth   int
	comment bool   // in a comment of several lines
	heredoc string // the word that ends it
	// stack are the strings that are open, each with how deep its ${ } is.
	stack []int
}

// line is what a line says: code with the content of ${ } and of keys in brackets,
// and the literals between quotes.
type line struct {
	code     string
	literals []string
}

func (x *lexer) read(text string) line {
	text = strings.TrimRight(text, "\r\n")
	var out line
	if x.heredoc != "" {
		if strings.TrimSpace(text) == x.heredoc {
			x.heredoc = ""
			return out
		}
		return line{code: inside(text), literals: []string{text}}
	}
	if x.stack != nil && !x.within() {
		x.stack = nil // a string ends with its line
	}
	var code, literal strings.Builder
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case x.comment:
			if strings.HasPrefix(rest, "*/") {
				x.comment = false
				i++
			}
		case x.inString():
			i += x.string(rest, &code, &literal, &out)
		case strings.HasPrefix(rest, "/*"):
			x.comment = true
			i++
		case rest[0] == '#', strings.HasPrefix(rest, "//"):
			out.code = code.String()
			return out
		case strings.HasPrefix(rest, "<<"):
			x.heredoc = strings.Trim(strings.TrimLeft(rest, "<-"), " \t")
			out.code = code.String()
			return out
		default:
			x.codeAt(rest[0])
			code.WriteByte(rest[0])
		}
	}
	out.code = code.String()
	return out
}

// string reads one step inside a string and says how many characters more it took.
func (x *lexer) string(rest string, code, literal *strings.Builder, out *line) int {
	switch {
	case rest[0] == '\\' && len(rest) > 1, strings.HasPrefix(rest, "$${"):
		literal.WriteString(rest[:2])
		return 1
	case strings.HasPrefix(rest, "${"), strings.HasPrefix(rest, "%{"):
		x.stack[len(x.stack)-1] = 1
		code.WriteByte(' ')
		literal.WriteByte(' ')
		return 1
	case rest[0] == '"':
		x.stack = x.stack[:len(x.stack)-1]
		out.literals = append(out.literals, literal.String())
		literal.Reset()
		if strings.HasSuffix(code.String(), `["`) {
			code.WriteString(out.literals[len(out.literals)-1])
		}
		code.WriteByte('"')
		return 0
	}
	literal.WriteByte(rest[0])
	return 0
}

// codeAt takes one character of code.
func (x *lexer) codeAt(c byte) {
	top := len(x.stack) - 1
	switch {
	case c == '"':
		x.stack = append(x.stack, 0)
	case c == '{' && top >= 0:
		x.stack[top]++
	case c == '}' && top >= 0:
		x.stack[top]--
	case c == '{':
		x.depth++
	case c == '}':
		x.depth = max(0, x.depth-1)
	}
}

func (x *lexer) inString() bool { return len(x.stack) > 0 && x.stack[len(x.stack)-1] == 0 }

// within reports whether a ${ } is open.
func (x *lexer) within() bool { return len(x.stack) > 0 && x.stack[len(x.stack)-1] > 0 }

// inside is what stands in the ${ } of a heredoc's line.
func inside(text string) string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "${")
		if !ok {
			return strings.Join(out, " ")
		}
		code, behind, _ := strings.Cut(rest, "}")
		out, text = append(out, code), behind
	}
}
