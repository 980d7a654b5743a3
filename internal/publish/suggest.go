package publish

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	// maxProofs bounds how often a change is predicted again.
	maxProofs = 8
	// maxSuggested is how many lines a suggestion may replace or bring: more
	// than that nobody checks by eye.
	maxSuggested = 10
)

// Retry reviews the request again; review.Run with all else bound.
type Retry func(review.Request) (review.Report, error)

// Suggest finds mechanical edits of the after side and proves each: with it
// the finding is gone, and no other one that holds has come. Only the
// comparison of the change itself has a head that can be edited.
func Suggest(req review.Request, rep review.Report, retry Retry) []Suggestion {
	i := slices.IndexFunc(req.Comparisons, func(c review.Comparison) bool { return c.Name == "change" })
	if i < 0 || req.Comparisons[i].Before == nil || req.Comparisons[i].After == nil {
		return nil
	}
	s := &suggester{req: req, rep: rep, retry: retry, index: i, comparison: req.Comparisons[i], cleared: map[string]bool{}}
	for _, f := range rep.Holding() {
		if f.Change != nil && !s.cleared[f.Fingerprint] {
			s.finding(f)
		}
	}
	return s.proved
}

type suggester struct {
	req        review.Request
	rep        review.Report
	retry      Retry
	index      int
	comparison review.Comparison
	proofs     int
	cleared    map[string]bool
	proved     []Suggestion
}

// finding offers the first candidate that holds up.
func (s *suggester) finding(f rules.Finding) {
	for _, candidate := range []func(rules.Finding) (Suggestion, bool){s.movedBlock, s.movedKey, s.oldLines, s.removed} {
		suggestion, ok := candidate(f)
		if !ok || !safeToSuggest(suggestion.Edit) {
			continue
		}
		if suggestion.Also, ok = s.prove(f, suggestion.Edit); ok {
			s.proved = append(s.proved, suggestion)
			return
		}
	}
}

// prove predicts with the edit. It returns the other findings that the edit
// clears: they need no suggestion of their own.
func (s *suggester) prove(f rules.Finding, e Edit) (also []string, ok bool) {
	if s.proofs++; s.proofs > maxProofs {
		return nil, false
	}
	content, err := apply(s.comparison.After, e)
	if err != nil {
		return nil, false
	}
	req := s.req
	req.Comparisons = slices.Clone(s.req.Comparisons)
	req.Comparisons[s.index].After = edited{FS: s.comparison.After, name: e.Path, content: content}
	again, err := s.retry(req)
	if err != nil {
		return nil, false // nothing is proved by what cannot be read
	}
	now := map[string]bool{}
	for _, found := range again.Holding() {
		now[found.Fingerprint] = true
	}
	if now[f.Fingerprint] {
		return nil, false
	}
	before := map[string]bool{}
	for _, found := range s.rep.Holding() {
		before[found.Fingerprint] = true
	}
	for fingerprint := range now {
		if !before[fingerprint] {
			return nil, false
		}
	}
	for _, found := range s.rep.Holding() {
		if id := found.Fingerprint; !now[id] && id != f.Fingerprint && !s.cleared[id] {
			also = append(also, id)
			s.cleared[id] = true
		}
	}
	return also, true
}

// apply makes the edited content of the file. Line ends are kept as they are.
func apply(tree fs.FS, e Edit) ([]byte, error) {
	content, err := fs.ReadFile(tree, e.Path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(content), "\n")
	if e.Start < 1 || e.End < e.Start || e.End > len(lines) {
		return nil, fmt.Errorf("lines %d to %d are not in %s", e.Start, e.End, e.Path)
	}
	return []byte(strings.Join(slices.Concat(lines[:e.Start-1], e.New, lines[e.End:]), "\n")), nil
}

// oldLines puts back what the change made of the line that a finding comes
// from.
func (s *suggester) oldLines(f rules.Finding) (Suggestion, bool) {
	h, after, ok := s.hunk(lineOf(f))
	if !ok || len(h.Removed) > maxSuggested || len(h.Added) > maxSuggested {
		return Suggestion{}, false
	}
	edit, ok := beside(lineOf(f).File, h, after, h.Removed)
	what := "Put the old line back"
	if len(h.Removed) != 1 {
		what = "Put the old lines back"
	}
	return Suggestion{Fingerprint: f.Fingerprint, What: what, Edit: edit}, ok
}

// hunk finds the place of the difference that a line is in, with the lines of
// the after side.
func (s *suggester) hunk(at plan.Range) (linediff.Hunk, []string, bool) {
	from := at.File
	for _, f := range s.comparison.Files {
		if at.Side == plan.After && f.Path == at.File {
			from = f.From
		}
	}
	before, errBefore := fs.ReadFile(s.comparison.Before, from)
	after, errAfter := fs.ReadFile(s.comparison.After, at.File)
	if errBefore != nil || errAfter != nil || !utf8.Valid(before) || !utf8.Valid(after) {
		return linediff.Hunk{}, nil, false
	}
	for _, h := range linediff.Diff(string(before), string(after)) {
		start, end := h.From, h.To
		if at.Side == plan.After {
			start, end = h.NewFrom, h.NewTo
		}
		if start <= at.Line && at.Line <= end {
			return h, linediff.Split(string(after)), true
		}
	}
	return linediff.Hunk{}, nil, false
}

// beside replaces the after side of a hunk by lines. Where the hunk has no
// line there, the line before it (or after it) is kept and carries them.
func beside(path string, h linediff.Hunk, after, lines []string) (Edit, bool) {
	if h.NewTo >= h.NewFrom {
		return Edit{Path: path, Start: h.NewFrom, End: h.NewTo, New: lines}, true
	}
	if line := h.NewFrom - 1; line >= 1 {
		return Edit{Path: path, Start: line, End: line, New: append([]string{after[line-1]}, lines...)}, true
	}
	if len(after) > 1 {
		return Edit{Path: path, Start: 1, End: 1, New: append(slices.Clone(lines), after[0])}, true
	}
	return Edit{}, false
}

// added are the lines that the change brings into a file, by their number.
func (s *suggester) added(file plan.File) map[int]string {
	after, err := fs.ReadFile(s.comparison.After, file.Path)
	if err != nil {
		return nil
	}
	before, err := fs.ReadFile(s.comparison.Before, file.From)
	if err != nil {
		before = nil // a new file
	}
	lines := map[int]string{}
	for _, h := range linediff.Diff(string(before), string(after)) {
		for i, line := range h.Added {
			lines[h.NewFrom+i] = line
		}
	}
	return lines
}

// removed lets a resource whose block was taken out go on to exist, without
// being managed any more (Terraform 1.7, OpenTofu 1.7).
func (s *suggester) removed(f rules.Finding) (Suggestion, bool) {
	a := f.Change.Address
	if a.Engine != plan.Terraform || f.Change.Action != plan.Delete || f.Change.At.Side != plan.Before {
		return Suggestion{}, false
	}
	h, after, ok := s.hunk(f.Change.At)
	if !ok || h.To < f.Change.At.EndLine || len(h.Added) > maxSuggested {
		return Suggestion{}, false
	}
	block := []string{"removed {", "  from = " + a.Type + "." + a.Name, "", "  lifecycle {", "    destroy = false", "  }", "}"}
	edit, ok := beside(f.Change.At.File, h, after, append(block, h.Added...))
	return Suggestion{Fingerprint: f.Fingerprint, What: "Keep the object and stop managing it", Edit: edit}, ok
}

// secretive marks lines that may hold a secret value.
var secretive = regexp.MustCompile(`(?i)passw|secret|token|credential|private|api_?key|access_?key|BEGIN [A-Z ]*KEY`)

// safeToSuggest reports whether lines can be shown as they are: nothing that
// another bot acts on, nothing invisible, nothing that may be a secret.
func safeToSuggest(e Edit) bool {
	if len(e.New) > maxSuggested+2 || len(e.New) == 0 {
		return false
	}
	for _, line := range e.New {
		shown := visible(line)
		hidden := shown != strings.ReplaceAll(line, "\t", " ") || defuse(strings.TrimSpace(shown)) != strings.TrimSpace(shown)
		unsafe := hasTrigger(line) || secretive.MatchString(line) || strings.Contains(line, "```")
		if hidden || unsafe || utf8.RuneCountInString(line) > maxPhrase {
			return false
		}
	}
	return true
}

// lineOf is the place a reader looks at first: the changed line.
func lineOf(f rules.Finding) plan.Range {
	if chain := causes(f); len(chain) > 0 {
		return chain[0].Range
	}
	return f.At
}
