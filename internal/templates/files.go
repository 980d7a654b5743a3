package templates

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// maxFile is the size of the largest file that is read, CloudFormation's own
// limit of a template.
const maxFile = 1 << 20

// Predict compares the CloudFormation templates among the changed files of two
// trees, wherever they lie. Whether one is deployed is not in the repository, so
// that nothing is certain.
func Predict(before, after fs.FS) plan.Plan {
	files, err := treediff.Files(before, after)
	if err != nil {
		return plan.Plan{} // the other predictors say so
	}
	var out plan.Plan
	for _, f := range files {
		from := f.Path
		if f.From != "" {
			from = f.From
		}
		if f.Status == plan.Added || f.Status == plan.Removed || !maybeTemplate(f.Path) || nobodyDeploys(f.Path) {
			continue
		}
		was, is := read(before, from, true), read(after, f.Path, false)
		if was == nil || is == nil {
			continue
		}
		for _, o := range Compare(was, is) {
			out.Changes = append(out.Changes, inFile(f.Path, from, o))
		}
	}
	return out
}

var endings = []string{".yaml", ".yml", ".json", ".template"}

func maybeTemplate(name string) bool { return slices.Contains(endings, path.Ext(name)) }

// nobodyDeploys names folders of templates that are for tests and examples.
func nobodyDeploys(name string) bool {
	for _, part := range strings.Split(path.Dir(name), "/") {
		switch part {
		case "examples", "example", "tests", "test", "testdata", "fixtures", "__snapshots__", "node_modules", "vendor":
			return true
		}
	}
	return false
}

// mark finds a text that is a CloudFormation template or holds one.
var mark = regexp.MustCompile(`AWSTemplateFormatVersion|Type["']?\s*:\s*["']?(?:AWS|Custom|Alexa)::`)

// read is the template in a file, nil where there is none or it does not parse.
// marked asks for a sign that it is one of CloudFormation.
func read(tree fs.FS, name string, marked bool) Template {
	info, err := fs.Stat(tree, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	data, err := fs.ReadFile(tree, name)
	if err != nil || marked && !mark.Match(data) {
		return nil
	}
	t, err := CloudFormation(string(data), nil)
	if err != nil {
		return nil
	}
	return t
}

func inFile(name, from string, o Outcome) plan.Change {
	at := plan.Range{File: name, Line: o.Line, EndLine: o.Line, Side: plan.After}
	if o.Reason == plan.LeavesTemplate && o.Action == plan.Delete && o.Certain {
		at.File, at.Side = from, plan.Before
	}
	address := plan.Address{Engine: plan.Terraform, Root: path.Dir(name), Module: name, Type: o.Type, Name: o.ID}
	return plan.Change{Address: address, Previous: address, Action: o.Action, Effect: o.Effect, Reason: o.Reason, Because: o.Because, At: at,
		Causes: []plan.Cause{{Range: at, Text: "the template " + path.Base(name) + " changes"},
			{Range: at, Text: address.String() + ": " + o.Reason.Sentence()}}}
}
