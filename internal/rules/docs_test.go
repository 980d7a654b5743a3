package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
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
	}{{aboutChange, "About changes"}, {aboutRoot, "About roots as a whole"}, {aboutFile, "About changed files"}, {aboutGap,
		"About what could not be determined"}} {
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
					switch {
					case m.when != "":
						fmt.Fprintf(&b, "- If `%s`: %s\n", m.when, m.sentence)
					case m.action != "":
						fmt.Fprintf(&b, "- On %s: %s\n", m.action, m.sentence)
					default:
						fmt.Fprintf(&b, "- %s\n", m.sentence)
					}
				}
			}
		}
	}
	lossDocs(&b, set)
	return b.String()
}

// lossDocs tells how many rows there are of what updates and creations take away.
func lossDocs(b *strings.Builder, set *Set) {
	b.WriteString("\n## What updates and creations take away\n\nRows of the table in `rules/losses`: a type, an attribute, a condition on its two values, what is lost and where\n" +
		"that is documented. Each is tried on its own example and on a harmless twin.\n\n| effect | Terraform: rows | types | Kubernetes: rows | types |\n|---|---|---|---|---|\n")
	for _, effect := range []plan.Effect{plan.DataLoss, plan.Disarm, plan.ScaleToZero, plan.RouteLost, plan.Detach, plan.Exposure} {
		rows, types := map[plan.Engine]int{}, map[plan.Engine]map[string]bool{plan.Terraform: {}, plan.Kubernetes: {}}
		for _, r := range set.LossRows() {
			if r.Effect != effect {
				continue
			}
			rows[r.Engine]++
			for _, t := range r.Types {
				types[r.Engine][t] = true
			}
		}
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d |\n", effect, rows[plan.Terraform], len(types[plan.Terraform]), rows[plan.Kubernetes],
			len(types[plan.Kubernetes]))
	}
	b.WriteString(beside)
}

const beside = `
Beside the table:

- Kubernetes' own kinds are judged by what an update does to pods, volumes and routes: replicas, ordinals, claims, mount
  paths, folders of data named by variables and flags, hosts, listeners.
- What an object of Terraform applies in its turn goes to the engine that knows it: releases (charts of the repository are
  rendered, others need ` + "`--fetch`" + ` or are a gap), ` + "`kubernetes_*`, `kubernetes_manifest`, `kubectl_manifest`" + `, CloudFormation
  stacks, ARM deployments in Complete mode, Deployment Manager. CloudFormation templates among the changed files are
  compared wherever they lie, as possible.
- A state that moves is one finding for its root.

Not seen: what a template of CloudFormation loses by an attribute other than those that force a replacement, conditions of
templates (a changed one is possible), Bicep files (a guard tells of them), the files of a chart whose version stays, a
pipeline that destroys roots which vanish, and what a provider or a controller does by rules that are in neither table.
`
