package command

import (
	"regexp"
	"strings"
)

var (
	// call is a function of an object, a class or a package that is called.
	call = regexp.MustCompile(`(?:\.|::|->|\bnew\s+)([A-Za-z_]\w*)[?!]?\s*\(`)
	// step is a step of a migration, which needs no object and no brackets.
	step = regexp.MustCompile(`(?m)(?:\.|::|->|^[ \t]*)([A-Za-z_]\w*)(?:\s*\(|[ \t]+[:"'])`)
	// ending is what kits put behind the name of an operation.
	ending = regexp.MustCompile(`(command|async|request|andwait|withcontext)$`)
	// trailing is a comment behind code.
	trailing = regexp.MustCompile(`(?m)\s(#|//|--).*$`)
	// goesOn: a text is put together with another one.
	goesOn = regexp.MustCompile(`^\s*[+"']`)
	// query is what stands before a text that a database is given.
	query = regexp.MustCompile(`(?i)\b(exec\w*|raw|run_?sql|sql|query\w*|text|statement|unprepared)(?:\s*\(\s*|\s+)(?:[\w.]+\s*[,(]\s*)*[fbru]{0,2}$`)
)

// calls finds operations of the kits of clouds and databases that delete what is
// kept there.
func (f *finder) calls(text string) {
	form, as := call, Call
	if f.migrates {
		form, as = step, Statement
	}
	code := codeOnly(text)
	last, line := 0, 1
	for _, m := range form.FindAllStringSubmatchIndex(code, -1) {
		if !f.budget.step() {
			return
		}
		line += strings.Count(code[last:m[2]], "\n")
		last = m[2]
		for _, r := range f.operations.of(operation(code[m[2]:m[3]])) {
			if whole := lineAt(text, m[2]); r.fits(nil, whole) {
				f.found = append(f.found, Found{Line: line, Text: whole, As: as, Row: r})
				break
			}
		}
	}
}

// operation is the name of one, however a language writes it: delete_db_instance,
// DeleteDBInstanceCommand.
func operation(name string) string {
	return ending.ReplaceAllString(strings.ToLower(strings.ReplaceAll(name, "_", "")), "")
}

// lineAt is the line of a text around a place.
func lineAt(text string, at int) string {
	start := strings.LastIndexByte(text[:at], '\n') + 1
	return oneLine([]string{text[start : start+lineLength(text[start:])]})
}

// codeOnly is a program with blanks for its texts and comments; lines stay.
func codeOnly(text string) string {
	out := []byte(text)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	at := 0
	comments := func(to int) {
		for at < to {
			n := commented(text, at)
			blank(at, at+n)
			at += max(n, 1)
		}
	}
	for _, l := range literals(text) {
		comments(l.from)
		blank(l.inner, l.end)
		at = l.after()
	}
	comments(len(text))
	for _, m := range trailing.FindAllIndex(out, -1) {
		blank(m[0], m[1])
	}
	return string(out)
}

// queries reads the texts that a program gives to a database.
func (f *finder) queries(text string) {
	as := Call
	if f.migrates {
		as = Statement
	}
	last, line := 0, 1
	for _, l := range literals(text) {
		line += strings.Count(text[last:l.from], "\n")
		last = l.from
		if query.MatchString(tail(text[:l.from])) && f.budget.step() {
			statement := unescape(text[l.inner:l.end])
			if goesOn.MatchString(text[l.after():]) {
				statement += " $_"
			}
			f.statements(statement, line, as)
		}
	}
}

// test is a program whose calls go to what it sets up itself.
func (f *finder) test(files Files, text string) {
	f.operations, f.queried = rows{}, rows{}
	f.program(files, text)
}

var (
	// backwards is where the part of a migration begins that takes it back.
	backwards = regexp.MustCompile(`(?i)^\s*(?:(?:public|async|export|const|static|exports\.|module\.exports\.|def|function|func)\s*)*(?:self\.)?` +
		`(down((?-i:[A-Z0-9_])\w*)?|downgrade\w*|revert|rollback|undo)\b\s*(?:\(|=|:|$)`)
	closes = regexp.MustCompile(`^\s*[{})\];]*\s*$`)
)

// migration is a program that a tool runs on a database; what takes it back is not
// run as it goes forward.
func (f *finder) migration(files Files, text string) {
	f.migrates = true
	f.program(files, forward(text))
}

// forward is a migration with empty lines for the functions that take it back:
// they end with the next line that is not further in.
func forward(text string) string {
	lines := strings.Split(text, "\n")
	back := -1
	for i, line := range lines {
		in := len(line) - len(strings.TrimLeft(line, " \t"))
		switch {
		case backwards.MatchString(line):
			back = in
		case back >= 0 && in <= back && !closes.MatchString(line):
			back = -1
		}
		if back >= 0 {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
