package command

import (
	"strings"
)

// program reads the strings of a program: those that it hands to a shell or
// starts as a command, and those that look like one.
func (f *finder) program(files Files, text string) {
	last, line := 0, 1
	for _, l := range literals(text) {
		if !f.budget.step() {
			return
		}
		line += strings.Count(text[last:l.from], "\n")
		last = l.from
		inner := text[l.inner:l.end]
		if !strings.ContainsAny(inner, " \t\n") {
			continue
		}
		had := len(f.found)
		f.script(unescape(inner), line, map[string]string{}, Mention, false, 0)
		f.place(had, files.As, text, l.from)
	}
	f.arguments(files.As, text)
	f.calls(text)
	f.queries(text)
}

// ruby is a program that runs what stands in backticks.
func (f *finder) ruby(files Files, text string) {
	f.backticks = true
	f.program(files, text)
}
