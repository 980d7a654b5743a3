package unit

import (
	"encoding/base64"
	"fmt"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/appset"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Generate are the Applications of an ApplicationSet.
func (s *Scan) Generate(o object.Object) SetResult {
	key := ownedKey{o.File, o.Line, o.Key()}
	if got, ok := s.generated.of(key, o.Value); ok {
		return got
	}
	result := appset.Generate(o.Value, o.Namespace, seen{s})
	out := SetResult{guessed: map[object.Key]bool{}, asked: result.Asked, files: result.Files}
	if t := result.Trouble; t != nil {
		gap := ownerGap(s.Tree, o, t.Kind, t.At, "%s", t.Why)
		out.Gap = &gap
	}
	for _, app := range result.Applications {
		id := object.Identity{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application", Namespace: o.Namespace}
		id.Name = object.TextAt(app.Value, "metadata", "name")
		generated := object.Object{Identity: id, Value: app.Value, File: o.File, Line: o.Line, EndLine: o.EndLine}
		out.Applications = append(out.Applications, generated)
		out.guessed[generated.Key()] = app.Guessed
	}
	s.generated.keep(key, o.Value, out)
	return out
}

// ApplicationSet is the unit of the Applications that a set generates.
func (s *Scan) ApplicationSet(o object.Object) *Unit {
	made := s.Generate(o)
	u := &Unit{
		Key: fmt.Sprintf("argocd:set:%s/%s", o.Namespace, o.Name), Root: path.Dir(o.File), Tool: request.Generated,
		Namespace: o.Namespace, Generated: made.Applications, Guesses: made.guessed,
	}
	u.Owner, _ = owner.Of(o, s.Tree.Side)
	u.Selectors = made.files
	for _, a := range made.asked {
		generator := "the generator " + a.Kind + " of the ApplicationSet " + o.Name
		out := outsideOf("what "+generator+" finds", a.Spec)
		out.File, out.Why = o.File, generator+" uses something outside the repository"
		u.Outside = append(u.Outside, out)
	}
	values := make([]any, len(made.Applications))
	for i, app := range made.Applications {
		values[i] = app.Value
	}
	if made.Gap != nil {
		u.Gaps = []plan.Gap{*made.Gap}
		values = []any{o.Value}
	}
	u.Config = string(object.JSON(values))
	return u
}

// seen is a side as the generators of ApplicationSets see it.
type seen struct{ *Scan }

func (s seen) Elsewhere(url, revision string) string {
	switch {
	case s.settings.Repository != "" && !s.isHere(url, "."):
		return "another repository, " + url
	case !s.isThisRevision(revision):
		return "the revision " + revision + ", which is not the reviewed branch"
	}
	return ""
}

func (s seen) Names() []string { return s.Tree.Names() }

// Folders are asked for by every set, and read off all names once.
func (s seen) Folders() []string {
	if s.folders == nil {
		s.folders = appset.Folders(s.Names())
	}
	return s.folders
}

func (s seen) EitherFolders() []string {
	if s.eitherFolders == nil {
		s.eitherFolders = appset.Folders(s.Either())
	}
	return s.eitherFolders
}

func (s seen) Either() []string {
	if s.Other == nil {
		return s.Tree.Names()
	}
	all := map[string]bool{}
	for _, names := range [][]string{s.Tree.Names(), s.Other.Names()} {
		for _, name := range names {
			all[name] = true
		}
	}
	return sortedSet(all)
}

func (s seen) Documents(name string) ([]any, error) {
	file, err := s.Tree.Parse(name)
	if err != nil {
		return nil, err
	}
	return manifest.Documents(file), nil
}

// clusterMark is the label of a Secret by which Argo CD knows a cluster.
const clusterMark = "argocd.argoproj.io/secret-type"

// Clusters are those that the Secrets of the repository make known. All files are
// looked through for them, once.
func (s seen) Clusters() []appset.Cluster {
	if !s.clustersKnown {
		s.clusters, s.clustersKnown = s.findClusters(), true
	}
	return s.clusters
}

func (s seen) findClusters() []appset.Cluster {
	var out []appset.Cluster
	for _, file := range s.Tree.Names() {
		if !manifest.HasEnding(file) || s.inChart(path.Dir(file)) {
			continue
		}
		data, err := s.Tree.Read(file)
		if err != nil || !strings.Contains(string(data), clusterMark) {
			continue
		}
		parsed, err := s.Tree.Parse(file)
		if err != nil {
			continue
		}
		for _, o := range parsed.Objects {
			if o.Kind == "Secret" && o.Group == "" && o.String("metadata", "labels", clusterMark) == "cluster" {
				out = append(out, clusterOf(o))
			}
		}
	}
	return out
}

func clusterOf(o object.Object) appset.Cluster {
	get := func(key string) string {
		if text := o.String("stringData", key); text != "" {
			return text
		}
		text, err := base64.StdEncoding.DecodeString(o.String("data", key))
		if err != nil {
			return ""
		}
		return string(text)
	}
	labels, _ := o.Get("metadata", "labels")
	annotations, _ := o.Get("metadata", "annotations")
	c := appset.Cluster{Name: get("name"), Server: get("server"), Project: get("project")}
	c.Labels, _ = labels.(map[string]any)
	c.Annotations, _ = annotations.(map[string]any)
	return c
}
