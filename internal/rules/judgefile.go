package rules

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// file applies the rules about changed files. A path fits under its old name
// as under its new one.
func (j *judging) file(file *plan.File) []Finding {
	var out []Finding
	for _, r := range j.rules {
		if r.About != aboutFile || !r.isAbout(file.Path) && (file.From == "" || !r.isAbout(file.From)) {
			continue
		}
		adds, err := j.added(r, file)
		at := plan.Range{File: file.Path, Side: plan.After}
		if file.Status == plan.Removed {
			at.Side = plan.Before
		}
		if err != nil {
			out = append(out, j.unread(r, file, at, err))
			continue
		}
		if r.reads() && len(adds) == 0 {
			continue
		}
		environment := j.Settings.EnvironmentOf(file.Path, "")
		texts := make([]string, len(adds))
		for i, a := range adds {
			texts[i] = a.text
		}
		if r.program != nil {
			yes, err := holds(r.program, j.vars("file", map[string]any{
				"path": file.Path, "from": file.From, "status": string(file.Status),
				"executable": file.AfterMode&0o111 != 0, "symlink": file.AfterMode&fs.ModeSymlink != 0,
				"submodule": file.AfterMode&fs.ModeIrregular != 0, "environment": environment, "adds": texts,
			}))
			if err != nil {
				out = append(out, j.defect(r, "", at, file.Path, err))
				continue
			}
			if !yes {
				continue
			}
		}
		words := map[string]string{"path": file.Path, "does": "is " + string(file.Status)}
		if file.Status == plan.Renamed {
			words["path"] = file.From + " -> " + file.Path
		}
		if len(adds) > 0 {
			at.Line, at.EndLine = adds[0].line, adds[0].line
			words["adds"], words["what"] = adds[0].text, adds[0].what
			if n := len(adds) - 1; n > 0 && r.Commands != "" {
				words["adds"] += fmt.Sprintf(" (and %d more)", n)
			}
		}
		f := j.finding(r, r.Loss, environment, words)
		f.File, f.At, f.Remedies = file, at, r.remedies("", nil, words)
		f.Fingerprint = fingerprint(append([]string{r.ID, file.From, file.Path, string(file.Status)}, texts...)...)
		out = append(out, f)
	}
	return out
}

// unread is the finding for a file whose added lines could not be read.
func (j *judging) unread(r *Rule, file *plan.File, at plan.Range, err error) Finding {
	why := firstLine(err.Error())
	if errors.Is(err, plan.ErrNotFetched) {
		why = "its content was not fetched"
	}
	f := j.finding(r, r.Loss, j.Settings.EnvironmentOf(file.Path, ""), nil)
	f.Message = fmt.Sprintf("%s could not be searched for what this rule is about: %s", file.Path, why)
	f.File, f.At = file, at
	f.Fingerprint = fingerprint(r.ID, file.From, file.Path, string(file.Status), "unread")
	return f
}
