package pair

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
)

// Managed are the managed resources of a module, in the order of its files.
func Managed(m *eval.Module) []*eval.Resource {
	var out []*eval.Resource
	for _, name := range m.Config.Order {
		if r := m.Config.Resources[name]; r != nil && r.Mode == config.Managed {
			out = append(out, m.Resource(name))
		}
	}
	return out
}

// Calls are the module calls of a module, in the order of its files.
func Calls(m *eval.Module) []*eval.Call {
	var out []*eval.Call
	for _, name := range m.Config.Order {
		if len(name) > 7 && name[:7] == "module." && m.Config.Calls[name[7:]] != nil {
			out = append(out, m.ModuleCall(name[7:]))
		}
	}
	return out
}

// ModuleInstances are all instances of the module at a call path.
func ModuleInstances(root *eval.Module, static string) []*eval.Module {
	found := []*eval.Module{root}
	if static == "" {
		return found
	}
	for _, name := range strings.Split(static, ".") {
		var next []*eval.Module
		for _, m := range found {
			if call := m.ModuleCall(name); call != nil {
				next = append(next, call.Instances()...)
			}
		}
		found = next
	}
	return found
}

// ModuleAt finds a module instance by its address.
func ModuleAt(root *eval.Module, address string) *eval.Module {
	m := root
	for _, step := range Steps(address) {
		call := m.ModuleCall(step.Name)
		if call == nil {
			return nil
		}
		if m = call.Instance(eval.Key(step.Key)); m == nil {
			return nil
		}
	}
	return m
}

// Step is one module instance on the way of an address.
type Step struct {
	Name, Key string
	// Address is that of the instance, and Static the path of its call.
	Address, Static string
}

// Steps are the module instances that an address leads through, outermost first.
func Steps(address string) []Step {
	var steps []Step
	var last Step
	for rest := address; strings.HasPrefix(rest, "module."); rest = strings.TrimPrefix(rest, ".") {
		rest = strings.TrimPrefix(rest, "module.")
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		step := Step{Name: rest[:end]}
		if rest = rest[end:]; strings.HasPrefix(rest, "[") {
			end := closing(rest) + 1
			step.Key, rest = rest[:end], rest[end:]
		}
		step.Address = strings.TrimPrefix(last.Address+".module."+step.Name+step.Key, ".")
		step.Static = strings.TrimPrefix(last.Static+"."+step.Name, ".")
		steps, last = append(steps, step), step
	}
	return steps
}

// closing finds the bracket that ends a key, past brackets in quotes.
func closing(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ']' && !quoted:
			return i
		}
	}
	return len(s) - 1
}

// Names are the steps of a call path without keys.
func Names(static string) []string {
	if static == "" {
		return nil
	}
	return strings.Split(static, ".")
}
