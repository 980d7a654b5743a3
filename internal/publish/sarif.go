package publish

import (
	"fmt"
	"io"
	"net/url"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// homepage is what the SARIF log names as the tool's home.
const homepage = "https://github.com/holdpoint-dev/holdpoint"

// SARIF writes the findings as a SARIF 2.1.0 log, for viewers and for code
// scanning. Lines of the before side have no place in a log about the after
// side; the message names them.
func SARIF(w io.Writer, rep review.Report) error {
	run := sarif.NewRunWithInformationURI("holdpoint", homepage)
	for _, f := range rep.Findings {
		rule := run.AddRule(f.Rule).WithShortDescription(sarif.NewMultiformatMessageString().WithText(f.Title))
		if f.Docs != "" {
			rule.WithHelpURI(f.Docs)
		}
		run.AddResult(sarifResult(f))
	}
	log := sarif.NewReport().AddRun(run)
	if err := log.PrettyWrite(w); err != nil {
		return fmt.Errorf("write the SARIF log: %w", err)
	}
	return nil
}

func sarifResult(f rules.Finding) *sarif.Result {
	result := sarif.NewRuleResult(f.Rule).
		WithMessage(sarif.NewTextMessage(annotationText(f))).
		WithLevel(sarifLevel(f)).
		WithPartialFingerprints(map[string]string{"holdpoint/v1": f.Fingerprint})
	at, ok := afterLine(f)
	if !ok {
		at = plan.Range{File: f.At.File}
	}
	location := sarif.NewLocation().WithLogicalLocations([]*sarif.LogicalLocation{
		sarif.NewLogicalLocation().WithKind("resource").WithFullyQualifiedName(f.Subject()),
	})
	if at.File != "" {
		location.WithPhysicalLocation(physical(at))
	}
	result.AddLocation(location)
	if flow := codeFlow(f); flow != nil {
		result.AddCodeFlow(flow)
	}
	return result
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

func physical(r plan.Range) *sarif.PhysicalLocation {
	p := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(uri(r.File)).WithURIBaseID("%SRCROOT%"))
	if r.Line > 0 {
		p.WithRegion(sarif.NewSimpleRegion(r.Line, max(r.Line, r.EndLine)))
	}
	return p
}

// uri writes a path as the relative URI reference that SARIF wants.
func uri(path string) string {
	return (&url.URL{Path: path}).String()
}

// codeFlow is the cause chain.
func codeFlow(f rules.Finding) *sarif.CodeFlow {
	chain := causes(f)
	if len(chain) < 2 {
		return nil
	}
	flow := sarif.NewThreadFlow()
	for _, c := range chain {
		location := sarif.NewLocation().WithMessage(sarif.NewTextMessage(Escape(Plain, string(c.Side)+": "+c.Text, maxCause)))
		if c.File != "" {
			location.WithPhysicalLocation(physical(c.Range))
		}
		flow.AddLocation(sarif.NewThreadFlowLocation().WithLocation(location))
	}
	return sarif.NewCodeFlow().AddThreadFlow(flow)
}
