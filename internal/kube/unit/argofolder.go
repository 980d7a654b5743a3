package unit

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
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

// glob is a pattern in which `*` crosses slashes, `{a,b}` is a choice and
// `[!a-c]` a class, as Argo CD compiles it without separators (argo-cd v3.5
// util/glob; github.com/gobwas/glob). One that does not compile matches nothing.
func glob(pattern string) *regexp.Regexp {
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
	re, err := regexp.Compile(b.String() + "$")
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

// matchParts matches a path element by element, `**` standing for any number.
func matchParts(pattern, parts []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(parts) + 1 {
				if matchParts(pattern[1:], parts[i:]) {
					return true
				}
			}
			return false
		}
		if len(parts) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], parts[0]); err != nil || !ok {
			return false
		}
		pattern, parts = pattern[1:], parts[1:]
	}
	return len(parts) == 0
}
