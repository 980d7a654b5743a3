package varfile_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/varfile"
)

// Every form is read from the root `live/web`, in a repository with these files.
var files = []string{
	"common.tfvars", "environments/dev/dev.tfvars", "environments/prod/prod.tfvars", "environments/prod/web.tfvars",
	"live/web/env/dev.tfvars", "live/web/env/prod.tfvars", "tfvars/prod/common.tfvars",
}

func TestSets(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"relative", "terraform plan -var-file=../../environments/prod/prod.tfvars", "environments/prod/prod.tfvars"},
		{"space and quotes", `terraform plan -var-file "../../environments/prod/prod.tfvars"`, "environments/prod/prod.tfvars"},
		{"from the top", "terraform -chdir=live/web plan -var-file=$GITHUB_WORKSPACE/tfvars/prod/common.tfvars", "tfvars/prod/common.tfvars"},
		{"command", "-var-file=$(git rev-parse --show-toplevel)/environments/prod/web.tfvars", "environments/prod/web.tfvars"},
		{"together", "terraform apply -var-file=../../common.tfvars \\\n  -var-file=env/prod.tfvars", "common.tfvars+live/web/env/prod.tfvars"},
		{"one after the other", "terraform plan -var-file=env/dev.tfvars\nterraform plan -var-file=env/prod.tfvars",
			"live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"on one line", "terraform plan -var-file=env/dev.tfvars && terraform plan -var-file=env/prod.tfvars",
			"live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"list", "extra_args:\n  - -var-file\n  - ../../common.tfvars\n  - -var-file=env/prod.tfvars\n",
			"common.tfvars+live/web/env/prod.tfvars"},
		{"list on a line", `extra_args: ["-var-file", "env/prod.tfvars", "-lock=false"]`, "live/web/env/prod.tfvars"},
		{"unknown", "terraform plan -var-file=../../environments/$ENV/$ENV.tfvars", "environments/dev/dev.tfvars environments/prod/prod.tfvars"},
		{"assigned", "ENV=prod\nterraform plan -var-file=env/${ENV}.tfvars", "live/web/env/prod.tfvars"},
		{"default", "ENV ?= prod\nplan:\n\tterraform plan -var-file=env/$(ENV).tfvars", "live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"argument", "ENV=$1\nterraform plan -var-file=env/${ENV}.tfvars", "live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"loop", "for e in dev prod; do terraform plan -var-file=env/$e.tfvars; done", "live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"matrix", "matrix:\n  env: [prod]\nsteps:\n  - run: terraform plan -var-file=env/${{ matrix.env }}.tfvars", "live/web/env/prod.tfvars"},
		{"matrix below", "matrix:\n  env:\n    - dev\n    - prod\nsteps:\n  - run: terraform plan -var-file=env/${{ matrix.env }}.tfvars",
			"live/web/env/dev.tfvars live/web/env/prod.tfvars"},
		{"named by a variable", "variables:\n  VAR_FILE: env/prod.tfvars\nscript:\n  - terraform plan -var-file=$VAR_FILE",
			"live/web/env/prod.tfvars"},
		{"key of an action", "with:\n  path: live/web\n  var_file: env/prod.tfvars", "live/web/env/prod.tfvars"},
		{"environment of the tool", `TF_CLI_ARGS_plan: "-var-file=env/prod.tfvars"`, "live/web/env/prod.tfvars"},
		{"nothing known", "terraform plan -var-file=$FILE", ""},
		{"not there", "terraform plan -var-file=gone.tfvars", ""},
		{"no file", "variables: none", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, seen := "", map[string]bool{}
			for _, u := range varfile.Read(c.text).Uses {
				for _, set := range u.Sets([]string{"live/web", "."}, files) {
					if s := strings.Join(set, "+"); !seen[s] {
						seen[s] = true
						got += " " + s
					}
				}
			}
			if got = strings.TrimSpace(got); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDirs(t *testing.T) {
	for _, c := range []struct{ name, text, line, anywhere string }{
		{"chdir", "terraform -chdir=live/web plan -var-file=a.tfvars", "live/web", "live/web"},
		{"cd", "cd live/web && terraform plan -var-file=a.tfvars", "live/web", "live/web"},
		{"continued", "cd live/web && \\\n terraform plan \\\n -var-file=a.tfvars", "live/web", "live/web"},
		{"line before", "cd live/web\nterraform plan -var-file=a.tfvars", "", "live/web"},
		{"key", "- run: terraform plan -var-file=a.tfvars\n  working-directory: live/web", "", "live/web"},
		{"project", "projects:\n- dir: live/web\n- dir: live/api\nargs: [-var-file=a.tfvars]", "", "live/web live/api"},
		{"assigned", "env:\n  DIR: live/web\nrun: terraform -chdir=${{ env.DIR }} plan -var-file=a.tfvars", "live/web", "live/web live/web"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := varfile.Read(c.text)
			if len(s.Uses) != 1 {
				t.Fatalf("got %d command lines", len(s.Uses))
			}
			if got := joined(s.Uses[0].Dirs); got != c.line {
				t.Errorf("line: got %q, want %q", got, c.line)
			}
			if got := joined(s.Dirs); got != c.anywhere {
				t.Errorf("anywhere: got %q, want %q", got, c.anywhere)
			}
		})
	}
}

func joined(names []varfile.Name) string {
	var all []string
	for _, n := range names {
		all = append(all, string(n))
	}
	return strings.Join(all, " ")
}
