package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/reads"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Predictor predicts what an apply of the difference of two trees does, under
// what the settings declare. It asks sources for what the trees name and do not
// hold.
type Predictor func(before, after fs.FS, settings rules.Settings, sources plan.Sources) plan.Plan

// Run predicts and judges a change. What a predictor does not know is a gap in
// the report, and holds. A read of one of the trees that failed is an error:
// nothing that was predicted beside it can be relied on. It wraps
// [plan.ErrNotFetched] where the tree has noted what to bring, and where a
// source was asked for that has no answer yet, and [plan.ErrUnfinished] where the
// time or the memory of this machine came to an end.
func Run(req Request, set *rules.Set, predictors []Predictor) (Report, error) {
	var log reads.Log
	sources := &plan.SourceLog{Sources: plan.SourcesOr(req.Sources)}
	req = watched(req, &log)
	req.Sources = sources
	rep := run(req, set, predictors)
	if err := log.Err(); err != nil {
		return Report{}, fmt.Errorf("the change is not reviewed: %w", err)
	}
	if s, ok := sources.Missing(); ok {
		name := s.Address
		if s.Depth > 1 {
			name = "that another one names" // and which may be private
		}
		return Report{}, fmt.Errorf("the change is not reviewed: source %s: %w", name, plan.ErrNotFetched)
	}
	if err := rep.Plan.Unfinished(); err != nil {
		return Report{}, err
	}
	rep.Sources, rep.PrivateSources = directSources(sources.Used()), privateSources(sources.Used())
	return withoutPrivate(rep), nil
}

// sourcesOf is what the predictors ask for a comparison. Only what the default branch
// has now counts as named by it: not what an earlier commit of it had, nor what the
// queue is about to merge.
func (r Request) sourcesOf(c Comparison) plan.Sources {
	if r.Named == nil || r.Default == nil || c.Before == nil {
		return r.Sources
	}
	if id := plan.ID(c.Before, "."); id == "" || id != plan.ID(r.Default, ".") {
		return r.Sources
	}
	return plan.Naming{Sources: r.Sources, Named: r.Named}
}

// watched is the request with trees whose failed reads are noticed.
func watched(req Request, log *reads.Log) Request {
	req.Comparisons = slices.Clone(req.Comparisons)
	for i, c := range req.Comparisons {
		req.Comparisons[i].Before = log.Tree("the tree before the "+c.Name, c.Before)
		req.Comparisons[i].After = log.Tree("the tree after the "+c.Name, c.After)
	}
	req.Base = log.Tree("the tree of the base", req.Base)
	req.Default = log.Tree("the tree of the default branch", req.Default)
	req.Organisation = log.Tree("the tree of the organization's settings", req.Organisation)
	return req
}

func run(req Request, set *rules.Set, predictors []Predictor) Report {
	settings, names := req.settings(set)
	rep := Report{Ref: req.Ref, Settings: settings, Names: names, Rules: set.Digest()}
	if req.Evidence.Group != nil {
		rep.Agent, rep.Evidence = req.Evidence.Group.agent()
	} else {
		rep.Agent, rep.Evidence = set.Agent(req.signals(), settings, changedFiles(req))
	}
	read := rules.Case{Comparison: "change", Plan: plan.Plan{Gaps: readingGaps(req)}, Agent: rep.Agent, Settings: settings}
	findings := set.Judge(read)
	rep.Plan = read.Plan
	for _, c := range req.Comparisons {
		p := predict(c, settings, req.sourcesOf(c), predictors)
		p.Sort()
		findings = append(findings, set.Judge(rules.Case{
			Comparison: c.Name, Plan: p, Files: c.Files, Before: c.Before, After: c.After, Agent: rep.Agent, Settings: settings,
		})...)
		rep.Plan = plan.Join(rep.Plan, p)
	}
	rep.Plan.Sort()
	rep.Gaps = rep.Plan.Gaps
	rep.Findings = unite(findings)
	rep.Digest = digestOf(prints(rep.Holding()))
	return rep
}

// readingGaps are what reading the pull request could not tell.
func readingGaps(req Request) []plan.Gap {
	gaps := slices.Clone(req.Gaps)
	if len(req.Comparisons) == 0 {
		gaps = append(gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: "the change", Why: "there is nothing to compare"})
	}
	for _, c := range req.Comparisons {
		if c.Before == nil || c.After == nil {
			gaps = append(gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: "the trees of " + c.Name, Why: "one of the two sides could not be read"})
		}
	}
	return gaps
}

func changedFiles(req Request) []plan.File {
	var files []plan.File
	for _, c := range req.Comparisons {
		files = append(files, c.Files...)
	}
	return files
}

func predict(c Comparison, settings rules.Settings, sources plan.Sources, predictors []Predictor) plan.Plan {
	if c.Before == nil || c.After == nil {
		return plan.Plan{}
	}
	var p plan.Plan
	for _, predictor := range predictors {
		p = plan.Join(p, caught(predictor, c, settings, sources))
	}
	return p
}

// caught runs one predictor. A panic on hostile input is a gap that holds, and
// nothing that was said before it is relied on.
func caught(predictor Predictor, c Comparison, settings rules.Settings, sources plan.Sources) (p plan.Plan) {
	defer func() {
		if r := recover(); r != nil {
			p = plan.Plan{Gaps: []plan.Gap{{
				Kind: plan.GapInternal, Subject: "the prediction of " + c.Name, Why: "a predictor failed" + failureText(r, sources),
			}}}
		}
	}()
	return predictor(c.Before, c.After, settings, sources)
}

// failureText is what a predictor failed with, unless that may be of private content.
func failureText(r any, sources plan.Sources) string {
	if named, ok := sources.(plan.Naming); ok {
		sources = named.Sources
	}
	if log, ok := sources.(*plan.SourceLog); ok && len(privateSources(log.Used())) > 0 {
		return ""
	}
	return ": " + oneLine(fmt.Sprint(r))
}

// oneLine keeps the beginning of a text, as one line.
func oneLine(text string) string { return cut(strings.Join(strings.Fields(text), " "), 200) }

// unite sorts the findings and keeps one of those that several comparisons
// tell of. Where one of them holds, that one is kept.
func unite(findings []rules.Finding) []rules.Finding {
	order := map[rules.Loss]int{}
	for i, loss := range rules.Losses() {
		order[loss] = i
	}
	loudness := map[rules.Severity]int{rules.Hold: 0, rules.Warn: 1, rules.Note: 2}
	slices.SortStableFunc(findings, func(a, b rules.Finding) int {
		return cmp.Or(
			-cmp.Compare(number(a.Holds), number(b.Holds)),
			cmp.Compare(loudness[a.Severity], loudness[b.Severity]),
			cmp.Compare(order[a.Loss], order[b.Loss]),
			cmp.Compare(a.Root(), b.Root()),
			cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.Subject(), b.Subject()), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(findings, func(f rules.Finding) bool {
		twice := seen[f.Fingerprint]
		seen[f.Fingerprint] = true
		return twice
	})
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// prints are the sorted fingerprints of findings.
func prints(findings []rules.Finding) []string {
	out := make([]string, len(findings))
	for i, f := range findings {
		out[i] = f.Fingerprint
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// digestOf names a set of fingerprints by 32 hexadecimal digits; the empty set
// has the empty name.
func digestOf(sorted []string) string {
	if len(sorted) == 0 {
		return ""
	}
	return fingerprintOf(sorted)[:32]
}

// fingerprintOf is one fingerprint for a set of them.
func fingerprintOf(sorted []string) string {
	h := sha256.New()
	for _, p := range sorted {
		fmt.Fprintln(h, p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
