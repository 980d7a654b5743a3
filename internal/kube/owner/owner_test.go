package owner_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// TestEveryColumnIsFilled: a column of the table is filled, or the row says that
// it has no meaning there. One that a new row forgets fails here.
func TestEveryColumnIsFilled(t *testing.T) {
	for _, r := range owner.Table {
		for _, fault := range forgotten(r) {
			t.Errorf("row %q (%s): %s", r.Kind, r.Object, fault)
		}
	}
}

// The check must be able to fail.
func TestForgottenColumnIsFound(t *testing.T) {
	for i := range reflect.TypeFor[owner.Row]().NumField() {
		row := slices.Clone(owner.Table)[0]
		field := reflect.TypeFor[owner.Row]().Field(i).Name
		if field == "Without" || slices.Contains(row.Without, field) {
			continue
		}
		reflect.ValueOf(&row).Elem().Field(i).SetZero()
		if len(forgotten(row)) == 0 {
			t.Errorf("a row without %s passes", field)
		}
	}
}

func forgotten(r owner.Row) []string {
	var out []string
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		field := v.Type().Field(i).Name
		if field == "Without" {
			continue
		}
		switch empty, without := v.Field(i).IsZero(), slices.Contains(r.Without, field); {
		case empty && !without:
			out = append(out, field+" is neither filled nor among Without")
		case !empty && without:
			out = append(out, field+" is filled and among Without")
		}
	}
	for _, name := range r.Without {
		if !v.FieldByName(name).IsValid() {
			out = append(out, "there is no column "+name)
		}
	}
	return out
}

// TestRowsAreDistinct: no two rows answer for one object, and none for the kind
// of another.
func TestRowsAreDistinct(t *testing.T) {
	kinds, objects := map[owner.Kind]bool{}, map[string]bool{}
	for _, r := range owner.Table {
		name := r.Group + "/" + r.Object
		if kinds[r.Kind] || r.Object != "" && objects[name] {
			t.Errorf("two rows for %q %s", r.Kind, name)
		}
		kinds[r.Kind], objects[name] = true, true
	}
}

// TestEveryOwnerHasScenarios: what each owner prunes, and what goes with it, is
// shown by whole scenarios.
func TestEveryOwnerHasScenarios(t *testing.T) {
	files, err := filepath.Glob("../testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, r := range owner.Table {
		if r.Object == "" {
			continue
		}
		prunes, cascades := false, false
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte(r.Group+"/")) || !bytes.Contains(text, []byte("kind: "+r.Object+"\n")) {
				continue
			}
			prunes = prunes || bytes.Contains(text, []byte("object_removed"))
			cascades = cascades || bytes.Contains(text, []byte("cascade, owner_removed"))
		}
		if !prunes || !cascades {
			t.Errorf("%s/%s: a scenario of what it prunes: %v, of what goes with it: %v", r.Group, r.Object, prunes, cascades)
		}
	}
}

// full prunes, and takes along what it applied.
func full(kind owner.Kind) owner.Owner { return owner.Owner{Kind: kind, Prune: true, Cascade: true} }

// outcomes is what becomes of a ConfigMap with some metadata, by action and
// reason.
var outcomes = []struct {
	name     string
	by       owner.Owner
	metadata string
	change   func(*owner.Leaving)
	pruned   string
	deleted  string
}{
	{"argo", full(owner.ArgoCD), "", nil, "delete object_removed", "delete owner_removed"},
	{"argo by hand", owner.Owner{Kind: owner.ArgoCD}, "", nil, "orphan prune_off", "orphan owner_removed_leaves_objects"},
	{"argo empty", owner.Owner{Kind: owner.ArgoCD, Prune: true},
		"", empty, "none prune_empty_refused", "orphan owner_removed_leaves_objects"},
	{"argo empty allowed", owner.Owner{Kind: owner.ArgoCD, Prune: true, AllowEmpty: true},
		"", empty, "delete object_removed", "orphan owner_removed_leaves_objects"},
	{"argo Prune=false", full(owner.ArgoCD), sync("Prune=false"), nil, "orphan prune_protected", "delete owner_removed"},
	{"argo Prune=confirm", full(owner.ArgoCD), sync("Prune=confirm"), nil, "delete? prune_confirm", "delete? prune_confirm"},
	{"argo Prune=confirm by hand", owner.Owner{Kind: owner.ArgoCD},
		sync("Prune=confirm"), nil, "orphan prune_off", "orphan owner_removed_leaves_objects"},
	{"argo Prune=confirm empty", full(owner.ArgoCD), sync("Prune=confirm"), empty, "none prune_empty_refused", "delete? prune_confirm"},
	{"argo skipped", full(owner.ArgoCD),
		"annotations: {argocd.argoproj.io/hook: Skip, argocd.argoproj.io/sync-options: 'Prune=false,Delete=false'}", nil,
		"delete? mark_not_live", "delete? mark_not_live"},
	{"argo skipped, kept by default",
		owner.Owner{Kind: owner.ArgoCD, Prune: true, Cascade: true, DefaultPrune: "false", DefaultDelete: "false"},
		"annotations: {argocd.argoproj.io/hook: Skip}", nil, "orphan prune_protected", "orphan prune_protected"},
	{"argo Delete=false", full(owner.ArgoCD),
		sync("Validate=false,Delete=false"), nil, "delete object_removed", "orphan prune_protected"},
	{"argo Delete=confirm", full(owner.ArgoCD), sync("Delete=confirm"), nil, "delete object_removed", "delete? prune_confirm"},
	{"argo default", owner.Owner{Kind: owner.ArgoCD, Prune: true, Cascade: true, DefaultPrune: "false", DefaultDelete: "false"},
		"", nil, "orphan prune_protected", "orphan prune_protected"},
	{"argo own before default", owner.Owner{Kind: owner.ArgoCD, Prune: true, Cascade: true, DefaultPrune: "false", DefaultDelete: "false"},
		sync("Prune=true, Delete=true"), nil, "delete object_removed", "delete owner_removed"},
	{"argo label counts for nothing", full(owner.ArgoCD),
		"labels: {argocd.argoproj.io/sync-options: Prune=false}", nil, "delete object_removed", "delete owner_removed"},
	{"argo hook", full(owner.ArgoCD),
		"annotations: {argocd.argoproj.io/hook: PreSync}", nil, "orphan helm_keeps_hooks", "delete owner_removed"},
	{"argo keeps helm's policy", full(owner.ArgoCD),
		"annotations: {helm.sh/resource-policy: keep}", nil, "delete object_removed", "orphan prune_protected"},

	{"set", full(owner.ApplicationSet), "", nil, "delete object_removed", "delete owner_removed"},
	{"set that creates alone", owner.Owner{Kind: owner.ApplicationSet, Cascade: true},
		"", nil, "orphan prune_off", "delete owner_removed"},

	{"flux", full(owner.Flux), "", nil, "delete object_removed", "delete owner_removed"},
	{"flux no prune", owner.Owner{Kind: owner.Flux}, "", nil, "orphan prune_off", "orphan owner_removed_leaves_objects"},
	{"flux suspended", owner.Owner{Kind: owner.Flux, Prune: true, Cascade: true, Suspended: true},
		"", nil, "none owner_suspended", "orphan owner_removed_leaves_objects"},
	{"flux prune annotation", full(owner.Flux),
		"annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}", nil, "orphan prune_protected", "orphan prune_protected"},
	{"flux prune label", full(owner.Flux),
		"labels: {kustomize.toolkit.fluxcd.io/prune: Disabled}", nil, "orphan prune_protected", "orphan prune_protected"},
	{"flux reconcile label", full(owner.Flux),
		"labels: {kustomize.toolkit.fluxcd.io/reconcile: disabled}", nil, "delete? mark_not_live", "delete? mark_not_live"},
	{"flux ssa annotation", full(owner.Flux),
		"annotations: {kustomize.toolkit.fluxcd.io/ssa: ignore}", nil, "delete? mark_not_live", "delete? mark_not_live"},
	{"flux ssa once", full(owner.Flux),
		"annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}", nil, "delete object_removed", "delete owner_removed"},
	{"flux ssa once, prune", full(owner.Flux),
		"annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent, kustomize.toolkit.fluxcd.io/prune: disabled}", nil,
		"delete? mark_not_live", "delete? mark_not_live"},
	{"flux reconcile, no prune", owner.Owner{Kind: owner.Flux},
		"annotations: {kustomize.toolkit.fluxcd.io/reconcile: disabled}", nil,
		"orphan prune_off", "orphan owner_removed_leaves_objects"},
	{"flux ssa merges", full(owner.Flux),
		"annotations: {kustomize.toolkit.fluxcd.io/ssa: merge}", nil, "delete object_removed", "delete owner_removed"},

	{"helm", owner.Owner{Kind: owner.Helm, Object: "HelmRelease", Prune: true, Cascade: true},
		"", nil, "delete object_removed", "delete owner_removed"},
	{"helm by hand", owner.Release("web"), "", nil, "delete object_removed", "delete? prune_unknown"},
	{"helm keep", owner.Owner{Kind: owner.Helm, Object: "HelmRelease"},
		"annotations: {helm.sh/resource-policy: keep}", nil, "orphan prune_protected", "orphan prune_protected"},
	{"helm keep in another case", owner.Owner{Kind: owner.Helm, Object: "HelmRelease"},
		"annotations: {helm.sh/resource-policy: Keep}", nil, "delete object_removed", "orphan prune_protected"},
	{"helm keep in a list", owner.Owner{Kind: owner.Helm, Object: "HelmRelease"},
		"annotations: {helm.sh/resource-policy: keep}", inList, "delete object_removed", "delete owner_removed"},
	{"helm crds", owner.Owner{Kind: owner.Helm, Object: "HelmRelease"},
		"", inCRDs, "orphan helm_keeps_definitions", "orphan helm_keeps_definitions"},
	{"helm hook", owner.Owner{Kind: owner.Helm, Object: "HelmRelease"},
		"annotations: {helm.sh/hook: test}", nil, "orphan helm_keeps_hooks", "orphan helm_keeps_hooks"},
	{"helm suspended", owner.Owner{Kind: owner.Helm, Object: "HelmRelease", Suspended: true},
		"", nil, "none owner_suspended", "orphan owner_removed_leaves_objects"},

	{"kubectl", owner.Owner{Kind: owner.KubectlPrune, Prune: true}, "", visited, "delete object_removed", "orphan prune_not_visited"},
	{"kubectl elsewhere", owner.Owner{Kind: owner.KubectlPrune, Prune: true},
		"", nil, "orphan prune_not_visited", "orphan prune_not_visited"},

	{"kapp", full(owner.Kapp), "", nil, "delete object_removed", "delete owner_removed"},
	{"kapp empty", full(owner.Kapp), "", empty, "none prune_empty_refused", "delete owner_removed"},
	{"kapp paused", owner.Owner{Kind: owner.Kapp, Prune: true, Cascade: true, Suspended: true},
		"", nil, "none owner_suspended", "delete owner_removed"},
	{"kapp noopDelete", owner.Owner{Kind: owner.Kapp, Prune: true},
		"", nil, "delete object_removed", "orphan owner_removed_leaves_objects"},
	{"kapp orphan", full(owner.Kapp),
		"annotations: {kapp.k14s.io/delete-strategy: orphan}", nil, "orphan prune_protected", "orphan prune_protected"},
	{"kapp exists", full(owner.Kapp), `annotations: {kapp.k14s.io/exists: ""}`, nil, "delete? mark_not_live", "delete? mark_not_live"},
	{"kapp orphan that is skipped", full(owner.Kapp),
		"annotations: {kapp.k14s.io/delete-strategy: orphan, kapp.k14s.io/update-strategy: skip}", nil,
		"delete? mark_not_live", "delete? mark_not_live"},

	{"nobody", owner.Owner{}, "", nil, "delete? prune_unknown", "delete? prune_unknown"},
}

func sync(options string) string {
	return "annotations: {argocd.argoproj.io/sync-options: '" + options + "'}"
}

func empty(l *owner.Leaving)   { l.Empty = true }
func visited(l *owner.Leaving) { l.Visited = true }
func inList(l *owner.Leaving)  { l.InList = true }
func inCRDs(l *owner.Leaving)  { l.CRDsFolder = true }

func TestOutcomes(t *testing.T) {
	tried := map[owner.Kind]bool{}
	for _, c := range outcomes {
		tried[c.by.Kind] = true
		l := owner.Leaving{Object: parse(t, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n  "+c.metadata+"\n"), Owner: c.by}
		if c.change != nil {
			c.change(&l)
		}
		if got := words(owner.Pruned(l)); got != c.pruned {
			t.Errorf("%s: Pruned says %q, want %q", c.name, got, c.pruned)
		}
		if got := words(owner.Deleted(l)); got != c.deleted {
			t.Errorf("%s: Deleted says %q, want %q", c.name, got, c.deleted)
		}
	}
	for _, r := range owner.Table {
		if !tried[r.Kind] {
			t.Errorf("no outcome of %q is tried", r.Kind)
		}
	}
}

func words(o owner.Outcome) string {
	if o.Certain {
		return string(o.Action) + " " + string(o.Reason)
	}
	return string(o.Action) + "? " + string(o.Reason)
}

func parse(t *testing.T, text string) object.Object {
	t.Helper()
	file, err := object.Parse("a.yaml", []byte(text), object.Limits{})
	if err != nil || len(file.Objects) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	return file.Objects[0]
}

// settings is what Of reads of an owner's object.
var settings = []struct {
	name, text string
	want       owner.Owner
}{
	{"application", app("automated: {prune: true}"), full(owner.ArgoCD)},
	{"application that is disabled", app("automated: {enabled: false, prune: true}"), owner.Owner{Kind: owner.ArgoCD, Cascade: true}},
	{"application by hand", app("syncOptions: [Prune=false, Delete=confirm, Replace=true]"),
		owner.Owner{Kind: owner.ArgoCD, Cascade: true, DefaultPrune: "false", DefaultDelete: "confirm", Replace: true}},
	{"kustomization",
		"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {prune: true, force: true, suspend: true}\n",
		owner.Owner{Kind: owner.Flux, Prune: true, Cascade: true, Force: true, Suspended: true}},
	{"kustomization that orphans",
		"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {prune: true, deletionPolicy: Orphan}\n",
		owner.Owner{Kind: owner.Flux, Prune: true}},
	{"release", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {upgrade: {force: true}}\n",
		owner.Owner{Kind: owner.Helm, Prune: true, Cascade: true, Force: true}},
	{"set",
		"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec: {syncPolicy: {applicationsSync: create-update}}\n",
		owner.Owner{Kind: owner.ApplicationSet, Cascade: true}},
	{"set that creates alone",
		"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec: {syncPolicy: {applicationsSync: create-only}}\n",
		owner.Owner{Kind: owner.ApplicationSet, Cascade: true, Frozen: true}},
	{"kapp",
		"apiVersion: kappctrl.k14s.io/v1alpha1\nkind: App\nmetadata: {name: a}\nspec: {deploy: [{kapp: {rawOptions: [--apply-default-update-strategy=always-replace]}}]}\n",
		owner.Owner{Kind: owner.Kapp, Prune: true, Cascade: true, Force: true, Replace: true}},
	{"kapp that is canceled", "apiVersion: kappctrl.k14s.io/v1alpha1\nkind: App\nmetadata: {name: a}\nspec: {canceled: true}\n",
		owner.Owner{Kind: owner.Kapp, Prune: true, Suspended: true}},
}

func app(policy string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, finalizers: [resources-finalizer.argocd.argoproj.io/background]}\n" +
		"spec:\n  syncPolicy: {" + policy + "}\n"
}

func TestOf(t *testing.T) {
	read := map[owner.Kind]bool{}
	for _, c := range settings {
		read[c.want.Kind] = true
		got, ok := owner.Of(parse(t, c.text), plan.Before)
		got.At, got.Name, got.Object = plan.Range{}, "", ""
		if !ok || got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	for _, r := range owner.Table {
		if r.Object != "" && !read[r.Kind] {
			t.Errorf("%s is not read", r.Object)
		}
	}
	for _, other := range []string{
		"apiVersion: example.org/v1\nkind: Application\nmetadata: {name: a}\n",
		"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: a}\n",
	} {
		if owner.Is(parse(t, other)) {
			t.Errorf("it is no owner:\n%s", other)
		}
	}
}

// recreations is when an update of a ConfigMap from one metadata to another
// deletes it first.
var recreations = []struct {
	name          string
	by            owner.Owner
	before, after string
	want          owner.Recreation
}{
	{"argo", owner.Owner{Kind: owner.ArgoCD}, "", "", owner.NeverRecreated},
	{"argo forces", owner.Owner{Kind: owner.ArgoCD, Force: true}, "", "", owner.WhenRefused},
	{"argo, on the live object", owner.Owner{Kind: owner.ArgoCD}, sync("Force=true"), "", owner.WhenRefused},
	{"argo replaces by force", owner.Owner{Kind: owner.ArgoCD, Force: true}, "", sync("Replace=true"), owner.EverySync},
	{"argo replaces", owner.Owner{Kind: owner.ArgoCD, Replace: true}, "", "", owner.NeverRecreated},
	{"set", owner.Owner{Kind: owner.ApplicationSet}, "", "", owner.NeverRecreated},
	{"flux", owner.Owner{Kind: owner.Flux}, "", "", owner.NeverRecreated},
	{"flux forces", owner.Owner{Kind: owner.Flux, Force: true}, "", "", owner.WhenRefused},
	{"flux, by a label", owner.Owner{Kind: owner.Flux}, "", "labels: {kustomize.toolkit.fluxcd.io/force: Enabled}", owner.WhenRefused},
	{"helm forces by a put", owner.Owner{Kind: owner.Helm, Force: true}, "", "", owner.NeverRecreated},
	{"kubectl", owner.Owner{Kind: owner.KubectlPrune}, "", "", owner.NeverRecreated},
	{"nobody", owner.Owner{}, "", "", owner.NeverRecreated},
	{"kapp", owner.Owner{Kind: owner.Kapp}, "", "", owner.NeverRecreated},
	{"kapp, by an option", owner.Owner{Kind: owner.Kapp, Force: true, Replace: true}, "", "", owner.AlwaysRecreated},
	{"kapp, on the live object", owner.Owner{Kind: owner.Kapp},
		"annotations: {kapp.k14s.io/update-strategy: always-replace}", "", owner.NeverRecreated},
	{"kapp, own before option", owner.Owner{Kind: owner.Kapp, Force: true},
		"", "annotations: {kapp.k14s.io/update-strategy: skip}", owner.NeverRecreated},
}

// skipped is whether an update of a ConfigMap is made, and a creation.
var skipped = []struct {
	name             string
	by               owner.Owner
	metadata         string
	updates, creates bool
}{
	{"argo", owner.Owner{Kind: owner.ArgoCD}, "", false, false},
	{"argo hook", owner.Owner{Kind: owner.ArgoCD}, "annotations: {argocd.argoproj.io/hook: PreSync}", false, false},
	{"argo skip", owner.Owner{Kind: owner.ArgoCD}, "annotations: {argocd.argoproj.io/hook: Skip}", true, true},
	{"set", owner.Owner{Kind: owner.ApplicationSet}, "", false, false},
	{"set that creates alone", owner.Owner{Kind: owner.ApplicationSet, Frozen: true}, "", true, false},
	{"flux", owner.Owner{Kind: owner.Flux}, "annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}", false, false},
	{"flux reconcile", owner.Owner{Kind: owner.Flux}, "labels: {kustomize.toolkit.fluxcd.io/reconcile: Disabled}", true, true},
	{"flux once", owner.Owner{Kind: owner.Flux}, "annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}", true, false},
	{"helm", owner.Owner{Kind: owner.Helm}, "annotations: {kustomize.toolkit.fluxcd.io/ssa: Ignore}", false, false},
	{"kubectl", owner.Owner{Kind: owner.KubectlPrune}, "", false, false},
	{"nobody", owner.Owner{}, "", false, false},
	{"kapp", owner.Owner{Kind: owner.Kapp}, "annotations: {kapp.k14s.io/update-strategy: fallback-on-replace}", false, false},
	{"kapp noop", owner.Owner{Kind: owner.Kapp}, `annotations: {kapp.k14s.io/noop: ""}`, true, true},
	{"kapp skip", owner.Owner{Kind: owner.Kapp}, "annotations: {kapp.k14s.io/update-strategy: skip}", true, false},
	{"kapp, by an option", owner.Owner{Kind: owner.Kapp, Frozen: true}, "", true, false},
	{"kapp, own before option", owner.Owner{Kind: owner.Kapp, Frozen: true}, `annotations: {kapp.k14s.io/update-strategy: ""}`, false, false},
}

func TestSkips(t *testing.T) {
	tried := map[owner.Kind]bool{}
	for _, c := range skipped {
		tried[c.by.Kind] = true
		o := parse(t, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n  "+c.metadata+"\n")
		if got := owner.Skips(owner.Update{Owner: c.by, Before: o, After: o}); got != c.updates {
			t.Errorf("%s: an update is skipped: %v", c.name, got)
		}
		if got := owner.Skips(owner.Update{Owner: c.by, After: o}); got != c.creates {
			t.Errorf("%s: a creation is skipped: %v", c.name, got)
		}
	}
	for _, r := range owner.Table {
		if !tried[r.Kind] {
			t.Errorf("no object of %q is tried", r.Kind)
		}
	}
}

// A definition is made anew by `kubectl apply --force` alone: a replacement leaves
// it where it is.
func TestDefinitionsAreNotReplaced(t *testing.T) {
	o := parse(t, "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n")
	for _, c := range []struct {
		by   owner.Owner
		want owner.Recreation
	}{
		{owner.Owner{Kind: owner.ArgoCD, Force: true}, owner.WhenRefused},
		{owner.Owner{Kind: owner.ArgoCD, Force: true, Replace: true}, owner.NeverRecreated},
	} {
		if got := owner.Recreates(owner.Update{Owner: c.by, Before: o, After: o}); got != c.want {
			t.Errorf("%+v: %q, want %q", c.by, got, c.want)
		}
	}
}

// TestForced: an object says that it is deleted more often than before.
func TestForced(t *testing.T) {
	for _, c := range []struct {
		kind          owner.Kind
		before, after string
		want          owner.Recreation
	}{
		{owner.ArgoCD, "", sync("Force=true"), owner.WhenRefused},
		{owner.ArgoCD, "", sync("Replace=true"), owner.NeverRecreated},
		{owner.ArgoCD, sync("Force=true"), sync("Force=true,Replace=true"), owner.EverySync},
		{owner.ArgoCD, sync("Force=true,Replace=true"), sync("Force=true"), owner.NeverRecreated},
		{owner.Flux, "", "labels: {kustomize.toolkit.fluxcd.io/force: enabled}", owner.WhenRefused},
		{owner.Kapp, "annotations: {kapp.k14s.io/update-strategy: fallback-on-replace}",
			"annotations: {kapp.k14s.io/update-strategy: always-replace}", owner.AlwaysRecreated},
		{owner.Kapp, "annotations: {kapp.k14s.io/update-strategy: always-replace}",
			"annotations: {kapp.k14s.io/update-strategy: fallback-on-replace}", owner.NeverRecreated},
	} {
		text := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n  "
		at := slices.IndexFunc(owner.Table, func(r owner.Row) bool { return r.Kind == c.kind })
		got, path, value := owner.Table[at].Forced(parse(t, text+c.before+"\n"), parse(t, text+c.after+"\n"))
		if got != c.want || (got == owner.NeverRecreated) != (len(path) == 0) || (len(path) == 0) != (value == "") {
			t.Errorf("%s %q -> %q: %q at %v, want %q", c.kind, c.before, c.after, got, path, c.want)
		}
	}
}

func TestRecreates(t *testing.T) {
	tried := map[owner.Kind]bool{}
	for _, c := range recreations {
		tried[c.by.Kind] = true
		text := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n  "
		u := owner.Update{Owner: c.by, Before: parse(t, text+c.before+"\n"), After: parse(t, text+c.after+"\n")}
		if got := owner.Recreates(u); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, r := range owner.Table {
		if !tried[r.Kind] {
			t.Errorf("no update by %q is tried", r.Kind)
		}
	}
}
