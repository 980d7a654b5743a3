package unit

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxMatches bounds the work of patterns, their number times that of the files
// that each is compared with; maxPatterns bounds what they take in memory.
const (
	maxMatches  = 5_000_000
	maxPatterns = 10_000
)

// artifactOf is what the controllers of Flux see of this side through a
// GitRepository; src is empty where that is not written down. A source leaves
// out what is not a regular file, what .sourceignore in any folder and its own
// spec.ignore name, or else the defaults, and all but the folders of
// spec.sparseCheckout (source-controller v1.9 internal/controller/
// gitrepository_controller.go, reconcileArtifact; fluxcd/pkg artifact/storage/
// archive.go, SourceIgnoreFilter).
func (s *Scan) artifactOf(src object.Object) artifact {
	ignore := src.String("spec", "ignore")
	sparse := textList(src, "spec", "sparseCheckout")
	key := strings.Join(append([]string{ignore}, sparse...), "\x00")
	known, ok := s.artifacts[key]
	if !ok {
		known = s.readArtifact(ignore, sparse)
		s.artifacts[key] = known
	}
	if ignore != "" || len(sparse) > 0 {
		known.selectors = append(slices.Clip(known.selectors), src.File)
	}
	return known
}

func (s *Scan) readArtifact(ignore string, sparse []string) artifact {
	checkedOut := func(name string) bool {
		below := func(dir string) bool { return strings.HasPrefix(s.inside(name), strings.TrimPrefix(dir, "./")) }
		return len(sparse) == 0 || slices.ContainsFunc(sparse, below)
	}
	out := artifact{scan: s, selectors: s.ignoreFiles(checkedOut)}
	unread := func(name, why string) {
		out.unread = append(out.unread, Outside{What: name, ID: string(s.Tree.ID(name)), File: name, Alters: true,
			Why: "it excludes files from what Flux applies and could not be read: " + why})
	}
	var patterns []gitignore.Pattern
	lines, most := strings.Count(ignore, "\n"), min(maxPatterns, maxMatches/max(1, len(s.Tree.Names())))
	for _, name := range out.selectors {
		data, err := s.Tree.Read(name)
		if err != nil {
			_, _, why := tree.Trouble(err)
			unread(name, why)
		} else if lines += bytes.Count(data, []byte("\n")); lines > most {
			unread(name, fmt.Sprintf("there are more than %d patterns for %d files", most, len(s.Tree.Names())))
		} else {
			patterns = append(patterns, sourceignore.ReadPatterns(bytes.NewReader(data), domain(s.inside(name)))...)
		}
	}
	if strings.Count(ignore, "\n") <= most {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(ignore), nil)...)
	} else {
		out.unread = append(out.unread, Outside{What: "spec.ignore", ID: ignore, Alters: true,
			Why: fmt.Sprintf("there are more than %d patterns of files that Flux ignores", most)})
	}
	matcher := sourceignore.NewDefaultMatcher(nil, nil)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(nil), patterns...))
	}
	out.scan = s.only(func(name string, info fs.FileInfo) bool {
		kept := info.Mode().IsRegular() || plan.IsSubmodule(info)
		return kept && checkedOut(name) && !matcher.Match(strings.Split(s.inside(name), "/"), false)
	})
	return out
}

// ignoreFiles are the files .sourceignore, the deeper ones after those above
// them, as their patterns weigh.
func (s *Scan) ignoreFiles(checkedOut func(string) bool) []string {
	var files []string
	for _, name := range s.Tree.Names() {
		if path.Base(name) == sourceignore.IgnoreFile && checkedOut(name) {
			files = append(files, name)
		}
	}
	slices.SortStableFunc(files, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	return files
}

// domain is the folder that the patterns of a file hold for.
func domain(name string) []string {
	if dir := path.Dir(name); dir != "." {
		return strings.Split(dir, "/")
	}
	return nil
}

// only is a side with some of its files, the side itself where that is all.
func (s *Scan) only(keep func(name string, info fs.FileInfo) bool) *Scan {
	seen := s.Tree.Only(keep)
	if len(seen.Names()) == len(s.Tree.Names()) {
		return s
	}
	part := &Scan{
		Tree: seen, settings: s.settings, graph: s.graph.only(seen), charts: map[string]bool{}, Other: s.Other, Sources: s.Sources,
		ask: s.ask, home: s.repository(), depth: s.depth,
	}
	if s.ask != nil {
		part.graph = part.graph.placing(part.bringFor, s.graph.packages)
	}
	for dir := range s.charts {
		part.charts[dir] = seen.HasFile(path.Join(dir, "Chart.yaml"))
	}
	return part
}

// through makes a unit of what Flux sees of this side.
func (s *Scan) through(src object.Object, content func(*Scan) *Unit) *Unit {
	seen := s.artifactOf(src)
	u := content(seen.scan)
	u.Selectors = append(u.Selectors, seen.selectors...)
	u.Outside = append(u.Outside, seen.unread...)
	return u
}

// Loses is the first of some files that Flux saw before and does not see on
// this side, where they still are.
func (s *Scan) Loses(files []string, before *Scan) (name string, found bool) {
	was, is := before.artifactOf(object.Object{}), s.artifactOf(object.Object{})
	for _, name := range files {
		if was.scan.Tree.Has(name) && s.Tree.Has(name) && (!is.scan.Tree.Has(name) || len(is.unread) > len(was.unread)) {
			return name, true
		}
	}
	return "", false
}
