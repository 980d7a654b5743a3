package html

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// full is a page that has every part, each text of which is made by name.
func full(name func(string) string) Page {
	row := Row{
		Action: "replace", Name: name("row"), Object: name("object"), Root: name("root"), Environment: name("environment"), Note: name("note"),
		Members: []string{name("member"), name("other")}, Objects: 2, Reason: name("reason"), Why: []Step{{name("place"), name("step")}},
		ID: "HP-1", Rule: name("rule"), Docs: "https://github.com/holdpoint-dev/holdpoint/blob/main/docs/rules.md#x",
	}
	group := Group{
		Place: name("line"), Text: name("text"), Whole: []string{name("whole")},
		Lines:    []Line{{" ", 1, name("same")}, {"-", 2, name("gone")}, {"+", 2, name("new")}, {"…", 0, "3 more lines"}},
		Sections: []Section{{"Permanent data loss", slices.Repeat([]Row{row}, 12)}, {"Downtime", []Row{row}}},
		Fixes:    []Fix{{name("fix"), ""}, {name("proved"), name("block")}},
	}
	return Page{
		Held: true, Title: []Piece{{"Held: replaces ", false}, {name("title"), true}}, Needs: []string{name("needs")},
		About: []Fact{{"Change", name("change")}}, Groups: slices.Repeat([]Group{group}, openGroups+2), Others: []Group{group},
		Unruled: []Row{row}, Gaps: []Gap{{name("at"), name("subject"), name("why")}}, Compared: name("compared"),
		Sources: []string{name("source")}, Made: name("made"),
		Picture: Graph{
			Nodes: []Node{{name("a"), name("b"), "cause"}, {name("c"), "", ""}, {name("d"), "", "lost"}}, Edges: [][2]int{{0, 1}, {1, 2}},
		},
	}
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// shape is the page's elements with their attributes' names, as a browser reads it.
func shape(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			out = append(out, "comment")
		}
		if n.Type == html.ElementNode {
			tag := n.Data
			for _, a := range n.Attr {
				tag += " " + a.Key
			}
			out = append(out, tag)
		}
	}
	return out
}

// Whatever a name is, the page has the elements and attributes that it has with
// plain names, in the same order.
func TestNamesAreNoMarkup(t *testing.T) {
	plain := shape(t, written(t, full(func(s string) string { return s })))
	for _, nasty := range []string{
		`<script>alert(1)</script>`, `</style><img src=x onerror=alert(1)>`, `"><svg/onload=alert(1)>`, `' onmouseover='x`,
		`</code></li></ul></main>`, `<!--`, `-->`, `{{.Style}}`, `javascript:alert(1)`, `</title><script>x</script>`, `&lt;b&gt;`, "a\x00b",
		`</script>`,
		strings.Repeat("x", 10_000), "\u202egnp.exe",
		`<textarea>`, `<base href=//evil>`, `<![CDATA[`,
	} {
		got := shape(t, written(t, full(func(string) string { return nasty })))
		if !slices.Equal(got, plain) {
			t.Errorf("%.60q changes the elements of the page", nasty)
		}
	}
}

// No part of the page is fetched from anywhere.
func TestPageAsksNobody(t *testing.T) {
	page := written(t, full(func(s string) string { return s }))
	links := regexp.MustCompile(`(?i)\b(src|href|action|srcset|data|poster|xlink:href)="([^"]*)"`)
	for _, m := range links.FindAllStringSubmatch(page, -1) {
		if ok := m[2] == "data:," || m[2] == "#main" || strings.Contains(m[2], "docs/rules.md"); !ok {
			t.Errorf("the page has %s", m[0])
		}
	}
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") || strings.Contains(script, "fetch(") {
		t.Error("the style or the script fetches something")
	}
	for _, odd := range []string{" style=", " onclick=", "javascript:"} {
		if strings.Contains(page, odd) {
			t.Errorf("the page has %q, which its policy forbids", odd)
		}
	}
}

// The policy names the digests of what stands between the tags.
func TestPolicyFitsThePage(t *testing.T) {
	page := written(t, full(func(s string) string { return s }))
	for _, tag := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(page, "<"+tag+">")
		text, _, found := strings.Cut(rest, "</"+tag+">")
		root, err := html.Parse(strings.NewReader(page))
		if err != nil || !found {
			t.Fatal(err)
		}
		var policy string
		for n := range root.Descendants() {
			if n.Data == "meta" && len(n.Attr) > 1 && n.Attr[0].Val == "Content-Security-Policy" {
				policy = n.Attr[1].Val
			}
		}
		if want := tag + "-src '" + digest(text) + "'"; !strings.Contains(policy, want) || !strings.HasPrefix(policy, "default-src 'none';") {
			t.Errorf("the policy %q does not have %s", policy, want)
		}
	}
}

// A page with nothing in it is a page, without a search or a picture.
func TestEmptyPage(t *testing.T) {
	page := written(t, Page{Title: []Piece{{Text: "Clear"}}})
	for _, part := range []string{`role="search"`, "<svg", "<ul", `class="verdict held"`} {
		if strings.Contains(page, part) {
			t.Errorf("an empty page has %s", part)
		}
	}
	if !strings.Contains(page, `<h1 id="verdict">Clear</h1>`) {
		t.Error("it does not say the verdict")
	}
}

// What is unfolded is bounded, and nothing is left out.
func TestFolds(t *testing.T) {
	rows := make([]Row, 20)
	for i := range rows {
		rows[i] = Row{Action: "delete", Name: fmt.Sprint("r", i)}
	}
	rows[3].Objects = 5
	g := Group{Sections: []Section{{"a", rows}, {"b", rows[:2]}}}
	folded := g.Folded()
	if len(g.Shown()) != openRows || len(folded) != 2 || folded[0].Count()+folded[1].Count() != 20-openRows+2 {
		t.Errorf("%d rows and %v folds", len(g.Shown()), len(folded))
	}
	if one := (Group{Sections: []Section{{"a", rows[:3]}}}); len(one.Shown()) != 3 || len(one.Folded()) != 0 || len((Group{}).Shown()) != 0 {
		t.Error("a short group is folded")
	}
	if got := (Page{Groups: []Group{g}, Gaps: []Gap{{}}}).Rows(); got != 23 {
		t.Errorf("%d rows", got)
	}
}
