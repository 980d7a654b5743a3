package review

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// request is a person's pull request of one changed file.
func simpleRequest(comparisons ...Comparison) Request {
	return Request{
		Ref: Ref{Number: 1, BaseRef: "main", HeadSHA: "head"}, Base: settingsTree(""), Comparisons: comparisons,
		Signals: rules.Signals{Author: rules.Account{ID: 100, Login: "alice", Type: "User"}},
	}
}

func compared(name string) Comparison {
	return Comparison{Name: name, Before: plantest.Tree(map[string]string{"main.tf": ""}),
		After: plantest.Tree(map[string]string{"main.tf": ""}), Files: []plan.File{{Path: "main.tf", From: "main.tf", Status: plan.Modified}}}
}

func says(p plan.Plan) Predictor {
	return func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan { return p }
}

// What could not be read or predicted is told and holds, for a person too.
func TestFailuresHold(t *testing.T) {
	set := loadSet(t)
	broken := func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan { panic("index out of range\nwith a stack") }
	half := compared("change")
	half.After = nil
	for name, c := range map[string]struct {
		req        Request
		predictors []Predictor
		want       string
	}{
		"a predictor that panics": {simpleRequest(compared("change")), []Predictor{broken}, "a predictor failed"},
		"nothing to compare":      {simpleRequest(), nil, "nothing to compare"},
		"half a comparison":       {simpleRequest(half), []Predictor{broken}, "could not be read"},
		"a reading that says so": {func() Request {
			r := simpleRequest(compared("change"))
			r.Gaps = []plan.Gap{{Kind: plan.GapUnknown, Subject: "the test merge", Why: "it is not known"}}
			return r
		}(), nil, "it is not known"},
	} {
		rep := ran(c.req, set, c.predictors)
		d := Decide(rep, c.req)
		if len(rep.Holding()) == 0 || d.Conclusion != Failure || !strings.Contains(rep.Holding()[0].Message, c.want) {
			t.Errorf("%s: %s, %+v", name, d.Conclusion, rep.Findings)
		}
		if strings.Contains(rep.Holding()[0].Message, "\n") {
			t.Errorf("%s: the message has several lines", name)
		}
	}
	// The twin: a sound reading of nothing passes.
	req := simpleRequest(compared("change"))
	rep := ran(req, set, []Predictor{says(plan.Plan{})})
	if d := Decide(rep, req); d.Conclusion != Success || d.Basis != Clear {
		t.Errorf("nothing to hold: %s %s", d.Conclusion, d.Why)
	}
}

// ran is Run of trees that can be read.
func ran(req Request, set *rules.Set, predictors []Predictor) Report {
	rep, err := Run(req, set, predictors)
	if err != nil {
		panic(err)
	}
	return rep
}

// One predictor that fails takes nothing away from what the other says.
func TestPredictorsAreApart(t *testing.T) {
	req := simpleRequest(compared("change"))
	rep := ran(req, loadSet(t), []Predictor{
		func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan { panic("no") }, says(destroying([]string{"aws_db_instance.main"})),
	})
	var found []string
	for _, f := range rep.Holding() {
		found = append(found, f.Rule)
	}
	if strings.Join(found, " ") != "gap-internal tf-destroy-data" {
		t.Errorf("held are %v", found)
	}
}

// What two comparisons tell of is one finding; what only one tells of stays.
func TestComparisonsAreUnited(t *testing.T) {
	req := simpleRequest(compared("change"), compared("merge"))
	calls := 0
	rep := ran(req, loadSet(t), []Predictor{func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan {
		if calls++; calls == 1 {
			return destroying([]string{"aws_db_instance.main"})
		}
		return destroying([]string{"aws_db_instance.main", "aws_s3_bucket.logs"})
	}})
	var found []string
	for _, f := range rep.Holding() {
		found = append(found, f.Comparison+" "+f.Subject())
	}
	if strings.Join(found, ", ") != "change aws_db_instance.main, merge aws_s3_bucket.logs" {
		t.Errorf("held are %v", found)
	}
}

// The zero values hold.
func TestZeroHolds(t *testing.T) {
	if !(Decision{}).Holds() {
		t.Error("the zero Decision lets through")
	}
	if d := Decide(Report{}, Request{}); !d.Holds() {
		t.Errorf("a report without settings lets through: %s", d.Why)
	}
}

// Fingerprints name what is judged, not where it stands.
func TestFingerprintsHaveNoLines(t *testing.T) {
	set := loadSet(t)
	at := func(line int, address string) string {
		p := destroying([]string{address})
		p.Changes[0].At.Line = line
		return ran(simpleRequest(compared("change")), set, []Predictor{says(p)}).Findings[0].Fingerprint
	}
	if at(1, "aws_db_instance.a") != at(99, "aws_db_instance.a") {
		t.Error("another line, another fingerprint")
	}
	if at(1, "aws_db_instance.a") == at(1, "aws_db_instance.b") {
		t.Error("two objects have one fingerprint")
	}
}

// A source that has no answer yet ends the run; one that has is part of the
// report, whoever asked for it and how often.
func TestSourcesOfARun(t *testing.T) {
	vpc := plan.Source{Kind: plan.ModuleSource, Address: "terraform-aws-modules/vpc/aws", Ref: plan.Ref{Kind: plan.RefVersion, Text: "5.8.1"},
		Side: plan.After}
	asks := func(_, _ fs.FS, _ rules.Settings, sources plan.Sources) plan.Plan {
		for depth := range 2 {
			vpc.Depth = depth + 1
			if _, err := sources.Package(vpc); err != nil {
				return plan.Plan{Gaps: []plan.Gap{{Kind: plan.GapOpaque, Subject: "module.vpc", Why: err.Error()}}}
			}
		}
		return plan.Plan{}
	}
	var answers plan.Answers
	req := simpleRequest(compared("change"))
	req.Sources = &answers
	if _, err := Run(req, loadSet(t), []Predictor{asks}); !errors.Is(err, plan.ErrNotFetched) || !strings.Contains(err.Error(), vpc.Address) {
		t.Fatalf("a run without an answer: %v", err)
	}
	answers.Put(vpc, plan.Answer{Package: plan.Package{Digest: "git:github.com/a/b@1", Version: "5.8.1", Moment: plan.MomentExact}})
	rep := ran(req, loadSet(t), []Predictor{asks})
	if len(rep.Sources) != 1 || rep.Sources[0].Digest != "git:github.com/a/b@1" || len(rep.Gaps) > 0 {
		t.Errorf("used are %+v, gaps %v", rep.Sources, rep.Gaps)
	}
	req.Sources = nil
	if rep := ran(req, loadSet(t), []Predictor{asks}); len(rep.Gaps) != 1 || len(rep.Sources) > 0 {
		t.Errorf("without sources: %+v", rep.Gaps)
	}
}
