package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules/command"
	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// addedLine is a line or a command of the after side that the before side does
// not have.
type addedLine struct {
	line int
	text string
	// what a command does; empty for a line.
	what string
}

// largestRead is the size from which a file is not searched for added lines;
// such a file counts as one that fits.
const largestRead = 5 << 20

// added finds the new lines of a changed file that fit the rule's pattern, or
// the new commands that it is about. Lines and commands are compared as a set:
// one that only moved is not new.
func (j *judging) added(r *Rule, file *plan.File) ([]addedLine, error) {
	if !r.reads() || file.Status == plan.Removed {
		return nil, nil
	}
	if r.Commands != "" {
		return j.addedCommands(r.Commands, file)
	}
	before, after, err := j.sides(file)
	if err != nil {
		return nil, err
	}
	had := map[string]bool{}
	for _, line := range wholeLines(before) {
		had[line.text] = true
	}
	var out []addedLine
	for _, line := range wholeLines(after) {
		if !had[line.text] && r.adds.MatchString(line.text) {
			out = append(out, addedLine{line: line.line, text: shorten(line.text, 120)})
		}
	}
	return out, nil
}

// sides are the texts of a file before and after the change.
func (j *judging) sides(file *plan.File) (before, after string, err error) {
	if after, err = readText(j.After, file.Path); err != nil || file.Status == plan.Added {
		return "", after, err
	}
	from := file.From
	if from == "" {
		from = file.Path
	}
	if before, err = readText(j.Before, from); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return before, after, err
}

// addedCommands are the commands that destroy that a file gets, or why they are
// not known.
type addedCommands struct {
	found []command.Found
	// as is what the file as a whole is taken for.
	as  command.As
	err error
}

// addedCommands are those that stand in a text of a kind. What could not be
// searched is said once, for the kind of the file.
func (j *judging) addedCommands(as command.As, file *plan.File) ([]addedLine, error) {
	all, known := j.searches[file.Path]
	if !known {
		all = j.searched(file)
		j.searches[file.Path] = all
	}
	if all.err != nil && as == all.as {
		return nil, all.err
	}
	var out []addedLine
	for _, f := range all.found {
		if f.As == as {
			out = append(out, addedLine{f.Line, shorten(f.Text, 120), f.Row.What})
		}
	}
	return out, nil
}

func (j *judging) searched(file *plan.File) addedCommands {
	for _, files := range j.commands.Files() {
		if !glob.MatchAny(files.Paths, file.Path) {
			continue
		}
		before, after, err := j.sides(file)
		if err != nil {
			return addedCommands{as: files.As, err: err}
		}
		found, err := j.commands.Added(files, before, after)
		return addedCommands{found, files.As, err}
	}
	if !command.Bare(file.Path) {
		return addedCommands{}
	}
	before, after, err := j.sides(file)
	files, ok := command.Scripts(before, after)
	if err != nil || !ok {
		return addedCommands{as: files.As, err: err}
	}
	found, err := j.commands.Added(files, before, after)
	return addedCommands{found, files.As, err}
}

// wholeLines are the trimmed lines of a text. One that ends in a backslash goes
// on in the next, as shells read it; it has the number of its first line.
func wholeLines(text string) []addedLine {
	var out []addedLine
	number, open := 0, false
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimSpace(line)
		rest, continued := strings.CutSuffix(line, "\\")
		if open {
			out[len(out)-1].text += rest
		} else {
			out = append(out, addedLine{line: number, text: rest})
		}
		open = continued
	}
	return out
}

func readText(tree fs.FS, name string) (string, error) {
	if tree == nil {
		return "", fmt.Errorf("read %s: %w", name, plan.ErrNotFetched)
	}
	info, err := fs.Lstat(tree, name)
	if err != nil {
		return "", err
	}
	switch {
	case !info.Mode().IsRegular():
		return "", nil // links and submodules hold no lines; rules see them as such
	case info.Size() > largestRead:
		return "", fmt.Errorf("read %s: larger than %d bytes", name, largestRead)
	}
	data, err := fs.ReadFile(tree, name)
	return string(data), err
}

func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
