package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A function that hands its parameters to commands stands for these commands where
// its name is called.

var parameter = regexp.MustCompile(`^\$\{?([@*]|[1-9])(:(\d+))?\}?$`)

// isParameter reports whether a word is one parameter, or all of them.
func isParameter(w word) bool { return parameter.MatchString(w.text) }

// parameters puts in what `set --` gave, keeps the commands of a function that its
// parameters go to, and puts these in where it is called.
func (s *shell) parameters() {
	words := s.cur.words
	switch given := s.vars["@"]; {
	case words[0].text == "set" && len(words) > 1 && words[1].text == "--":
		s.vars["@"] = joined(words[2:])
		return
	case words[0].text == "shift" && s.function != "":
		s.shifted++
	case s.function != "" && slices.ContainsFunc(words, isParameter):
		s.keep(words)
	case s.function == "" && given != "":
		words = filled(words, fields(given))
	}
	s.budget.left -= len(words)
	s.cur.words = words
	for i, called := range s.called(words, 0) {
		c := s.cur
		if i > 0 {
			c = &simple{from: c.from, line: c.line, raw: c.raw, into: c.into, fed: c.fed}
			s.out = append(s.out, c)
		}
		c.words = called
	}
}

// keep notes a command of the function that is read.
func (s *shell) keep(words []word) {
	var out []word
	for _, w := range words {
		if m := parameter.FindStringSubmatch(w.text); m != nil {
			w.text = "$" + m[1]
			if from := 1 + s.shifted; m[1] == "@" || m[1] == "*" {
				if m[3] != "" {
					from, _ = strconv.Atoi(m[3])
				}
				w.text = "${@:" + strconv.Itoa(from) + "}"
			}
		}
		out = append(out, w)
	}
	name := s.function + "()"
	s.vars[name] = clip(strings.TrimPrefix(s.vars[name]+"\n"+joined(out), "\n"))
}

// maxCalls is deeper than functions call each other.
const maxCalls = 4

// called are the commands that a call of a function stands for; nil for another
// command.
func (s *shell) called(words []word, depth int) [][]word {
	body := s.vars[words[0].text+"()"]
	if body == "" || words[0].text == s.function || depth > maxCalls {
		return nil
	}
	var out [][]word
	for line := range strings.SplitSeq(body, "\n") {
		inner := filled(fields(line), words[1:])
		if s.budget.left -= len(inner); len(inner) == 0 || !s.budget.step() {
			continue
		}
		if deeper := s.called(inner, depth+1); len(deeper) > 0 {
			out = append(out, deeper...)
			continue
		}
		out = append(out, inner)
	}
	return out
}

// filled is a command with the parameters that it is given.
func filled(words, given []word) []word {
	var out []word
	for _, w := range words {
		m := parameter.FindStringSubmatch(w.text)
		if m == nil {
			out = append(out, w)
			continue
		}
		from, to := 1, len(given)
		if n, err := strconv.Atoi(m[1]); err == nil {
			from, to = n, min(n, to)
		} else if m[3] != "" {
			from, _ = strconv.Atoi(m[3])
		}
		if from = max(from, 1); from <= to {
			out = append(out, given[from-1:to]...)
		}
	}
	return out
}

func joined(words []word) string {
	var out []string
	for _, w := range words {
		out = append(out, w.text)
	}
	return clip(strings.Join(out, " "))
}

func fields(text string) (out []word) {
	for _, f := range strings.Fields(text) {
		out = append(out, word{text: f})
	}
	return out
}
