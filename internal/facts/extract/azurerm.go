package extract

import (
	"sort"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// azurerm reads the services that hashicorp/azurerm registers in three ways.
func (x *extractor) azurerm() error {
	x.in.Opaque = x.azureOpaque
	for _, service := range x.services("SupportedTypedServices") {
		for _, r := range x.list(service, "Resources") {
			x.typed(r)
		}
	}
	for _, service := range x.services("SupportedUntypedServices") {
		x.in.Reset()
		m, ok := interp.Deref(x.invoke(service, "SupportedResources")).(*interp.MapV)
		if !ok {
			x.in.Log.Add("registration", "%s.SupportedResources", interp.Describe(service))
			continue
		}
		keys := append([]string(nil), m.Keys...)
		sort.Strings(keys)
		for _, name := range keys {
			if x.wanted(name) {
				x.in.Reset()
				x.add(name, x.sdk(m.Elems[name]))
			}
		}
	}
	for _, service := range x.services("SupportedFrameworkServices") {
		for _, r := range x.list(service, "FrameworkResources") {
			x.in.Reset()
			name, _ := x.in.Force(x.invoke(r, "ResourceType")).(string)
			own, res := x.framework(r, "azurerm")
			if name == "" {
				name = own
			}
			x.add(name, res)
		}
	}
	return nil
}

// azureOpaque keeps the wrappers around plan-time logic visible as calls.
func (x *extractor) azureOpaque(full string) bool {
	name, ok := strings.CutPrefix(full, x.module+"/internal/tf/pluginsdk.")
	if !ok {
		return false
	}
	for _, prefix := range []string{"CustomDiff", "ForceNewIf", "CustomizeDiff", "Importer", "DefaultTimeout", "StateUpgrades"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "ValidateChange" || name == "GenerateIdentitySchema"
}

func (x *extractor) services(function string) []interp.Value {
	x.in.Reset()
	r := x.in.Call(x.in.Member(x.module+"/internal/provider", function), nil, nil)
	if s, ok := interp.Deref(r[0]).(*interp.SliceV); ok {
		return s.Elems
	}
	x.in.Log.Add("registration", "%s gave nothing", function)
	return nil
}

// typed reads a resource of the typed SDK: Arguments and Attributes apart.
func (x *extractor) typed(r interp.Value) {
	x.in.Reset()
	name, ok := x.in.Force(x.invoke(r, "ResourceType")).(string)
	if !ok {
		x.in.Log.Add("registration", "type name of %s", interp.Describe(r))
		return
	}
	if !x.wanted(name) {
		return
	}
	x.in.Reset()
	c := x.reader()
	res := &resource{Attributes: c.sdkMap(x.invoke(r, "Arguments"))}
	computed := c.sdkMap(x.invoke(r, "Attributes"))
	res.unresolved = res.Attributes == nil || computed == nil
	if res.Attributes == nil {
		res.Attributes = map[string]*facts.SourceAttr{}
	}
	for k, a := range computed {
		if a.Mode == "o" {
			a.Mode = "oc"
		}
		res.Attributes[k] = a
	}
	if logic := x.invoke(r, "CustomizeDiff"); !interp.IsNil(logic) {
		res.PlanLogic = true
		res.conditional = scanDiff(x.in, logic)
	}
	res.why = append(c.why, x.in.Problems...)
	x.add(name, res)
}
