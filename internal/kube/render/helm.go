package render

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"

	"github.com/holdpoint-dev/holdpoint/internal/kube/chartvalues"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// chart renders one chart as `helm template` of an upgrade does. The schema of
// the values is not checked: its references may lead to files and hosts.
func chart(req request.Request, m *meter) request.Rendered {
	loaded, err := loader.LoadFiles(chartFiles(req))
	if err != nil {
		return failed(plan.GapInvalid, "the chart could not be loaded: %v", err)
	}
	values, err := releaseValues(req.Release)
	if err != nil {
		return failed(plan.GapInvalid, "%v", err)
	}
	stood := standIn(loaded)
	if err := chartutil.ProcessDependencies(loaded, values); err != nil {
		return failed(plan.GapInvalid, "the chart's dependencies could not be resolved: %v", err)
	}
	if loaded.Metadata.Type == "library" {
		return request.Rendered{}
	}
	options := common.ReleaseOptions{Name: req.Release.Name, Namespace: req.Release.Namespace, Revision: 2, IsUpgrade: true}
	top, err := commonutil.ToRenderValuesWithSchemaValidation(loaded, values, options, capabilities(), true)
	if err != nil {
		return failed(plan.GapInvalid, "the chart's values could not be merged: %v", err)
	}
	missing := missingCharts(loaded, top, stood, false)
	countSteps(loaded)
	e := engine.Engine{CustomTemplateFuncs: functions(m)}
	out, err := e.RenderWithContext(context.Background(), loaded, top)
	if err != nil {
		return templateFailure(err, missing)
	}
	return request.Rendered{Docs: append(templateDocs(req, out), crdDocs(req, loaded)...), Missing: missing}
}

// chartFiles are the files of the chart by their path in it, without what its
// .helmignore names.
func chartFiles(req request.Request) []*archive.BufferedFile {
	prefix := req.Root + "/"
	if req.Root == "." {
		prefix = ""
	}
	var files []*archive.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(req.Files)) {
		if inside, ok := strings.CutPrefix(name, prefix); ok {
			files = append(files, &archive.BufferedFile{Name: inside, Data: bytes.TrimPrefix(req.Files[name], []byte("\xef\xbb\xbf"))})
		}
	}
	return files
}

// releaseValues merges the values in the order Helm does: files first, then
// `--set` (helm v4.3.1 pkg/cli/values/options.go, MergeValues).
func releaseValues(r request.Release) (map[string]any, error) {
	values := map[string]any{}
	for i, text := range r.Values {
		next, err := loader.LoadValues(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("values %d of the release are not valid: %w", i+1, err)
		}
		values = loader.MergeMaps(values, next)
	}
	for _, p := range r.Set {
		parse := strvals.ParseInto
		if p.String {
			parse = strvals.ParseIntoString
		}
		if p.Literal {
			parse = strvals.ParseLiteralInto
		}
		if err := parse(p.Name+"="+p.Value, values); err != nil {
			return nil, fmt.Errorf("parameter %s of the release is not valid: %w", p.Name, err)
		}
	}
	return values, nil
}

// standInVersion is the version of a chart that stands for one that is not in
// the repository.
const standInVersion = "0.0.0+absent"

// standIn adds an empty chart for each dependency that is declared but not in
// the repository, so that Helm decides by condition and tag whether it is
// used at all. It returns what stands for what.
func standIn(c *helmchart.Chart) map[*helmchart.Chart]helmchart.Dependency {
	stood := map[*helmchart.Chart]helmchart.Dependency{}
	for _, sub := range c.Dependencies() {
		maps.Copy(stood, standIn(sub))
	}
	for _, dep := range c.Metadata.Dependencies {
		if dep == nil || slices.ContainsFunc(c.Dependencies(), func(s *helmchart.Chart) bool {
			return s.Name() == dep.Name && chartutil.IsCompatibleRange(dep.Version, s.Metadata.Version)
		}) {
			continue
		}
		declared := *dep
		dep.Version = standInVersion
		empty := &helmchart.Chart{Metadata: &helmchart.Metadata{APIVersion: "v2", Name: dep.Name, Version: standInVersion}}
		c.AddDependency(empty)
		stood[empty] = declared
	}
	return stood
}

// missingCharts lists the stand-ins that are still there after conditions and
// tags were looked at.
func missingCharts(
	c *helmchart.Chart, values common.Values, stood map[*helmchart.Chart]helmchart.Dependency, nested bool,
) []request.Missing {
	var missing []request.Missing
	for _, sub := range c.Dependencies() {
		own, err := values.Table("Values." + sub.Name())
		if err != nil {
			own = common.Values{}
		}
		if sub.Metadata.Version != standInVersion {
			missing = append(missing, missingCharts(sub, common.Values{"Values": own}, stood, true)...)
			continue
		}
		text, err := json.Marshal(chartvalues.Deciding(map[string]any(own)))
		if err != nil {
			text = []byte(err.Error())
		}
		sum := sha256.Sum256(text)
		entry := request.Missing{Name: sub.Name(), Chart: sub.Name(), Nested: nested, Digest: hex.EncodeToString(sum[:])}
		for _, dep := range stood {
			if dep.Name == sub.Name() || dep.Alias == sub.Name() {
				entry.Version, entry.Repository, entry.Chart = dep.Version, dep.Repository, dep.Name
			}
		}
		missing = append(missing, entry)
	}
	return missing
}

// templateFailure tells a template that breaks off by itself from one that
// needs a chart which is not there.
func templateFailure(err error, missing []request.Missing) request.Rendered {
	why := uncounted(err.Error())
	if len(missing) > 0 {
		names := make([]string, len(missing))
		for i, m := range missing {
			names[i] = m.Name
		}
		return failed(plan.GapOpaque, "its templates need the chart %s, which is not in the repository: %s", strings.Join(names, ", "), why)
	}
	return failed(plan.GapInvalid, "helm refuses to render it: %s", why)
}

// templateDocs are the rendered templates, without partials, notes and those
// that rendered nothing.
func templateDocs(req request.Request, out map[string]string) []request.Doc {
	var docs []request.Doc
	for _, name := range slices.Sorted(maps.Keys(out)) {
		base := path.Base(name)
		if base == "NOTES.txt" || strings.HasPrefix(base, "_") || strings.TrimSpace(out[name]) == "" {
			continue
		}
		docs = append(docs, request.Doc{Source: templateSource(req, name), Content: []byte(out[name])})
	}
	return docs
}

// templateSource is the path in the repository of a template that Helm names
// `<chart>/templates/...` or `<chart>/charts/<name>/templates/...`.
func templateSource(req request.Request, name string) string {
	_, inside, _ := strings.Cut(name, "/")
	full := path.Join(req.Root, inside)
	if _, ok := req.Files[full]; ok {
		return full
	}
	return path.Join(req.Root, "Chart.yaml")
}

func crdDocs(req request.Request, c *helmchart.Chart) []request.Doc {
	if req.Release.SkipCRDs {
		return nil
	}
	var docs []request.Doc
	for _, crd := range c.CRDObjects() {
		docs = append(docs, request.Doc{Source: templateSource(req, crd.Filename), CRD: true, Content: crd.File.Data})
	}
	return docs
}
