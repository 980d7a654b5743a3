// Package move applies moved blocks to the addresses of existing objects, as
// Terraform and OpenTofu do when they plan (their internal/refactoring). It is
// pure: addresses and statements in, where everything ends up out.
package move

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Step is one module call in an address; Key is as Terraform writes it, with
// brackets, and empty for none.
type Step struct{ Name, Key string }

// Path is a module instance, from the root down.
type Path []Step

// String is the address of the module instance, empty for the root.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString("module." + s.Name + s.Key)
	}
	return b.String()
}

// Static is the path without keys: `a.b`.
func (p Path) Static() string {
	names := make([]string, len(p))
	for i, s := range p {
		names[i] = s.Name
	}
	return strings.Join(names, ".")
}

// Equal compares two paths.
func (p Path) Equal(q Path) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

// In reports whether the path is q or leads on from it.
func (p Path) In(q Path) bool { return len(p) >= len(q) && p[:len(q)].Equal(q) }

// Address is one managed resource instance.
type Address struct {
	Module     Path
	Type, Name string
	Key        string
}

// String is the address as Terraform writes it.
func (a Address) String() string {
	s := a.Type + "." + a.Name + a.Key
	if len(a.Module) == 0 {
		return s
	}
	return a.Module.String() + "." + s
}

// resource is the address without its key.
func (a Address) resource() string { a.Key = ""; return a.String() }

// Endpoint is a from or to address, relative to the module it is written in:
// the module instances of Module, and then a resource where Type is set, else
// the last step of Module itself.
type Endpoint struct {
	Module     Path
	Type, Name string
	Key        string
	// Data: it names a data source, which cannot be moved.
	Data bool
}

// IsResource reports whether the endpoint is a resource, not a module.
func (e Endpoint) IsResource() bool { return e.Type != "" }

// key is the key of the endpoint's last part.
func (e Endpoint) key() string {
	if e.IsResource() || len(e.Module) == 0 {
		return e.Key
	}
	return e.Module[len(e.Module)-1].Key
}

// String is the endpoint as written.
func (e Endpoint) String() string {
	if !e.IsResource() {
		return e.Module.String()
	}
	return Address{Module: e.Module, Type: e.Type, Name: e.Name, Key: e.Key}.String()
}

// ParseEndpoint reads an address; quote formats an index key.
func ParseEndpoint(ref hcl.Traversal, quote func(hcl.TraverseIndex) (string, bool)) (Endpoint, bool) {
	var e Endpoint
	var words []string
	flush := func() {
		for len(words) >= 2 && words[0] == "module" {
			e.Module = append(e.Module, Step{Name: words[1]})
			words = words[2:]
		}
	}
	for _, step := range ref {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			words = append(words, step.Name)
		case hcl.TraverseAttr:
			words = append(words, step.Name)
		case hcl.TraverseIndex:
			key, ok := quote(step)
			if !ok {
				return e, false
			}
			flush()
			switch {
			case len(words) == 0 && len(e.Module) > 0:
				e.Module[len(e.Module)-1].Key = key
			default:
				e.Key = key
			}
		}
	}
	flush()
	if len(words) == 3 && words[0] == "resource" {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return e, len(e.Module) > 0
	case len(words) == 3 && words[0] == "data":
		e.Data, e.Type, e.Name = true, words[1], words[2]
		return e, true
	case len(words) == 2:
		e.Type, e.Name = words[0], words[1]
		return e, true
	}
	return e, false
}
