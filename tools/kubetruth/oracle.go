package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	_ "unsafe" // for linkname

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/service/storage"
)

// oracle asks the API server's own code.
type oracle struct {
	scheme     *runtime.Scheme
	decoder    runtime.Decoder
	codecs     serializer.CodecFactory
	strategies map[schema.GroupKind]rest.RESTUpdateStrategy
}

func newOracle() *oracle {
	s := scheme()
	codecs := serializer.NewCodecFactory(s)
	return &oracle{scheme: s, codecs: codecs, decoder: codecs.UniversalDecoder(), strategies: strategies()}
}

// truth is what the API server says of an update.
type truth struct {
	// fields are refused because of the change; own are refused in the new
	// object whatever was before.
	fields, own []string
	// changed: what is stored differs. Not known where it is refused.
	changed bool
	// odd says why the server could not be asked.
	odd string
}

// judge sends an update through decoding, defaulting, the registry's strategy
// and validation.
func (o *oracle) judge(before, after map[string]any, family apply.Family) truth {
	if family == apply.Patch {
		var err error
		if before, after, err = o.patch(before, after); err != nil {
			return truth{odd: err.Error()}
		}
	}
	all, changed, err := o.update(before, after)
	if err != nil {
		return truth{odd: err.Error()}
	}
	out := truth{changed: changed}
	if len(all) == 0 {
		return out
	}
	if out.own, _, err = o.update(after, after); err != nil {
		return truth{odd: err.Error()}
	}
	out.own = append(out.own, o.create(after)...)
	for _, f := range all {
		if !slices.Contains(out.own, f) && !slices.Contains(out.fields, f) {
			out.fields = append(out.fields, f)
		}
	}
	slices.Sort(out.fields)
	return out
}

// update returns the fields that are refused, and whether what is stored
// changes.
func (o *oracle) update(before, after map[string]any) (fields []string, changed bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	old, gvk, err := o.decode(before)
	if err != nil {
		return nil, false, fmt.Errorf("before: %w", err)
	}
	next, _, err := o.decode(after)
	if err != nil {
		return nil, false, fmt.Errorf("after: %w", err)
	}
	strategy, ok := o.strategies[gvk.GroupKind()]
	if !ok {
		return nil, false, fmt.Errorf("no strategy for %s", gvk.GroupKind())
	}
	for _, obj := range []runtime.Object{old, next} {
		m, err := meta.Accessor(obj)
		if err != nil {
			return nil, false, err
		}
		m.SetResourceVersion("1")
		m.SetUID("u")
	}
	m, _ := meta.Accessor(old)
	beginUpdate(old, next)
	err = rest.BeforeUpdate(strategy, o.context(gvk, m), next, old)
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.ErrStatus.Details != nil {
		for _, c := range status.ErrStatus.Details.Causes {
			fields = append(fields, c.Field)
		}
		slices.Sort(fields)
		return slices.Compact(fields), true, nil
	}
	if err != nil {
		return nil, false, err
	}
	n, _ := meta.Accessor(next)
	n.SetGeneration(m.GetGeneration())
	return nil, !apiequality.Semantic.DeepEqual(old, next), nil
}

// create lists the fields of a new object that are refused. Some kinds check
// only there what does not depend on the object before.
func (o *oracle) create(v map[string]any) (out []string) {
	defer func() {
		_ = recover() // a strategy that asks a client which is not there
	}()
	obj, gvk, err := o.decode(v)
	strategy, ok := o.strategies[gvk.GroupKind()].(rest.RESTCreateStrategy)
	if err != nil || !ok {
		return nil
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil
	}
	if svc, ok := obj.(*core.Service); ok {
		normalizeClusterIPs(storage.After{Service: svc}, storage.Before{})
	}
	for _, e := range strategy.Validate(o.context(gvk, m), obj) {
		out = append(out, e.Field)
	}
	rest.FillObjectMetaSystemFields(m)
	err = rest.BeforeCreate(strategy, o.context(gvk, m), obj)
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.ErrStatus.Details != nil {
		for _, c := range status.ErrStatus.Details.Causes {
			out = append(out, c.Field)
		}
	}
	return out
}

func (o *oracle) context(gvk schema.GroupVersionKind, m metav1.Object) context.Context {
	ctx := genericapirequest.WithNamespace(context.Background(), m.GetNamespace())
	return genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{IsResourceRequest: true, Verb: "update",
		APIGroup: gvk.Group, APIVersion: gvk.Version, Namespace: m.GetNamespace(), Name: m.GetName()})
}

func (o *oracle) decode(v map[string]any) (runtime.Object, schema.GroupVersionKind, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, schema.GroupVersionKind{}, err
	}
	obj, gvk, err := o.decoder.Decode(data, nil, nil)
	if err != nil {
		return nil, schema.GroupVersionKind{}, err
	}
	return obj, *gvk, nil
}

// patch is what kubectl apply makes of the live object: a three-way strategic
// merge patch, onto the manifest before with the server's defaults. It returns
// the live object and the patched one.
func (o *oracle) patch(before, after map[string]any) (stored, patched map[string]any, err error) {
	internal, gvk, err := o.decode(before)
	if err != nil {
		return nil, nil, fmt.Errorf("before: %w", err)
	}
	created(internal)
	if after["apiVersion"] != before["apiVersion"] {
		gvk = schema.FromAPIVersionAndKind(fmt.Sprint(after["apiVersion"]), fmt.Sprint(after["kind"]))
	}
	live, err := runtime.Encode(o.codecs.LegacyCodec(gvk.GroupVersion()), internal)
	if err != nil {
		return nil, nil, err
	}
	external, err := o.scheme.New(gvk)
	if err != nil {
		return nil, nil, err
	}
	lookup, err := strategicpatch.NewPatchMetaFromStruct(external)
	if err != nil {
		return nil, nil, err
	}
	original, _ := json.Marshal(before)
	modified, _ := json.Marshal(after)
	patch, err := strategicpatch.CreateThreeWayMergePatch(original, modified, live, lookup, true)
	if err != nil {
		return nil, nil, fmt.Errorf("make the patch: %w", err)
	}
	result, err := strategicpatch.StrategicMergePatchUsingLookupPatchMeta(live, patch, lookup)
	if err != nil {
		return nil, nil, fmt.Errorf("apply the patch: %w", err)
	}
	f, err := object.Parse("patched.json", result, object.Limits{})
	if err != nil {
		return nil, nil, err
	}
	l, err := object.Parse("live.json", live, object.Limits{})
	if err != nil {
		return nil, nil, err
	}
	return l.Objects[0].Value, f.Objects[0].Value, nil
}

// created does what only the creation of a Job does: it gives it a selector.
func created(obj runtime.Object) {
	if j, ok := obj.(*batch.Job); ok && j.Spec.Selector == nil {
		j.UID = "u"
		job.Strategy.PrepareForCreate(context.Background(), j)
	}
}

// beginUpdate does what the storage of Services does before validation.
func beginUpdate(old, next runtime.Object) {
	o, ok := old.(*core.Service)
	n, ok2 := next.(*core.Service)
	if !ok || !ok2 {
		return
	}
	patchAllocatedValues(storage.After{Service: n}, storage.Before{Service: o})
	normalizeClusterIPs(storage.After{Service: n}, storage.Before{Service: o})
	if len(n.Spec.IPFamilies) == 0 && n.Spec.Type != core.ServiceTypeExternalName {
		n.Spec.IPFamilies = o.Spec.IPFamilies // what the allocator infers from the addresses
	}
	if n.Spec.IPFamilyPolicy == nil && n.Spec.Type != core.ServiceTypeExternalName {
		n.Spec.IPFamilyPolicy = o.Spec.IPFamilyPolicy
	}
}

//go:linkname patchAllocatedValues k8s.io/kubernetes/pkg/registry/core/service/storage.patchAllocatedValues
func patchAllocatedValues(after storage.After, before storage.Before)

//go:linkname normalizeClusterIPs k8s.io/kubernetes/pkg/registry/core/service/storage.normalizeClusterIPs
func normalizeClusterIPs(after storage.After, before storage.Before)
