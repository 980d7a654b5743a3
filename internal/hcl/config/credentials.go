package config

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// credentialPlugins are programs that print a token for a cluster and do nothing
// else, with what they are told first. Each has the page of its makers.
var credentialPlugins = []struct {
	program string
	args    []string
	source  string
}{
	{"aws", []string{"eks", "get-token"}, "https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html"},
	{"aws-iam-authenticator", []string{"token"}, "https://github.com/kubernetes-sigs/aws-iam-authenticator"},
	{"gke-gcloud-auth-plugin", nil, "https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl"},
	{"kubelogin", []string{"get-token"}, "https://azure.github.io/kubelogin/cli/get-token.html"},
	{"kubectl", []string{"oidc-login", "get-token"}, "https://github.com/int128/kubelogin"},
	{"doctl", []string{"kubernetes", "cluster", "kubeconfig", "exec-credential"},
		"https://docs.digitalocean.com/reference/doctl/reference/kubernetes/cluster/kubeconfig/"},
	{"oci", []string{"ce", "cluster", "generate-token"},
		"https://docs.oracle.com/en-us/iaas/tools/oci-cli/latest/oci_cli_docs/cmdref/ce/cluster/generate-token.html"},
	{"tsh", []string{"kube", "credentials"}, "https://goteleport.com/docs/reference/cli/tsh/"},
}

// pluginRuns are the programs that a provider starts for its credentials, those
// left out that are known.
func pluginRuns(p *Provider) []BlockRun {
	run := Run{Kind: "exec", Arguments: map[string]*expr.Expression{}, Range: p.Range, Full: p.Range}
	run.plugins(p.Body)
	if len(run.Arguments) == 0 {
		return nil
	}
	return []BlockRun{{"provider", p.Name, run}}
}

// plugins takes in the exec blocks and values of a body, however deep.
func (r *Run) plugins(b *Body) {
	for name, a := range b.Attributes {
		if (name == "exec" || execArgument.MatchString(a.Value.Text)) && !startsKnownPlugins(name, a.Value.Text) {
			r.Arguments[name] = a.Value
		}
	}
	for _, inner := range b.Blocks {
		if inner.Type == "exec" && !isPlugin(textOf(inner.Body, "command"), textOf(inner.Body, "args"), textOf(inner.Body, "env")) {
			r.collect(inner.Body, "exec.", func(name string) bool { return name == "command" || name == "args" || name == "env" })
		}
		r.plugins(inner.Body)
	}
}

func textOf(b *Body, name string) string {
	if a := b.Attributes[name]; a != nil {
		return a.Value.Text
	}
	return ""
}

var (
	execArgument = regexp.MustCompile(`\bexec"?\s*[=:]`)
	oneWord      = regexp.MustCompile(`^"([\w.-]+)"$`)
	listStart    = regexp.MustCompile(`^\[\s*(\w+\s*\(\s*)?`)
	// optionFirst is an option with its value, which may be an expression.
	optionFirst = regexp.MustCompile(`^"--?[\w-]+(="|=[^"]*"|"\s*,\s*("[^"]*"|[\w.\[\]]+))\s*,\s*`)
	wordFirst   = regexp.MustCompile(`^"([^"]*)"\s*(,\s*|[\])]|$)`)
	// loads are variables that make a program load or find another one.
	loads = regexp.MustCompile(`(^|[^A-Z_])(PATH|LD_\w+|DYLD_\w+|PYTHON\w*|NODE_OPTIONS|BASH_ENV|ENV|AWS_CONFIG_FILE)\b`)
)

// isPlugin reports whether the texts of a command, its arguments and its
// environment are those of a plugin that is known.
func isPlugin(command, args, env string) bool {
	m := oneWord.FindStringSubmatch(command)
	if m == nil || loads.MatchString(env) {
		return false
	}
	for _, known := range credentialPlugins {
		if known.program == m[1] {
			return beginsWith(args, known.args)
		}
	}
	return false
}

// beginsWith reports whether the text of a list begins with words, options before
// them left out.
func beginsWith(list string, words []string) bool {
	rest := list[len(listStart.FindString(list)):]
	for _, want := range words {
		for m := optionFirst.FindString(rest); m != ""; m = optionFirst.FindString(rest) {
			rest = rest[len(m):]
		}
		m := wordFirst.FindStringSubmatch(rest)
		if m == nil || m[1] != want {
			return false
		}
		rest = rest[len(m[0]):]
	}
	return true
}

// startsKnownPlugins reports whether every exec in the text of a value is a plugin
// that is known.
func startsKnownPlugins(name, text string) bool {
	value, problems := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if problems.HasErrors() {
		return false
	}
	finder := &execs{text: text, known: true}
	if name == "exec" {
		finder.exec(value)
	}
	_ = hclsyntax.VisitAll(value, finder.visit)
	return finder.known
}

// execs looks for values named exec in a text.
type execs struct {
	text  string
	known bool
}

func (e *execs) visit(node hclsyntax.Node) hcl.Diagnostics {
	object, ok := node.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	for _, item := range object.Items {
		if e.key(item) == "exec" {
			e.exec(item.ValueExpr)
		}
	}
	return nil
}

func (e *execs) exec(value hclsyntax.Expression) {
	object, ok := value.(*hclsyntax.ObjectConsExpr)
	if !ok {
		e.known = false
		return
	}
	texts := map[string]string{}
	for _, item := range object.Items {
		texts[e.key(item)] = string(item.ValueExpr.Range().SliceBytes([]byte(e.text)))
	}
	e.known = e.known && isPlugin(texts["command"], texts["args"], texts["env"])
}

func (e *execs) key(item hclsyntax.ObjectConsItem) string {
	return strings.Trim(string(item.KeyExpr.Range().SliceBytes([]byte(e.text))), `"`)
}
