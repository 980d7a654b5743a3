package command

import (
	"regexp"
	"strings"
)

var (
	// direction is a comment that says which way what follows goes, as goose,
	// dbmate, sql-migrate and MyBatis have it.
	direction = regexp.MustCompile(`(?i)^\s*--\s*(?:\+goose|\+migrate|migrate:|//\s*@|\+)\s*(up|down|undo)\b`)
	creates   = regexp.MustCompile(`(?is)^\s*create\s+(?:(?:global|local)\s+)?(?:temp(?:orary)?\s+|unlogged\s+)?table\s+([\w."` + "`" + `\[\]]+)\s*(?:\(|as\b)`)
	drops     = regexp.MustCompile(`(?is)^\s*drop\s+table\s+(?:if\s+exists\s+)?([\w."` + "`" + `\[\]]+)\s*(?:cascade|restrict)?\s*$`)
	// dynamic makes a statement of a text.
	dynamic    = regexp.MustCompile(`(?i)\b(execute|exec|prepare|sp_executesql)\b`)
	anonymous  = regexp.MustCompile(`(?i)^\s*do\b`)
	dollarMark = regexp.MustCompile(`^\$\w*\$`)
)

// sql reads the statements of a migration that goes forward.
func (f *finder) sql(files Files, text string) {
	lines := strings.Split(text, "\n")
	down := false
	for i, line := range lines {
		if m := direction.FindStringSubmatch(line); m != nil {
			down = !strings.EqualFold(m[1], "up")
		}
		if down {
			lines[i] = ""
		}
	}
	f.statements(strings.Join(lines, "\n"), 1, files.As)
}

// statements looks at each of a text. A table that the text made before is not
// lost with it.
func (f *finder) statements(text string, line int, as As) {
	made := map[string]bool{}
	for _, s := range f.split(text, line) {
		if m := creates.FindStringSubmatch(s.text); m != nil {
			made[m[1]] = true
		}
		if m := drops.FindStringSubmatch(s.text); m != nil && made[m[1]] {
			continue
		}
		for _, r := range f.queried.of("sql") {
			if r.fits(nil, s.text) {
				f.found = append(f.found, Found{Line: s.line, Text: oneLine([]string{s.text}), As: as, Row: r})
				break
			}
		}
	}
}

// statement is one, and the line that it begins in.
type statement struct {
	line int
	text string
}

// sqlReader reads a text up to each end of a statement.
type sqlReader struct {
	src  string
	at   int
	line int
	text strings.Builder
	from int // the line of the statement
	// runs: the statement runs texts, as far as it was looked at.
	runs   bool
	looked int
}

// split gives the statements of a text without comments, and without what stands
// in quotes where it is no statement of its own.
func (f *finder) split(text string, line int) []statement {
	var out []statement
	r := &sqlReader{src: text, line: line}
	end := func() {
		if strings.TrimSpace(r.text.String()) != "" {
			out = append(out, statement{r.from, r.text.String()})
		}
		r.text.Reset()
		r.from, r.runs, r.looked = 0, false, 0
	}
	for r.at < len(r.src) && f.budget.step() {
		rest := r.src[r.at:]
		switch c := rest[0]; {
		case c == ';':
			end()
			r.at++
		case strings.HasPrefix(rest, "--"):
			r.at += lineLength(rest)
		case strings.HasPrefix(rest, "/*!"): // MySQL runs what stands in it
			r.at += 3
		case strings.HasPrefix(rest, "*/"):
			r.at += 2
		case strings.HasPrefix(rest, "/*"):
			r.comment(rest)
		case c == '\'':
			r.quoted(f, rest)
		case c == '$' && dollarMark.MatchString(rest):
			r.dollars(rest)
		default:
			r.letter(c)
		}
	}
	end()
	return out
}

func (r *sqlReader) letter(c byte) {
	if r.from == 0 && strings.IndexByte(" \t\r\n", c) < 0 {
		r.from = r.line
	}
	r.text.WriteByte(c)
	r.skip(1)
}

// skip passes over characters and counts their lines.
func (r *sqlReader) skip(n int) {
	n = min(n, len(r.src)-r.at)
	r.line += strings.Count(r.src[r.at:r.at+n], "\n")
	r.at += n
}

// comment passes over one, to the end where nothing closes it.
func (r *sqlReader) comment(rest string) {
	if end := strings.Index(rest[2:], "*/"); end >= 0 {
		r.skip(end + 4)
		return
	}
	r.skip(len(rest))
}

// quoted reads a text in quotes, which counts where the statement runs it.
func (r *sqlReader) quoted(f *finder, rest string) {
	end := 1
	for end < len(rest) && f.budget.step() {
		if rest[end] == '\'' && !strings.HasPrefix(rest[end:], "''") {
			break
		}
		if rest[end] == '\'' {
			end++
		}
		end++
	}
	r.runs = r.runs || dynamic.MatchString(r.text.String()[r.looked:])
	if r.looked = r.text.Len(); r.runs {
		r.text.WriteString(" " + rest[1:min(end, len(rest))] + " ")
	} else {
		r.text.WriteString("''")
	}
	r.skip(end + 1)
}

// dollars reads a text between marks with dollar signs: the body of an anonymous
// block is run, that of a function is not.
func (r *sqlReader) dollars(rest string) {
	mark := dollarMark.FindString(rest)
	end := strings.Index(rest[len(mark):], mark)
	if end < 0 || anonymous.MatchString(r.text.String()) {
		r.skip(len(mark))
		return
	}
	r.skip(2*len(mark) + end)
}
