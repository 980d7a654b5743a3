package publish

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// ReviewText writes a REQUEST_CHANGES review. Findings whose line the diff
// shows become inline comments, one a line however many findings it causes;
// the others stand in the body.
func ReviewText(m Markdown, lines Lines) Review {
	holding := m.Report.Holding()
	anchors, rest := m.anchored(holding, lines)
	if len(anchors) > MaxInline {
		for _, a := range anchors[MaxInline:] {
			rest = append(rest, a.findings...)
		}
		anchors = anchors[:MaxInline]
	}
	rev := Review{Body: m.reviewBody(holding, rest)}
	for _, a := range anchors {
		rev.Comments = append(rev.Comments, m.comment(a))
	}
	return rev
}

// anchor is a line of the diff with what it causes.
type anchor struct {
	path     string
	at       plan.Range
	findings []rules.Finding
}

// anchored puts each finding where its proved suggestion stands, else on the
// first link of its chain that the diff shows, else on the object itself.
func (m Markdown) anchored(findings []rules.Finding, lines Lines) (anchors []anchor, rest []rules.Finding) {
	index := map[plan.Range]int{}
	for _, f := range findings {
		path, at, ok := m.suggestedLine(f, lines)
		if !ok {
			path, at, ok = shownLine(f, lines)
		}
		if !ok {
			rest = append(rest, f)
			continue
		}
		key := plan.Range{File: path, Line: at.Line, Side: at.Side}
		i, seen := index[key]
		if !seen {
			i = len(anchors)
			index[key] = i
			anchors = append(anchors, anchor{path: path, at: at})
		}
		anchors[i].findings = append(anchors[i].findings, f)
	}
	return anchors, rest
}

func shownLine(f rules.Finding, lines Lines) (path string, at plan.Range, ok bool) {
	if lines == nil {
		return "", plan.Range{}, false
	}
	candidates := []plan.Range{}
	for _, c := range causes(f) {
		candidates = append(candidates, c.Range)
	}
	candidates = append(candidates, f.At)
	if f.Change != nil {
		candidates = append(candidates, f.Change.At)
	}
	for _, r := range candidates {
		if r.File == "" || r.Line < 1 || r.Side == "" {
			continue
		}
		if path, ok := lines(r.File, r.Side, r.Line); ok {
			return path, r, true
		}
	}
	return "", plan.Range{}, false
}

// suggestedLine is the last line of a finding's suggestion, where the diff
// shows all of its lines.
func (m Markdown) suggestedLine(f rules.Finding, lines Lines) (path string, at plan.Range, ok bool) {
	edit, ok := m.single(f)
	if !ok || lines == nil || m.History.Held > MaxRounds {
		return "", plan.Range{}, false
	}
	at = edit.At()
	for line := at.Line; line <= at.EndLine; line++ {
		if path, ok = lines(at.File, at.Side, line); !ok {
			return "", plan.Range{}, false
		}
	}
	at.Line = at.EndLine
	return path, at, true
}

func (m Markdown) comment(a anchor) Comment {
	var b strings.Builder
	ids := make([]string, len(a.findings))
	for i, f := range a.findings {
		ids[i] = f.Fingerprint
	}
	c := Comment{Path: a.path, Side: a.at.Side, Line: a.at.Line, Findings: ids}
	groups := report.Arrange(a.findings, m.Report.Plan)
	for i, g := range groups {
		if i > 0 || g.Cause.Line != a.at.Line || g.Cause.File != a.at.File {
			b.WriteString(groupHead(g))
		} else if len(g.Whole) > 0 {
			text := strings.TrimPrefix(wholeText(g.Whole), ". ")
			b.WriteString("**This line " + strings.ToLower(text[:1]) + text[1:] + "**\n")
		} else {
			fmt.Fprintf(&b, "**%s**\n", lineTitle(g))
		}
		b.WriteString(m.groupBody(g, openRows))
	}
	if title, edit, ok := m.suggestion(a); ok {
		c.StartLine, c.Line = startLine(edit), edit.End
		b.WriteString("\n" + suggestionBlock(title, edit))
	}
	m.blocks(&b, groups)
	c.Body = guard(b.String()) + "\n" + marker(ids)
	return c
}

// lineTitle says what a line does, in a few words.
func lineTitle(g report.Group) string {
	f := g.Sections[0].Rows[0].First()
	switch n := len(g.Findings); {
	case n > 1:
		return "This line causes " + count(n, "finding") + "."
	case f.Gap != nil:
		return "The effect of this line could not be determined."
	case f.File != nil:
		return "This file needs a review by a person."
	default:
		return "This line " + Escape(Prose, effectOf(*f.Change), 60) + " " + Escape(Prose, object(f), 60) + "."
	}
}

// effectOf is what a change does, as a verb.
func effectOf(c plan.Change) string {
	if c.Action.Destroys() && c.Certain && c.Effect == "" {
		return c.Action.Verb()
	}
	return "affects"
}

func object(f rules.Finding) string {
	if f.Object == "" {
		return "an object"
	}
	return "the " + f.Object
}

// blocks adds the agent's blocks of a comment: those of its line.
func (m Markdown) blocks(b *strings.Builder, groups []report.Group) {
	if m.History.Held > MaxRounds {
		return
	}
	var text strings.Builder
	for i, g := range groups {
		if i == maxInlineBlocks {
			fmt.Fprintf(&text, "\n%s in the check run.\n", count(len(groups)-i, "more block"))
			break
		}
		text.WriteString("\n" + m.agentBlock(g))
	}
	b.WriteString(details(agentTitle, agentNotice+text.String()))
}

// maxInlineBlocks is how many blocks a comment has.
const maxInlineBlocks = 3

// suggestion finds a proved edit for a comment: one that clears its first
// finding and stands where the comment can.
func (m Markdown) suggestion(a anchor) (title string, edit fix.Edit, ok bool) {
	if m.History.Held > MaxRounds || a.at.Side != plan.After {
		return "", fix.Edit{}, false
	}
	for _, sg := range m.Suggestions {
		edit, ok := sg.Single()
		here := ok && edit.Path == a.at.File && edit.Start <= a.at.Line && a.at.Line <= edit.End
		if here && slices.ContainsFunc(a.findings, func(f rules.Finding) bool { return slices.Contains(sg.Clears, f.Fingerprint) }) {
			return sg.Title, edit, true
		}
	}
	return "", fix.Edit{}, false
}

// single is the first edit of one place that clears a finding.
func (m Markdown) single(f rules.Finding) (fix.Edit, bool) {
	for _, s := range m.Suggestions {
		if edit, ok := s.Single(); ok && slices.Contains(s.Clears, f.Fingerprint) {
			return edit, true
		}
	}
	return fix.Edit{}, false
}

func startLine(e fix.Edit) int {
	if e.Start == e.End {
		return 0
	}
	return e.Start
}

// suggestionBlock is a GitHub suggestion. Its content is code and cannot be
// escaped, so fix.Propose makes none that would not be safe as it is.
func suggestionBlock(title string, edit fix.Edit) string {
	content := strings.Join(edit.New, "\n")
	fence := strings.Repeat("`", max(3, longestRun(content, '`')+1))
	if content != "" {
		content += "\n"
	}
	return Escape(Prose, title, maxPhrase) + ":\n\n" + fence + "suggestion\n" + content + fence + "\n"
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// reviewBody sums up and lists the findings that have no line in the diff.
func (m Markdown) reviewBody(holding, rest []rules.Finding) string {
	d := &document{limit: MaxText}
	d.add(heading(m))
	if len(rest) > 0 && len(rest) < len(holding) {
		d.add("\nThese have no line in the diff:\n")
	}
	for _, g := range report.Arrange(rest, m.Report.Plan) {
		d.add(m.groupText(g))
	}
	d.add(standing(m.Decision))
	if m.History.Held > MaxRounds {
		d.add(stop(m.History.Held))
	}
	d.add("\nThe check run `" + strings.Trim(Escape(Span, m.Decision.CheckName, 100), "`") + "` has the whole report. " +
		"Resolving these threads or dismissing this review does not unblock the change.\n")
	return guard(d.String())
}

// marker ends a comment of ours with the findings it names, for finding it
// again. It is bookkeeping: nothing is decided by it.
func marker(fingerprints []string) string {
	short := make([]string, 0, len(fingerprints))
	for _, f := range fingerprints {
		short = append(short, f[:min(markerLength, len(f))])
	}
	slices.Sort(short)
	return "<!-- holdpoint:finding " + strings.Join(slices.Compact(short), " ") + " -->\n"
}

const markerLength = 16

var markerPattern = regexp.MustCompile(`<!-- holdpoint:finding ((?:[0-9a-f]{8,64} ?)*)-->`)

// Markers returns the fingerprints, each cut to 16 digits, that a comment of
// ours names. Anybody can write such a comment: it finds text to edit and
// says nothing of the verdict.
func Markers(body string) []string {
	all := markerPattern.FindAllStringSubmatch(body, -1)
	if len(all) == 0 {
		return nil
	}
	return strings.Fields(all[len(all)-1][1])
}

// SameFinding reports whether a marker stands for a fingerprint.
func SameFinding(marker, fingerprint string) bool {
	return marker != "" && cmp.Compare(marker, fingerprint[:min(len(marker), len(fingerprint))]) == 0
}

// FixedComment is what an inline comment becomes when none of its findings is
// there any more.
func FixedComment(body, head string) string {
	return "**Fixed** as of " + Escape(Span, head, 12) + ": the findings of this comment are gone.\n\n" + marker(Markers(body))
}
