package github_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// real lets the world judge as the service does, with the real predictors. No
// chart is rendered here.
func (w *world) real() *world {
	w.predictors = review.Predictors(review.Ref{Owner: "acme", Repo: "infra", BaseRef: "main"}, facts.Load(), w.set.Losses(), nil)
	w.app = w.newApp()
	return w
}

// production is a root whose variable decides whether a database exists.
var production = githubtest.Files{
	"README.md": "Production.\n",
	"prod/main.tf": `variable "keep_orders" {
  type    = bool
  default = false
}

resource "aws_db_instance" "orders" {
  count               = var.keep_orders ? 1 : 0
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 100
  deletion_protection = false
}
`,
	"prod/terraform.tfvars": "# Switches of production.\nkeep_orders = true\n",
}

// The whole path with the real predictors: the signed webhook of an agent's
// pull request, whose one line in a tfvars file loses a database.
func TestAcceptance(t *testing.T) {
	flip := githubtest.Files{"prod/terraform.tfvars": "# Switches of production.\nkeep_orders = false\n"}
	cases := map[string]struct {
		person  bool
		changes githubtest.Files
		want    string
	}{
		"an agent's destruction":   {false, flip, "failure"},
		"without the destruction":  {false, githubtest.Files{"prod/terraform.tfvars": "# The switches of production.\nkeep_orders = true\n"}, "success"},
		"no infrastructure at all": {false, githubtest.Files{"README.md": "Words.\n"}, "success"},
		"a person's destruction":   {true, flip, "failure"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			git := githubtest.NewGit(t)
			w := worldOn(t, git, githubtest.New(t, git), production).real()
			by := w.agent
			if c.person {
				by = w.dana
			}
			p := w.open(by, c.changes)
			w.receive()
			for _, job := range w.queue {
				if _, err := w.do(context.Background(), job); err != nil && !errors.Is(err, api.ErrGone) {
					t.Fatalf("%s: %v", job, err)
				}
			}
			check := w.concluded(p, c.want)
			if c.want == "success" {
				if len(p.Reviews(w.hub.Bot())) != 0 {
					t.Error("a review without a hold")
				}
				return
			}
			if !strings.Contains(check.Summary, "aws_db_instance.orders") {
				t.Errorf("the database is not named:\n%s", check.Summary)
			}
			inline := p.Inline()
			if len(inline) != 1 || inline[0].Path != "prod/terraform.tfvars" || inline[0].Side != "RIGHT" || inline[0].Line != 2 {
				t.Errorf("inline comments %+v, want one on the right side of the tfvars file, line 2", inline)
			}
		})
	}
}
