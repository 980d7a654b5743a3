package unit

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// skipRendering keeps a file out of an Application wherever the text stands
// (argo-cd v3.5 reposerver/repository/repository.go).
var skipRendering = []byte("+argocd:skip-file-rendering")

// argoFolder takes manifests as Argo CD reads a directory.
func (s *Scan) argoFolder(d *argoDirectory, dir string) *Unit {
	if d == nil {
		d = &argoDirectory{}
	}
	u := &Unit{Root: dir, Tool: Folder, deep: d.Recurse}
	for _, name := range s.Tree.Below(dir) {
		inside := strings.TrimPrefix(name, dir+"/")
		if dir == "." {
			inside = name
		}
		if !d.Recurse && strings.Contains(inside, "/") || !d.selects(inside) {
			continue
		}
		switch path.Ext(name) {
		case ".jsonnet":
			u.Outside = append(u.Outside, Outside{What: name, ID: string(s.Tree.ID(name)), File: name})
		case ".yaml", ".yml", ".json":
			data, err := s.Tree.Read(name)
			if err == nil && bytes.Contains(data, skipRendering) {
				u.Selectors = append(u.Selectors, name)
			} else if looksLikeManifest(s.Tree, name) {
				u.Manifests = append(u.Manifests, name)
			} else {
				u.Selectors = append(u.Selectors, name)
			}
		}
	}
	u.Files = u.Manifests
	return u
}

func (d *argoDirectory) selects(inside string) bool {
	if d.Exclude != "" && glob(d.Exclude).MatchString(inside) {
		return false
	}
	return d.Include == "" || glob(d.Include).MatchString(inside)
}

// glob is a pattern in which `*` crosses slashes and `{a,b}` is a choice, as
// Argo CD compiles it without separators (argo-cd v3.5 util/glob).
func glob(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	depth := 0
	for _, r := range pattern {
		switch {
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
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
	re, err := regexp.Compile(b.String() + "$")
	if err != nil {
		return regexp.MustCompile("^" + regexp.QuoteMeta(pattern) + "$")
	}
	return re
}
