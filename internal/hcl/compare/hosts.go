package compare

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hosts are the types whose objects apply others: what an update in place does
// to those is for the engine that knows them.
var hosts = []string{"helm_release", "kubectl_manifest", "k8s_manifest", "kustomization_resource", "aws_cloudformation_stack", "aws_cloudformation_stack_set",
	"aws_serverlessapplicationrepository_cloudformation_stack", "azurerm_resource_group_template_deployment", "azurerm_template_deployment",
	"azurerm_subscription_template_deployment", "azurerm_management_group_template_deployment", "azurerm_tenant_template_deployment",
	"google_deployment_manager_deployment"}

func isHost(typ string) bool {
	return slices.Contains(hosts, typ) || strings.HasPrefix(typ, "kubernetes_")
}

// hosts hands out what an object that the last change is about applies.
func (c *comparison) hosts(s *step) {
	change := &c.changes[len(c.changes)-1]
	if !isHost(change.Address.Type) || change.Action != plan.Update && (change.Action != plan.Replace || change.Certain) {
		return
	}
	state, _ := s.prior.inst.Value()
	config, _ := s.prior.inst.Config()
	change.Hosts = &plan.Hosted{Before: tree(state, config), After: tree(s.planned, s.config)}
}

// chartVersion finds the version of a chart in its Chart.yaml.
var chartVersion = regexp.MustCompile(`(?m)^version:[ \t]*["']?([^"'\s#]+)`)

// otherChart reports whether a release of a chart in the repository gets another
// version of it, which the provider reads from the chart when it plans
// (hashicorp/helm, resourceDiff). Files of a chart whose version stays are not
// looked at.
func (c *comparison) otherChart(s *step) bool {
	if s.inst.Resource.Config.Type != "helm_release" {
		return false
	}
	config := tree(s.config, s.config)
	chart, _ := config["chart"].(string)
	if chart == "" || config["repository"] != nil || config["version"] != nil {
		return false
	}
	before, after := versionIn(c.before, chart), versionIn(c.after, chart)
	return before != "" && after != "" && before != after
}

func versionIn(w *eval.World, chart string) string {
	data, err := w.Read(path.Join(chart, "Chart.yaml"))
	if err != nil {
		return ""
	}
	if m := chartVersion.FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return ""
}
