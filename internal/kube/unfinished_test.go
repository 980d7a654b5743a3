package kube_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// TestA15Unfinished: where the machine did not get one unit done, nothing is
// predicted of any.
func TestA15Unfinished(t *testing.T) {
	before := plantest.Tree(map[string]string{"app/Chart.yaml": hostChart, "app/templates/c.yaml": hostMap, "plain/c.yaml": hostMap})
	after := plantest.Tree(map[string]string{"app/Chart.yaml": hostChart, "app/templates/d.yaml": hostMap})
	if p := kube.Predict(before, after, render.New(render.Limits{}), kube.Options{}); p.Unfinished() != nil || !destroys(p) {
		t.Fatalf("with time enough: %v\n%s", p.Unfinished(), describe(p))
	}
	p := kube.Predict(before, after, render.New(render.Limits{Patience: 1}), kube.Options{})
	if p.Unfinished() == nil || len(p.Changes) > 0 || len(p.Gaps) != 1 || p.Gaps[0].Kind != plan.GapUnfinished {
		t.Errorf("in a nanosecond: %v\n%s", p.Unfinished(), describe(p))
	}
}

// TestA15LimitOfWork: a unit that reaches a limit of work is one gap that says
// which, and a parent that reaches it keeps its children.
func TestA15LimitOfWork(t *testing.T) {
	application := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: child, namespace: argocd}\nspec:\n  destination: {namespace: shop, server: https://kubernetes.default.svc}\n  project: default\n  source: {path: child, repoURL: https://github.com/acme/infra, targetRevision: HEAD}\n  syncPolicy: {automated: {prune: true}}\n"
	files := map[string]string{
		"apps/Chart.yaml": hostChart, "apps/templates/child.yaml": application, "child/c.yaml": hostMap,
		"root.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}\nspec:\n  destination: {namespace: argocd, server: https://kubernetes.default.svc}\n  project: default\n  source: {path: apps, repoURL: https://github.com/acme/infra, targetRevision: HEAD}\n  syncPolicy: {automated: {prune: true}}\n",
	}
	before := plantest.Tree(files)
	files["apps/templates/child.yaml"] = application + "# {{ range 200 }}{{ range 200 }}{{ range 200 }}{{ range 200 }}{{ end }}{{ end }}{{ end }}{{ end }}\n"
	p := kube.Predict(before, plantest.Tree(files), render.New(render.Limits{}), kube.Options{Repository: "acme/infra"})
	if len(p.Changes) > 0 || len(p.Gaps) != 1 || p.Gaps[0].Kind != plan.GapLimit ||
		p.Gaps[0].Why != "its templates take more than 5000000 steps" {
		t.Errorf("got\n%s", describe(p))
	}
}
