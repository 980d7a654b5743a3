package command_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/rules/command"
)

// A command is found however a shell lets it be written.
func TestHoweverItIsWritten(t *testing.T) {
	full := table(t)
	for _, line := range []string{
		"kubectl delete ns shop", "  kubectl   delete\tns shop", "sudo kubectl delete ns shop", "sudo -u app -E kubectl delete ns shop", "A=b C=d kubectl delete ns shop",
		"env -i A=b kubectl delete ns shop", "exec kubectl delete ns shop", "time kubectl delete ns shop", "nohup kubectl delete ns shop &", "timeout 30s kubectl delete ns shop",
		"true && kubectl delete ns shop", "false || kubectl delete ns shop", "cd x; kubectl delete ns shop", "(kubectl delete ns shop)", "{ kubectl delete ns shop; }",
		"if true; then kubectl delete ns shop; fi", "if kubectl delete ns shop; then :; fi", "for n in a b; do kubectl delete ns $n; done", "while read n; do kubectl delete ns $n; done < f",
		"! kubectl delete ns shop", "kubectl get ns -o name | xargs kubectl delete", "kubectl get ns -o name | xargs -n1 -I{} kubectl delete {}", "x=$(kubectl delete ns shop)", "echo $(kubectl delete ns shop)",
		"echo `kubectl delete ns shop`", `echo "$(kubectl delete ns shop)"`, `bash -c "kubectl delete ns shop"`, `bash -euxo pipefail -c 'cd x && kubectl delete ns shop'`, `ssh host "kubectl delete ns shop"`,
		`ssh host 'sudo bash -c "kubectl delete ns shop"'`, `eval "kubectl delete ns shop"`, `trap 'kubectl delete ns shop' EXIT`, `su - app -c "kubectl delete ns shop"`, `retry 3 kubectl delete ns shop`,
		"kubectl \\\n  -n shop \\\n  delete pvc --all", "ku''bectl del\"\"ete ns shop", `k\ubectl delete ns shop`, "'kubectl' \"delete\" ns shop", "/usr/local/bin/kubectl delete ns shop", "./kubectl delete ns shop",
		"kubectl${IFS}delete${IFS}ns${IFS}shop", "{kubectl,delete,ns,shop}", `$'\x6bubectl' delete ns shop`, "K=kubectl; $K delete ns shop", `CMD="kubectl delete ns shop"; $CMD`, "V=delete\nkubectl $V ns shop",
		"$KUBECTL delete ns shop", "${KUBECTL_BIN} delete ns shop", "${KUBECTL:-kubectl} delete ns shop", "$(which kubectl) delete ns shop", "$(command -v kubectl) delete ns shop", "$(echo kubectl) delete ns shop",
		"bash <<EOF\nkubectl delete ns shop\nEOF", "ssh host <<'EOF'\n kubectl delete ns shop\nEOF", "bash <<< 'kubectl delete ns shop'", `echo "kubectl delete ns shop" | bash`, `printf '%s\n' 'kubectl delete ns shop' | sh -s`,
		"echo a3ViZWN0bCBkZWxldGUgbnMgc2hvcAo= | base64 -d | sh", `eval "$(echo a3ViZWN0bCBkZWxldGUgbnMgc2hvcAo= | base64 --decode)"`, "cat > run.sh <<EOF\nkubectl delete ns shop\nEOF", `echo "kubectl delete ns shop" > run.sh`,
		"function clean() { kubectl delete ns shop; }", "clean() {\n  kubectl delete ns shop\n}", "case $1 in\n  down) kubectl delete ns shop ;;\nesac", "cmd=(kubectl delete ns shop)", "find . -name '*.yaml' -exec kubectl delete -f {} \\;",
		"docker run --rm bitnami/kubectl:1.30 delete ns shop", "docker run --rm -v ~/.kube:/k alpine/k8s kubectl delete ns shop", "kubectl delete ns shop # all of it", "kubectl delete ns shop 2>/dev/null || true", "kubectl delete ns shop --dry-run=none",
		"kubectl delete ns shop --dry-run=client --dry-run=none", "echo done; kubectl delete ns shop", "kubectl delete ns shop | tee log", "kubectl delete ns shop > /dev/null 2>&1", "aws-vault exec prod -- kubectl delete ns shop",
		"npx prisma migrate reset -f", "pnpm dlx prisma migrate reset", "yarn prisma migrate reset", "bunx prisma@latest migrate reset", "npm exec -- prisma migrate reset", "node_modules/.bin/prisma migrate reset", "dotenv -e .env -- npx prisma migrate reset",
		"poetry run alembic downgrade base", "python -m alembic downgrade base", "uv run alembic downgrade base", "bundle exec rails db:drop", "RAILS_ENV=production DISABLE_DATABASE_ENVIRONMENT_CHECK=1 bin/rails db:drop", "python3 manage.py flush --noinput",
		`kubectl exec -it db-0 -- psql -U app -c "DROP TABLE orders"`, "psql prod <<SQL\nDROP TABLE orders;\nSQL", "PGPASSWORD=x psql -h db -U u -d d -c 'TRUNCATE orders CASCADE;'", `docker compose exec -T db mysql -e "drop database shop"`, "cat <<SQL | psql prod\nTRUNCATE orders;\nSQL",
		"gcloud --project p sql instances delete main -q", "aws --region r --profile p rds delete-db-cluster --skip-final-snapshot --db-cluster-identifier c", "az group delete --name prod --yes", "terraform -chdir=prod destroy", "if [ \"$1\" = x ]; then terraform destroy; else terraform plan; fi",
		"k() { kubectl \"$@\"; }\nk delete ns shop",
		"k() {\n  kubectl -n shop $*\n}\nk delete pvc --all",
		"tf() {\n  terraform \"$@\"\n}\ntf destroy", "function tf {\n  terraform \"$@\"\n}\ntf destroy",
		"function tf() {\n  terraform $1 -auto-approve\n}\ntf destroy",
		"tf() {\n  cd \"$1\"\n  shift\n  terraform \"$@\"\n  echo \"$@\"\n}\ntf prod destroy",
		"a() { b -x \"$@\"; }\nb() {\n  kubectl \"$@\"\n}\na delete ns shop",
		"tf() {\n  local c=$1\n  shift\n  terraform \"$c\" \"$@\"\n}\ntf destroy -auto-approve",
		"tf() {\n  ( cd prod; terraform \"${@}\" )\n}\nif ask; then\n  tf destroy\nfi",
		"set -- delete ns shop\nkubectl \"$@\"", "echo delete ns shop | xargs kubectl",
		"kubectl ${V:=delete} ns shop", "echo 'pohs sn eteled ltcebuk' | rev | sh",
		"echo 'xhorpgy qryrgr af fubc' | tr a-z n-za-m | bash", "echo 'KUBECTL DELETE NS SHOP' | tr '[:upper:]' '[:lower:]' | sh",
	} {
		if found, err := full.Added(script, "", "#!/bin/sh\n"+line+"\n"); err != nil || len(found) == 0 {
			t.Errorf("not found: %q %v", line, err)
		}
	}
}

// What only shows, asks, tries or is commented out is no command.
func TestHarmlessTwins(t *testing.T) {
	full := table(t)
	for _, line := range []string{
		"# kubectl delete ns shop", "echo kubectl delete ns shop", `echo "kubectl delete ns shop"`, `printf 'run: kubectl delete ns %s\n' x`, "echo 'it is'; # terraform destroy", "cat <<EOF\nUsage:\n  kubectl delete ns shop\nEOF",
		"usage() {\n  cat <<-EOF >&2\n\tkubectl delete ns shop\n\tEOF\n}", `log_info "kubectl delete ns shop"`, `die "terraform destroy failed"`, `git commit -m "terraform destroy"`, `gh pr comment --body "kubectl delete ns shop"`, `grep -r "kubectl delete" .`,
		"kubectl delete ns shop --dry-run=server", "kubectl delete --help", "kubectl get ns", "kubectl auth can-i delete ns", "terraform plan -destroy", "aws s3 rm s3://b --recursive --dryrun", "which kubectl", `[ "$ACTION" = "terraform destroy" ] && exit 1`,
		`USAGE="kubectl delete ns shop"`, "echo y | terraform plan", "curl -fsSL https://get.helm.sh/a | bash", "echo bHMK | base64 -d | sh", "helm list # helm uninstall db", `echo "don't"; # kubectl delete ns shop`, "kubectl() { echo \"$@\"; }",
		`read -p "terraform destroy? " a`, "set -euo pipefail", "rm -rf build dist", "docker compose down", "export PATH=$PATH:/opt/bin", "psql -f schema.sql", "make clean", "npm run build", "apt-get install -y kubectl",
		"kubectl apply -f - <<EOF\nkind: Job\nmetadata: {name: delete}\nEOF", "for i in 1 2 3; do sleep 1; done", "gcloud config unset project", "helm upgrade --install db ./chart", "test -x $(which terraform)", `desc="kubectl delete"; echo "$desc ns"`,
		"say() { echo \"$@\"; }\nsay kubectl delete ns shop",
		"tf() {\n  terraform \"$@\"\n}\ntf plan -destroy", "function tf {\n  terraform \"$1\"\n}\ntf plan destroy",
		"tf() {\n  shift\n  terraform \"$@\"\n}\ntf destroy plan",
		"say() {\n  echo \"$@\"\n}\ntf() { terraform \"$@\"; }\nsay tf destroy",
		"set -- get ns\nkubectl \"$@\"", "echo get ns | xargs kubectl", "tr -d '\\r' < run.sh | sh",
		"echo 'pohs sn teg ltcebuk' | rev | sh", "cat words | rev | sh",
	} {
		if found, err := full.Added(script, "", "#!/bin/sh\n"+line+"\n"); err != nil || len(found) > 0 {
			t.Errorf("found: %q %v", line, found)
		}
	}
}

// A command that only moved, or is laid out anew, is not added; one that says
// something else is.
func TestOnlyWhatIsAdded(t *testing.T) {
	full := table(t)
	before := "kubectl delete ns a\necho\nhelm uninstall b\n"
	for _, c := range []struct {
		after string
		lines []int
	}{
		{before, nil},
		{"helm uninstall b\nkubectl delete ns a\n", nil},
		{"if true; then\n  kubectl   delete \\\n    ns a\nfi\n", nil},
		{"kubectl delete ns a # why\n", nil},
		{"echo\n", nil},
		{before + "kubectl delete ns c\n", []int{4}},
		{"kubectl delete ns a --force\n", []int{1}},
		{"\n\nif true\nthen\n  kubectl delete \\\n  ns x; helm uninstall y\nfi\n", []int{5, 6}},
	} {
		found, err := full.Added(script, before, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var lines []int
		for _, f := range found {
			lines = append(lines, f.Line)
		}
		if len(lines) != len(c.lines) || len(lines) > 0 && lines[0] != c.lines[0] {
			t.Errorf("%q: lines %v, want %v", c.after, lines, c.lines)
		}
	}
}

// What is too much or too deep is an error, never silence; what is only large is
// read.
func TestHostileTexts(t *testing.T) {
	full := table(t)
	const size = 1 << 17
	for name, text := range map[string]string{
		"substitutions": strings.Repeat("$(", size/2), "quotes": strings.Repeat(`"`, size+1), "single quotes": strings.Repeat("'", size+1), "brackets": strings.Repeat("(", size), "here-documents": strings.Repeat("<<a ", size/4),
		"backticks": strings.Repeat("`", size+1), "quoted substitutions": strings.Repeat(`"$(`, size/3), "variables": "a=kubectl\n" + strings.Repeat("a=$a$a\n", 10000), "comments": strings.Repeat("/*", size/2), "hashes": strings.Repeat("#", size),
		"one line": "echo " + strings.Repeat("a ", size/2), "lists": strings.Repeat(`["a","b`, size/8), "braces": strings.Repeat("${", size/2), "%x": strings.Repeat("%x[", size/3), "escapes": strings.Repeat(`\`, size), "nested quotes": strings.Repeat(`x "y 'z `, size/8),
	} {
		for _, reads := range []command.Reader{"shell", "lines", "yaml", "program", "config", "sql", "migration", "test"} {
			if _, err := full.Added(command.Files{Reads: reads, As: command.Script}, "", text+"\nkubectl delete ns a\n"); err != nil && !errors.Is(err, command.ErrTooMuch) {
				t.Errorf("%s as %s: %v", name, reads, err)
			}
		}
	}
	deep := "kubectl delete ns a"
	for range 12 {
		deep = "$(" + deep + ")"
	}
	if found, err := full.Added(script, "", deep); err == nil && len(found) == 0 {
		t.Error("a command that is nested deeply is not found, and nothing says so")
	}
}
