package config

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Value is one value given to a root variable, and its place.
type Value struct {
	Value cty.Value
	Range hcl.Range
}

// AutoFiles returns the variable files Terraform reads by itself in a root, in
// the order of their precedence, the last one winning. Hidden ones count
// (Terraform internal/command/meta_vars.go).
func AutoFiles(tree fs.FS, root string) []string {
	entries, err := fs.ReadDir(tree, root)
	if err != nil {
		return nil
	}
	var fixed, auto []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == "terraform.tfvars" || name == "terraform.tfvars.json":
			fixed = append(fixed, path.Join(root, name))
		case strings.HasSuffix(name, ".auto.tfvars") || strings.HasSuffix(name, ".auto.tfvars.json"):
			auto = append(auto, path.Join(root, name))
		}
	}
	slices.Sort(fixed)
	slices.Sort(auto)
	return append(fixed, auto...)
}

// gitCrypt is how every file begins that git-crypt encrypted.
const gitCrypt = "\x00GITCRYPT\x00"

// Encrypted is the text of a variable file that is encrypted.
func Encrypted(tree fs.FS, name string) (string, bool) {
	src, problem := read(tree, name)
	return string(src), problem == nil && bytes.HasPrefix(src, []byte(gitCrypt))
}

// Values reads variable files, later ones over earlier ones.
func Values(tree fs.FS, files []string) (map[string]Value, []Problem) {
	out := map[string]Value{}
	var all []Problem
	for _, name := range files {
		src, problem := read(tree, name)
		if problem != nil {
			all = append(all, *problem)
			continue
		}
		target := name
		if real, err := plan.Resolve(tree, name); err == nil {
			target = real
		}
		if bytes.HasPrefix(src, []byte(gitCrypt)) {
			all = append(all, Problem{Kind: plan.GapUnreadable, Subject: target, Range: hcl.Range{Filename: target},
				Text: target + " is encrypted with git-crypt, so its values could not be read"})
			continue
		}
		attrs, problems := assignments(name, target, src)
		all = append(all, problems...)
		for _, a := range attrs {
			v, diags := a.expr.Value(nil)
			if diags.HasErrors() {
				all = append(all, retargetTo(problemsOf(plan.GapInvalid, diags), target)...)
				continue
			}
			rng := a.rng
			rng.Filename = target
			out[a.name] = Value{Value: v, Range: rng}
		}
	}
	return out, all
}

func assignments(name, target string, src []byte) ([]*rawAttr, []Problem) {
	if p := tooDeep(target, src); p != nil {
		return nil, []Problem{*p}
	}
	if partsOf(src) > maxParts {
		return nil, []Problem{{Kind: plan.GapLimit, Subject: target, Range: hcl.Range{Filename: target},
			Text: fmt.Sprintf("%s has more than %d lines and elements", target, maxParts)}}
	}
	if strings.HasSuffix(name, ".json") {
		body, problems := parseJSONWith(target, src, &schema{})
		if body == nil {
			return nil, problems
		}
		return body.sorted(), nil
	}
	src = []byte(strings.TrimPrefix(string(src), string(bom)))
	file, diags := hclsyntax.ParseConfig(src, target, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, problems(plan.GapParse, target, diags)
	}
	body := native(file.Body.(*hclsyntax.Body), src)
	if len(body.blocks) > 0 {
		return nil, []Problem{{Kind: plan.GapParse, Subject: target, Range: body.blocks[0].header,
			Text: "Unexpected block: a variable file holds assignments only"}}
	}
	return body.sorted(), nil
}

func problemsOf(kind plan.GapKind, diags hcl.Diagnostics) []Problem { return problems(kind, "", diags) }

func retargetTo(all []Problem, name string) []Problem {
	for i := range all {
		all[i].Range.Filename, all[i].Subject = name, name
	}
	return all
}
