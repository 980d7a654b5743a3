package unit

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// skipRendering keeps a file out of an Application wherever the text stands
// (argo-cd v3.5 reposerver/repository/repository.go).
var skipRendering = []byte("+argocd:skip-file-rendering")

// argoFolder takes manifests as Argo CD reads a directory.
func (s *Scan) argoFolder(o object.Object, d *argoDirectory, dir string) *Unit {
	if d == nil {
		d = &argoDirectory{}
	}
	u := &Unit{Root: dir, Tool: request.Folder, deep: d.Recurse}
	if max(len(d.Include), len(d.Exclude)) > maxPattern {
		u.Config, u.Files = string(object.JSON(d)), s.Tree.Below(dir)
		u.Gaps = []plan.Gap{ownerGap(s.Tree, o, plan.GapLimit, plan.Path{"spec", "source", "directory"},
			"a pattern of its directory is longer than %d characters", maxPattern)}
		return u
	}
	if d.DisableExtensionFilter {
		u.Outside = append(u.Outside, Outside{What: "files with any extension", ID: "true", File: o.File})
	}
	include, exclude := globbed(d.Include), globbed(d.Exclude)
	for _, name := range s.Tree.Below(dir) {
		inside := inside(dir, name)
		deeper := !d.Recurse && strings.Contains(inside, "/")
		if deeper || d.Exclude != "" && exclude.MatchString(inside) || d.Include != "" && !include.MatchString(inside) {
			continue
		}
		switch path.Ext(name) {
		case ".jsonnet":
			u.Outside = append(u.Outside, Outside{What: name, ID: string(s.Tree.ID(name)), File: name},
				Outside{What: "the variables of " + name, ID: string(object.JSON(d.Jsonnet)), File: o.File, Alters: true})
		case ".yaml", ".yml", ".json":
			data, err := s.Tree.Read(name)
			if err == nil && bytes.Contains(data, skipRendering) {
				u.Selectors = append(u.Selectors, name)
			} else if manifest.Looks(s.Tree, name) {
				u.Manifests = append(u.Manifests, name)
			} else {
				u.Selectors = append(u.Selectors, name)
			}
		}
	}
	u.Files = u.Manifests
	return u
}

// maxPattern is the length of the longest pattern that is compiled.
const maxPattern = 4096

// globbed is a pattern in which `*` crosses slashes, `{a,b}` is a choice and
// `[!a-c]` a class, as Argo CD compiles it without separators (argo-cd v3.5
// util/glob; github.com/gobwas/glob). One that does not compile matches nothing.
func globbed(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?s)^")
	depth := 0
	for text := []rune(pattern); len(text) > 0; text = text[1:] {
		switch r := text[0]; {
		case r == '\\' && len(text) > 1:
			text = text[1:]
			b.WriteString(regexp.QuoteMeta(string(text[0])))
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
		case r == '[':
			n, class := globClass(text)
			if class == "" {
				return nothing
			}
			b.WriteString(class)
			text = text[n-1:]
		case r == '{':
			depth++
			b.WriteString("(?:")
		case r == '}' && depth > 0:
			depth--
			b.WriteString(")")
		case r == ',' && depth > 0:
			b.WriteString("|")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re, err := regexp.Compile(b.String() + strings.Repeat(")", depth) + "$")
	if err != nil {
		return nothing
	}
	return re
}

var nothing = regexp.MustCompile(`[^\s\S]`)

// globClass is a class at the start of a text, as a regular expression, and how
// long it is; empty where it is none. It is one range or a list.
func globClass(text []rune) (n int, class string) {
	end := slices.Index(text, ']')
	if end < 2 {
		return 0, ""
	}
	inside, start := text[1:end], "["
	if inside[0] == '!' {
		inside, start = inside[1:], "[^"
	}
	var b strings.Builder
	switch {
	case len(inside) == 0, len(inside) > 1 && inside[1] == '-' && len(inside) != 3:
		return 0, ""
	case len(inside) == 3 && inside[1] == '-':
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, inside[0], inside[2])
	default:
		for _, r := range inside {
			fmt.Fprintf(&b, `\x{%x}`, r)
		}
	}
	return end + 1, start + b.String() + "]"
}
