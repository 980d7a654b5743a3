package config

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	version "github.com/hashicorp/go-version"
)

// Tool is the program that applies a root.
type Tool string

const (
	Terraform Tool = "terraform"
	OpenTofu  Tool = "opentofu"
)

// Runtime is a tool and its version, as far as they are known.
type Runtime struct {
	Tool Tool
	// Either: the repository has signs of both tools, none nearer than the
	// other; Tool is the one to start with.
	Either bool
	// Minor is the minor version of 1.x; -1 where the repository does not say.
	Minor int
	// Exact is the whole version where the repository pins one.
	Exact string
}

// ParseRuntime reads `terraform`, `opentofu` or `tofu`, with a version after a
// space or an `@` where it matters: `terraform 1.11.4`.
func ParseRuntime(s string) (Runtime, bool) {
	name, v, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), "@", " "), " ")
	rt := Runtime{Tool: Terraform, Minor: -1}
	switch name {
	case "terraform":
	case "opentofu", "tofu":
		rt.Tool = OpenTofu
	default:
		return Runtime{}, false
	}
	return rt.at(v), true
}

func (rt Runtime) at(v string) Runtime {
	v = strings.TrimPrefix(strings.TrimSpace(v), "v")
	parts := strings.SplitN(v, ".", 3)
	if len(parts) < 2 || parts[0] != "1" {
		return rt
	}
	if minor, err := strconv.Atoi(parts[1]); err == nil {
		rt.Minor = minor
		if len(parts) == 3 {
			rt.Exact = v
		}
	}
	return rt
}

// Other is the other tool, of which no version is known.
func (rt Runtime) Other() Runtime {
	if rt.Tool == Terraform {
		return Runtime{Tool: OpenTofu, Minor: -1}
	}
	return Runtime{Tool: Terraform, Minor: -1}
}

func (rt Runtime) atLeast(tool Tool, minor int) bool { return rt.Tool == tool && rt.Minor >= minor }

// ReadsTofuFiles: .tofu files count, and hide .tf files of the same stem
// (OpenTofu 1.8).
func (rt Runtime) ReadsTofuFiles() bool { return rt.Tool == OpenTofu }

// RemovedDestroys is what a removed block without a word about destroy does.
func (rt Runtime) RemovedDestroys() bool { return rt.Tool == Terraform }

// MovesModules: a module call that gains or loses count keeps its first
// instance (OpenTofu 1.11).
func (rt Runtime) MovesModules() bool { return rt.Tool == OpenTofu && (rt.Minor < 0 || rt.Minor >= 11) }

// CreateTriggers: replace_triggered_by fires on creation (OpenTofu 1.12).
func (rt Runtime) CreateTriggers() bool { return rt.atLeast(OpenTofu, 12) }

// LazyLogic: && and || short-circuit (Terraform 1.12, OpenTofu 1.10).
func (rt Runtime) LazyLogic() bool { return rt.atLeast(Terraform, 12) || rt.atLeast(OpenTofu, 10) }

// LooseYAML: yamldecode takes 1_000 and -0x1f for integers (go-cty-yaml 1.0.3:
// Terraform before 1.10, OpenTofu before 1.9).
func (rt Runtime) LooseYAML() bool {
	return rt.Minor >= 0 && (rt.Tool == Terraform && rt.Minor < 10 || rt.Tool == OpenTofu && rt.Minor < 9)
}

// ImportsInModules: import blocks may stand in any module (Terraform 1.16).
func (rt Runtime) ImportsInModules() bool { return rt.atLeast(Terraform, 16) }

// PreventDestroyExpression: prevent_destroy need not be a literal (OpenTofu 1.12).
func (rt Runtime) PreventDestroyExpression() bool {
	return rt.Tool == OpenTofu && (rt.Minor < 0 || rt.Minor >= 12)
}

// Unsatisfiable returns the first required_version that no release satisfies
// together with those before it, or that the pinned version does not.
func (rt Runtime) Unsatisfiable(all []Version) (Version, bool) {
	left := releases()
	if v, err := version.NewVersion(rt.Exact); err == nil {
		left = []*version.Version{v}
	}
	for _, v := range all {
		constraint, err := version.NewConstraint(v.Constraint)
		if err != nil {
			return v, true
		}
		left = slices.DeleteFunc(slices.Clone(left), func(r *version.Version) bool { return !constraint.Check(r) })
		if len(left) == 0 {
			return v, true
		}
	}
	return Version{}, false
}

// releases spans what exists and the near future: 0.12 to 1.29. Patch versions
// up to 31 are enough to satisfy any constraint a release satisfies.
var releases = sync.OnceValue(func() []*version.Version {
	var out []*version.Version
	add := func(major, from, to int) {
		for minor := from; minor <= to; minor++ {
			for patch := 0; patch <= 31; patch++ {
				out = append(out, version.Must(version.NewVersion(strconv.Itoa(major)+"."+strconv.Itoa(minor)+"."+strconv.Itoa(patch))))
			}
		}
	}
	add(1, 0, 29)
	add(0, 12, 15)
	return out
})
