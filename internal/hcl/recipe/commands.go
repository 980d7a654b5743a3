// Package recipe reads what a text starts: its commands, and of the files of make,
// just, npm and their like the part that a command reaches. What it does not know
// for certain it takes as a whole.
package recipe

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Command is a command of a text: its words without what only wraps it.
type Command struct {
	Words []string
	// Dir is the folder that the text went to before; empty for none.
	Dir string
}

var (
	continued  = regexp.MustCompile(`\\\r?\n\s*`)
	makeItself = regexp.MustCompile(`\$[({]MAKE[)}]`)
	// unknown is what is put in when it runs.
	unknown = regexp.MustCompile(`\$\{[^{}]*\}`)
	between = regexp.MustCompile("[;&|\n(){}\\[\\]`]")
	// opening is where a text in quotes begins that may be a command of its own.
	opening = regexp.MustCompile(`([=?:,]\s*)["']`)
	leading = regexp.MustCompile(`^[\s"'@+,-]*([\w-]+:\s+["'@+-]*)?`)
	setting = regexp.MustCompile(`^[A-Za-z_]\w*\+?=`)
	number  = regexp.MustCompile(`^\d+[smhdkMG]?$`)
	prints  = regexp.MustCompile(`^(echo|printf|print|puts|log|info|warn|die)$`)
)

// Commands are those that begin somewhere in a text, whatever its language: behind
// an operator, a bracket or a quote. What only prints its arguments is left out.
func Commands(text string) []Command {
	text = makeItself.ReplaceAllString(continued.ReplaceAllString(text, " "), "make")
	text = unknown.ReplaceAllString(strings.ReplaceAll(strings.ReplaceAll(text, `\n`, "\n"), `\"`, `"`), "$$_")
	var out []Command
	dir := ""
	for _, piece := range between.Split(text, -1) {
		words := wordsOf(piece)
		if len(words) == 0 || prints.MatchString(words[0]) {
			continue
		}
		all := [][]string{words}
		for _, inner := range strings.Split(opening.ReplaceAllString(piece, "$1\n"), "\n")[1:] {
			all = append(all, wordsOf(inner))
		}
		if i := slices.Index(words, "--"); i > 0 {
			all = append(all, words[i+1:])
		}
		for _, words := range all {
			if words = unwrapped(words); len(words) > 1 && (words[0] == "cd" || words[0] == "pushd") {
				dir = path.Join(dir, words[1])
				if strings.Contains(dir, "$") {
					dir = "" // a folder that is known once it runs, the file's own as a rule
				}
			} else if len(words) > 0 {
				out = append(out, Command{words, dir})
			}
		}
	}
	return out
}

func wordsOf(piece string) []string {
	piece = strings.NewReplacer(`"`, " ", "'", " ", ",", " ").Replace(piece[len(leading.FindString(piece)):])
	return slices.DeleteFunc(strings.Fields(piece), func(w string) bool { return w == ":" })
}

// wrappers run the command that follows, keywords stand before one.
var wrappers = []string{
	"sudo", "doas", "env", "exec", "command", "builtin", "time", "timeout", "nohup", "nice", "ionice", "setsid", "xargs", "eval", "retry",
	"sh", "bash", "zsh", "dash", "ksh", "if", "then", "elif", "else", "do", "while", "until", "!", "case", "trap",
}

// runners run the command that follows their second word.
var runners = []string{"bundle", "poetry", "uv", "pipenv", "pdm", "hatch", "rye", "mise", "nix", "asdf"}

// unwrapped is a command without wrappers, their options, and what it sets.
func unwrapped(words []string) []string {
	for len(words) > 0 {
		switch w := path.Base(words[0]); {
		case setting.MatchString(words[0]):
			words = words[1:]
		case len(words) > 2 && slices.Contains(runners, w) && (words[1] == "exec" || words[1] == "run"):
			words = words[2:]
		case slices.Contains(wrappers, w):
			words = withoutOptions(words[1:])
		default:
			return words
		}
	}
	return nil
}

func withoutOptions(words []string) []string {
	for len(words) > 0 && (strings.HasPrefix(words[0], "-") || number.MatchString(words[0])) {
		if words[0] == "-u" && len(words) > 1 {
			words = words[1:]
		}
		words = words[1:]
	}
	return words
}
