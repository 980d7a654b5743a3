package unit

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// OwnerObjects are the objects of Argo CD and Flux that are written out in
// files. Chart templates and what does not parse are left out. Sources is
// filled on the way.
func (s *Scan) OwnerObjects() []object.Object {
	var out []object.Object
	maps := map[string]bool{}
	for _, name := range s.Tree.Names() {
		if !manifest.HasEnding(name) || s.inChart(path.Dir(name)) || kustomization.IsName(path.Base(name)) {
			continue
		}
		data, err := s.Tree.Read(name)
		if err != nil || !mentionsOwners(data) {
			continue
		}
		file, err := s.Tree.Parse(name)
		if err != nil {
			continue
		}
		for _, o := range file.Objects {
			if owner.Is(o) {
				out = append(out, o)
			}
			if origin.IsFlux(o) && o.String("spec", "url")+o.String("spec", "endpoint")+o.String("spec", "chart") != "" {
				s.addSource(o)
			}
			for _, name := range sourceMaps(o) {
				maps[name] = true
			}
		}
	}
	s.variableMaps(maps)
	return out
}

// AddVariables finds the ConfigMaps and Secrets that rendered owners take
// variables or values from, which their files do not name.
func (s *Scan) AddVariables(owners []object.Object) {
	wanted := map[string]bool{}
	for _, o := range owners {
		for _, name := range sourceMaps(o) {
			if len(s.Sources[name]) == 0 {
				wanted[name] = true
			}
		}
	}
	s.variableMaps(wanted)
}

func (s *Scan) addSource(o object.Object) {
	key := o.Kind + "/" + o.Name
	s.Sources[key] = append(s.Sources[key], o)
}

// source is a source by kind and name: of several the one beside a file, else
// the last.
func (s *Scan) source(kind, name, beside string) (object.Object, bool) {
	list := s.Sources[kind+"/"+name]
	if len(list) == 0 {
		return object.Object{}, false
	}
	for _, o := range list {
		if path.Dir(o.File) == path.Dir(beside) {
			return o, true
		}
	}
	return list[len(list)-1], true
}

// sourceMaps are the ConfigMaps and Secrets that an object of Flux takes
// variables or values from, as `Kind/name`.
func sourceMaps(o object.Object) []string {
	var out []string
	for _, at := range []plan.Path{{"spec", "postBuild", "substituteFrom"}, {"spec", "valuesFrom"}} {
		list, _ := o.Get(at...)
		items, _ := list.([]any)
		for _, item := range items {
			out = append(out, object.TextAt(item, "kind")+"/"+object.TextAt(item, "name"))
		}
	}
	return out
}

// secretMakers are kinds that a controller makes a Secret from, with where its
// name stands; it is the name of the object where that is empty.
var secretMakers = map[string]plan.Path{
	"bitnami.com/SealedSecret":                {"spec", "template", "metadata", "name"},
	"external-secrets.io/ExternalSecret":      {"spec", "target", "name"},
	"secrets.hashicorp.com/VaultStaticSecret": {"spec", "destination", "name"},
	"onepassword.com/OnePasswordItem":         {"metadata", "name"},
}

// madeSecret is the name of the Secret that is made from an object, "" where
// none is.
func madeSecret(o object.Object) string {
	at := secretMakers[o.Group+"/"+o.Kind]
	if at == nil {
		return ""
	}
	if name := o.String(at...); name != "" {
		return name
	}
	return o.Name
}

// variableKinds finds a text that may hold a ConfigMap or Secret, or what one is
// made from.
var variableKinds = regexp.MustCompile(`ConfigMap|Secret|OnePasswordItem`)

// variableMaps finds ConfigMaps and Secrets by kind and name, a Secret that is
// made by a controller by what it is made from.
func (s *Scan) variableMaps(names map[string]bool) {
	if len(names) == 0 {
		return
	}
	for _, file := range s.Tree.Names() {
		if !manifest.HasEnding(file) || s.inChart(path.Dir(file)) {
			continue
		}
		data, err := s.Tree.Read(file)
		if err != nil || !variableKinds.Match(data) {
			continue
		}
		parsed, err := s.Tree.Parse(file)
		if err != nil {
			continue
		}
		for _, o := range parsed.Objects {
			if o.Group == "" && names[o.Kind+"/"+o.Name] {
				s.addSource(o)
			}
			if name := madeSecret(o); name != "" && names["Secret/"+name] {
				s.Sources["Secret/"+name] = append(s.Sources["Secret/"+name], o)
			}
		}
	}
}

// AddSources notes objects of Flux's sources as they are rendered: they count
// before those that stand in files.
func (s *Scan) AddSources(rendered []object.Object) {
	for _, o := range rendered {
		key := o.Kind + "/" + o.Name
		s.Sources[key] = slices.DeleteFunc(slices.Clone(s.Sources[key]), func(have object.Object) bool {
			return have.File == o.File && cmp.Or(have.Namespace, o.Namespace) == o.Namespace
		})
		s.Sources[key] = append(s.Sources[key], o)
	}
	if len(rendered) > 0 {
		s.owned = memo[[]*Unit]{}
	}
}

// mentionsOwners reports whether a text may hold owners or their sources.
func mentionsOwners(text []byte) bool {
	return owner.Mentioned(text) || bytes.Contains(text, []byte(origin.FluxGroup+"/"))
}
