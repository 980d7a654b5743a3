package command

import (
	"regexp"
	"slices"
	"strings"
)

// Found is a command of the table in a text.
type Found struct {
	// Line is where it begins, from 1.
	Line int
	// Text is the command as it would run, in one line.
	Text string
	As   As
	Row  *Row
}

func (f Found) key() string { return string(f.As) + " " + f.Row.Source + " " + f.Text }

// finder looks through the pieces of one text.
type finder struct {
	rows rows
	// operations are those of kits, queried the statements of databases.
	operations, queried rows
	budget              *budget
	found               []Found
	// backticks run what stands in them.
	backticks bool
	// migrates: the program is one that changes a database.
	migrates bool
}

// script looks through the commands of a text. Where anywhere is false, a
// program counts only where a command begins.
func (f *finder) script(text string, line int, vars map[string]string, as As, anywhere bool, depth int) {
	for _, c := range split(text, line, vars, f.budget, depth) {
		f.command(c, as, anywhere, depth)
	}
}

func (f *finder) command(c *simple, as As, anywhere bool, depth int) {
	if !f.budget.step() {
		return
	}
	c.words = named(f.rows, c.words)
	if text, ok := c.input(); ok && programOf(c.words[0].text) == "xargs" {
		c.words = append(c.words, fields(text)...)
	}
	only := c.onlyPrints()
	anywhere = !only && (anywhere || isWrapper(programOf(c.words[0].text)))
	f.programs(c, as, anywhere)
	if !only {
		f.quoted(c, as, depth)
	}
	f.input(c, as, depth)
}

// quoted looks through the words that may be commands of their own.
func (f *finder) quoted(c *simple, as As, depth int) {
	runs := false
	for i, w := range c.words {
		if inner, ok := inside(w, i); ok {
			f.script(inner, c.line, map[string]string{}, as, runs, depth+1)
		}
		runs = runs || isShell(programOf(w.text))
	}
}

// programs looks for a program and its arguments among the words.
func (f *finder) programs(c *simple, as As, anywhere bool) {
	args := make([]string, len(c.words))
	for i, w := range c.words {
		args[i] = w.text
	}
	whole := strings.Join(args, " ") + "\n" + c.raw
	if text, ok := c.input(); ok {
		whole += "\n" + text
	}
	for i, w := range c.words {
		if i > 0 && !anywhere {
			continue
		}
		program, rest := programOf(w.text), args[i+1:]
		if name := assignment.FindString(w.text); name != "" {
			program, rest = name, strings.Fields(w.text[len(name):])
		}
		for _, r := range f.rows.of(program) {
			if r.First && i > 0 && !isWrapper(programOf(args[0])) && !assignment.MatchString(args[0]) {
				continue
			}
			if r.fits(rest, whole) {
				f.found = append(f.found, Found{Line: c.line, Text: oneLine(args), As: as, Row: r})
				return
			}
		}
	}
}

func oneLine(words []string) string {
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// inside is the text within a word that may be a command of its own: an
// argument in quotes, or what a variable is set to.
func inside(w word, i int) (string, bool) {
	text := w.text
	if m := assignment.FindString(text); m != "" {
		if speaks.MatchString(strings.TrimRight(m, "+=")) {
			return "", false
		}
		text = text[len(m):]
	}
	return text, (w.quoted || i > 0) && strings.ContainsAny(text, " \t\n")
}

// input looks through what a command reads, or writes to a file that is run.
func (f *finder) input(c *simple, as As, depth int) {
	text, ok := c.input()
	switch program := programOf(c.words[0].text); {
	case program == "tee" && scriptName.MatchString(c.words[len(c.words)-1].text):
	case c.onlyPrints() || program == "cat" || program == "tee":
		if text, ok = c.printed(); !scriptName.MatchString(c.into) {
			return
		}
	}
	line := c.line
	if c.fed != "" {
		line++
	}
	if ok {
		runs := slices.ContainsFunc(c.words, func(w word) bool { return isShell(programOf(w.text)) })
		f.script(text, line, map[string]string{}, as, runs, depth+1)
	}
}

var variableName = regexp.MustCompile(`^\$\{?([A-Za-z_]\w*?)(?:_BIN|_CMD|_PATH|_CLI|_EXE)?(?:[:}].*)?$`)

// named puts the name of a program where a variable has it: $KUBECTL,
// ${TERRAFORM_BIN}.
func named(r rows, words []word) []word {
	for i, w := range words {
		m := variableName.FindStringSubmatch(w.text)
		if m == nil {
			continue
		}
		if name := strings.ToLower(m[1]); len(name) > 1 && len(r.of(name)) > 0 {
			words[i].text = name
		}
	}
	return words
}
