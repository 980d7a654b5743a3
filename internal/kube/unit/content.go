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
		return &Unit{Root: path.Dir(o.File), Tool: request.Folder, Config: string(object.JSON(c.Said)),
			Gaps: []plan.Gap{ownerGap(s.Tree, o, kind, c.At, format, args...)}}
	}
	source := plan.Source{Kind: plan.RepositorySource, Address: c.Repository, Ref: origin.ArgoRef(c.Revision)}
	elsewhere := func(u *Unit) *Unit {
		u.elsewhere = &Elsewhere{What: origin.From(source), At: o.At(s.Tree.Side, c.At)}
		return s.fetched(source, u, func(seen *Scan, at string) *Unit { return seen.manifestsBelow(path.Join(at, dir), o, c) })
	}
	switch {
	case c.Unread != "":
		u := unknown(plan.GapUnsupported, "%s", c.Unread)
		if c.Repository != "" && s.isHere(c.Repository, dir) && s.isThisRevision(c.Revision) {
			u.Files = s.inputsBelow(dir, c)
		}
		return u
	case c.Files != nil:
		return s.writtenOut(o, c)
	case !s.isHere(c.Repository, dir):
		return elsewhere(unknown(plan.GapOpaque, "its manifests are in another repository, %s", c.Repository))
	case !s.isThisRevision(c.Revision):
		u := unknown(plan.GapOpaque, "it applies the revision %s, which is not the reviewed branch", origin.Short(c.Revision))
		u.Root, u.claims = dir, true
		return elsewhere(u)
	case !s.Tree.HasDir(dir):
		u := unknown(plan.GapInvalid, "its path %s does not exist: it is no longer applied, nothing is deleted", dir)
		u.Root, u.claims = dir, true
		return u
	}
	u := s.manifestsBelow(dir, o, c)
	u.claims = true
	u.Source = Source{Text: s.sourceText(origin.Git{URL: c.Repository, Revision: c.Revision}, nil), At: o.At(s.Tree.Side, c.At)}
	return u
}

// inputsBelow are the files of a folder that a tool which is not run here may make
// manifests of.
func (s *Scan) inputsBelow(dir string, c owner.Content) []string {
	var out []string
	for _, name := range s.Tree.Below(dir) {
		if rel := inside(dir, name); path.Ext(name) != ".md" && (c.Paths == nil || among(c.Paths, rel) || among(c.Values, rel)) {
			out = append(out, name)
		}
	}
	return out
}

// among reports whether a file is one of some paths, or lies below one.
func among(paths []string, name string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return tree.Under(name, p) })
}

// manifestsBelow is a folder with all below it, or what of it counts; nil where
// there is none.
func (s *Scan) manifestsBelow(dir string, o object.Object, c owner.Content) *Unit {
	if !s.Tree.HasDir(dir) {
		return nil
	}
	u := &Unit{Root: dir, Tool: request.Folder, deep: true}
	var rest []string
	read := false
	for _, name := range s.inputsBelow(dir, c) {
		data, _ := s.Tree.Read(name)
		switch rel := inside(dir, name); {
		case c.Ytt && (isYttPart(rel, data) || among(c.Values, rel)):
			u.addPart(Outside{What: rel, ID: string(s.Tree.ID(name)), File: name, Whole: true, Holds: true, Why: yttPart})
			u.Files = append(u.Files, name)
			read = read || readsFiles(data)
		case manifest.Looks(s.Tree, name) && (!c.Ytt || path.Ext(name) != ".json"): // ytt puts out YAML alone
			u.Manifests, u.Files = append(u.Manifests, name), append(u.Files, name)
			if rules := s.rulesIn(name, c); rules != "" {
				u.addPart(Outside{What: "the rules of " + rel, ID: rules, File: name, Whole: true, Why: applyRules})
			}
		default:
			rest = append(rest, name)
		}
	}
	for _, name := range rest {
		if read {
			u.addPart(Outside{What: inside(dir, name), ID: string(s.Tree.ID(name)), File: name, Whole: true, Why: yttPart})
			u.Files = append(u.Files, name)
		}
	}
	slices.Sort(u.Files)
	for _, p := range c.Paths {
		if below := path.Join(dir, p); s.Tree.HasDir(below) {
			u.claimed = append(u.claimed, below)
		}
	}
	u.addSettings(o, c)
	return u
}

// rulesIn are the rules of a file of manifests, "" for none.
func (s *Scan) rulesIn(name string, c owner.Content) string {
	file, err := s.Tree.Parse(name)
	if err != nil {
		return ""
	}
	return rulesOf(file.Objects, c)
}

func rulesOf(objects []object.Object, c owner.Content) string {
	var all []any
	for _, o := range objects {
		if c.Rules == nil {
			continue
		}
		if rules := c.Rules(o); rules != nil {
			all = append(all, rules)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return string(object.JSON(all))
}

// writtenOut are the objects of manifests that stand in their owner.
func (s *Scan) writtenOut(o object.Object, c owner.Content) *Unit {
	u := &Unit{Root: path.Dir(o.File), Tool: request.Generated, Config: string(object.JSON([]any{c.Files, c.Paths}))}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		text, at := c.Files[name], slices.Concat(c.At, c.FilesAt, plan.Path{name})
		line, end := o.Lines(at)
		switch counts := c.Paths == nil || among(c.Paths, name); {
		case c.Ytt && (counts && isYttPart(name, []byte(text)) || among(c.Values, name)):
			u.addPart(Outside{What: name, ID: text, File: o.File, Line: line, EndLine: end, Holds: true, Why: yttPart})
			continue
		case !counts || !manifest.HasEnding(name) || c.Ytt && path.Ext(name) == ".json":
			continue
		}
		file, err := object.Parse(name, []byte(text), object.Limits{})
		if err != nil {
			kind, _, why := tree.Trouble(err)
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, kind, at, "%s: %s", name, strings.TrimSuffix(why, ".")))
			continue
		}
		if rules := rulesOf(file.Objects, c); rules != "" {
			u.addPart(Outside{What: "the rules of " + name, ID: rules, File: o.File, Line: line, EndLine: end, Why: applyRules})
		}
		for _, made := range file.Objects {
			if !manifest.Applied(made) {
				continue
			}
			u.Generated = append(u.Generated, object.Object{
				Identity: made.Identity, GenerateName: made.GenerateName, Value: made.Value, File: o.File, Line: line, EndLine: end,
			})
		}
	}
	u.addSettings(o, c)
	return u
}
