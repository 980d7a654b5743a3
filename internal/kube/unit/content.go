package unit

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// plainContent are the units of an owner that applies manifests as they stand,
// one a content.
func (s *Scan) plainContent(o object.Object, contents []owner.Content) []*Unit {
	var out []*Unit
	for i, c := range contents {
		u := s.contentUnit(o, c)
		u.Owner, _ = owner.Of(o, s.Tree.Side)
		u.Key = fmt.Sprintf("%s:%s/%s", u.Owner.Kind, o.Namespace, o.Name)
		if i > 0 {
			u.Key += fmt.Sprintf("/%d", i)
		}
		u.Namespace = c.Namespace
		out = append(out, u)
	}
	return out
}

func (s *Scan) contentUnit(o object.Object, c owner.Content) *Unit {
	dir := clean(c.Path)
	unknown := func(kind plan.GapKind, format string, args ...any) *Unit {
		said, _ := o.Get("spec")
		return &Unit{Root: path.Dir(o.File), Tool: request.Folder, Config: string(object.JSON(said)),
			Gaps: []plan.Gap{ownerGap(s.Tree, o, kind, c.At, format, args...)}}
	}
	source := plan.Source{Kind: plan.RepositorySource, Address: c.Repository, Ref: origin.ArgoRef(c.Revision)}
	elsewhere := func(u *Unit) *Unit {
		u.elsewhere = &Elsewhere{What: origin.From(source), At: o.At(s.Tree.Side, c.At)}
		return s.fetched(source, u, func(seen *Scan, at string) *Unit { return seen.manifestsBelow(path.Join(at, dir)) })
	}
	switch {
	case c.Unread != "":
		return unknown(plan.GapUnsupported, "%s", c.Unread)
	case c.Files != nil:
		return s.writtenOut(o, c)
	case !s.isHere(c.Repository, dir):
		return elsewhere(unknown(plan.GapOpaque, "what it applies is in another repository, %s", c.Repository))
	case !s.isThisRevision(c.Revision):
		u := unknown(plan.GapOpaque, "it applies the revision %s, which is not the branch at hand", origin.Short(c.Revision))
		u.Root, u.claims = dir, true
		return elsewhere(u)
	case !s.Tree.HasDir(dir):
		u := unknown(plan.GapInvalid, "its path %s does not exist: it is not applied any more, nothing is deleted", dir)
		u.Root, u.claims = dir, true
		return u
	}
	u := s.manifestsBelow(dir)
	u.claims = true
	u.Source = Source{Text: s.sourceText(origin.Git{URL: c.Repository, Revision: c.Revision}, nil), At: o.At(s.Tree.Side, c.At)}
	return u
}

// manifestsBelow is a folder with all below it, nil where there is none.
func (s *Scan) manifestsBelow(dir string) *Unit {
	if !s.Tree.HasDir(dir) {
		return nil
	}
	u := &Unit{Root: dir, Tool: request.Folder, deep: true}
	for _, name := range s.Tree.Below(dir) {
		if manifest.Looks(s.Tree, name) {
			u.Manifests = append(u.Manifests, name)
		}
	}
	u.Files = u.Manifests
	return u
}

// writtenOut are the objects of manifests that stand in their owner.
func (s *Scan) writtenOut(o object.Object, c owner.Content) *Unit {
	u := &Unit{Root: path.Dir(o.File), Tool: request.Generated, Config: string(object.JSON(c.Files))}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if !manifest.HasEnding(name) {
			continue
		}
		at := slices.Concat(c.At, c.FilesAt, plan.Path{name})
		text := c.Files[name]
		if manifest.IsYtt([]byte(text)) {
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapUnsupported, at, "%s is a ytt template, which is not run", name))
			continue
		}
		file, err := object.Parse(name, []byte(text), object.Limits{})
		if err != nil {
			kind, _, why := tree.Trouble(err)
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, kind, at, "%s: %s", name, strings.TrimSuffix(why, ".")))
			continue
		}
		line, end := o.Lines(at)
		for _, made := range file.Objects {
			u.Generated = append(u.Generated, object.Object{
				Identity: made.Identity, GenerateName: made.GenerateName, Value: made.Value, File: o.File, Line: line, EndLine: end,
			})
		}
	}
	return u
}
