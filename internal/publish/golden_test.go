package publish

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
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixture is one file of testdata/reviews: a report and what becomes of it.
type fixture struct {
	Report      review.Report
	Decision    review.Decision
	History     History
	Suggestions []fix.Fix
	// Lines are the lines that the diff shows: `path side line`.
	Lines []string
}

func (f fixture) markdown() Markdown {
	return Markdown{Report: f.Report, Decision: f.Decision, History: f.History, Advice: Advice{Suggestions: f.Suggestions}}
}

func (f fixture) shown(path string, side plan.Side, line int) (string, bool) {
	want := fmt.Sprintf("%s %s %d", path, side, line)
	for _, l := range f.Lines {
		if l == want {
			return path, true
		}
	}
	return "", false
}

func fixtures(t *testing.T) map[string]fixture {
	t.Helper()
	names, err := filepath.Glob("testdata/reviews/*.json")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d fixtures: %v", len(names), err)
	}
	all := map[string]fixture{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var f fixture
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".json")] = f
	}
	return all
}

// ownCode is the style and the script of a page, which are the same in each.
var ownCode = regexp.MustCompile(`(?s)<(style|script)>.*?</(?:style|script)>`)

// texts are all texts of one review, as an archive.
func (f fixture) texts(t *testing.T) *txtar.Archive {
	t.Helper()
	m := f.markdown()
	check := CheckRun(m)
	rev := ReviewText(m, f.shown)
	comments := "\n"
	for _, c := range rev.Comments {
		comments += fmt.Sprintf("==> %s %s %d-%d\n%s\n", Escape(Plain, c.Path, 0), c.Side, c.StartLine, c.Line, c.Body)
	}
	annotations := "\n"
	for _, a := range check.Annotations {
		annotations += fmt.Sprintf("==> %s:%d-%d %s %s\n%s\n", a.Path, a.StartLine, a.EndLine, a.Level, a.Title, a.Message)
	}
	file := func(name, content string) txtar.File { return txtar.File{Name: name, Data: []byte(content)} }
	out := &txtar.Archive{Files: []txtar.File{
		file("title", check.Title+"\n"), file("check.md", check.Summary), file("annotations", annotations),
		file("review.md", rev.Body), file("comments.md", comments), file("summary.md", Summary(m)),
	}}
	for _, format := range Formats() {
		var text bytes.Buffer
		if len(f.Report.Findings) < 10 || format.Name == "text" { // that of a long one shows nothing more
			if err := format.Write(&text, m, Printing{Version: "v1.2.3"}); err != nil {
				t.Fatal(err)
			}
		}
		out.Files = append(out.Files, file(format.Name, ownCode.ReplaceAllString(text.String(), "<$1>...</$1>")))
	}
	return out
}

// The documentation lists every format, and no other.
func TestFormatsAreDocumented(t *testing.T) {
	raw, err := os.ReadFile("../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	want := "| `--format` | what it is |\n|---|---|\n"
	for _, f := range Formats() {
		want += fmt.Sprintf("| `%s` | %s |\n", f.Name, f.About)
		if got, err := FormatNamed(f.Name); err != nil || got.About != f.About {
			t.Errorf("%s is %+v, error %v", f.Name, got, err)
		}
	}
	if !strings.Contains(string(raw), want+"\n") {
		t.Errorf("docs/output.md does not have the table\n%s", want)
	}
	if _, err := FormatNamed("xml"); err == nil {
		t.Error("there is a format xml")
	}
}

// The exact texts of typical reviews.
func TestGolden(t *testing.T) {
	for name, f := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			got := txtar.Format(f.texts(t))
			golden := filepath.Join("testdata", "reviews", name+".golden")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s; run the test with -update and look at the difference", golden)
			}
		})
	}
}

// Whatever is in a report: no bot acts on a text, no limit is passed, no fence
// stays open.
func TestTextsAreSafe(t *testing.T) {
	for name, f := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			for _, file := range f.texts(t).Files {
				s := string(file.Data)
				if utf8.RuneCountInString(s) > MaxText && file.Name != "sarif" && file.Name != "json" && file.Name != "html" {
					t.Errorf("%s has %d characters", file.Name, utf8.RuneCountInString(s))
				}
				if strings.HasSuffix(file.Name, ".md") {
					live(t, file.Name, s)
					if strings.Count(s, "\n```")%2 != 0 && !strings.HasPrefix(s, "```") {
						t.Errorf("%s has an open fence", file.Name)
					}
				}
			}
		})
	}
}

// A long report keeps within the limits and says what it leaves out.
func TestDocumentIsCut(t *testing.T) {
	m := fixtures(t)["mass"].markdown()
	short := Document(m, 1500)
	if n := utf8.RuneCountInString(short); n > 1500 {
		t.Errorf("%d characters", n)
	}
	if !strings.Contains(short, "left out here") {
		t.Error("nothing says that parts are left out")
	}
}

// A graph that would have more nodes than can be read is not drawn, and neither is
// one that says no more than the list.
func TestGraphIsSmall(t *testing.T) {
	all := fixtures(t)
	drawn := 0
	for name, f := range all {
		g := graph(report.Of(f.Report).Groups)
		n := len(regexp.MustCompile(`(?m)^  n\d+\[`).FindAllString(g, -1))
		if n > maxNodes || g != "" && n < 3 {
			t.Errorf("%s: %d nodes", name, n)
		}
		if g != "" {
			drawn++
		}
	}
	if drawn == 0 {
		t.Error("no fixture has a graph")
	}
	many := all["mass"].Report
	for i := range many.Findings {
		many.Findings[i].Change.Address.Type = fmt.Sprintf("type%d", i)
	}
	if g := graph(report.Of(many).Groups); g != "" {
		t.Errorf("a graph of %d objects: %s", len(many.Findings), g)
	}
}

func TestMarkers(t *testing.T) {
	for name, f := range fixtures(t) {
		for _, c := range ReviewText(f.markdown(), f.shown).Comments {
			marks := Markers(c.Body)
			if len(marks) != len(c.Findings) {
				t.Errorf("%s: %d markers of %d findings", name, len(marks), len(c.Findings))
			}
			for _, fingerprint := range c.Findings {
				found := false
				for _, mark := range marks {
					found = found || SameFinding(mark, fingerprint)
				}
				if !found {
					t.Errorf("%s: no marker for %s", name, fingerprint)
				}
			}
			if fixed := FixedComment(c.Body, "0123456789abcdef"); len(Markers(fixed)) != len(marks) {
				t.Errorf("%s: the fixed comment lost its markers: %s", name, fixed)
			}
		}
	}
}
