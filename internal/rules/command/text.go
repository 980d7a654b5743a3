package command

import (
	"regexp"
	"strings"
)

// Reader names how the commands of a file are found in its text.
type Reader string

// readers: shell is a script as a whole; lines has a command in a line, behind
// what the format puts before it; yaml has commands in its texts and lists;
// program has them in strings, ruby runs those in backticks, a test calls nothing
// that is there, a migration changes a database; config has them in values and
// here-documents; sql is a script of statements; nothing is not read.
var readers = map[Reader]func(*finder, Files, string){
	"shell":   (*finder).shell,
	"lines":   (*finder).lines,
	"yaml":    (*finder).yaml,
	"program": (*finder).program,
	"ruby":    (*finder).ruby,
	"config":  (*finder).config,

	"test":      (*finder).test,
	"migration": (*finder).migration,
	"sql":       (*finder).sql,
	"nothing":   func(*finder, Files, string) {},
}

func (f *finder) read(files Files, text string) {
	if text == "" {
		return
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	readers[files.Reads](f, files, text)
}

var otherInterpreter = regexp.MustCompile(`^#!.*\b(python|ruby|node|deno|bun|perl|php|tsx)`)

func (f *finder) shell(files Files, text string) {
	if otherInterpreter.MatchString(text) {
		f.program(files, text)
		return
	}
	f.script(text, 1, map[string]string{}, files.As, true, 0)
}

var (
	comment = regexp.MustCompile(`(?i)^\s*(//|::|rem\s|\*\s|/\*|<!--|--\s|<#|\{\{-?\s*/\*|"""|''')`)
	// leading is what formats put before a command: an element of a list, a key, a
	// target, an instruction, and what make reads itself.
	leading = regexp.MustCompile(`^\s*(-\s+|["']?[\w$(){}./ -]*["']?:\s+(;\s*)?|[|>][-+]?\s*$|;\s*|(?i:ONBUILD|RUN|CMD|ENTRYPOINT|HEALTHCHECK|SHELL|ENV)\s+(--[\w-]+=\S+\s+)*)*[@+-]*\s*`)
	// prose is a key whose value people read.
	prose = regexp.MustCompile(`(?i)^\s*(-\s+)?["']?(name|displayname|description|desc|title|summary|message|msg|label|help|comment|docs?|notes?|about|if|when|example|usage|placeholder|runbook\w*|LABEL|MAINTAINER)["']?(\s*:\s|\s+=\s|\s+\w+=)`)
	// makes is an assignment in make or just.
	makes = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_]\w*)\s*(?::|::|\?|\+)?=\s*(.*)$`)
)

// lines reads a command in each line. One that ends in a backslash goes on in
// the next.
func (f *finder) lines(files Files, text string) {
	vars := map[string]string{}
	for _, l := range logical(text) {
		if !f.budget.step() {
			return
		}
		if comment.MatchString(l.text) || prose.MatchString(l.text) {
			continue
		}
		line := strings.ReplaceAll(l.text, "$$", "$")
		anywhere := files.As == Script
		if m := makes.FindStringSubmatch(line); m != nil {
			if speaks.MatchString(m[1]) {
				continue
			}
			vars[m[1]] = clip(strings.Trim(m[2], `"'`))
			if len(strings.Fields(m[2])) > 1 {
				line, anywhere = m[2], false
			}
		} else {
			line = line[len(leading.FindString(line)):]
		}
		f.script(line, l.line, vars, files.As, anywhere, 0)
	}
	f.lists(files.As, text)
}

type logicalLine struct {
	line int
	text string
}

// logical joins lines that end in a backslash, or in a backtick as PowerShell has
// it.
func logical(text string) []logicalLine {
	var out []logicalLine
	number, open := 0, false
	for line := range strings.SplitSeq(text, "\n") {
		number++
		rest, continued := strings.CutSuffix(strings.TrimRight(line, " \t"), "\\")
		if !continued {
			rest, continued = strings.CutSuffix(rest, " `")
		}
		if open {
			last := &out[len(out)-1]
			if !strings.HasPrefix(strings.TrimSpace(rest), "#") { // a comment within an instruction of a Dockerfile
				last.text += " " + strings.TrimSpace(rest)
			} else {
				continued = true
			}
		} else {
			out = append(out, logicalLine{number, rest})
		}
		open = continued
	}
	return out
}

var (
	listOfTexts = regexp.MustCompile(`\[\s*(?:(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*,?\s*){2,}\]`)
	oneText     = regexp.MustCompile(`"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'`)
)

// lists reads lists of texts that are written out, as exec forms have their
// arguments.
func (f *finder) lists(as As, text string) {
	last, line := 0, 1
	for _, at := range listOfTexts.FindAllStringIndex(text, -1) {
		line += strings.Count(text[last:at[0]], "\n")
		last = at[0]
		var words []string
		for _, m := range oneText.FindAllStringSubmatch(text[at[0]:at[1]], -1) {
			words = append(words, unescape(m[1]+m[2]))
		}
		f.command(argv(words, line), as, false, 0)
	}
}

// argv is a list of words as one command.
func argv(words []string, line int) *simple {
	c := &simple{line: line}
	for _, w := range words {
		c.words = append(c.words, word{w, true})
	}
	return c
}

var hereDocument = regexp.MustCompile(`<<[-~]?\s*["']?([A-Za-z_]\w*)["']?\s*$`)

// config reads the values and the here-documents of a configuration.
func (f *finder) config(files Files, text string) {
	var body []string
	end, start, number := "", 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		switch m := hereDocument.FindStringSubmatch(line); {
		case end != "" && strings.TrimSpace(line) == end:
			f.script(strings.Join(body, "\n"), start, map[string]string{}, files.As, false, 0)
			end, body = "", nil
		case end != "":
			body = append(body, line)
		case m != nil && !prose.MatchString(line):
			end, start = m[1], number+1
		case prose.MatchString(line) || comment.MatchString(line) || strings.HasPrefix(strings.TrimSpace(line), "#"):
		default:
			f.values(line, number, files.As)
		}
	}
	f.lists(files.As, text)
}

// values reads the texts of one line.
func (f *finder) values(line string, number int, as As) {
	for _, l := range literals(line) {
		if inner := line[l.inner:l.end]; strings.ContainsAny(inner, " \t") && f.budget.step() {
			f.script(unescape(inner), number, map[string]string{}, as, false, 0)
		}
	}
}
