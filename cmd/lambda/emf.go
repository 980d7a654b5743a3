package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// namespace is where CloudWatch shows the metrics.
const namespace = "Holdpoint"

// emf writes metrics as log lines in CloudWatch's embedded metric format
// (Amazon CloudWatch User Guide, "Specification: Embedded metric format"), one
// line for each metric and label value of an invocation.
type emf struct {
	mu   sync.Mutex
	out  io.Writer
	role string
	now  func() time.Time
	kept map[series][]float64
	seen []series // in the order of their first value
}

// series is one line: a metric and the value of its label.
type series struct{ metric, label string }

func newEMF(out io.Writer, role string, now func() time.Time) *emf {
	return &emf{out: out, role: role, now: now, kept: map[series][]float64{}}
}

// maxValues is how many values one line may carry (specification: 100).
const maxValues = 100

// Add keeps a value until flush. Counters are added up.
func (e *emf) Add(m service.Metric, value float64, label ...string) {
	s := series{metric: m.Name}
	if len(label) > 0 {
		s.label = label[0]
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	values, known := e.kept[s]
	if !known {
		e.seen = append(e.seen, s)
	}
	switch {
	case m.Kind == service.Counter && known:
		values[0] += value
	case m.Kind == service.Gauge && known:
		values[0] = value
	case len(values) < maxValues:
		values = append(values, value)
	}
	e.kept[s] = values
}

// flush writes what was kept.
func (e *emf) flush() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.seen {
		line, err := json.Marshal(e.line(s))
		if err == nil {
			_, _ = e.out.Write(append(line, '\n'))
		}
	}
	e.kept, e.seen = map[series][]float64{}, nil
}

// directive is the part of a line that says which of its members are metrics.
type directive struct {
	Timestamp         int64
	CloudWatchMetrics []metricSet
}

type metricSet struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricUnit
}

type metricUnit struct{ Name, Unit string }

func (e *emf) line(s series) map[string]any {
	metric := definition(s.metric)
	dimensions := []string{"role"}
	line := map[string]any{"role": e.role}
	if metric.Label != "" {
		dimensions = append(dimensions, metric.Label)
		line[metric.Label] = s.label
	}
	unit := "Count"
	if metric.Kind == service.Seconds {
		unit = "Seconds"
	}
	if values := e.kept[s]; len(values) == 1 {
		line[s.metric] = values[0]
	} else {
		line[s.metric] = values
	}
	line["_aws"] = directive{Timestamp: e.now().UnixMilli(), CloudWatchMetrics: []metricSet{{
		Namespace: namespace, Dimensions: [][]string{dimensions}, Metrics: []metricUnit{{s.metric, unit}},
	}}}
	return line
}

func definition(name string) service.Metric {
	for _, m := range service.AllMetrics() {
		if m.Name == name {
			return m
		}
	}
	return service.Metric{Name: name, Kind: service.Counter}
}
