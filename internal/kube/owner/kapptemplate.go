package owner

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// kappSteps is what the templates of an App do with the files that it fetches.
type kappSteps struct {
	// paths are the files and folders that count, nil for all.
	paths []string
	// ytt: files are templates where they say so. values are files that it puts in,
	// settings are what else it is given.
	ytt      bool
	values   []string
	settings []any
	// unread says which part is not followed, "" where all is.
	unread string
}

// stepsOf reads the templates of an App: ytt, and kbld, which resolves images. The
// first takes the files that it names, or all; those behind it take what came out
// of the one before, unless they name files and not `-`, which stands for it
// (kapp-controller pkg/app/app_template.go; pkg/template/ytt.go and kbld.go,
// addPaths).
func stepsOf(o object.Object) kappSteps {
	var out kappSteps
	for i, step := range object.ListAt(o.Value, "spec", "template") {
		for _, name := range slices.Sorted(maps.Keys(object.MapAt(step))) {
			options := object.MapAt(step, name)
			out.take(i == 0, texts(options["paths"]))
			switch name {
			case "kbld":
			case "ytt":
				out.takeYtt(options)
			default:
				out.unread = "its template " + name + " is not run"
			}
		}
	}
	for _, field := range []string{"intoNs", "mapNs"} {
		if _, ok := o.Get("spec", "deploy", 0, "kapp", field); ok {
			out.unread = "its field " + field + " gives objects other namespaces"
		}
	}
	return out
}

// take is a step that names files, or none.
func (s *kappSteps) take(first bool, paths []string) {
	switch {
	case len(paths) == 0:
	case first || !slices.Contains(paths, "-"):
		s.paths = paths
	case s.paths != nil:
		s.paths = append(slices.Clip(s.paths), paths...)
	}
}

// takeYtt is a step of ytt. What it puts in from the cluster is taken to stay as
// it is.
func (s *kappSteps) takeYtt(options map[string]any) {
	s.ytt = true
	for _, from := range object.ListAt(options, "valuesFrom") {
		if file := object.TextAt(from, "path"); file != "" {
			s.values = append(s.values, file)
		}
	}
	for _, name := range []string{"inline", "fileMarks", "valuesFrom"} {
		if options[name] != nil {
			s.settings = append(s.settings, options[name])
		}
	}
}

// kappPaths are those of some paths that lead into one of the places that an App
// fetches from, which stand beside each other where there are several; nil for nil.
func kappPaths(paths []string, place, places int) []string {
	if paths == nil {
		return nil
	}
	out := []string{}
	for _, p := range paths {
		if p == "-" {
			continue
		}
		p = path.Clean(p)
		if number := strconv.Itoa(place); places > 1 {
			inside, below := strings.CutPrefix(p+"/", number+"/")
			if !below && p != "." {
				continue
			}
			p = path.Clean(inside)
			if !below {
				p = "."
			}
		}
		out = append(out, p)
	}
	return out
}

func texts(list any) []string {
	var out []string
	for _, item := range object.ListAt(list) {
		if text := object.TextAt(item); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// kappRules are the parts of a Config of kapp that decide what is sent of objects;
// nil for any other object. What it orders, waits for or hides is not of interest
// (kapp pkg/kapp/config/config.go).
func kappRules(o object.Object) any {
	if o.Group != "kapp.k14s.io" || o.Kind != "Config" {
		return nil
	}
	rules := map[string]any{}
	for _, name := range []string{"rebaseRules", "ownershipLabelRules", "labelScopingRules", "templateRules", "additionalLabels"} {
		if o.Value[name] != nil {
			rules[name] = o.Value[name]
		}
	}
	if len(rules) == 0 {
		return nil
	}
	return rules
}
