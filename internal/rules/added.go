package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// addedLine is a line of the after side that the before side does not have.
type addedLine struct {
	line int
	text string
}

// largestRead is the size from which a file is not searched for added lines;
// such a file counts as one that fits.
const largestRead = 5 << 20

// added finds the new lines of a changed file that fit the rule's pattern.
// Lines are compared as a set: a line that only moved is not new.
func (j *judging) added(r *Rule, file *plan.File) ([]addedLine, error) {
	if r.adds == nil || file.Status == plan.Removed {
		return nil, nil
	}
	after, err := readText(j.After, file.Path)
	if err != nil {
		return nil, err
	}
	var before string
	if file.Status != plan.Added {
		from := file.From
		if from == "" {
			from = file.Path
		}
		if before, err = readText(j.Before, from); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	had := map[string]bool{}
	for _, line := range wholeLines(before) {
		had[line.text] = true
	}
	var out []addedLine
	for _, line := range wholeLines(after) {
		if !had[line.text] && r.adds.MatchString(line.text) {
			out = append(out, addedLine{line.line, shorten(line.text, 120)})
		}
	}
	return out, nil
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
			out = append(out, addedLine{number, rest})
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
