package command

import (
	"regexp"
	"strings"
)

// beside is what may stand between two texts of one list or call: variables, what
// is added to a text, and a list that begins.
var beside = regexp.MustCompile(
	`^(?:\s*\+\s*[\w.]+|\.\w+\([^()"\']*\))?\s*,\s*((?:[\w.]+(?:\[\w*\]|\(\))?\s*,\s*)*)(?:(?:\[\]\w+)?[\[{]\s*)?[fbruFBRU]{0,2}$`)

// arguments reads texts that stand beside one another in a list or a call, as
// programs have the words of a command: `exec.Command("a", "b")`, `spawn("a",
// ["b"])`. One that is not run is only mentioned.
func (f *finder) arguments(as As, text string) {
	all := literals(text)
	last, line := 0, 1
	for i := 0; i < len(all); i++ {
		first := all[i]
		words := []string{unescape(text[first.inner:first.end])}
		for i+1 < len(all) {
			gap := text[all[i].after():all[i+1].from]
			m := beside.FindStringSubmatch(gap[:min(len(gap), before)])
			if m == nil || len(gap) > before {
				break
			}
			for range strings.Count(m[1], ",") {
				words = append(words, "$_")
			}
			i++
			words = append(words, unescape(text[all[i].inner:all[i].end]))
		}
		if len(words) < 2 || !f.budget.step() {
			continue
		}
		line += strings.Count(text[last:first.from], "\n")
		last = first.from
		had := len(f.found)
		f.programs(argv(words, line), Mention, isWrapper(programOf(words[0])))
		f.place(had, as, text, first.from)
	}
}
