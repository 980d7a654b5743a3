package kube_test

import (
	"fmt"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

const benchDeployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-%d
  labels: {app: web-%[1]d, team: shop}
spec:
  replicas: %d
  selector:
    matchLabels: {app: web-%[1]d}
  template:
    metadata:
      labels: {app: web-%[1]d}
    spec:
      containers:
        - name: main
          image: registry.example/web:1.%[2]d
          ports:
            - {name: http, containerPort: 8080}
          env:
            - {name: MODE, value: "a"}
            - name: SECRET
              valueFrom: {secretKeyRef: {name: s, key: k}}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
          readinessProbe:
            httpGet: {path: /ready, port: http}
`

// BenchmarkManifests changes every one of 500 manifests.
func BenchmarkManifests500(b *testing.B) {
	before, after := map[string]string{}, map[string]string{}
	for i := range 500 {
		name := fmt.Sprintf("app/web-%d.yaml", i)
		before[name] = fmt.Sprintf(benchDeployment, i, 1)
		after[name] = fmt.Sprintf(benchDeployment, i, 2)
	}
	delete(after, "app/web-7.yaml")
	bench(b, before, after, 500)
}

// BenchmarkManifestsOne changes one of 500 manifests.
func BenchmarkManifestsOne(b *testing.B) {
	before, after := map[string]string{}, map[string]string{}
	for i := range 500 {
		name := fmt.Sprintf("app/web-%d.yaml", i)
		before[name] = fmt.Sprintf(benchDeployment, i, 1)
		after[name] = before[name]
	}
	delete(after, "app/web-7.yaml")
	bench(b, before, after, 1)
}

// BenchmarkKustomization removes one of 200 objects.
func BenchmarkKustomization200(b *testing.B) {
	before, after := map[string]string{}, map[string]string{}
	list := "namePrefix: shop-\nresources:\n"
	for i := range 200 {
		name := fmt.Sprintf("web-%d.yaml", i)
		before["app/"+name] = fmt.Sprintf(benchDeployment, i, 1)
		after["app/"+name] = before["app/"+name]
		if i < 199 {
			list += "- " + name + "\n"
		}
	}
	before["app/kustomization.yaml"], after["app/kustomization.yaml"] = list+"- web-199.yaml\n", list
	bench(b, before, after, 1)
}

// BenchmarkChart flips a value of a chart of 50 templates.
func BenchmarkChart50(b *testing.B) {
	before, after := map[string]string{}, map[string]string{}
	for i := range 50 {
		before[fmt.Sprintf("app/templates/web-%d.yaml", i)] = "{{- if .Values.on }}\n" + fmt.Sprintf(benchDeployment, i, 1) + "{{- end }}\n"
	}
	before["app/Chart.yaml"] = hostChart
	for name, text := range before {
		after[name] = text
	}
	before["app/values.yaml"], after["app/values.yaml"] = "\"on\": true\n", "\"on\": false\n"
	bench(b, before, after, 50)
}

// bench reports, beside the time by the clock, that of the processor with the
// children's included, which a busy machine does not change much.
func bench(b *testing.B, before, after map[string]string, want int) {
	x, y := plantest.Tree(before), plantest.Tree(after)
	renderer := render.New(render.Limits{})
	start := processorTime(b)
	defer func() { b.ReportMetric(float64((processorTime(b)-start).Milliseconds())/float64(b.N), "cpu-ms/op") }()
	for b.Loop() {
		got := kube.Predict(x, y, renderer, kube.Options{})
		if len(got.Changes) < want || len(got.Gaps) > 0 {
			b.Fatalf("%d changes, gaps %v", len(got.Changes), got.Gaps)
		}
	}
}
