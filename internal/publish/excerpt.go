package publish

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
	"github.com/holdpoint-dev/holdpoint/internal/publish/html"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Excerpts are the changed lines of the causes of a report, as its two sides have
// them.
type Excerpts map[plan.Range][]html.Line

const (
	// maxExcerpts is how many causes get one, maxExcerptLines how many lines of one
	// kind it has, around how many unchanged lines there are before and behind.
	maxExcerpts, maxExcerptLines, around = 400, 12, 2
	// maxLine is how long a line may be, in characters.
	maxLine = 240
)

// ReadExcerpts reads the changed lines of each cause from the trees. A cause whose
// lines are not in them, or did not change, gets none. What may be a secret is not
// shown.
func ReadExcerpts(rep review.Report, comparisons []review.Comparison) Excerpts {
	v := report.Of(rep)
	out := Excerpts{}
	r := excerptReader{comparisons: comparisons, files: map[string]*diffed{}}
	for _, groups := range [][]report.Group{v.Groups, v.Others} {
		for _, g := range groups {
			if at := g.Cause.Range; at.File != "" && at.Line > 0 && len(out) < maxExcerpts {
				if lines := r.read(at); len(lines) > 0 {
					out[at] = lines
				}
			}
		}
	}
	return out
}

// diffed is a file of both sides.
type diffed struct {
	before, after []string
	hunks         []linediff.Hunk
	secret        bool // all values of it are
}

type excerptReader struct {
	comparisons []review.Comparison
	files       map[string]*diffed
}

func (r *excerptReader) read(at plan.Range) []html.Line {
	for i := range r.comparisons {
		d := r.file(i, at)
		if d == nil {
			continue
		}
		var out []html.Line
		for _, h := range d.hunks {
			from, to := h.From, h.To
			if at.Side == plan.After {
				from, to = h.NewFrom, h.NewTo
			}
			if max(from, at.Line) <= min(to, max(at.Line, at.EndLine)) && len(out) < 3*maxExcerptLines {
				out = append(out, d.excerpt(h)...)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// file reads both sides of a file, once; nil where that is not possible.
func (r *excerptReader) file(i int, at plan.Range) *diffed {
	key := fmt.Sprintf("%d %s %s", i, at.Side, at.File)
	if d, ok := r.files[key]; ok {
		return d
	}
	c := r.comparisons[i]
	from, to := at.File, at.File
	for _, f := range c.Files {
		switch {
		case at.Side == plan.After && f.Path == at.File && f.From != "":
			from = f.From
		case at.Side == plan.Before && f.From == at.File:
			to = f.Path
		}
	}
	before, _ := fs.ReadFile(c.Before, from) // a side that is not there has no lines
	after, _ := fs.ReadFile(c.After, to)
	r.files[key] = nil
	if (len(before) > 0 || len(after) > 0) && utf8.Valid(before) && utf8.Valid(after) {
		was, is := string(before), string(after)
		r.files[key] = &diffed{
			before: linediff.Split(was), after: linediff.Split(is), hunks: linediff.Diff(was, is),
			secret: secretKind.MatchString(was) || secretKind.MatchString(is),
		}
	}
	return r.files[key]
}

// excerpt is a hunk with some lines around it.
func (d *diffed) excerpt(h linediff.Hunk) []html.Line {
	var out []html.Line
	same := func(from, to int) {
		for n := max(1, from); n <= min(to, len(d.after)); n++ {
			out = append(out, html.Line{Kind: " ", Number: n, Text: d.shown(d.after, n)})
		}
	}
	some := func(kind string, lines []string, from, to int) {
		for n := from; n <= to; n++ {
			if left := to - n + 1; n-from == maxExcerptLines && left > 1 {
				out = append(out, html.Line{Kind: "…", Text: count(left, "more line")})
				return
			}
			out = append(out, html.Line{Kind: kind, Number: n, Text: d.shown(lines, n)})
		}
	}
	same(h.NewFrom-around, h.NewFrom-1)
	some("-", d.before, h.From, h.To)
	some("+", d.after, h.NewFrom, h.NewTo)
	same(h.NewTo+1, h.NewTo+around)
	blank := func(l html.Line) bool { return l.Kind == " " && strings.TrimSpace(l.Text) == "" }
	for len(out) > 0 && blank(out[0]) {
		out = out[1:]
	}
	for len(out) > 0 && blank(out[len(out)-1]) {
		out = out[:len(out)-1]
	}
	return out
}

var (
	secretKind = regexp.MustCompile(`(?m)^[ \t-]*"?kind"?:[ \t]*"?Secret\b`)
	valueOf    = regexp.MustCompile(`^(\s*(?:-\s+)?["']?[\w.\-/]+["']?\s*[:=]\s*)(\S.*)$`)
	plainKey   = regexp.MustCompile(`^[\s\-"']*(?:apiVersion|kind|name|namespace|type)["']?\s*:`)
)

// shown is a line as people may see it: without the value where the line, or the
// one before it, speaks of a secret.
func (d *diffed) shown(lines []string, n int) string {
	line := strings.ReplaceAll(lines[n-1], "\t", "    ")
	own := fix.Secretive(line)
	before := n > 1 && fix.Secretive(lines[n-2]) && !own
	text := strings.TrimSpace(line)
	switch m := valueOf.FindStringSubmatch(line); {
	case d.secret && plainKey.MatchString(line):
	case m != nil && (own || before || d.secret) && strings.TrimSpace(m[2]) != "{" && strings.TrimSpace(m[2]) != "[":
		line = m[1] + hidden
	case m == nil && (d.secret && text != "" && !strings.HasSuffix(text, ":") || strings.Contains(line, "-----BEGIN")):
		line = hidden
	}
	return truncate(visible(line), maxLine)
}

const hidden = "(not shown: may be a secret)"
