package unit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

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
	case u.Tool == Helm:
		return true
	case u.Tool != Kustomize:
		return false
	case len(u.Fields) > 0 || u.Substitute != nil || len(u.Charts) > 0:
		return true
	}
	return slices.ContainsFunc(u.Files, func(name string) bool {
		if !isKustomizationName(path.Base(name)) {
			return false
		}
		file, err := s.Tree.Parse(name)
		if err != nil {
			return false
		}
		for _, value := range documents(file) {
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
	if u.Tool == Helm {
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
