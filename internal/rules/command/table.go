// Package command recognises commands that destroy in the lines of scripts,
// pipelines and programs. It reads text alone: nothing is run, and what a
// variable holds is not known.
package command

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Row is one record of rules/commands.yaml: a tool and what it is told.
type Row struct {
	// Tool are the names of the program. Without one, Text alone decides, at
	// the beginning of a line of a script.
	Tool []string `yaml:"tool"`
	// Runs are alternatives of words behind the tool: subcommands in their
	// order, options (with a hyphen) anywhere. In a word `|` separates
	// alternatives and `*` stands for any characters; `**` stands for any
	// words. `--option=value` fits with a space too.
	Runs []string `yaml:"runs"`
	// Text is a regular expression that the line must fit, whatever its case.
	Text string `yaml:"text"`
	// Unless are options, or subcommands right behind the tool, that make it
	// harmless, such as a dry run.
	Unless []string `yaml:"unless"`
	// Scripts: it counts in scripts and pipelines alone.
	Scripts bool `yaml:"scripts"`
	// Source is where the tool's makers say what it does.
	Source string `yaml:"source"`
	// Shows are lines that fit, Silent lines that look alike and do not.
	Shows  []string `yaml:"shows"`
	Silent []string `yaml:"silent"`

	runs [][]string
	text *regexp.Regexp
}

// Table are rows by the names of their tools. The zero Table fits nothing.
type Table struct {
	byTool   map[string][]*Row
	toolless []*Row
}

// NewTable checks rows and makes a table of them.
func NewTable(rows []Row) (Table, error) {
	t := Table{byTool: map[string][]*Row{}}
	for i := range rows {
		r := &rows[i]
		if err := r.ready(); err != nil {
			return Table{}, fmt.Errorf("command %s %s: %w", strings.Join(r.Tool, "|"), strings.Join(r.Runs, ", "), err)
		}
		for _, tool := range r.Tool {
			t.byTool[tool] = append(t.byTool[tool], r)
		}
		if len(r.Tool) == 0 {
			t.toolless = append(t.toolless, r)
		}
	}
	return t, nil
}

func (r *Row) ready() error {
	switch {
	case r.Source == "":
		return errors.New("source must be given")
	case len(r.Shows) == 0 || len(r.Silent) == 0:
		return errors.New("shows and silent must be given")
	case len(r.Runs) == 0 && r.Text == "":
		return errors.New("runs or text must be given")
	case len(r.Tool) == 0 && (len(r.Runs) > 0 || !r.Scripts):
		return errors.New("a row without a tool has text, and is for scripts")
	}
	if r.Text != "" {
		text, err := regexp.Compile("(?i)" + r.Text)
		if err != nil {
			return fmt.Errorf("text: %w", err)
		}
		r.text = text
	}
	for _, run := range r.Runs {
		words := strings.Fields(run)
		for _, alternative := range strings.Split(strings.Join(words, "|"), "|") {
			if _, err := path.Match(alternative, ""); err != nil {
				return fmt.Errorf("runs %q: %w", run, err)
			}
		}
		r.runs = append(r.runs, words)
	}
	return nil
}

// fits reports whether the words behind the tool are those of the row, and the
// line is.
func (r *Row) fits(words []string, line string) bool {
	if r.harmless(words) || r.text != nil && !r.text.MatchString(line) {
		return false
	}
	return len(r.runs) == 0 || slices.ContainsFunc(r.runs, func(run []string) bool { return told(run, words) })
}

func (r *Row) harmless(words []string) bool {
	for i, w := range words {
		if w == "--" {
			return false
		}
		name, value, _ := strings.Cut(w, "=")
		for _, u := range r.Unless {
			switch {
			case strings.HasPrefix(u, "-") && name == u && value != "none" && value != "false", w == u && strings.HasPrefix(u, "-"):
				return true
			case i == 0 && w == u:
				return true
			}
		}
	}
	return false
}

// told reports whether words hold the elements of a run: the options anywhere,
// the others in their order with nothing but options and their values between.
func told(run, words []string) bool {
	var order []string
	for _, element := range run {
		switch {
		case !strings.HasPrefix(element, "-"):
			order = append(order, element)
		case !hasOption(element, words):
			return false
		}
	}
	return inOrder(order, words, false)
}

func hasOption(element string, words []string) bool {
	for i, w := range words {
		for _, alternative := range strings.Split(element, "|") {
			if like(alternative, w) {
				return true
			}
			name, value, has := strings.Cut(alternative, "=")
			if has && i+1 < len(words) && (w == name || w == name+"=") && like(value, words[i+1]) {
				return true
			}
		}
	}
	return false
}

// inOrder: afterOption says that the first word may be the value of an option.
func inOrder(order, words []string, afterOption bool) bool {
	if len(order) == 0 {
		return true
	}
	if order[0] == "**" {
		for i := range words {
			if inOrder(order[1:], words[i:], false) {
				return true
			}
		}
		return false
	}
	if len(words) == 0 {
		return false
	}
	for _, alternative := range strings.Split(order[0], "|") {
		if like(alternative, words[0]) && inOrder(order[1:], words[1:], false) {
			return true
		}
	}
	switch option := strings.HasPrefix(words[0], "-"); {
	case option:
		return inOrder(order, words[1:], !strings.Contains(words[0], "=") || strings.HasSuffix(words[0], "="))
	case afterOption:
		return inOrder(order, words[1:], false)
	}
	return false
}

func like(pattern, word string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == word
	}
	ok, err := path.Match(pattern, word)
	return ok && err == nil
}
