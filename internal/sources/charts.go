package sources

import (
	"context"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/chart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/oci"
)

// chart finds a chart in a repository with an index.
func (s *Session) chart(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	list, err := s.charts.Versions(ctx, s.chartReview(), a)
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	choice, err := s.choice(source, a.Ref.Text, choose.Chart, chart.Published(list), func(string) time.Time { return time.Time{} })
	if err != nil {
		return found{}, about(err, a.Host+" "+a.Name)
	}
	if choose.ExactChart(a.Ref.Text) {
		choice.Moment = plan.MomentExact
	}
	v, ok := chart.Find(list, choice.Version)
	if !ok {
		return found{}, &plan.SourceError{Why: plan.SourceDown, Subject: a.Host + " " + a.Name,
			Text: "its index has no version " + choice.Version}
	}
	data, sum, err := s.charts.Archive(ctx, s.chartReview(), a, v)
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	digest := s.mirrored(a.Host, "chart:"+place(a.URL)+"/"+a.Name+"@sha256:"+sum)
	tree, err := s.load(ctx, digest, func() (*content.Tree, error) { return chart.Unpack(data, s.config.Limits, a.Host+" "+a.Name) })
	if err != nil {
		return found{}, private(err, s.secretOf(a.Host))
	}
	return found{Package: plan.Package{Tree: tree, Dir: ".", Digest: digest, Version: choice.Version, Moment: choice.Moment,
		Private: s.secretOf(a.Host)}}, nil
}

// The media types of what is in OCI registries (helm pkg/registry/constants.go,
// opentofu internal/getmodules/oci_getter.go, fluxcd/pkg/oci).
const (
	chartLayer    = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	oldChartLayer = "application/tar+gzip"
	tofuArtifact  = "application/vnd.opentofu.modulepkg"
	tofuLayer     = "archive/zip"
)

// artifact finds what an OCI registry has: a chart, a module of OpenTofu, or
// manifests.
func (s *Session) artifact(ctx context.Context, source plan.Source, a address.Address) (found, error) {
	repo := oci.Repo{Host: a.Host, Path: a.Path}
	out, err := s.pull(ctx, source, a, repo)
	return out, private(about(err, repo.String()), s.secretOf(a.Host))
}

func (s *Session) pull(ctx context.Context, source plan.Source, a address.Address, repo oci.Repo) (found, error) {
	digest, choice, err := s.ociDigest(ctx, source, a, repo)
	if err != nil {
		return found{}, err
	}
	want := oci.Want{}
	switch source.Kind {
	case plan.ChartSource:
		want.Layers = []string{chartLayer, oldChartLayer}
	case plan.ModuleSource:
		want = oci.Want{Artifact: tofuArtifact, Layers: []string{tofuLayer}, Only: true}
	case plan.ArtifactSource:
		if source.Name != "" {
			want.Layers = []string{source.Name}
		}
	}
	name := s.mirrored(a.Host, "oci:"+repo.String()+"@"+digest)
	key := name + " " + source.Name
	tree, err := s.load(ctx, key, func() (*content.Tree, error) {
		data, layer, err := s.oci.Pull(ctx, s.ociReview(), repo, digest, want)
		if err != nil {
			return nil, err
		}
		format := content.TarGzip
		if layer.MediaType == tofuLayer {
			format = content.Zip
		}
		return unpack(data, format, source.Kind == plan.ChartSource, s.config.Limits, repo.String())
	})
	if err != nil {
		return found{}, err
	}
	return found{Package: plan.Package{Tree: tree, Dir: a.Dir, Digest: name, Version: choice.Version, Moment: choice.Moment,
		Private: s.secretOf(a.Host)}, glob: a.Glob}, nil
}

// ociDigest is the manifest that a reference means. Nobody tells where a tag
// pointed earlier; the tag of an exact version of a chart is taken to stay.
func (s *Session) ociDigest(ctx context.Context, source plan.Source, a address.Address, repo oci.Repo) (string, choose.Choice, error) {
	tag, choice := a.Ref.Text, choose.Choice{Moment: s.movable(source)}
	fail := func(err error) (string, choose.Choice, error) { return "", choice, err }
	switch {
	case a.Ref.Kind == plan.RefDigest:
		return a.Ref.Text, choose.Choice{Moment: plan.MomentExact}, nil
	case a.Ref.Kind == plan.RefVersion && choose.ExactChart(tag):
		choice, tag = choose.Choice{Version: tag, Moment: plan.MomentExact}, choose.OCITag(tag)
	case a.Ref.Kind == plan.RefVersion || source.Kind == plan.ChartSource && tag == "":
		tags, err := s.oci.Tags(ctx, s.ociReview(), repo)
		if err != nil {
			return fail(err)
		}
		if choice.Version, err = choose.Chart(tag, choose.OCIVersions(tags)); err != nil {
			return fail(err)
		}
		tag = choose.OCITag(choice.Version)
	case a.Ref.Kind == plan.RefTag:
		if choose.ExactChart(tag) {
			choice.Version = strings.ReplaceAll(tag, "_", "+")
		}
	default:
		return fail(&plan.SourceError{Why: plan.SourceInvalid, Text: "a " + string(a.Ref.Kind) + " picks nothing in an OCI registry"})
	}
	digest, err := s.oci.Resolve(ctx, s.ociReview(), repo, tag)
	return digest, choice, err
}

// unpack makes a tree of an archive, of a chart without its folder.
func unpack(data []byte, format content.Format, isChart bool, limits content.Limits, subject string) (*content.Tree, error) {
	if isChart {
		return chart.Unpack(data, limits, subject)
	}
	b, err := content.Unpack(data, format, limits)
	if err != nil {
		return nil, about(err, subject)
	}
	tree := b.Tree()
	return tree, about(content.CheckLinks(tree), subject)
}
