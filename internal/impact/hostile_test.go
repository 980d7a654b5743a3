package impact

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// held is a report with one held deletion of each bucket.
func held(buckets ...string) review.Report {
	var rep review.Report
	for i, bucket := range buckets {
		a := plan.Address{Engine: plan.Terraform, Root: ".", Type: "aws_s3_bucket", Name: fmt.Sprint("b", i)}
		c := plan.Change{Address: a, Previous: a, Action: plan.Delete, Certain: true, Before: map[string]any{"bucket": bucket},
			At: plan.Range{File: "main.tf", Line: 1, Side: plan.Before}}
		rep.Plan.Changes = append(rep.Plan.Changes, c)
		rep.Findings = append(rep.Findings, rules.Finding{Holds: true, Comparison: "change", Change: &c, Fingerprint: fmt.Sprint(i)})
	}
	return rep
}

func request(before, after fs.FS) review.Request {
	return review.Request{Comparisons: []review.Comparison{{Name: "change", Before: before, After: after}}}
}

// Thousands of losses and files, and names of any length, cost a bounded amount of
// work, which is said to be short.
func TestManyLossesAndFiles(t *testing.T) {
	var names []string
	for i := range 5000 {
		names = append(names, fmt.Sprintf("acme/%d", i)) // all found by one word
	}
	names[0] = strings.Repeat("n", 10_000)
	files := map[string]string{"main.tf": strings.Repeat("locals {\n", 5000), "deep.yaml": strings.Repeat("[", 50_000)}
	for i := range 10_000 {
		files[fmt.Sprintf("d%d/f%d.yaml", i%50, i)] = "a: acme/4999 " + names[i%10*500] + "\n"
	}
	tree := plantest.Tree(files)
	rep := held(names...)
	s := newSearch(tree, tree, rep.Plan, destroying(rep)[:maxLost])
	s.run()
	if b := s.budget; !b.short || b.followed > maxFollow || b.files > maxFiles || b.bytes > maxBytes {
		t.Errorf("budget %+v", b)
	}
	found := Of(request(tree, tree), rep)
	if len(found) != 5000 || found["0"].Complete || found["4999"].Complete || len(found["0"].Uses) > 0 {
		t.Errorf("%d impacts, first %+v", len(found), found["0"])
	}
}

// A chain of references as long as the configuration ends, one that comes back to
// itself too.
func TestLongChains(t *testing.T) {
	var b strings.Builder
	b.WriteString("locals {\n  l0 = [aws_s3_bucket.b0.arn, local.l3000]\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  l%d = local.l%d\n", i+1, i)
	}
	b.WriteString("}\nresource \"aws_sns_topic\" \"t\" {\n  name = local.l3000\n}\n")
	tree := plantest.Tree(map[string]string{"main.tf": b.String()})
	got := Of(request(tree, tree), held("acme-bucket"))["0"]
	if len(got.Uses) != 1 || got.Uses[0].What != "aws_sns_topic.t" || !got.Complete {
		t.Errorf("%+v", got)
	}
}

// partial lacks what `lacks` names, and fails the test when that is read.
type partial struct {
	fstest.MapFS
	t     *testing.T
	lacks string
}

func (p partial) Has(name string) bool { return name != p.lacks }

func (p partial) ReadFile(name string) ([]byte, error) {
	if name == p.lacks {
		p.t.Errorf("%s is read, which would fetch it", name)
	}
	return p.MapFS.ReadFile(name)
}

// Only what is at hand is read; that something was left out is said.
func TestNothingIsFetched(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("acme-bucket\n"), Mode: 0o644}
	tree := partial{fstest.MapFS{"a.txt": file, "b.txt": file}, t, "b.txt"}
	got := Of(request(tree, tree), held("acme-bucket"))["0"]
	if got.Complete || got.Searched != 1 || len(got.Uses) != 1 || got.Uses[0].At.File != "a.txt" {
		t.Errorf("%+v", got)
	}
	tree.lacks = ""
	if got = Of(request(tree, tree), held("acme-bucket"))["0"]; !got.Complete || got.Searched != 2 || len(got.Uses) != 2 {
		t.Errorf("%+v", got)
	}
	tree.lacks = "."
	if got = Of(request(tree, tree), held("acme-bucket"))["0"]; got.Complete || got.Searched != 0 {
		t.Errorf("%+v", got)
	}
}

// What lies in private content is not looked for: its names would be shown.
func TestPrivateContentIsNotLookedFor(t *testing.T) {
	tree := plantest.Tree(map[string]string{"a.txt": "acme-bucket\n"})
	rep := held("acme-bucket")
	rep.Findings[0].Change.Private.Repository = "acme/modules"
	if got := Of(request(tree, tree), rep); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

// What cannot be text, is too large or a link is not read.
func TestWhatIsNotRead(t *testing.T) {
	text := []byte("acme-bucket\n")
	tree := fstest.MapFS{
		"image.png": {Data: text}, "nul.txt": {Data: append([]byte{0}, text...)}, "latin.txt": {Data: append([]byte{0xff}, text...)},
		"large.txt":            {Data: append(make([]byte, maxFile), text...)},
		"link.txt":             {Data: []byte("image.png"), Mode: fs.ModeSymlink | 0o777},
		".terraform/x/main.tf": {Data: text}, "package-lock.json": {Data: text},
	}
	if got := Of(request(tree, tree), held("acme-bucket"))["0"]; len(got.Uses) > 0 || got.Complete {
		t.Errorf("%+v", got)
	}
}

func TestSentence(t *testing.T) {
	at := func(file string, line int) plan.Range { return plan.Range{File: file, Line: line} }
	one := []Use{{File, "acme", at("deploy/app.yaml", 30)}}
	for want, i := range map[string]Impact{
		"": {Complete: true},
		"Used by 1 place found in this repository: deploy/app.yaml:30.": {Uses: one},
		"Used by 7 places found in this repository: aws_db_instance.replica (live/main.tf:12), deploy/app.yaml:30 and 5 more.": {
			Uses: append([]Use{{Resource, "aws_db_instance.replica", at("live/main.tf", 12)}}, one...), More: 5},
	} {
		if got := i.Sentence(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestSpecific(t *testing.T) {
	for id, want := range map[string]bool{
		"acme-invoices": true, "ordersdb": true, "/shop/host": true,
		"prod": false, "Default": false, "main": false, "abc": false, "": false, "two words": false, "----": false, "/prod/": false,
		strings.Repeat("n", 300): false,
	} {
		if got := specific(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
