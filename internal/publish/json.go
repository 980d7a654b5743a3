package publish

import (
	"cmp"
	"encoding/json"
	"io"

	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// JSONVersion is the version of both JSON formats. A new field does not change
// it.
const JSONVersion = 1

// jsonChange is a plan.Change as `holdpoint predict` prints it.
type jsonChange struct {
	Engine   plan.Engine  `json:"engine"`
	Root     string       `json:"root"`
	Address  string       `json:"address"`
	Previous string       `json:"previous"`
	Type     string       `json:"type"`
	Action   plan.Action  `json:"action"`
	Effect   plan.Effect  `json:"effect"`
	Certain  bool         `json:"certain"`
	Variant  string       `json:"variant"`
	Reason   plan.Reason  `json:"reason"`
	Because  []plan.Path  `json:"because"`
	Causes   []plan.Cause `json:"causes"`
	At       plan.Range   `json:"at"`
}

type jsonGap struct {
	Root    string    `json:"root"`
	File    string    `json:"file"`
	Line    int       `json:"line"`
	Side    plan.Side `json:"side"`
	Subject string    `json:"subject"`
	Why     string    `json:"why"`
}

type jsonPlan struct {
	Version int          `json:"version"`
	Changes []jsonChange `json:"changes"`
	Gaps    []jsonGap    `json:"gaps"`
}

// Reported reports whether a change is among those that a prediction lists by
// default: all but a plain creation or update.
func Reported(c plan.Change) bool {
	switch c.Action {
	case plan.Create, plan.Update, plan.None:
		return c.Effect != ""
	default:
		return true
	}
}

// PlanJSON writes a prediction. Without all, creations and updates that have
// no effect to tell are left out. No array is ever null.
func PlanJSON(w io.Writer, p plan.Plan, all bool) error {
	out := jsonPlan{Version: JSONVersion, Changes: []jsonChange{}, Gaps: gapsJSON(p.Gaps)}
	for _, c := range p.Changes {
		if all || Reported(c) {
			out.Changes = append(out.Changes, changeJSON(c, all))
		}
	}
	return writeJSON(w, out)
}

// changeJSON converts one change. Where creations and updates are left out,
// one that has an effect is given as `none`.
func changeJSON(c plan.Change, all bool) jsonChange {
	action := c.Action
	if !all && (action == plan.Create || action == plan.Update) {
		action = plan.None
	}
	because := make([]plan.Path, len(c.Because))
	for i, path := range c.Because {
		because[i] = append(plan.Path{}, path...)
	}
	previous := c.Previous
	if previous == (plan.Address{}) {
		previous = c.Address
	}
	return jsonChange{
		Engine: c.Address.Engine, Root: cmp.Or(c.Address.Root, "."), Address: c.Address.String(), Previous: previous.String(),
		Type: c.Address.Type, Action: action, Effect: c.Effect, Certain: c.Certain, Variant: c.Variant, Reason: c.Reason,
		Because: because, Causes: append([]plan.Cause{}, c.Causes...), At: c.At,
	}
}

func gapsJSON(gaps []plan.Gap) []jsonGap {
	out := make([]jsonGap, 0, len(gaps))
	for _, g := range gaps {
		out = append(out, jsonGap{
			Root: cmp.Or(g.Root, "."), File: g.At.File, Line: g.At.Line, Side: g.At.Side,
			Subject: g.Subject, Why: g.Text(),
		})
	}
	return out
}

type jsonFinding struct {
	ID          string         `json:"id"`
	Fingerprint string         `json:"fingerprint"`
	Rule        string         `json:"rule"`
	Title       string         `json:"title"`
	Severity    rules.Severity `json:"severity"`
	Loss        rules.Loss     `json:"loss"`
	Holds       bool           `json:"holds"`
	Comparison  string         `json:"comparison"`
	Environment string         `json:"environment"`
	Subject     string         `json:"subject"`
	Operation   string         `json:"operation"`
	Message     string         `json:"message"`
	Object      string         `json:"object"`
	Recovery    string         `json:"recovery"`
	Impact      *jsonImpact    `json:"impact"`
	Remedies    []string       `json:"remedies"`
	Docs        string         `json:"docs"`
	At          plan.Range     `json:"at"`
	Change      *jsonChange    `json:"change"`
}

type jsonAgent struct {
	Name     string     `json:"name"`
	Kind     rules.Kind `json:"kind"`
	Evidence string     `json:"evidence"`
}

type jsonMissing struct {
	Number int    `json:"number"`
	What   string `json:"what"`
	From   string `json:"from"`
	For    string `json:"for"`
	Also   string `json:"also"`
}

type jsonReport struct {
	Version    int               `json:"version"`
	Conclusion review.Conclusion `json:"conclusion"`
	Basis      review.Basis      `json:"basis"`
	Title      string            `json:"title"`
	Why        string            `json:"why"`
	Base       string            `json:"base"`
	Head       string            `json:"head"`
	Digest     string            `json:"digest"`
	Rules      string            `json:"rules"`
	Sources    []jsonSource      `json:"sources"`
	Agent      *jsonAgent        `json:"agent"`
	Missing    []jsonMissing     `json:"missing"`
	Compared   review.Counted    `json:"compared"`
	Findings   []jsonFinding     `json:"findings"`
	Fixes      []jsonFix         `json:"fixes"`
	Changes    []jsonChange      `json:"changes"`
	Gaps       []jsonGap         `json:"gaps"`
}

// JSON writes a review for programs: the verdict, the findings and the whole
// prediction behind them. Anything but "success" holds.
func JSON(w io.Writer, m Markdown) error {
	rep, dec := m.Report, m.Decision
	out := jsonReport{
		Version: JSONVersion, Conclusion: cmp.Or(dec.Conclusion, review.Failure), Basis: dec.Basis, Title: dec.Title, Why: dec.Why,
		Base: rep.Ref.BaseSHA, Head: rep.Ref.HeadSHA, Digest: rep.Digest, Rules: rep.Rules, Sources: sourcesJSON(rep.Sources),
		Missing: []jsonMissing{}, Findings: []jsonFinding{}, Fixes: fixesJSON(m.Suggestions),
		Compared: review.Compared(rep.Plan), Changes: []jsonChange{}, Gaps: gapsJSON(rep.Gaps),
	}
	if a := rep.Agent; a != nil {
		out.Agent = &jsonAgent{Name: a.Name, Kind: a.Kind, Evidence: rep.Evidence}
	}
	for _, m := range dec.Missing {
		out.Missing = append(out.Missing, jsonMissing(m))
	}
	for _, f := range rep.Findings {
		out.Findings = append(out.Findings, findingJSON(f, m.Impact))
	}
	for _, c := range rep.Plan.Changes {
		out.Changes = append(out.Changes, changeJSON(c, true))
	}
	return writeJSON(w, out)
}

func findingJSON(f rules.Finding, impacts map[string]impact.Impact) jsonFinding {
	out := jsonFinding{
		ID: ShortID(f.Fingerprint), Fingerprint: f.Fingerprint, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Loss: f.Loss,
		Holds: f.Holds, Comparison: f.Comparison, Environment: f.Environment, Subject: f.Subject(), Operation: operation(f),
		Message: f.Message, Object: f.Object, Recovery: f.Recovery, Impact: impactJSON(impacts, f), Remedies: append([]string{}, f.Remedies...), Docs: f.Docs, At: f.At,
	}
	if f.Change != nil {
		c := changeJSON(*f.Change, true)
		out.Change = &c
	}
	return out
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
