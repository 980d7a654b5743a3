package config

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// Run is code of the configuration's own that a plan or an apply runs: a
// provisioner, an action, a program that a provider starts, or a resource that is
// there to run what it says.
type Run struct {
	// Kind is local-exec, remote-exec, exec, or the type of a resource or action.
	Kind string
	// Arguments are those that decide what is run, by name.
	Arguments map[string]*expr.Expression
	// Range is its header, Full the whole of it.
	Range, Full hcl.Range
}

// BlockRun is code of a block that is no resource: a provider or an action.
type BlockRun struct {
	Type, Name string
	Run
}

var (
	// provisionerArguments are the arguments of provisioners that decide what is run, and when.
	provisionerArguments = []string{"command", "interpreter", "environment", "inline", "script", "scripts", "when", "working_dir"}
	// codeArguments are those of resources and data sources that run what they say, by
	// their types (registry.terraform.io, the pages of the types).
	codeArguments = map[string][]string{
		"external": {"program", "query", "working_dir"}, "local_command": {"command", "arguments", "stdin", "working_directory"},
		"shell_script": {"lifecycle_commands", "create", "read", "update", "delete", "interpreter", "environment", "working_directory"},
		"ssh_resource": {"commands", "content", "source"}, "ssh_sensitive_resource": {"commands", "content", "source"},
		"ansible_playbook": {"playbook", "ansible_playbook_binary"}, "helm_release": {"postrender", "binary_path", "args"},
		"azurerm_virtual_machine_run_command": {"script", "script_uri", "command_id"}, "azapi_resource_action": {"action", "method", "body"},
		"postgresql_script": {"commands"}, "sql_migrate": {"up", "down"},
		"snowflake_execute": {"execute", "revert"}, "snowflake_unsafe_execute": {"execute", "revert"},
		"aws_redshiftdata_statement": {"sql"}, "google_bigquery_job": {"query"},
		"terracurl_request": {"url", "method", "request_body", "destroy_url", "destroy_method", "destroy_request_body"},
	}
)

// provisioners reads those of a resource or of a removed block.
func provisioners(b *rawBlock) []Run {
	var out []Run
	for _, p := range b.body.blocksOf("provisioner") {
		if len(p.labels) == 0 || p.labels[0] != "local-exec" && p.labels[0] != "remote-exec" {
			continue
		}
		run := Run{Kind: p.labels[0], Arguments: map[string]*expr.Expression{}, Range: p.header, Full: p.full}
		for name, a := range p.body.attrs {
			if slices.Contains(provisionerArguments, name) {
				run.Arguments[name] = a.ready()
			}
		}
		out = append(out, run)
	}
	return out
}

// runs reads what a resource runs. Its body must be decoded.
func runs(r *Resource, b *rawBlock) []Run {
	out := provisioners(b)
	run := Run{Kind: r.Type, Arguments: map[string]*expr.Expression{}, Range: b.header, Full: b.full}
	if names := codeArguments[r.Type]; names != nil {
		run.collect(r.Body, "", func(name string) bool { return slices.Contains(names, name) })
	}
	if len(run.Arguments) > 0 {
		out = append(out, run)
	}
	return out
}

// collect takes in the arguments of a body that are wanted, however deep. Blocks
// are counted by type, so that one of another type moves none.
func (r *Run) collect(b *Body, above string, wanted func(name string) bool) {
	for name, a := range b.Attributes {
		if wanted(name) {
			r.Arguments[above+name] = a.Value
		}
	}
	count := map[string]int{}
	for _, inner := range b.Blocks {
		r.collect(inner.Body, fmt.Sprintf("%s%s.%d.", above, inner.Type, count[inner.Type]), wanted)
		count[inner.Type]++
	}
}

// actionRun is an action, which an apply runs where a resource triggers it
// (Terraform 1.14).
func actionRun(b *rawBlock) BlockRun {
	run := Run{Kind: b.labels[0], Arguments: map[string]*expr.Expression{}, Range: b.header, Full: b.full}
	run.collect(decodeBody(b.body, metaArguments), "", carriesCode)
	return BlockRun{"action." + b.labels[0], b.labels[1], run}
}

// codeWords are parts of the names of arguments that say what is run, or what it
// is told. No list of actions is complete, so their arguments are known by name:
// function_name and payload of aws_lambda_invoke, command and arguments of
// local_command, buildspec_override of aws_codebuild_start_build, playbooks of
// ansible_playbook_run, statement_name, and what the next provider calls its own.
var codeWords = regexp.MustCompile(`(?i)(^|_)(cmd|commands?|args?|arguments?|stdin|scripts?|code|source|programs?|binary|exec\w*|interpreter|shell|` +
	`inline|env|environment|sql|query|queries|statements?|payload|body|input|playbooks?|documents?|parameters?|` +
	`extra_vars|vars|variables|function|image|buildspec|job|template|workflow|entrypoint|run|url|uri|working_dir\w*)(_|$)`)

// carriesCode reports whether an argument of an action, by its name, decides what
// is run; others are waits, names and tags.
func carriesCode(name string) bool { return codeWords.MatchString(name) }
