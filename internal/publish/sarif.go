package publish

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// homepage is what the SARIF log names as the tool's home.
const homepage = "https://github.com/holdpoint-dev/holdpoint"

// SARIF writes the findings as a SARIF 2.1.0 log, for viewers and for code
// scanning. Lines of the before side have no place in a log about the after
// side; the message names them, and the result stands on the first line of the file.
func SARIF(w io.Writer, rep review.Report, version string) error {
	driver := sarifDriver{Name: "holdpoint", InformationURI: homepage, Rules: []sarifRule{}}
	if m := semantic.FindStringSubmatch(version); m != nil {
		version, driver.SemanticVersion = m[1], m[1] // viewers compare versions that begin with a number
	}
	driver.Version, driver.FullName = version, strings.TrimSpace("Holdpoint "+version)
	at := map[string]int{}
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	for _, f := range rep.Findings {
		index, ok := at[f.Rule]
		if !ok {
			index = len(driver.Rules)
			at[f.Rule] = index
			driver.Rules = append(driver.Rules, ruleSARIF(f, rep.Findings))
		}
		run.Results = append(run.Results, resultSARIF(f, index, rep))
	}
	run.Tool.Driver = driver
	if err := writeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}); err != nil {
		return fmt.Errorf("write the SARIF log: %w", err)
	}
	return nil
}

// semantic is a version as semver.org writes it, with or without a v.
var semantic = regexp.MustCompile(`^v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)$`)

// maxHelp is how many fixes the help of one rule lists.
const maxHelp = 10

// ruleSARIF describes a rule by what its findings say of it.
func ruleSARIF(first rules.Finding, all []rules.Finding) sarifRule {
	var fixes []string
	for _, f := range all {
		if f.Rule != first.Rule {
			continue
		}
		for _, r := range f.Remedies {
			if !slices.Contains(fixes, r) && len(fixes) < maxHelp {
				fixes = append(fixes, r)
			}
		}
	}
	title := cmp.Or(first.Title, first.Rule)
	full := Escape(Plain, title, maxPhrase) + ". " + lossSentence(first)
	rule := sarifRule{
		ID: first.Rule, Short: sarifText{Text: Escape(Plain, title, maxPhrase)}, Full: sarifText{Text: full},
		HelpURI: first.Docs, Configuration: sarifDefault{Level: sarifLevel(first)},
		Properties: sarifTags{Tags: []string{"infrastructure", "loss-" + string(first.Loss)}},
	}
	rule.Help = help(full, fixes, first.Docs)
	return rule
}

// help says how to fix what a rule finds, in text and in Markdown.
func help(full string, fixes []string, docs string) sarifText {
	text, mark := full, Escape(Prose, full, 0)
	if len(fixes) > 0 {
		text += "\n\nHow to fix:"
		mark += "\n\n## How to fix\n"
	}
	for _, fix := range fixes {
		text += "\n- " + Escape(Plain, fix, maxPhrase)
		mark += "\n- " + Escape(Prose, fix, maxPhrase)
	}
	if len(fixes) == 0 {
		text += "\n\nNothing has to be fixed: a person looks at it and decides."
		mark += "\n\nNothing has to be fixed: a person looks at it and decides."
	}
	if docs != "" {
		text += "\n\n" + docs
		mark += "\n\n[The rule](" + docs + ")"
	}
	return sarifText{Text: text, Markdown: mark}
}

// lossSentence says what it means that the finding comes true.
func lossSentence(f rules.Finding) string {
	if f.Gap != nil {
		return "What it destroys could not be determined."
	}
	switch f.Loss {
	case rules.Data:
		return "Data may be lost, and does not come back."
	case rules.Identity:
		return "Names, addresses or keys change that others use."
	case rules.Traffic:
		return "Downtime while the object is recreated or gone."
	case rules.Capacity:
		return "What goes can be created again from its description."
	default:
		return "Nothing is lost by this alone."
	}
}

func resultSARIF(f rules.Finding, rule int, rep review.Report) sarifResult {
	at, ok := afterLine(f)
	if !ok {
		at = plan.Range{File: fileOf(f, rep)}
	}
	result := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Level: sarifLevel(f), Message: sarifText{Text: annotationText(f)},
		Locations: []sarifLocation{{
			Logical:  []sarifLogical{{Name: Escape(Terminal, f.Subject(), 0), Kind: "resource"}},
			Physical: physical(at),
		}},
		Fingerprints: map[string]string{"holdpoint/v1": f.Fingerprint},
	}
	if flow := codeFlow(f); flow != nil {
		result.CodeFlows = []sarifFlow{*flow}
	}
	return result
}

// fileOf is the file that a finding without a line of the after side is about:
// its own, one of its causes, else one of its root's.
func fileOf(f rules.Finding, rep review.Report) string {
	file := f.At.File
	for _, c := range causes(f) {
		file = cmp.Or(file, c.File)
	}
	if f.File != nil {
		file = cmp.Or(file, f.File.Path)
	}
	root := f.Root()
	for _, c := range rep.Plan.Changes {
		if c.Address.Root == root {
			file = cmp.Or(file, c.At.File)
		}
	}
	for _, g := range rep.Gaps {
		if g.Root == root {
			file = cmp.Or(file, g.At.File)
		}
	}
	return cmp.Or(file, root, ".")
}

func sarifLevel(f rules.Finding) string {
	switch level(f) {
	case Failure:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

func physical(r plan.Range) *sarifPhysical {
	p := &sarifPhysical{Artifact: sarifArtifact{URI: uri(r.File), Base: "%SRCROOT%"}}
	line := max(r.Line, 1) // GitHub's code scanning takes no location without a line
	p.Region = sarifRegion{StartLine: line, EndLine: max(line, r.EndLine)}
	return p
}

// uri writes a path as the relative URI reference that SARIF wants.
func uri(path string) string {
	return (&url.URL{Path: path}).String()
}

// codeFlow is the cause chain.
func codeFlow(f rules.Finding) *sarifFlow {
	chain := causes(f)
	if len(chain) < 2 {
		return nil
	}
	var thread sarifThread
	for _, c := range chain {
		text := sarifText{Text: Escape(Plain, string(c.Side)+": "+c.Text, maxCause)}
		location := sarifLocation{Message: &text}
		if c.File != "" {
			location.Physical = physical(c.Range)
		}
		thread.Steps = append(thread.Steps, sarifStep{Location: location})
	}
	return &sarifFlow{Threads: []sarifThread{thread}}
}
