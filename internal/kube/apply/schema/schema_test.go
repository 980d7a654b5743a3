package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// TestData reads the embedded types and defaults.
func TestData(t *testing.T) {
	r, err := load(typesJSON, defaultsYAML)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.kinds) < 100 || len(r.types) < 700 {
		t.Errorf("%d kinds and %d types", len(r.kinds), len(r.types))
	}
	for name := range conditional {
		found := false
		for _, typ := range r.types {
			found = found || versionless(typ.Name) == name
		}
		if !found {
			t.Errorf("conditional default for %s, which is no type", name)
		}
	}
	if _, err := load(typesJSON, []byte("core.PodSpec: {nosuch: 1}")); err == nil {
		t.Error("a default for a field that does not exist is accepted")
	}
}

func TestNewer(t *testing.T) {
	order := []string{"v2", "v1", "v2beta2", "v2beta1", "v1beta1", "v2alpha1", "v1alpha1"}
	for i := range order[1:] {
		if !newer(order[i], order[i+1]) || newer(order[i+1], order[i]) {
			t.Errorf("%s is not newer than %s", order[i], order[i+1])
		}
	}
}

func TestNormal(t *testing.T) {
	q, s := &Type{Form: Quantity}, &Type{Form: String, Pointer: true}
	for _, c := range []struct {
		t       *Type
		a, b    any
		differs bool
	}{
		{q, "1000m", int64(1), false},
		{q, "0.5", "500m", false},
		{q, "1Gi", "1024Mi", false},
		{q, "1e3", "1k", false},
		{q, "10Gi", "10G", true},
		{q, "0.5Gi", "512Mi", false},
		{&Type{Form: IntOrString}, "25%", "25%", false},
		{&Type{Form: IntOrString}, "1", int64(1), true},
		{&Type{Form: Time}, "2024-01-01T10:00:00Z", "2024-01-01T11:00:00+01:00", false},
		{&Type{Form: Bytes}, "YQ==", "YQ=\n=\n", false},
		{s, "", "x", true},
		{&Type{Form: List, Elem: s}, []any{"a", "b"}, []any{"b", "a"}, true},
	} {
		if got := !cmp.Equal(c.t.Normal(c.a), c.t.Normal(c.b)); got != c.differs {
			t.Errorf("%v and %v: differs %v", c.a, c.b, got)
		}
	}
}

// TestMerge: a live field in neither manifest stays, one that a manifest
// dropped goes, list elements are paired by key.
func TestMerge(t *testing.T) {
	typ := Of(object.Identity{Version: "v1", Kind: "Pod"})
	parse := func(s string) map[string]any {
		f, err := object.Parse("p.yaml", []byte("apiVersion: v1\nkind: Pod\n"+s), object.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return f.Objects[0].Value
	}
	base := parse("spec: {nodeName: n, hostname: h, containers: [{name: a, image: x}, {name: b, image: y}], volumes: [{name: v, emptyDir: {}}]}")
	head := parse("spec: {hostname: i, containers: [{name: b, image: z}, {name: c, image: w}], volumes: [{name: v, hostPath: {path: /}}]}")
	live := parse("spec: {nodeName: n, hostname: h, schedulerName: s, containers: [{name: a, image: x, stdin: true}, {name: b, image: y, stdin: true}, {name: injected}], volumes: [{name: v, emptyDir: {}, csi: {driver: d}}]}")
	want := parse("spec: {hostname: i, schedulerName: s, containers: [{name: b, image: z, stdin: true}, {name: c, image: w}, {name: injected}], volumes: [{name: v, hostPath: {path: /}}]}")
	if d := cmp.Diff(want, typ.Merge(base, head, live)); d != "" {
		t.Error(d)
	}
}
