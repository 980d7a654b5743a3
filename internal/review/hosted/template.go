package hosted

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/templates"
)

// template is a stack or a deployment: it makes what its template lists, and an
// update deletes what leaves it.
func (h *host) template(before, after map[string]any) plan.Plan {
	switch typ := h.change.Address.Type; {
	case strings.HasPrefix(typ, "aws_cloudformation_"), strings.HasPrefix(typ, "aws_serverless"):
		return h.stack(before, after)
	case typ == "google_deployment_manager_deployment":
		was, is := onlyBlock(onlyBlock(before["target"])["config"]), onlyBlock(onlyBlock(after["target"])["config"])
		return h.compared(templates.Deployment(text(was, "content")))(templates.Deployment(text(is, "content")))
	}
	return h.deployment(before, after)
}

// stack is a CloudFormation stack (aws_cloudformation_stack, template_body or
// template_url, with parameters).
func (h *host) stack(before, after map[string]any) plan.Plan {
	if text(before, "template_url") != text(after, "template_url") && text(after, "template_body") == "" {
		return h.gap(plan.GapOpaque, "its template is a different one, which is not in the repository; resources that are removed from it are deleted")
	}
	if differ(h.change.Hosts.Before["template_body"], h.change.Hosts.After["template_body"]) {
		return h.gap(plan.GapUnknown, "its template changes and is not in the repository; resources that are removed from it are deleted")
	}
	was, is := text(before, "template_body"), text(after, "template_body")
	if was == "" || is == "" {
		return plan.Plan{}
	}
	return h.compared(templates.CloudFormation(was, asMap(before["parameters"])))(templates.CloudFormation(is, asMap(after["parameters"])))
}

// deployment is one of Azure Resource Manager. What leaves its template stays,
// unless its mode is Complete: that deletes all that is in the group and not in
// the template (Azure Resource Manager, deployment modes).
func (h *host) deployment(before, after map[string]any) plan.Plan {
	mode, content := "deployment_mode", "template_content"
	if text(after, content) == "" {
		content = "template_body"
	}
	if !strings.EqualFold(text(after, mode), "Complete") {
		return plan.Plan{}
	}
	if !strings.EqualFold(text(before, mode), "Complete") {
		c := *h.change
		c.Hosts, c.Effect = nil, plan.DataLoss
		c.Losses = []plan.Loss{{Effect: plan.DataLoss, Class: "data", Path: mode,
			Source: "Azure Resource Manager deployment modes, Complete mode",
			What:   "everything in its resource group that is not in its template is deleted (" + mode + ": " + text(before, mode) + " -> Complete)"}}
		return plan.Plan{Changes: []plan.Change{c}}
	}
	if differ(h.change.Hosts.Before[content], h.change.Hosts.After[content]) {
		return h.gap(plan.GapUnknown,
			"its template changes and is not in the repository; resources that are removed from it are deleted in Complete mode")
	}
	return h.compared(templates.ARM(text(before, content)))(templates.ARM(text(after, content)))
}

// differ reports whether a value that is not known may be another one.
func differ(before, after any) bool {
	return (isUnknown(before) || isUnknown(after)) && before != after
}

// compared takes both sides of a template.
func (h *host) compared(was templates.Template, err error) func(templates.Template, error) plan.Plan {
	return func(is templates.Template, other error) plan.Plan {
		if err != nil || other != nil {
			if err != nil && other != nil {
				return plan.Plan{}
			}
			return h.gap(plan.GapInvalid, "its template does not parse on one side")
		}
		var out plan.Plan
		for _, o := range templates.Compare(was, is) {
			c := plan.Change{Address: h.change.Address, Action: o.Action, Effect: o.Effect, Reason: o.Reason, Because: o.Because,
				Certain: o.Certain && h.change.Certain, Variant: h.change.Variant, At: h.change.At}
			c.Address.Module, c.Address.Type, c.Address.Name, c.Address.Key = h.change.Address.String(), o.Type, o.ID, ""
			c.Previous = c.Address
			c.Causes = append(h.causes(plan.Change{}), plan.Cause{Range: h.change.At, Text: c.Address.String() + ": " + o.Reason.Sentence()})
			out.Changes = append(out.Changes, c)
		}
		return out
	}
}

// onlyBlock is the content of a block that stands at most once.
func onlyBlock(v any) map[string]any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	return asMap(v)
}
