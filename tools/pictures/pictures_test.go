// Package pictures shows and measures what people see of a review; README.md says
// how.
package pictures

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"github.com/holdpoint-dev/holdpoint/internal/browser"
)

var pictures = flag.String("pictures", "", "write pictures to this folder")

// Sizes of a desktop and of a phone, in pixels.
const (
	desktop, phone = 900, 390
	screen         = 844
)

// module reads a file of an npm package.
func module(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("node_modules", name))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: .ci/run installs it", err)
		}
		t.Skipf("%v: tools/pictures/run.sh installs it", err)
	}
	return string(data)
}

// asGitHub renders Markdown about as GitHub does.
func asGitHub(t *testing.T, markdown, style string) string {
	t.Helper()
	var body bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert([]byte(markdown), &body); err != nil {
		t.Fatal(err)
	}
	return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		"<title>Check</title><style>" + style + "body{margin:0}.markdown-body{padding:16px;max-width:868px}</style>" +
		`<main class="markdown-body">` + body.String() + "</main></html>"
}

func TestWhatPeopleSee(t *testing.T) {
	style, axe := module(t, "github-markdown-css/github-markdown.css"), module(t, "axe-core/axe.min.js")
	page := browser.Start(t)
	dir := t.TempDir()
	if *pictures != "" {
		if err := os.MkdirAll(*pictures, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range scenes(t) {
		for form, text := range map[string]string{"markdown": asGitHub(t, s.markdown, style), "html": s.page} {
			t.Run(s.name+"/"+form, func(t *testing.T) {
				page.For(t)
				file := filepath.Join(dir, s.name+"-"+form+".html")
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				for _, width := range []int{desktop, phone} {
					page.Size(width, screen)
					page.Open("file://" + file)
					fits(t, page, width)
					if !large(page) {
						unfold(page, true)
						fits(t, page, width)
						unfold(page, false)
					}
					if width == phone {
						atOnce(t, page, s)
					}
					if *pictures != "" && s.name != "findings-5000" {
						page.Picture(filepath.Join(*pictures, fmt.Sprintf("%s-%s-%d.png", s.name, form, width)))
					}
					if form == "html" {
						alone(t, page, file)
						accessible(t, page, axe)
					}
				}
			})
		}
	}
}

// fits expects nothing that matters beside the screen: the picture of a page and
// text of a fence scroll in boxes of their own.
func fits(t *testing.T, page *browser.Page, width int) {
	t.Helper()
	wide := page.Text(`JSON.stringify([...document.querySelectorAll("body *")].filter(e => e.checkVisibility() &&
		!e.closest(".canvas, pre, .spoken, .skip") && e.getBoundingClientRect().right > innerWidth + 1)
		.slice(0, 5).map(e => e.outerHTML.slice(0, 120)))`)
	if scroll := page.Text("document.scrollingElement.scrollWidth <= innerWidth"); scroll != "true" || wide != "[]" {
		t.Errorf("at %d pixels it is too wide: %s", width, wide)
	}
}

var plainName = regexp.MustCompile(`^[\w.-]+$`)

// atOnce expects the verdict, the worst object and what is needed on the first
// screen of a phone.
func atOnce(t *testing.T, page *browser.Page, s scene) {
	t.Helper()
	below := func(words string) int {
		var y int
		answer := page.Text(fmt.Sprintf(`(() => {
			const words = %s, walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			for (let n; (n = walk.nextNode());) {
				const at = n.data.search(new RegExp(words, "i"));
				if (at < 0 || n.parentElement.closest("style, script, .spoken, .skip")) continue;
				const r = document.createRange(); r.setStart(n, at); r.setEnd(n, Math.min(n.length, at + 1));
				const box = r.getBoundingClientRect();
				if (box.height > 0) return Math.round(box.bottom);
			}
			return -1;
		})()`, quote(words)))
		if _, err := fmt.Sscan(answer, &y); err != nil {
			t.Fatal(err)
		}
		return y
	}
	wanted := map[string]string{"verdict": "^(Held|Clear|No |Nothing)"}
	if s.held {
		wanted["needs"] = "needs|approval"
	}
	if plainName.MatchString(s.worst) { // another one is written otherwise in each form
		wanted["worst"] = regexp.QuoteMeta(s.worst)
	}
	var measured []string
	for what, words := range wanted {
		y := below(words)
		measured = append(measured, fmt.Sprintf("%s at %d", what, y))
		if y < 0 || y > screen {
			t.Errorf("the %s (%s) ends at %d pixels of a screen of %d", what, words, y, screen)
		}
	}
	t.Log(strings.Join(measured, ", "), "of", page.Text("document.scrollingElement.scrollHeight"))
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	return string(text)
}

// alone expects that the page asked for nothing but itself, and that nothing went
// wrong in it.
func alone(t *testing.T, page *browser.Page, file string) {
	t.Helper()
	for _, address := range page.Requests() {
		if address != "file://"+file && address != "data:," {
			t.Errorf("it asks for %s", address)
		}
	}
	if problems := page.Problems(); len(problems) > 0 {
		t.Errorf("the browser says: %q", problems)
	}
}

// accessible asks axe-core, with all folds open, in light and dark.
func accessible(t *testing.T, page *browser.Page, axe string) {
	t.Helper()
	if large(page) {
		t.Log("axe-core would take minutes")
		return
	}
	page.Run(axe)
	for _, scheme := range []string{"light", "dark"} {
		page.Scheme(scheme)
		unfold(page, true)
		found := page.Text(`axe.run({resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.filter(v => ["serious", "critical"].includes(v.impact))
			.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " " + n.failureSummary).join(" | "))))`)
		if found != "[]" {
			t.Errorf("%s: axe-core says %s", scheme, found)
		}
	}
	page.Scheme("light")
	unfold(page, false)
}

// large is a page with so many elements that only what is unfolded is looked at.
func large(page *browser.Page) bool {
	return page.Text("document.querySelectorAll('*').length > 9999") == "true"
}

func unfold(page *browser.Page, open bool) {
	page.Run(fmt.Sprintf("document.querySelectorAll('details').forEach(d => { d.open = %t })", open))
}
