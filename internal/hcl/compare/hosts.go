package compare

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hosts are the types whose objects apply others: what an update in place does
// to those is for the engine that knows them.
var hosts = []string{"helm_release", "kubectl_manifest", "k8s_manifest", "kustomization_resource", "aws_cloudformation_stack",
	"aws_cloudformation_stack_set",
	"aws_serverlessapplicationrepository_cloudformation_stack", "azurerm_resource_group_template_deployment", "azurerm_template_deployment",
	"azurerm_subscription_template_deployment", "azurerm_management_group_template_deployment", "azurerm_tenant_template_deployment",
	"google_deployment_manager_deployment"}

func isHost(typ string) bool {
	return slices.Contains(hosts, typ) || strings.HasPrefix(typ, "kubernetes_")
}

// host reports whether a change is one of an object that applies others, and stays.
func host(change plan.Change, planned *planner.InstanceChange) bool {
	if !isHost(planned.Inst.Resource.Config.Type) {
		return false
	}
	return change.Action == plan.Update || change.Action == plan.Replace && !change.Certain
}

// hosted is what an object applies, before and after.
func hosted(planned *planner.InstanceChange) *plan.Hosted {
	state, _ := planned.Prior.Inst.Value()
	config, _ := planned.Prior.Inst.Config()
	return &plan.Hosted{Before: attrs.Tree(state, config), After: attrs.Tree(planned.Planned, planned.Config)}
}

// chartVersion finds the version of a chart in its Chart.yaml.
var chartVersion = regexp.MustCompile(`(?m)^version:[ \t]*["']?([^"'\s#]+)`)

// otherChart reports whether a release of a chart in the repository gets another
// version of it, which the provider reads from the chart when it plans
// (hashicorp/helm, resourceDiff). Files of a chart whose version stays are not
// looked at.
func (c *comparison) otherChart(planned *planner.InstanceChange) bool {
	if planned.Inst.Resource.Config.Type != "helm_release" {
		return false
	}
	config := attrs.Tree(planned.Config, planned.Config)
	chart, _ := config["chart"].(string)
	if chart == "" || config["repository"] != nil || config["version"] != nil {
		return false
	}
	before, after := versionIn(c.Before, chart), versionIn(c.After, chart)
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
