package github_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// suggested finds GitHub's suggestion in a comment.
var suggested = regexp.MustCompile("(?s)```suggestion\n(.*?)```")

// accept makes of a file what GitHub's button makes of it: the lines that the
// comment stands on are replaced.
func accept(t *testing.T, content string, c githubtest.Inline) string {
	t.Helper()
	m := suggested.FindStringSubmatch(c.Body)
	if m == nil || c.Side != "RIGHT" {
		t.Fatalf("no suggestion on the right side: %+v", c)
	}
	lines := strings.SplitAfter(content, "\n")
	start := c.Line
	if c.StartLine != 0 {
		start = c.StartLine
	}
	return strings.Join(lines[:start-1], "") + m[1] + strings.Join(lines[c.Line:], "")
}

// content are the files of a folder, by name.
func content(t *testing.T, tree fs.FS) githubtest.Files {
	t.Helper()
	files := githubtest.Files{}
	if err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		files[name] = string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// F45: each kind of suggestion stands on the lines it replaces, in the pull
// request's own diff, and accepting it on GitHub lets the check pass.
func TestF45SuggestionsAreAccepted(t *testing.T) {
	for name, want := range map[string]string{
		"rename": "moved {", "value": `name   = "orders"`, "block": "destroy = false", "long": "destroy = false",
		"lines":  `name             = "orders"`,
		"module": "to   = module.store", "key": `to   = google_storage_bucket.b["uploads"]`,
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("../fix/testdata/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			left, right, _ := plantest.Archive(data)
			before, after := content(t, left), content(t, right)
			git := githubtest.NewGit(t)
			w := worldOn(t, git, githubtest.New(t, git), before).real()
			p := w.open(w.agent, after)
			w.settle()
			w.fine()
			w.concluded(p, "failure")
			var with []githubtest.Inline
			for _, c := range p.Inline() {
				if strings.Contains(c.Body, "```suggestion") {
					with = append(with, c)
				}
			}
			if len(with) != 1 || !strings.Contains(with[0].Body, want) || with[0].StartLine == with[0].Line {
				t.Fatalf("comments with suggestions %+v, want one with %s", with, want)
			}
			c := with[0]
			p.Push(w.commit(p.HeadSHA(), after.With(githubtest.Files{c.Path: accept(t, after[c.Path], c)}), w.agent), w.agent)
			w.settle()
			w.fine()
			w.concluded(p, "success")
		})
	}
}
