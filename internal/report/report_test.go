package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// found is a held finding about an instance, caused by a line of a file.
func found(address plan.Address, action plan.Action, loss rules.Loss, object string, cause plan.Cause) rules.Finding {
	c := &plan.Change{Address: address, Previous: address, Action: action, Certain: true, Causes: []plan.Cause{cause}}
	return rules.Finding{Rule: "tf-destroy-" + string(loss), Loss: loss, Holds: true, Object: object, Change: c,
		Fingerprint: address.Root + address.String() + string(action)}
}

func tf(root, module, kind, name, key string) plan.Address {
	return plan.Address{Engine: plan.Terraform, Root: root, Module: module, Type: kind, Name: name, Key: key}
}

func at(file string, line, end int, text string) plan.Cause {
	return plan.Cause{Range: plan.Range{File: file, Line: line, EndLine: end, Side: plan.After}, Text: text}
}

func of(findings []rules.Finding, objects map[plan.Address]int) View {
	p := plan.Plan{Objects: objects}
	for _, f := range findings {
		if f.Change != nil {
			p.Changes = append(p.Changes, *f.Change)
		}
	}
	return Of(review.Report{Findings: findings, Plan: p})
}

// text writes groups for a comparison.
func text(groups []Group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "%s-%d %s\n", g.Cause.Place(), g.Cause.EndLine, g.Cause.Text)
		for _, w := range g.Whole {
			fmt.Fprintf(&b, "  whole %s %d of %d\n", w.Root, w.Destroyed, w.Total)
		}
		for _, s := range g.Sections {
			fmt.Fprintf(&b, "  %s\n", s.Loss)
			for _, r := range s.Rows {
				fmt.Fprintf(&b, "    %s %s %v\n", r.Action, r.Name, r.Members)
			}
		}
	}
	return b.String()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestOneLineThatDestroysARootIsOneGroup(t *testing.T) {
	flip := at("live/prod.tfvars", 1, 1, `var.env "prod" -> "production"`)
	root := plan.Address{Engine: plan.Terraform, Root: "live"}
	findings := []rules.Finding{
		found(tf("live", "", "aws_s3_bucket", "audit", "[0]"), plan.Delete, rules.Data, "S3 bucket", flip),
		found(tf("live", "", "aws_rds_cluster", "orders", ""), plan.Replace, rules.Data, "RDS cluster", flip),
		found(tf("live", `module.service["a"]`, "aws_lb", "this", ""), plan.Replace, rules.Traffic, "load balancer", flip),
		found(tf("live", `module.service["b"]`, "aws_lb", "this", ""), plan.Replace, rules.Traffic, "load balancer", flip),
		{Rule: "tf-mass", Loss: rules.Traffic, Holds: true, Change: &plan.Change{Address: root, Previous: root, Action: plan.None,
			Effect: plan.Mass, Certain: true, At: plan.Range{File: "live"}}},
	}
	expect(t, text(of(findings, map[plan.Address]int{root: 4}).Groups), `
live/prod.tfvars:1-1 var.env "prod" -> "production"
  whole live 4 of 4
  permanent data loss
    replace aws_rds_cluster.orders []
    delete aws_s3_bucket.audit[0] []
  downtime
    replace module.service.aws_lb.this [["a"] ["b"]]
`)
}

func TestTheSameOfManyRootsIsOneRow(t *testing.T) {
	line := at("modules/logs/main.tf", 3, 3, "name changes")
	var findings []rules.Finding
	for i := range 300 {
		a := tf(fmt.Sprintf("live/%03d", i), "module.logs", "aws_s3_bucket", "this", "")
		findings = append(findings, found(a, plan.Replace, rules.Data, "S3 bucket", line))
	}
	groups := of(findings, nil).Groups
	if len(groups) != 1 || len(groups[0].Sections) != 1 || len(groups[0].Sections[0].Rows) != 1 {
		t.Fatalf("not one row:\n%s", text(groups))
	}
	row := groups[0].Sections[0].Rows[0]
	if row.Name != "module.logs.aws_s3_bucket.this" || len(row.Members) != 300 || row.Members[299] != "live/299" || len(row.Findings) != 300 {
		t.Errorf("%s with %d members, the last %s", row.Name, len(row.Members), row.Members[len(row.Members)-1])
	}
}

// What differs in more than its key, root or module key is no row together.
func TestOthersAreRowsOfTheirOwn(t *testing.T) {
	line := at("a.tf", 1, 1, "x")
	expect(t, text(of([]rules.Finding{
		found(tf(".", "", "aws_s3_bucket", "a", ""), plan.Replace, rules.Data, "S3 bucket", line),
		found(tf(".", "", "aws_s3_bucket", "b", ""), plan.Replace, rules.Data, "S3 bucket", line),
		found(tf(".", "", "aws_s3_bucket", "c", ""), plan.Delete, rules.Data, "S3 bucket", line),
	}, nil).Groups), `
a.tf:1-1 x
  permanent data loss
    replace aws_s3_bucket.a []
    replace aws_s3_bucket.b []
    delete aws_s3_bucket.c []
`)
}

func TestManyOfOneTypeAreOneRow(t *testing.T) {
	line := at("a.tf", 1, 1, "x")
	var findings []rules.Finding
	for i := range manyRows + 1 {
		findings = append(findings, found(tf(".", "", "aws_s3_bucket", fmt.Sprint("b", i), ""), plan.Delete, rules.Data, "S3 bucket", line))
	}
	rows := of(findings, nil).Groups[0].Sections[0].Rows
	if len(rows) != 1 || rows[0].Name != "aws_s3_bucket" || len(rows[0].Members) != manyRows+1 || rows[0].Members[0] != "aws_s3_bucket.b0" {
		t.Errorf("%+v", rows)
	}
}

func TestLinesThatStandTogetherAreOneGroup(t *testing.T) {
	gone := func(name string, line, end int) rules.Finding {
		return found(tf(".", "", "aws_sqs_queue", name, ""), plan.Delete, rules.Data, "queue", at("a.tf", line, end, name+" removed"))
	}
	far := gone("far", 40, 45)
	expect(t, text(of([]rules.Finding{gone("c", 21, 25), gone("a", 1, 8), far, gone("b", 10, 18)}, nil).Groups), `
a.tf:1-25 
  permanent data loss
    delete aws_sqs_queue.a []
    delete aws_sqs_queue.b []
    delete aws_sqs_queue.c []
a.tf:40-45 far removed
  permanent data loss
    delete aws_sqs_queue.far []
`)
}

func TestWorstGroupIsFirst(t *testing.T) {
	groups := of([]rules.Finding{
		found(tf(".", "", "aws_lb", "a", ""), plan.Delete, rules.Traffic, "load balancer", at("a.tf", 1, 1, "a")),
		found(tf(".", "", "aws_db_instance", "b", ""), plan.Delete, rules.Data, "RDS instance", at("b.tf", 1, 1, "b")),
	}, nil).Groups
	if groups[0].Cause.File != "b.tf" {
		t.Errorf("%s is first", groups[0].Cause.File)
	}
}

// Whatever the findings: each is in exactly one group, and in one row of it
// unless it sums up a root.
func TestNothingIsLost(t *testing.T) {
	for seed := range 200 {
		var findings []rules.Finding
		for i := range seed % 40 {
			n := seed*31 + i*17
			f := found(tf(fmt.Sprint("r", n%3), []string{"", `module.a["x"]`, `module.a["y"]`}[n%3], fmt.Sprint("t", n%2), fmt.Sprint("n", i), ""),
				[]plan.Action{plan.Delete, plan.Replace, plan.Update}[n%3], rules.Losses()[n%5], "", at(fmt.Sprint("f", n%4), n%50, n%50+n%5, "x"))
			findings = append(findings, f)
		}
		var inGroups, inRows []string
		for _, g := range of(findings, nil).Groups {
			for _, f := range g.Findings {
				inGroups = append(inGroups, f.Fingerprint)
			}
			for _, s := range g.Sections {
				for _, r := range s.Rows {
					for _, f := range r.Findings {
						inRows = append(inRows, f.Fingerprint)
					}
				}
			}
		}
		var want []string
		for _, f := range findings {
			want = append(want, f.Fingerprint)
		}
		for _, list := range [][]string{inGroups, inRows, want} {
			slices.Sort(list)
		}
		if !slices.Equal(inGroups, want) || !slices.Equal(inRows, want) {
			t.Fatalf("seed %d: %d findings, %d in groups, %d in rows", seed, len(want), len(inGroups), len(inRows))
		}
	}
}
