package expr

// MaxDepth is how deep brackets may nest, the others how many operators that
// recurse may follow each other: the parser's own recursion has no limit.
const (
	MaxDepth        = 250
	maxChain        = 500
	maxConditionals = 5000
	maxOperators    = 50_000 // on one line
)

// TooDeep looks for text that would drive the parser into deep recursion, and
// returns the line. It counts without regard to quotes and comments, with limits
// far beyond what people write.
func TooDeep(src []byte) (line int, deep bool) {
	depth, chain, conditionals, operators, line := 0, 0, 0, 0, 1
	last := byte(0)
	for _, c := range src {
		switch c {
		case '+', '*', '/', '%', '&', '|', '.':
			operators++
			chain = 0
		case '(', '[', '{':
			if c == '[' {
				operators++
			}
			if depth++; last == '%' {
				conditionals++ // a directive of a template
			}
			chain = 0
		case ')', ']', '}':
			depth = max(0, depth-1)
			chain = 0
		case '!', '-':
			chain++
		case '?':
			conditionals++
		case '\n':
			line++
			operators = 0
		case ' ', '\t', '\r':
		default:
			chain = 0
		}
		if last = c; depth > MaxDepth || chain > maxChain || conditionals > maxConditionals || operators > maxOperators {
			return line, true
		}
	}
	return line, false
}
