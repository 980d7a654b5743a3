package pictures

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/browser"
)

// opened is the page of one scene in a browser.
func opened(t *testing.T, name string) *browser.Page {
	t.Helper()
	for _, s := range scenes(t) {
		if s.name == name {
			file := filepath.Join(t.TempDir(), "page.html")
			if err := os.WriteFile(file, []byte(s.page), 0o600); err != nil {
				t.Fatal(err)
			}
			page := browser.Start(t)
			page.Size(desktop, screen)
			page.Open("file://" + file)
			return page
		}
	}
	t.Fatalf("there is no scene %s", name)
	return nil
}

func number(t *testing.T, page *browser.Page, expression string) int {
	t.Helper()
	n, err := strconv.Atoi(page.Text(expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return n
}

const shownRows = "[...document.querySelectorAll('[data-row]')].filter(r => r.checkVisibility()).length"

// A person uses the page with a keyboard: skips to the report, searches, opens a
// fold, zooms; on paper everything is unfolded.
func TestByKeyboard(t *testing.T) {
	page := opened(t, "production")
	focused := func() string { return page.Text("document.activeElement.id || document.activeElement.textContent") }
	page.Press("Tab")
	if focused() != "Skip to the report" || page.Text("document.activeElement.getBoundingClientRect().left >= 0") != "true" {
		t.Errorf("the first element is %s", focused())
	}
	page.Press("Enter")
	page.Until("document.activeElement.id === 'main'")
	page.Press("Tab")
	if focused() != "search" {
		t.Fatalf("after the report's start comes %s", focused())
	}
	before := number(t, page, shownRows)
	for _, letter := range "LB" {
		page.Press(string(letter))
	}
	page.Until("document.getElementById('found').textContent.includes(' of ')")
	rows := number(t, page, shownRows)
	matching := number(t, page, "[...document.querySelectorAll('[data-row]')].filter(r => r.textContent.toLowerCase().includes('lb')).length")
	if rows != matching || rows == 0 || rows == before {
		t.Errorf("%d rows of %d are shown, %d match", rows, before, matching)
	}
	page.Run("document.getElementById('search').value = ''; document.getElementById('search').dispatchEvent(new Event('input'))")
	page.Until("document.getElementById('found').textContent === ''")
	if after := number(t, page, shownRows); after != before {
		t.Errorf("after the search %d rows are shown, before it %d", after, before)
	}

	page.Run("document.querySelector('.row summary').focus()")
	page.Press("Enter")
	page.Until("document.querySelector('.row details').open")
	if outline := page.Text("getComputedStyle(document.activeElement).outlineStyle"); outline == "none" {
		t.Error("one does not see where the keyboard is")
	}

	page.Run("dispatchEvent(new Event('beforeprint'))")
	if folded := number(t, page, "document.querySelectorAll('details:not([open])').length"); folded != 0 {
		t.Errorf("%d folds are closed on paper", folded)
	}
	page.Run("dispatchEvent(new Event('afterprint'))")
	if folded := number(t, page, "document.querySelectorAll('details:not([open])').length"); folded == 0 {
		t.Error("the folds stay open after printing")
	}
}

// The picture grows, shrinks, and is dragged; its letters have at least 12 pixels.
func TestThePicture(t *testing.T) {
	page := opened(t, "production")
	if size := number(t, page, "Math.round(parseFloat(getComputedStyle(document.querySelector('svg text')).fontSize))"); size < 12 {
		t.Errorf("letters of %d pixels", size)
	}
	overlong := page.Text(`JSON.stringify([...document.querySelectorAll(".node")].filter(n =>
		[...n.querySelectorAll("text")].some(t => t.getBBox().width > n.querySelector("rect").getBBox().width - 10)).map(n => n.textContent))`)
	if overlong != "[]" {
		t.Errorf("text beside its box: %s", overlong)
	}
	if n := number(t, page, "document.querySelectorAll('.node').length"); n < 10 || n > 40 {
		t.Errorf("%d nodes", n)
	}
	width := "Number(document.querySelector('svg').getAttribute('width')).toFixed(0)"
	at := number(t, page, width)
	page.Run("document.querySelector('[data-zoom=in]').scrollIntoView()")
	page.Click("[data-zoom=in]", "svg")
	if now := number(t, page, width); now <= at {
		t.Errorf("larger is %d pixels wide, before %d", now, at)
	}
	page.Click("[data-zoom=reset]", "svg")
	if now := number(t, page, width); now != at {
		t.Errorf("its own size is %d pixels, was %d", now, at)
	}
	page.Run("document.querySelector('.canvas').scrollIntoView()")
	for i, kind := range []string{"mousePressed", "mouseMoved", "mouseReleased"} {
		page.Call("Input.dispatchMouseEvent", map[string]any{
			"type": kind, "x": 600 - 100*i, "y": 300, "button": "left", "buttons": 1, "clickCount": 1,
		})
	}
	if moved := number(t, page, "Math.round(document.querySelector('.canvas').scrollLeft)"); moved < 50 {
		t.Errorf("dragging by 100 pixels scrolls by %d", moved)
	}
}

// Five thousand rows are searched at once.
func TestSearchOfMany(t *testing.T) {
	page := opened(t, "findings-5000")
	page.Run("document.getElementById('search').value = 'bucket_4999'; document.getElementById('search').dispatchEvent(new Event('input'))")
	page.Until("document.getElementById('found').textContent.startsWith('1 of ')")
	if rows := number(t, page, shownRows); rows != 1 {
		t.Errorf("%d rows are shown", rows)
	}
}
