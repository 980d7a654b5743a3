package unit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/kube/chartvalues"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
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
			ChartRef         *fluxSourceRef          `json:"chartRef"`
			ReleaseName      string                  `json:"releaseName"`
			TargetNamespace  string                  `json:"targetNamespace"`
			StorageNamespace string                  `json:"storageNamespace"`
			Values           json.RawMessage         `json:"values"`
			ValuesFrom       []chartvalues.Reference `json:"valuesFrom"`
			PostRenderers    []any                   `json:"postRenderers"`
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
	if u.Tool == request.Helm {
		if u.home == "" {
			u.Source = s.readFrom(o, chart.SourceRef)
		}
		u.Values = append(u.Values, taken.docs...)
		if len(h.Spec.Values) > 0 {
			u.Values = append(u.Values, ValueSource{Text: h.Spec.Values})
		}
		if taken.missing != "" {
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapOpaque, plan.Path{"spec", "valuesFrom"},
				"it uses values from the %s, which is not in the repository as plain text", taken.missing))
		}
		if len(h.Spec.PostRenderers) > 0 {
			u.Gaps = append(u.Gaps, ownerGap(s.Tree, o, plan.GapUnsupported, plan.Path{"spec", "postRenderers"}, "postRenderers are not run"))
		}
	}
	if u.Tool == request.Helm { // helm-controller v1 internal/action/config_observation.go, ReleaseTargetChanged
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
	return fluxSourceRef{object.TextAt(ref, "kind"), object.TextAt(ref, "name"), object.TextAt(ref, "namespace")}
}

// remoteRelease is a release of a chart that is not here. Its values without
// what cannot change which objects there are decide whether a change counts;
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
				kept["source"], kept["chart"], kept["chartRef"] = content, chartvalues.Without(m["chart"], "sourceRef"), nil
			}
			if src, ok := s.source(ref.Kind, ref.Name, o.File); ok {
				selectors = append(selectors, src.File)
			}
		}
		kept["values"] = chartvalues.Deciding(m["values"])
		from := taken.unread
		for _, d := range taken.docs {
			from = append(from, chartvalues.DecidingText(d.Text))
		}
		kept["valuesFrom"] = from
	}
	text, err := json.Marshal(chartvalues.Without(kept, "interval"))
	if err != nil {
		text = values
	}
	there := &Elsewhere{What: "the chart of HelmRelease " + o.Name, Values: s.given(o, taken)}
	there.At = o.At(s.Tree.Side, plan.Path{"spec", "chart"})
	if name := o.String("spec", "chart", "spec", "chart"); name != "" {
		there.What = "the chart " + name
		there.Source.Ref = plan.Ref{Kind: plan.RefVersion, Text: o.String("spec", "chart", "spec", "version")}
	}
	return &Unit{Root: path.Dir(o.File), Tool: request.Folder, Config: string(text), Selectors: selectors, elsewhere: there,
		Gaps: []plan.Gap{ownerGap(s.Tree, o, plan.GapOpaque, plan.Path{"spec"},
			"its chart is not in the repository, so the effect of its change could not be determined")}}
}

// given are the values that a release writes down and takes from what is here.
func (s *Scan) given(o object.Object, taken takenValues) []any {
	var out []any
	for _, d := range taken.docs {
		if file, err := object.Parse("values.yaml", d.Text, object.Limits{}); err == nil {
			out = append(out, manifest.Documents(file)...)
		}
	}
	if values, ok := o.Get("spec", "values"); ok {
		out = append(out, values)
	}
	return out
}

// fetchedChart is a release of a chart that is elsewhere, else the unit that
// stands for what is not known.
func (s *Scan) fetchedChart(o object.Object, ref *fluxSourceRef, c fluxChart, missing *Unit) *Unit {
	if ref == nil {
		return missing
	}
	source, src := s.fluxSourceOf(o, *ref, c)
	if ref.Kind == "OCIRepository" && source.Address != "" {
		source.Kind, source.Name = plan.ChartSource, "" // whatever its layer is called, Flux takes it for a chart
	}
	if missing.elsewhere != nil && source.Kind != "" {
		missing.elsewhere.What = origin.From(source)
		if ref.Kind != "HelmRepository" {
			missing.elsewhere.At = src.At(s.Tree.Side, plan.Path{"spec", "ref"})
		}
	}
	return s.fetched(source, missing, func(seen *Scan, at string) *Unit {
		if ref.Kind != "GitRepository" {
			return seen.localRelease(o, c, at, at)
		}
		return seen.through(src, func(seen *Scan) *Unit { return seen.localRelease(o, c, seen.below(clean(c.Chart)), seen.top()) })
	})
}

// takenValues are the values that a release takes from ConfigMaps and Secrets.
type takenValues struct {
	docs  []ValueSource
	files []string
	// missing names the first that cannot be read here; unread are those with
	// what there is of them: an encrypted text, or their name alone.
	missing string
	unread  []any
}

// valuesFrom reads what a release takes, in its order.
func (s *Scan) valuesFrom(o object.Object, refs []chartvalues.Reference, beside Beside) takenValues {
	var out takenValues
	for _, ref := range refs {
		src, found := s.referenced(o, ref, beside)
		if found {
			out.files = append(out.files, src.File)
		}
		if text, ok := chartvalues.In(src, ref); found && ok {
			out.docs = append(out.docs, ValueSource{Text: []byte(text)})
			continue
		}
		if out.missing == "" {
			out.missing = ref.Kind + " " + ref.Name
		}
		out.unread = append(out.unread, ref, chartvalues.Sealed(src))
	}
	return out
}

// referenced is the object that an entry of valuesFrom names.
func (s *Scan) referenced(o object.Object, ref chartvalues.Reference, beside Beside) (object.Object, bool) {
	if beside != nil {
		if src, ok := beside(ref.Kind, o.Namespace, ref.Name); ok {
			return src, true
		}
	}
	src, ok := s.source(ref.Kind, ref.Name, o.File)
	if !ok || src.Namespace != "" && o.Namespace != "" && src.Namespace != o.Namespace {
		return object.Object{}, false
	}
	return src, true
}

// decidingFile is the same for a values file of the repository.
func (s *Scan) decidingFile(name string) any {
	data, err := s.Tree.Read(path.Clean(name))
	if err != nil {
		return err.Error()
	}
	return chartvalues.DecidingText(data)
}
