// Package command recognises commands that destroy in scripts, pipelines,
// recipes, manifests and programs. It reads text alone: nothing is run, and of
// a variable only what the text itself sets is known.
package command

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Row is one record of rules/commands: a program and its arguments.
type Row struct {
	// Program are names of the program, `*` for any characters.
	Program []string `yaml:"program"`
	// Args are alternatives of its arguments: words in their order with only
	// options and their values between them, options (with a hyphen) anywhere.
	// `|` separates alternatives of a word, `*` stands for any characters and
	// `**` for any words. `--option=value` fits with a blank too. Without any,
	// all arguments fit.
	Args []string `yaml:"args"`
	// Text is a regular expression that the command with what it reads must fit,
	// whatever the case.
	Text string `yaml:"text"`
	// Not is a regular expression that makes it harmless.
	Not string `yaml:"not"`
	// Unless are options that make it harmless, beside --help, --dry-run and
	// their like.
	Unless []string `yaml:"unless"`
	// First: it counts where a command begins alone, because the name is also a
	// common word.
	First bool `yaml:"first"`
	// What says what it does, as `deletes a bucket with all in it`.
	What string `yaml:"what"`
	// Source is the address of the page of its makers that says so.
	Source string `yaml:"source"`
	// Example are lines that fit, Twin lines that look alike and destroy nothing.
	Example []string `yaml:"example"`
	Twin    []string `yaml:"twin"`

	args      [][]string
	text, not *regexp.Regexp
}

func (r *Row) ready() error {
	switch {
	case len(r.Program) == 0 || r.What == "":
		return errors.New("program and what must be given")
	case !strings.HasPrefix(r.Source, "https://"):
		return errors.New("source must be an address")
	case len(r.Example) == 0 || len(r.Twin) == 0:
		return errors.New("example and twin must be given")
	case len(r.Args) == 0 && r.Text == "":
		return errors.New("args or text must be given")
	}
	for _, p := range r.Program {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("program %q: %w", p, err)
		}
	}
	for _, a := range r.Args {
		words := strings.Fields(a)
		for _, alternative := range strings.Split(strings.Join(words, "|"), "|") {
			if _, err := path.Match(alternative, ""); err != nil {
				return fmt.Errorf("args %q: %w", a, err)
			}
		}
		r.args = append(r.args, words)
	}
	var err error
	if r.text, err = expressionOf(r.Text); err != nil {
		return fmt.Errorf("text: %w", err)
	}
	if r.not, err = expressionOf(r.Not); err != nil {
		return fmt.Errorf("not: %w", err)
	}
	return nil
}

func expressionOf(text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	return regexp.Compile("(?is)" + text)
}

// fits reports whether the arguments of the program, and the whole command, are
// those of the row.
func (r *Row) fits(args []string, whole string) bool {
	if r.harmless(args) || r.text != nil && !r.text.MatchString(whole) || r.not != nil && r.not.MatchString(whole) {
		return false
	}
	return len(r.args) == 0 || slices.ContainsFunc(r.args, func(a []string) bool { return hasArguments(args, a) })
}

// trials are options with which every program that has them does nothing. Where
// one is given twice the last one counts.
var trials = []string{
	"--help", "--dry-run", "--dryrun", "--dry_run", "--what-if", "-whatif", "--noop", "--no-op", "--simulate", "--pretend",
}

func (r *Row) harmless(args []string) bool {
	off := false
	for i, w := range args {
		if w == "--" {
			break
		}
		name, value, given := strings.Cut(w, "=")
		if name == "--dry-run" && !given && i+1 < len(args) && slices.Contains([]string{"none", "false"}, args[i+1]) {
			value = args[i+1]
		}
		if slices.Contains(trials, strings.ToLower(name)) {
			off = value != "none" && value != "false" && value != "0"
		}
		if slices.Contains(r.Unless, w) || slices.Contains(r.Unless, name) {
			return true
		}
	}
	return off
}

// hasArguments reports whether arguments hold the elements: the options anywhere, the
// others in their order.
func hasArguments(args, elements []string) bool {
	var order []string
	for _, e := range elements {
		switch {
		case !strings.HasPrefix(e, "-"):
			order = append(order, e)
		case !hasOption(e, args):
			return false
		}
	}
	return inOrder(order, args, false)
}

func hasOption(element string, args []string) bool {
	for i, w := range args {
		for _, alternative := range strings.Split(element, "|") {
			if like(alternative, w) {
				return true
			}
			name, value, has := strings.Cut(alternative, "=")
			if has && i+1 < len(args) && w == name && like(value, args[i+1]) {
				return true
			}
		}
	}
	return false
}

// inOrder: afterOption says that the first argument may be the value of an
// option.
func inOrder(order, args []string, afterOption bool) bool {
	if len(order) == 0 {
		return true
	}
	if order[0] == "**" {
		for i := range args {
			if inOrder(order[1:], args[i:], false) {
				return true
			}
		}
		return len(order) == 1
	}
	if len(args) == 0 {
		return false
	}
	for _, alternative := range strings.Split(order[0], "|") {
		if like(alternative, args[0]) && inOrder(order[1:], args[1:], false) {
			return true
		}
	}
	if strings.HasPrefix(args[0], "-") {
		return inOrder(order, args[1:], !strings.Contains(args[0], "="))
	}
	return afterOption && inOrder(order, args[1:], false)
}

// like compares a word with one that may have `*` for any characters, slashes
// included, whatever the case.
func like(pattern, word string) bool {
	head, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return strings.EqualFold(pattern, word)
	}
	if len(word) < len(head) || !strings.EqualFold(word[:len(head)], head) {
		return false
	}
	for i := len(head); i <= len(word); i++ {
		if like(rest, word[i:]) {
			return true
		}
	}
	return false
}
