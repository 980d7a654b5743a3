package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var docsFile = filepath.Join("..", "..", "docs", "rules.md")

// docs/rules.md is made from the packs, one heading for each rule.
func TestRuleDocsAreCurrent(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	want := ruleDocs(set)
	if *update {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not current: go test ./internal/rules -run TestRuleDocsAreCurrent -update", docsFile)
	}
}

func ruleDocs(set *Set) string {
	var b strings.Builder
	b.WriteString("# Rules\n\nMade from the packs in `rules/` by `go test ./internal/rules -run TestRuleDocsAreCurrent -update`.\n" +
		"A repository changes the severity of a rule in `.github/holdpoint.yaml`: `rules: {tf-forget: hold}`.\n" +
		"Whose changes a severity of `hold` holds is decided by the loss class, under `enforce`.\n")
	for _, heading := range []struct {
		about about
		title string
	}{{aboutChange, "About changes"}, {aboutRoot, "About roots as a whole"}, {aboutFile, "About changed files"}, {aboutGap, "About what could not be told"}} {
		fmt.Fprintf(&b, "\n## %s\n", heading.title)
		for _, r := range set.rules {
			if r.About != heading.about {
				continue
			}
			loss := string(r.Loss)
			if r.Loss == typeLoss {
				loss = "that of the object's type"
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s. Severity %s, loss %s.\n", r.ID, r.Title, r.Severity, loss)
			if r.When != "" {
				fmt.Fprintf(&b, "\n```cel\n%s\n```\n", strings.TrimSpace(r.When))
			}
			if len(r.Paths) > 0 {
				fmt.Fprintf(&b, "\nPaths: `%s`\n", strings.Join(r.Paths, "`, `"))
			}
			if len(r.Remedies) > 0 {
				b.WriteString("\n")
				for _, m := range r.Remedies {
					if m.action != "" {
						fmt.Fprintf(&b, "- On %s: %s\n", m.action, m.sentence)
					} else {
						fmt.Fprintf(&b, "- %s\n", m.sentence)
					}
				}
			}
		}
	}
	return b.String()
}
