package unit

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoSet is what decides of an ApplicationSet (argo-cd v3.5
// pkg/apis/application/v1alpha1/applicationset_types.go).
type argoSet struct {
	Spec struct {
		GoTemplate bool             `json:"goTemplate"`
		Generators []map[string]any `json:"generators"`
		Template   map[string]any   `json:"template"`
		SyncPolicy struct {
			Preserve bool   `json:"preserveResourcesOnDeletion"`
			Sync     string `json:"applicationsSync"`
		} `json:"syncPolicy"`
		TemplatePatch string `json:"templatePatch"`
	} `json:"spec"`
}

// maxGenerated bounds the Applications of one ApplicationSet.
const maxGenerated = 1000

// applicationSet is the unit of the Applications that a set generates.
func (s *Scan) ApplicationSet(o object.Object) *Unit {
	apps, gap := s.Generate(o)
	u := &Unit{Key: fmt.Sprintf("argocd:set:%s/%s", o.Namespace, o.Name), Root: path.Dir(o.File), Tool: Generated, Namespace: o.Namespace, Generated: apps}
	u.Owner = Owner{Kind: ApplicationSet, Object: "ApplicationSet", Namespace: o.Namespace, Name: o.Name, At: o.At(s.Tree.Side, nil), Cascade: true, Prune: true}
	var set argoSet
	if err := decode(o, &set); err == nil {
		switch set.Spec.SyncPolicy.Sync {
		case "create-only", "create-update":
			u.Owner.Prune = false
		}
		u.Selectors = s.generatorFiles(set)
	}
	values := make([]any, len(apps))
	for i, app := range apps {
		values[i] = app.Value
	}
	if gap != nil {
		u.Gaps = []plan.Gap{*gap}
		values = []any{o.Value}
		u.Outside = s.asked(set.Spec.Generators)
	}
	text, err := json.Marshal(values)
	if err != nil {
		text = nil
	}
	u.Config = string(text)
	return u
}

// asked is what generators find in the repository where not all of what they
// ask is known: where one of these goes, Applications may go with it.
func (s *Scan) asked(generators []map[string]any) []Outside {
	var out []Outside
	for _, g := range generators {
		for kind, spec := range g {
			switch kind {
			case "git":
				found, _ := s.gitParams(spec)
				for _, p := range found {
					out = append(out, outsideOf("what a git generator finds", p))
				}
			case "matrix", "merge":
				var nested struct {
					Generators []map[string]any `json:"generators"`
				}
				if text, err := json.Marshal(spec); err == nil && json.Unmarshal(text, &nested) == nil {
					out = append(out, s.asked(nested.Generators)...)
				}
			case "clusters":
				out = append(out, s.clusterSecrets()...)
			}
		}
	}
	return out
}

func outsideOf(what string, value any) Outside {
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte(err.Error())
	}
	return Outside{What: what, ID: string(text)}
}

// clusterSecrets are the Secrets by which Argo CD knows clusters, as a
// generator sees them: name, labels and annotations.
func (s *Scan) clusterSecrets() []Outside {
	var out []Outside
	for _, file := range s.Tree.Names() {
		if !hasManifestEnding(file) || s.inChart(path.Dir(file)) {
			continue
		}
		data, err := s.Tree.Read(file)
		if err != nil || !strings.Contains(string(data), "argocd.argoproj.io/secret-type") {
			continue
		}
		parsed, err := s.Tree.Parse(file)
		if err != nil {
			continue
		}
		for _, o := range parsed.Objects {
			if meta, _ := o.Get("metadata"); o.String("metadata", "labels", "argocd.argoproj.io/secret-type") == "cluster" {
				out = append(out, outsideOf("a cluster", meta))
			}
		}
	}
	return out
}

// Generate are the Applications of an ApplicationSet, or why they are not
// known.
func (s *Scan) Generate(o object.Object) ([]object.Object, *plan.Gap) {
	var set argoSet
	if err := decode(o, &set); err != nil {
		return nil, nil
	}
	var out []object.Object
	for i, g := range set.Spec.Generators {
		at := plan.Path{"spec", "generators", i}
		params, why := s.params(g, set.Spec.GoTemplate)
		if why != "" {
			gap := ownerGap(s.Tree, o, plan.GapUnsupported, at, "%s", why)
			return nil, &gap
		}
		if len(params) > maxGenerated {
			gap := ownerGap(s.Tree, o, plan.GapLimit, at, "it generates more than %d Applications", maxGenerated)
			return nil, &gap
		}
		for _, p := range params {
			app, ok := s.generated(o, set, p)
			if !ok {
				gap := ownerGap(s.Tree, o, plan.GapUnsupported, plan.Path{"spec", "template"}, "the names of its Applications are made by template functions that are not evaluated")
				return nil, &gap
			}
			out = append(out, app)
		}
	}
	return out, nil
}

// generated is one Application. Without finalizers of its own it gets the one
// that cascades, unless the set preserves resources.
func (s *Scan) generated(o object.Object, set argoSet, params map[string]any) (object.Object, bool) {
	value, _ := fillIn(set.Spec.Template, params, set.Spec.GoTemplate).(map[string]any)
	meta, _ := value["metadata"].(map[string]any)
	name, _ := meta["name"].(string)
	if name == "" || strings.Contains(name, "{{") {
		return object.Object{}, false
	}
	if _, has := meta["finalizers"]; !has && !set.Spec.SyncPolicy.Preserve {
		meta["finalizers"] = []any{"resources-finalizer.argocd.argoproj.io"}
	}
	value["apiVersion"], value["kind"] = "argoproj.io/v1alpha1", "Application"
	text, _ := fillIn(set.Spec.TemplatePatch, params, set.Spec.GoTemplate).(string)
	value = patched(value, text)
	ns, _ := meta["namespace"].(string)
	if ns == "" {
		ns = o.Namespace
	}
	id := object.Identity{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application", Namespace: ns, Name: name}
	return object.Object{Identity: id, Value: value, File: o.File, Line: o.Line, EndLine: o.EndLine}, true
}

// params are the parameter sets of one generator.
func (s *Scan) params(g map[string]any, goTemplate bool) ([]map[string]any, string) {
	for kind, spec := range g {
		var out []map[string]any
		var why string
		switch kind {
		case "selector":
			return nil, "it selects among what its generators give"
		case "list":
			out, why = listParams(spec)
		case "git":
			out, why = s.gitParams(spec)
		case "matrix":
			out, why = s.matrixParams(spec, goTemplate)
		default:
			why = fmt.Sprintf("the generator %s asks something outside the repository", kind)
		}
		if why != "" || len(g) == 1 {
			return out, why
		}
	}
	return nil, "it has more than one generator in one entry"
}

func listParams(spec any) ([]map[string]any, string) {
	elements, _ := object.Lookup(spec, "elements")
	list, _ := elements.([]any)
	var out []map[string]any
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	if _, ok := object.Lookup(spec, "elementsYaml"); ok {
		return nil, "its elements are made by a template"
	}
	return out, ""
}

// gitParams lists the folders or reads the files of this repository.
func (s *Scan) gitParams(spec any) ([]map[string]any, string) {
	url := stringAt(spec, "repoURL")
	if s.settings.Repository != "" && !s.isHere(url, ".") {
		return nil, "its generator reads another repository, " + url
	}
	if !s.isThisRevision(stringAt(spec, "revision")) {
		return nil, "its generator reads the revision " + stringAt(spec, "revision") + ", which is not the branch at hand"
	}
	values, _ := object.Lookup(spec, "values")
	if dirs, ok := object.Lookup(spec, "directories"); ok {
		return withValues(s.gitDirectories(dirs), values), ""
	}
	files, _ := object.Lookup(spec, "files")
	out, why := s.gitFiles(files)
	return withValues(out, values), why
}

func withValues(params []map[string]any, values any) []map[string]any {
	if m, ok := values.(map[string]any); ok {
		for _, p := range params {
			p["values"] = m
		}
	}
	return params
}

func (s *Scan) gitDirectories(spec any) []map[string]any {
	include, exclude := patterns(spec)
	dirs := map[string]bool{}
	for _, name := range s.Tree.Names() {
		for d := path.Dir(name); d != "."; d = path.Dir(d) {
			dirs[d] = true
		}
	}
	var out []map[string]any
	for _, dir := range sortedSet(dirs) {
		if matchesAny(include, dir) && !matchesAny(exclude, dir) && !hidden(dir) {
			out = append(out, map[string]any{"path": pathParams(dir)})
		}
	}
	return out
}

// hidden folders are left out by the generator.
func hidden(dir string) bool {
	return slices.ContainsFunc(strings.Split(dir, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
}

func patterns(spec any) (include, exclude []string) {
	list, _ := spec.([]any)
	for _, item := range list {
		pattern := strings.TrimPrefix(stringAt(item, "path"), "./")
		if no, _ := object.Lookup(item, "exclude"); no == true {
			exclude = append(exclude, pattern)
		} else {
			include = append(include, pattern)
		}
	}
	return include, exclude
}

// matchesAny: a `*` stays within one folder, `**` does not.
func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		return matchParts(strings.Split(p, "/"), strings.Split(name, "/"))
	})
}

func pathParams(dir string) map[string]any {
	segments := []any{}
	for _, part := range strings.Split(dir, "/") {
		segments = append(segments, part)
	}
	base := path.Base(dir)
	return map[string]any{"path": dir, "basename": base, "basenameNormalized": normalized(base), "segments": segments}
}

var unfit = regexp.MustCompile(`[^-a-z0-9.]+`)

// normalized makes a name of Kubernetes of a text (argo-cd v3.5
// applicationset/utils, SanitizeName).
func normalized(s string) string {
	s = strings.Trim(unfit.ReplaceAllString(strings.ToLower(s), "-"), "-.")
	if len(s) > 253 {
		s = s[:253]
	}
	return s
}

func (s *Scan) gitFiles(spec any) ([]map[string]any, string) {
	include, exclude := patterns(spec)
	var out []map[string]any
	for _, name := range s.Tree.Names() {
		if !matchesAny(include, name) || matchesAny(exclude, name) {
			continue
		}
		file, err := s.Tree.Parse(name)
		if err != nil {
			return nil, fmt.Sprintf("its generator reads %s, which is not valid: %s", name, oneLine(err))
		}
		for _, value := range documents(file) {
			params := map[string]any{}
			if m, ok := value.(map[string]any); ok {
				for k, v := range m {
					params[k] = v
				}
			}
			p := pathParams(path.Dir(name))
			p["filename"], p["filenameNormalized"] = path.Base(name), normalized(path.Base(name))
			params["path"] = p
			out = append(out, params)
		}
	}
	return out, ""
}

// documents are the values of a file; a list stands for its items.
func documents(file object.File) []any {
	var out []any
	for _, o := range file.Objects {
		out = append(out, o.Value)
	}
	for _, o := range file.Others {
		if list, ok := o.Value.([]any); ok {
			out = append(out, list...)
		} else {
			out = append(out, o.Value)
		}
	}
	return out
}

// matrixParams combines two generators; the second may use what the first
// gives.
func (s *Scan) matrixParams(spec any, goTemplate bool) ([]map[string]any, string) {
	list, _ := object.Lookup(spec, "generators")
	pair, _ := list.([]any)
	if len(pair) != 2 {
		return nil, "a matrix takes two generators"
	}
	first, _ := pair[0].(map[string]any)
	left, why := s.params(first, goTemplate)
	if why != "" {
		return nil, why
	}
	var out []map[string]any
	for _, a := range left {
		second, _ := fillIn(pair[1], a, goTemplate).(map[string]any)
		right, why := s.params(second, goTemplate)
		if why != "" {
			return nil, why
		}
		for _, b := range right {
			both := map[string]any{}
			for _, m := range []map[string]any{a, b} {
				for k, v := range m {
					both[k] = v
				}
			}
			if out = append(out, both); len(out) > maxGenerated {
				return out, ""
			}
		}
	}
	return out, ""
}

// generatorFiles are the files that the git generators of a set read.
func (s *Scan) generatorFiles(set argoSet) []string {
	text, err := json.Marshal(set.Spec.Generators)
	if err != nil || !strings.Contains(string(text), `"files"`) {
		return nil
	}
	var out []string
	for _, m := range regexp.MustCompile(`"path":"([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		for _, name := range s.Tree.Names() {
			if matchesAny([]string{m[1]}, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
