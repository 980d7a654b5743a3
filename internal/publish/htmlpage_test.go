package publish

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	page "github.com/holdpoint-dev/holdpoint/internal/publish/html"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

func pageOf(t *testing.T, m Markdown) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, m, Printing{Version: "v1.2.3"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// plainWords are the words of a text without what marks them up.
func plainWords(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "\\", "", "\n- ", "\n", "at least ", "").Replace(s)), " ")
}

// What the page says of approvals is what the check run says.
func TestPageNeedsWhatTheCheckNeeds(t *testing.T) {
	for name, f := range fixtures(t) {
		for _, local := range []bool{false, true} {
			m := f.markdown()
			m.Local = local
			if len(m.Decision.Missing) != 1 {
				continue
			}
			check, own := plainWords(m.needs()), strings.Join(m.pageNeeds(), " ")
			if own != check {
				t.Errorf("%s, local %t: the page says\n%s\nthe check\n%s", name, local, own, check)
			}
			if !strings.Contains(pageOf(t, m), `class="needs"`) {
				t.Errorf("%s: nothing on the page says what is needed", name)
			}
		}
	}
}

// tags are the elements of a page as a browser reads them.
func tags(t *testing.T, text string) (out []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && !slices.Contains(out, n.Data) {
			out = append(out, n.Data)
		}
	}
	return out
}

// Whatever everything is called, the page has no element, no handler and no
// character that it does not have with plain names.
func TestPageOfHostileNames(t *testing.T) {
	for _, name := range []string{"tfvars-flip", "gap", "guardrail", "released"} {
		known := tags(t, pageOf(t, fixtures(t)[name].markdown()))
		for _, text := range nasty {
			f := fixtures(t)[name]
			f.Suggestions = nil
			spoil(reflect.ValueOf(&f.Report).Elem(), text)
			spoil(reflect.ValueOf(&f.Decision).Elem(), text)
			got := pageOf(t, f.markdown())
			for _, tag := range tags(t, got) {
				if !slices.Contains(known, tag) && !slices.Contains([]string{"details", "summary", "code", "pre", "ul", "li", "svg", "p"}, tag) {
					t.Errorf("%s: %.40q makes a %s", name, text, tag)
				}
			}
			for _, r := range got {
				if r != '\n' && r < ' ' || r == '\u202e' || r == '\u2066' || r == '\u200b' || r == 0x7f {
					t.Fatalf("%s: %.40q brings %U into the page", name, text, r)
				}
			}
			if len(got) > 400_000 {
				t.Errorf("%s: %.40q makes a page of %d bytes", name, text, len(got))
			}
		}
	}
}

// Of more rows than the page has room for, the rest is counted.
func TestPageIsBounded(t *testing.T) {
	var rep review.Report
	for i := range maxPageRows + 20 {
		c := plan.Change{Address: plan.Address{Root: ".", Type: "a", Name: fmt.Sprint("n", i)}, Action: plan.Delete, Certain: true}
		c.Causes = []plan.Cause{{Range: plan.Range{File: "main.tf", Line: 1 + 10*i, Side: plan.After}}}
		rep.Findings = append(rep.Findings, rules.Finding{
			Rule: "r", Change: &c, Holds: true, Severity: rules.Hold, Loss: rules.Data, Fingerprint: fmt.Sprintf("%064x", i),
		})
	}
	got := pageOf(t, Markdown{Report: rep})
	if n := strings.Count(got, "<code>a.n"); n < maxPageRows || n > maxPageRows+maxPictured {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(got, "and 20 more rows") {
		t.Error("nothing says that rows are left out")
	}
	picture := picture(report.Of(rep).Groups)
	if len(picture.Nodes) > maxPictured || picture.Left == 0 {
		t.Errorf("%d nodes, %d left out", len(picture.Nodes), picture.Left)
	}
}

func excerptOf(t *testing.T, before, after string, at plan.Range) string {
	t.Helper()
	tree := func(s string) fstest.MapFS { return fstest.MapFS{"main.tf": {Data: []byte(s)}} }
	c := plan.Change{Address: plan.Address{Type: "a", Name: "b"}, Action: plan.Delete, Causes: []plan.Cause{{Range: at}}}
	rep := review.Report{Findings: []rules.Finding{{Rule: "r", Change: &c, Holds: true, Loss: rules.Data, Fingerprint: "x"}}}
	var b strings.Builder
	for _, l := range ReadExcerpts(rep, []review.Comparison{{Before: tree(before), After: tree(after)}})[at] {
		fmt.Fprintf(&b, "%s%d %s\n", l.Kind, l.Number, l.Text)
	}
	return b.String()
}

// The changed lines of a cause are those of its hunk, with two around.
func TestExcerpts(t *testing.T) {
	before := "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n"
	after := strings.Replace(strings.Replace(before, "four", "FOUR", 1), "nine", "NINE", 1)
	at := func(line int, side plan.Side) plan.Range {
		return plan.Range{File: "main.tf", Line: line, EndLine: line, Side: side}
	}
	want := " 2 two\n 3 three\n-4 four\n+4 FOUR\n 5 five\n 6 six\n"
	for _, side := range []plan.Side{plan.Before, plan.After} {
		if got := excerptOf(t, before, after, at(4, side)); got != want {
			t.Errorf("%s:\n%s", side, got)
		}
	}
	if got := excerptOf(t, before, after, at(6, plan.After)); got != "" {
		t.Errorf("a line that did not change has an excerpt:\n%s", got)
	}
	if got := excerptOf(t, before, after, plan.Range{File: "other.tf", Line: 1, Side: plan.After}); got != "" {
		t.Errorf("a file that is not there has an excerpt:\n%s", got)
	}
	if got := excerptOf(t, before, "", at(3, plan.Before)); !strings.HasPrefix(got, "-1 one\n-2 two\n") {
		t.Errorf("a deleted file:\n%s", got)
	}
	long := strings.Repeat("line\n", 40)
	if got := excerptOf(t, "", long, at(3, plan.After)); !strings.Contains(got, "…0 28 more lines\n") {
		t.Errorf("a long hunk:\n%s", got)
	}
	if got := excerptOf(t, "a\n", "\x1b[31m\u202ea\n", at(1, plan.After)); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("control characters: %q", got)
	}
}

// What may be a secret is not shown; what only sounds like one is.
func TestExcerptsHideSecrets(t *testing.T) {
	at := plan.Range{File: "main.tf", Line: 1, EndLine: 9, Side: plan.After}
	for _, line := range []string{
		`db_password = "canary"`, `  "api_key": "canary",`, "token: canary", "- name: DB_PASSWORD\n  value: canary",
		"kind: Secret\ndata:\n  a: canary", "kind: Secret\nstringData:\n  a: |\n    canary",
		"x = <<EOT\n-----BEGIN RSA PRIVATE KEY-----canary\nEOT",
		`name = "private-canary"`, "kind: Secret\nmetadata:\n  annotations: {a: canary}",
	} {
		if got := excerptOf(t, "", line+"\n", at); strings.Contains(got, "canary") || !strings.Contains(got, "not shown") {
			t.Errorf("%q is shown as\n%s", line, got)
		}
	}
	for _, line := range []string{
		`environment = "canary"`, `resource "aws_secretsmanager_secret" "canary" {`, "kind: ConfigMap\ndata:\n  a: canary",
		"kind: Secret\nmetadata:\n  name: canary",
	} {
		if got := excerptOf(t, "", line+"\n", at); !strings.Contains(got, "canary") {
			t.Errorf("%q is shown as\n%s", line, got)
		}
	}
}

// A title's names stand in code.
func TestPieces(t *testing.T) {
	want := []page.Piece{{Text: "Held: replaces "}, {Text: "orders", Code: true}, {Text: " and 2 more"}}
	if got := pieces("Held: replaces `orders` and 2 more"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
