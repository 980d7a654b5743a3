package unit

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// helmChart is an entry of helmCharts (kustomize api v0.21.2
// types/helmchartargs.go).
type helmChart struct {
	Name                  string         `json:"name"`
	Version               string         `json:"version"`
	Repo                  string         `json:"repo"`
	ReleaseName           string         `json:"releaseName"`
	Namespace             string         `json:"namespace"`
	AdditionalValuesFiles []string       `json:"additionalValuesFiles"`
	ValuesFile            string         `json:"valuesFile"`
	ValuesInline          map[string]any `json:"valuesInline"`
	ValuesMerge           string         `json:"valuesMerge"`
	IncludeCRDs           bool           `json:"includeCRDs"`
	SkipHooks             bool           `json:"skipHooks"`
	NameTemplate          string         `json:"nameTemplate"`
	APIVersions           []string       `json:"apiVersions"`
	KubeVersion           string         `json:"kubeVersion"`
}

type helmFields struct {
	HelmCharts  []helmChart `json:"helmCharts"`
	Old         []any       `json:"helmChartInflationGenerator"`
	HelmGlobals struct {
		ChartHome string `json:"chartHome"`
	} `json:"helmGlobals"`
}

// inflate takes the charts of a kustomization. It reports false, and takes
// none, where one of them cannot be had.
func (w *walk) inflate(node *kustomizationNode, data []byte) bool {
	var fields helmFields
	if w.graph.bring == nil || readInto(node.file, data, &fields) != nil || len(fields.Old) > 0 || len(fields.HelmCharts) == 0 {
		return false
	}
	var charts []Inflated
	var placed []Placed
	dir := path.Dir(node.file)
	at := plan.Range{File: node.file, Line: node.read.HelmCharts, EndLine: w.blockEnd(data, node.read.HelmCharts), Side: w.graph.tree.Side}
	for i, h := range fields.HelmCharts {
		root, ok := w.chartRoot(dir, fields.HelmGlobals.ChartHome, h)
		if !ok || h.NameTemplate != "" || h.SkipHooks || h.KubeVersion != "" || len(h.APIVersions) > 0 {
			return false
		}
		c := Inflated{Chart: request.Chart{Into: path.Join(dir, fmt.Sprintf("helmchart-%d.yaml", i)), Kustomization: node.file, Root: root}}
		for w.graph.tree.HasFile(c.Into) {
			c.Into = path.Join(dir, "rendered-"+path.Base(c.Into))
		}
		c.Release = request.Release{Name: h.ReleaseName, Namespace: h.Namespace, SkipCRDs: !h.IncludeCRDs}
		if c.Release.Name == "" {
			c.Release.Name = h.Name // Helm makes a name up, another one every time
		}
		if c.Values, ok = w.chartValues(dir, h); !ok {
			return false
		}
		charts = append(charts, c)
		placed = append(placed, Placed{Top: c.Into, At: at})
		if top := w.graph.topOf(root); top != w.graph.topOf(dir) {
			placed = append(placed, Placed{Top: top, At: at})
		}
	}
	w.charts, w.placed = append(w.charts, charts...), append(w.placed, placed...)
	return true
}

// chartRoot is where the files of a chart are: in the chart home, else brought.
// The files become those of the unit.
func (w *walk) chartRoot(dir, home string, h helmChart) (string, bool) {
	if home == "" {
		home = "charts"
	}
	root := path.Join(dir, home, h.Name)
	if h.Version != "" && h.Repo != "" {
		root = path.Join(dir, home, h.Name+"-"+h.Version, h.Name)
	}
	if !w.graph.tree.HasDir(root) {
		source := plan.Source{Kind: plan.ChartSource, Address: h.Repo, Name: h.Name}
		if h.Version != "" {
			source.Ref = plan.Ref{Kind: plan.RefVersion, Text: h.Version}
		}
		to, err := w.graph.bring(dir, source)
		if err != nil {
			return "", false
		}
		root = to
	}
	if !w.graph.tree.HasFile(path.Join(root, "Chart.yaml")) || !tree.Under(root, w.graph.topOf(root)) {
		return "", false
	}
	for _, name := range w.graph.tree.Below(root) {
		w.files[name] = true
	}
	return root, true
}

// chartValues are the values of a chart in the order of their weight
// (HelmChartInflationGenerator.go, replaceValuesInline).
func (w *walk) chartValues(dir string, h helmChart) ([]ValueSource, bool) {
	var file, inline, more []ValueSource
	named := h.AdditionalValuesFiles
	if h.ValuesFile != "" {
		named = append([]string{h.ValuesFile}, named...)
	}
	for i, name := range named {
		at := path.Join(dir, name)
		if kustomization.IsRemote(name) || !tree.Under(at, w.graph.topOf(dir)) || !w.graph.tree.HasFile(at) {
			return nil, false
		}
		w.files[at] = true
		if i == 0 && h.ValuesFile != "" {
			file = append(file, ValueSource{File: at})
		} else {
			more = append(more, ValueSource{File: at})
		}
	}
	if len(h.ValuesInline) > 0 {
		inline = []ValueSource{{Text: object.JSON(h.ValuesInline)}}
	}
	switch h.ValuesMerge {
	case "", "override":
		return slices.Concat(file, inline, more), true
	case "merge":
		return slices.Concat(inline, file, more), len(file) > 0 || len(inline) == 0
	case "replace":
		if len(inline) > 0 {
			file = nil
		}
		return slices.Concat(file, inline, more), true
	}
	return nil, false
}

// readInto fills a struct from a file of one document.
func readInto(name string, data []byte, into any) error {
	file, err := object.Parse(name, data, object.Limits{})
	if err != nil {
		return err
	}
	for _, doc := range manifest.Documents(file) {
		if err := json.Unmarshal(object.JSON(doc), into); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) blockEnd(data []byte, line int) int {
	for _, b := range kustomization.Blocks(data, "helmCharts") {
		if b.From == line {
			return b.To
		}
	}
	return line
}
