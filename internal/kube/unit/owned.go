package unit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Owned are the units that an owner applies on this side. They are the
// caller's to change.
func (s *Scan) Owned(o object.Object, beside Beside) []*Unit {
	key := ownedKey{o.File, o.Line, o.Key()}
	units, ok := s.owned.of(key, o.Value)
	if !ok {
		units = s.ownedAnew(o, beside)
		s.owned.keep(key, o.Value, units)
	}
	out := make([]*Unit, len(units))
	for i, u := range units {
		copied := *u
		copied.again = func(asking *Scan) *Unit {
			if units := asking.ownedAnew(o, beside); i < len(units) {
				return units[i]
			}
			return nil
		}
		out[i] = &copied
	}
	return out
}

func (s *Scan) ownedAnew(o object.Object, beside Beside) []*Unit {
	switch owner.KindOf(o) {
	case owner.ArgoCD:
		return s.application(o)
	case owner.Flux:
		return s.fluxKustomization(o)
	case owner.Helm:
		return s.fluxRelease(o, beside)
	}
	if contents, ok := owner.ContentOf(o); ok {
		return s.plainContent(o, contents)
	}
	return nil
}

// Claims are the folders that an owner applies, whole or from their top.
func (s *Scan) Claims(o object.Object, beside Beside) []Claim {
	var out []Claim
	owners := []object.Object{o}
	if owner.KindOf(o) == owner.ApplicationSet {
		owners = s.Generate(o).Applications
	}
	for _, made := range owners {
		for _, u := range s.Owned(made, beside) {
			switch {
			case u.claims && u.claimed == nil:
				out = append(out, Claim{u.Root, u.deep})
			case u.claims:
				for _, dir := range u.claimed {
					out = append(out, Claim{dir, u.deep})
				}
			}
		}
	}
	return out
}

// Claim is a folder that an owner applies.
type Claim struct {
	Dir string
	// Deep: what lies below counts as well.
	Deep bool
}

// Covers reports whether a folder is part of the claim.
func (c Claim) Covers(dir string) bool { return dir == c.Dir || c.Deep && tree.Under(dir, c.Dir) }

// transforming are the fields of a kustomization that give the owners beneath
// it another content, or make some.
var transforming = map[string]bool{
	"patches": true, "patchesStrategicMerge": true, "patchesJson6902": true, "components": true, "replacements": true, "transformers": true,
	"generators": true, "vars": true, "helmCharts": true, "helmChartInflationGenerator": true, "namePrefix": true, "nameSuffix": true,
}

// ownerTemplate finds a template of an owner in a chart.
var ownerTemplate = regexp.MustCompile(`(?m)^\s*kind:\s*["']?(` + strings.Join(owner.Objects(), "|") + `)["']?\s*$`)

// Transforms reports whether a unit renders objects of another content than
// their files have.
func (s *Scan) Transforms(u *Unit) bool {
	switch {
	case u.Tool == request.Helm:
		return true
	case u.Tool != request.Kustomize:
		return false
	case len(u.Fields) > 0 || u.Substitute != nil || len(u.Charts) > 0:
		return true
	}
	return slices.ContainsFunc(u.Files, func(name string) bool {
		if !kustomization.IsName(path.Base(name)) {
			return false
		}
		file, err := s.Tree.Parse(name)
		if err != nil {
			return false
		}
		for _, value := range manifest.Documents(file) {
			m, _ := value.(map[string]any)
			for key := range m {
				if transforming[key] {
					return true
				}
			}
		}
		return false
	})
}

// MakesOwners reports whether the files of a unit hold owners of folders, or
// templates of owners. A release is none of those.
func (s *Scan) MakesOwners(u *Unit, owners []object.Object) bool {
	if u.Tool == request.Helm {
		return slices.ContainsFunc(u.Files, func(name string) bool {
			data, err := s.Tree.Read(name)
			return err == nil && strings.Contains(name, "templates/") && mentionsOwners(data) && ownerTemplate.Match(data)
		})
	}
	return slices.ContainsFunc(owners, func(o object.Object) bool {
		if owner.KindOf(o) == owner.Helm {
			return false
		}
		_, in := slices.BinarySearch(u.Files, o.File)
		return in
	})
}
