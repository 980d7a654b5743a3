package unit

import (
	"maps"
	"regexp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/chartvalues"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Objects are the objects of a file of a Folder, with the variables that its
// owner puts in.
func (u *Unit) Objects(t *tree.Tree, name string) ([]object.Object, error) {
	if u.Substitute == nil {
		return manifest.Objects(t, name)
	}
	return manifest.Substituted(t, name, u.Substituted)
}

// substitutes takes the variables of postBuild: those in place and those of
// ConfigMaps and Secrets that are in the repository in the clear. A variable
// that nobody here sets stays as it is, the same on both sides; one of a Secret
// that cannot be read counts where it may stand in a name.
func (s *Scan) substitutes(u *Unit, spec fluxSpec) {
	if spec.PostBuild == nil {
		return
	}
	u.Substitute = map[string]string{}
	for _, from := range spec.PostBuild.SubstituteFrom {
		src, ok := s.source(from.Kind, from.Name, "")
		if !ok {
			continue
		}
		u.Selectors = append(u.Selectors, src.File)
		pairs, clear := chartvalues.PlainPairs(src)
		maps.Copy(u.Substitute, pairs)
		if !clear && s.namesVary(u) {
			o := outsideOf("the "+from.Kind+" "+from.Name, chartvalues.Sealed(src))
			o.File = src.File
			u.Outside = append(u.Outside, o)
		}
	}
	maps.Copy(u.Substitute, spec.PostBuild.Substitute)
}

// variableName is a name that a variable makes.
var variableName = regexp.MustCompile(`\b(?:name|namespace|namePrefix|nameSuffix)["']?\s*:[^\n,}]*\$\{`)

// namesVary reports whether variables may decide which objects there are.
func (s *Scan) namesVary(u *Unit) bool {
	return slices.ContainsFunc(u.Files, func(name string) bool {
		data, err := s.Tree.Read(name)
		return err == nil && variableName.Match(data)
	})
}

// variable is `${name}`, with `:=default` or `:-default` (fluxcd/pkg/envsubst).
var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(?::[=-]([^}]*))?\}`)

// Substituted is rendered text with the variables that Flux puts in.
func (u *Unit) Substituted(text []byte) []byte {
	if u.Substitute == nil {
		return text
	}
	return variable.ReplaceAllFunc(text, func(match []byte) []byte {
		m := variable.FindSubmatch(match)
		if value, ok := u.Substitute[string(m[1])]; ok {
			return []byte(value)
		}
		if m[2] != nil {
			return m[2]
		}
		return match
	})
}
