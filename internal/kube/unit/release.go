package unit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fluxRelease is the unit of a HelmRelease (helm-controller v1.6.5
// api/v2/helmrelease_types.go).
func (s *Scan) fluxRelease(o object.Object, beside Beside) []*Unit {
	var h struct {
		Spec struct {
			Chart *struct {
				Spec fluxChart `json:"spec"`
			} `json:"chart"`
			ChartRef         *fluxSourceRef    `json:"chartRef"`
			ReleaseName      string            `json:"releaseName"`
			TargetNamespace  string            `json:"targetNamespace"`
			StorageNamespace string            `json:"storageNamespace"`
			Values           json.RawMessage   `json:"values"`
			ValuesFrom       []valuesReference `json:"valuesFrom"`
			PostRenderers    []any             `json:"postRenderers"`
		} `json:"spec"`
	}
	if err := decode(o, &h); err != nil || h.Spec.Chart == nil && h.Spec.ChartRef == nil {
		return nil
	}
	release := releaseName(o, h.Spec.ReleaseName, h.Spec.TargetNamespace)
	applies, _ := owner.Of(o, s.Tree.Side)
	applies.Record = release + " in " + cmp.Or(h.Spec.StorageNamespace, o.Namespace)
	namespace := h.Spec.TargetNamespace
	if namespace == "" {
		namespace = o.Namespace
	}
	taken := s.valuesFrom(o, h.Spec.ValuesFrom, beside)
	u := s.remoteRelease(o, h.Spec.Values, taken)
	chart, known := s.chartNamed(o, h.Spec.ChartRef)
	if h.Spec.Chart != nil {
		chart, known = h.Spec.Chart.Spec, true
	}
	if known {
		u = s.chartOf(o, chart, u)
	} else {
		u = s.fetchedChart(o, h.Spec.ChartRef, fluxChart{}, u)
	}
	if u.Tool == Helm {
		if u.home == "" {
			u.Source = s.readFrom(o, chart.SourceRef)
		}
		u.Values = append(u.Values, taken.docs...)
		if len(h.Spec.Values) > 0 {
			u.Values = append(u.Values, ValueSource{Text: h.Spec.Values})
		}
		if taken.missing != "" {
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapOpaque, plan.Path{"spec", "valuesFrom"}, "it takes values from the %s, which is not in the repository in the clear", taken.missing))
		}
		if len(h.Spec.PostRenderers) > 0 {
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapUnsupported, plan.Path{"spec", "postRenderers"}, "postRenderers are not run"))
		}
	}
	if u.Tool == Helm { // helm-controller v1 internal/action/config_observation.go, ReleaseTargetChanged
		applies.Record += " of chart " + u.Release.Name
	}
	u.Selectors = append(u.Selectors, taken.files...)
	if u.Config == "" {
		u.Config = configText(taken.unread, h.Spec.PostRenderers)
	}
	u.Key = fmt.Sprintf("flux:HelmRelease:%s/%s", o.Namespace, o.Name)
	u.Owner, u.Namespace = applies, namespace
	u.Release.Name, u.Release.Namespace = release, namespace
	return []*Unit{u}
}

// chartOf is the unit of a release's chart where that is here, else what is known
// of a remote one.
func (s *Scan) chartOf(o object.Object, c fluxChart, remote *Unit) *Unit {
	dir := clean(c.Chart)
	why, otherRevision := s.fluxSource(o, c.SourceRef, dir)
	if otherRevision {
		remote.Root, remote.claims = dir, true
	}
	if why != "" {
		return s.fetchedChart(o, &c.SourceRef, c, remote)
	}
	src, _ := s.gitRepository(o, c.SourceRef.Name, c.SourceRef.Namespace)
	return s.through(src, func(seen *Scan) *Unit {
		if local := seen.localRelease(o, c, dir, "."); local != nil {
			return local
		}
		return remote
	})
}

// fluxChart is spec.chart.spec of a HelmRelease: a chart of a source.
type fluxChart struct {
	Chart         string        `json:"chart"`
	Version       string        `json:"version"`
	ValuesFiles   []string      `json:"valuesFiles"`
	IgnoreMissing bool          `json:"ignoreMissingValuesFiles"`
	SourceRef     fluxSourceRef `json:"sourceRef"`
}

// chartNamed is the chart of the HelmChart that a release names in place of one
// of its own.
func (s *Scan) chartNamed(o object.Object, ref *fluxSourceRef) (fluxChart, bool) {
	if ref == nil || ref.Kind != "HelmChart" {
		return fluxChart{}, false
	}
	src, ok := s.source(ref.Kind, ref.Name, o.File)
	if !ok {
		return fluxChart{}, false
	}
	return chartObject(src)
}

// chartObject is what a HelmChart says (source-controller v1.9
// api/v1/helmchart_types.go): the same as spec.chart.spec of a release, of a
// source beside it.
func chartObject(src object.Object) (fluxChart, bool) {
	var h struct {
		Spec fluxChart `json:"spec"`
	}
	err := decode(src, &h)
	h.Spec.SourceRef.Namespace = src.Namespace
	return h.Spec, err == nil
}

// localRelease is a release of a chart of the repository, nil where there is
// none. The files of values that it names, from the top of the source, stand in
// for those of the chart (source-controller v1.9 internal/helm/chart/
// builder_local.go, Build; of a packaged chart from its own top,
// builder_remote.go).
func (s *Scan) localRelease(o object.Object, c fluxChart, dir, top string) *Unit {
	if !s.charts[dir] {
		return nil
	}
	u := s.chart(dir)
	u.claims, u.WithoutDefaults = true, len(c.ValuesFiles) > 0
	for _, f := range c.ValuesFiles {
		switch name := path.Join(top, clean(f)); {
		case s.Tree.HasFile(name):
			u.addValuesFile(name)
		case !c.IgnoreMissing:
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapInvalid, plan.Path{"spec", "chart", "spec", "valuesFiles"},
				"the values file %s does not exist: Flux stops applying it, nothing is deleted", name))
		}
	}
	return u
}

// configText is what is not read of a release of a chart that is here: where it
// changes, so may the objects.
func configText(unread, postRenderers []any) string {
	if len(unread) == 0 && len(postRenderers) == 0 {
		return ""
	}
	text, err := json.Marshal([]any{unread, postRenderers})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// releaseName follows helm-controller: the field, else `<target>-<name>`, else
// the name.
func releaseName(o object.Object, name, target string) string {
	switch {
	case name != "":
		return name
	case target != "":
		return target + "-" + o.Name
	}
	return o.Name
}

// chartSource is the source of a release's chart: of chartRef the tag or digest
// is the version of the chart.
func chartSource(spec map[string]any) fluxSourceRef {
	ref, ok := object.Lookup(spec, "chart", "spec", "sourceRef")
	if !ok {
		ref = spec["chartRef"]
	}
	return fluxSourceRef{stringAt(ref, "kind"), stringAt(ref, "name"), stringAt(ref, "namespace")}
}

// remoteRelease is a release of a chart that is not here. Its values without
// what cannot change which objects there are tell whether a change counts;
// taken are those from elsewhere in the repository.
func (s *Scan) remoteRelease(o object.Object, values json.RawMessage, taken takenValues) *Unit {
	spec, _ := o.Get("spec")
	kept := map[string]any{}
	var selectors []string
	if m, ok := spec.(map[string]any); ok {
		for _, field := range []string{"chart", "chartRef", "releaseName", "targetNamespace", "storageNamespace", "postRenderers"} {
			if v, ok := m[field]; ok {
				kept[field] = v
			}
		}
		if ref := chartSource(m); ref.Name != "" {
			if content := s.sourceContent(o, ref); content != nil { // which counts, whatever it is called
				kept["source"], kept["chart"], kept["chartRef"] = content, withoutKey(m["chart"], "sourceRef"), nil
			}
			if src, ok := s.source(ref.Kind, ref.Name, o.File); ok {
				selectors = append(selectors, src.File)
			}
		}
		kept["values"] = Deciding(m["values"])
		from := taken.unread
		for _, d := range taken.docs {
			from = append(from, deciding(d.Text))
		}
		kept["valuesFrom"] = from
	}
	text, err := json.Marshal(withoutKey(kept, "interval"))
	if err != nil {
		text = values
	}
	there := &Elsewhere{What: "the chart of HelmRelease " + o.Name, At: o.At(s.Tree.Side, plan.Path{"spec", "chart"}), Values: s.given(o, taken)}
	if name := o.String("spec", "chart", "spec", "chart"); name != "" {
		there.What = "the chart " + name
		there.Source.Ref = plan.Ref{Kind: plan.RefVersion, Text: o.String("spec", "chart", "spec", "version")}
	}
	return &Unit{Root: path.Dir(o.File), Tool: Folder, Config: string(text), Selectors: selectors, elsewhere: there,
		Gaps: []plan.Gap{ownerGap(s.Tree, o, plan.GapOpaque, plan.Path{"spec"}, "its chart is not in the repository, so what its change applies is not known")}}
}

// given are the values that a release writes down and takes from what is here.
func (s *Scan) given(o object.Object, taken takenValues) []any {
	var out []any
	for _, d := range taken.docs {
		if file, err := object.Parse("values.yaml", d.Text, object.Limits{}); err == nil {
			out = append(out, documents(file)...)
		}
	}
	if values, ok := o.Get("spec", "values"); ok {
		out = append(out, values)
	}
	return out
}

// inertImage are keys under `image` whose values choose what runs, never
// which objects there are.
var inertImage = []string{"tag", "digest", "repository", "registry", "pullPolicy"}

// Deciding is a value of a release without what a chart only copies into
// containers: the image and the resources.
func Deciding(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range x {
			if k == "resources" {
				continue
			}
			if m, ok := item.(map[string]any); ok && strings.HasSuffix(strings.ToLower(k), "image") {
				rest := map[string]any{}
				for key, value := range m {
					if !slices.Contains(inertImage, key) {
						rest[key] = value
					}
				}
				out[k] = rest
				continue
			}
			out[k] = Deciding(item)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = Deciding(item)
		}
		return out
	}
	return v
}

// withoutKey drops a key at any depth.
func withoutKey(v any, key string) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range x {
			if k != key {
				out[k] = withoutKey(item, key)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = withoutKey(item, key)
		}
		return out
	}
	return v
}
